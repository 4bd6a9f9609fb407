"""Whose project is whose stands on the server, and is read back as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.errors import MiyarError, UsageError
from miyar.labelstudio.server.remote import Project, Setup
from miyar.labelstudio.sync.projects import (
    Annotator,
    checked_title,
    description,
    existing_family,
    family,
    named_annotators,
    next_names,
    project_title,
)

AMAL, BADR = Annotator("A1", 7, "amal@example.org"), Annotator("A2", 8, "badr@example.org")


def shared(identity: int, title: str) -> Project:
    return Project(identity, Setup(title, "<View/>"))


def own(identity: int, title: str, annotator: Annotator) -> Project:
    setup = Setup(project_title(title, annotator.name), "<View/>", description=description(title, annotator))
    return Project(identity, setup)


@pytest.mark.parametrize(
    ("title", "annotated"),
    [("abc", False), ("أخبار", True), ("x" * 50, False), ("x" * 45, True), ('a, b "c" <d> & é', True)],
)
def test_a_title_that_fits_is_taken(title: str, annotated: bool) -> None:
    assert checked_title(title, annotated) == title


@pytest.mark.parametrize(
    ("title", "annotated", "longest"),
    [
        ("", False, 50),
        ("ab", False, 50),
        ("x" * 51, False, 50),
        ("x" * 46, True, 45),
        (" news", False, 50),
        ("news\n", False, 50),
        ("ne\nws", False, 50),
    ],
)
def test_a_title_that_the_server_would_refuse_or_change_is_refused(
    title: str, annotated: bool, longest: int
) -> None:
    with pytest.raises(UsageError, match=f"--project .*3 to {longest} characters"):
        checked_title(title, annotated)


def test_a_title_that_is_no_proper_text_is_refused() -> None:
    with pytest.raises(UsageError, match="--project"):
        checked_title("ne\udcffws")


def test_an_annotators_title_fits_even_for_the_thousandth() -> None:
    assert len(project_title(checked_title("x" * 45, annotated=True), "A999")) == 50


titles = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=3, max_size=45).filter(
    lambda title: title == title.strip()
)


@given(titles, st.integers(1, 999), st.integers(1, 10**6))
def test_a_description_is_read_back_under_any_title(title: str, number: int, account: int) -> None:
    annotator = Annotator(f"A{number}", account)
    assert family([own(1, title, annotator)], title) == ((own(1, title, annotator), annotator),)
    assert family([own(1, title, annotator)], f"{title}!") == ()


@pytest.mark.parametrize(
    "title",
    ['News, "the" best', "أخبار، وغيرها", "x, annotator A3, account 9", "miyar: x", ".+|()", "A1", "News A1"],
)
def test_a_title_that_looks_like_something_else_is_read_back(title: str) -> None:
    (member,) = family([own(4, title, AMAL), shared(5, "other")], title)
    assert member.annotator == Annotator("A1", 7)


def test_annotators_projects_come_in_the_order_of_their_numbers() -> None:
    projects = [own(number, "News", Annotator(f"A{number}", number)) for number in (10, 2, 1)]
    assert [member.project.id for member in family(projects, "News")] == [1, 2, 10]


def test_an_annotators_project_that_was_renamed_is_still_theirs() -> None:
    renamed = own(1, "News", AMAL)
    renamed = Project(1, Setup("Amal", "<View/>", description=renamed.setup.description))
    assert family([renamed], "News")[0].annotator == Annotator("A1", 7)


def test_an_annotators_project_is_no_project_for_all() -> None:
    assert family([own(1, "News", AMAL)], "News A1") == ()


@pytest.mark.parametrize(
    "projects",
    [
        [shared(1, "News"), shared(2, "News")],
        [shared(1, "News"), own(2, "News", AMAL)],
        [own(1, "News", AMAL), own(2, "News", AMAL)],
        [own(1, "News", AMAL), own(2, "News", Annotator("A1", 8))],
    ],
)
def test_it_is_refused_where_several_projects_could_be_meant(projects: list[Project]) -> None:
    with pytest.raises(
        MiyarError, match=r"several projects could be meant: .*\(1\).*\(2\).*rename or delete"
    ):
        family([*projects, shared(3, "Other")], "News")


def test_a_missing_project_is_said_with_those_there_are() -> None:
    projects = [shared(1, "أخبار"), own(2, "Sport", AMAL), own(3, "Sport", BADR)]
    with pytest.raises(MiyarError, match=r"News.*not on this server; there are: .*Sport.*أخبار") as error:
        existing_family(projects, "News")
    assert str(error.value).count("Sport") == 1
    with pytest.raises(MiyarError, match="there are: none"):
        existing_family([], "News")


def test_annotators_keep_their_names_over_the_projects_of_a_server() -> None:
    projects = [own(1, "News", AMAL), own(2, "News", BADR), shared(3, "Sport")]
    accounts = {7: AMAL.email, 8: BADR.email, 9: "Dana@example.org", 1: "admin@example.org"}
    emails = ["new@example.org", "BADR@example.org", "dana@example.org", "other@example.org"]
    assert named_annotators(projects, emails, accounts) == (
        Annotator("A3", None, "new@example.org"),
        Annotator("A2", 8, "BADR@example.org"),
        Annotator("A4", 9, "dana@example.org"),
        Annotator("A5", None, "other@example.org"),
    )


def test_no_name_of_somebody_with_two_is_given_to_another() -> None:
    projects = [own(1, "News", AMAL), own(2, "Sport", AMAL._replace(name="A2"))]
    assert [one.name for one in named_annotators(projects, ["new@example.org"], {})] == ["A3"]


def test_new_names_leave_out_the_taken_ones() -> None:
    names = next_names(["A1", "A3", "A4"])
    assert [next(names) for _ in range(3)] == ["A2", "A5", "A6"]
