"""What a push will do: every article once in the end, and nothing lost that somebody worked on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.labelstudio.server.remote import ANNOTATORS_PER_TASK, Project, ServerTask, Setup
from miyar.labelstudio.sync.plan import (
    CHANGED,
    KEPT,
    LABELLED_TWICE,
    Order,
    Place,
    Step,
    Target,
    planned,
    planned_steps,
)
from miyar.labelstudio.sync.projects import Annotator, description
from miyar.labelstudio.tasks.file import article_id
from miyar.report.format import Format
from miyar.report.plan import render_plan
from miyar.scheme import Scheme
from pushing import Value, articles_of, on_server, plain, suggested

SETUP = Setup("News", "<View/>")
SENT: dict[str, Any] = {"text": "النص", "article": "a", "sha256": "1", "scheme": "1#1", "guidelines": "g"}
HINT: Value = {"model_version": "rules@1", "result": [{"id": "r"}]}


def task(*hints: Value, **changes: Any) -> Value:
    value: Value = {"data": {**SENT, **changes}}
    return value | {"predictions": list(hints)} if hints else value


def brief(steps: Sequence[Step]) -> list[tuple[str, int | None]]:
    return [(step.action, step.known.id if step.known else None) for step in steps]


def test_a_new_article_is_created() -> None:
    (step,) = planned_steps([task()], [on_server(1, task(article="b"))])
    assert (step.action, step.article, step.task, step.known) == ("create", "a", task(), None)


@pytest.mark.parametrize(("annotations", "drafted"), [(0, False), (1, False), (0, True)])
@pytest.mark.parametrize("value", [task(), task(HINT)])
def test_an_article_that_is_there_as_it_is_in_the_file_is_skipped(
    value: Value, annotations: int, drafted: bool
) -> None:
    (step,) = planned_steps([value], [on_server(1, value, annotations, drafted)])
    assert (step.action, step.reason) == ("skip", "there already")


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_suggestions_on_the_server_does_not_matter(order: int) -> None:
    other = {"model_version": "model@2", "result": []}
    known = on_server(1, task(*[HINT, other][::order]))
    assert [step.action for step in planned_steps([task(HINT, other)], [known])] == ["skip"]


CHANGES: list[tuple[Value, str]] = [
    (task(text="نص آخر", sha256="2"), "replace"),
    (task(sha256="2"), "replace"),
    (task(text="نص آخر"), "replace"),
    (task(title="عنوان"), "update"),
    (task(scheme="2#2"), "update"),
    (task(guidelines="h"), "update"),
    (task(HINT), "replace"),
    (task(HINT, title="عنوان"), "replace"),
]


@pytest.mark.parametrize(("new", "action"), CHANGES)
def test_a_change_of_what_nobody_has_worked_on_is_made(new: Value, action: str) -> None:
    (step,) = planned_steps([new], [on_server(1, task())])
    assert (step.action, step.task, step.known) == (action, new, on_server(1, task()))


def test_suggestions_that_are_taken_back_or_made_anew_are_replaced() -> None:
    newer = {"model_version": "rules@1", "result": []}
    for new in (task(), task(newer), task({**HINT, "model_version": "rules@2"}), task(HINT, newer)):
        (step,) = planned_steps([new], [on_server(1, task(HINT))])
        assert (step.action, step.reason) == ("replace", "other suggestions; nobody has worked on it")


@pytest.mark.parametrize(("annotations", "drafted"), [(1, False), (2, False), (0, True)])
@pytest.mark.parametrize(("new", "untouched"), CHANGES)
def test_a_change_of_what_was_worked_on_is_refused_where_it_is_of_the_text_and_left_out_otherwise(
    new: Value, untouched: str, annotations: int, drafted: bool
) -> None:
    text_changed = (new["data"]["text"], new["data"]["sha256"]) != (SENT["text"], SENT["sha256"])
    (step,) = planned_steps([new], [on_server(1, task(), annotations, drafted)])
    assert (step.action, step.reason) == (("refuse", CHANGED) if text_changed else ("skip", KEPT))


def test_of_idle_copies_the_oldest_stays() -> None:
    there = [on_server(number, task()) for number in (9, 3, 5)]
    assert brief(planned_steps([task()], there)) == [("remove", 5), ("remove", 9), ("skip", 3)]


def test_the_copy_that_was_worked_on_stays() -> None:
    there = [on_server(1, task()), on_server(2, task(), drafted=True), on_server(3, task())]
    assert brief(planned_steps([task()], there)) == [("remove", 1), ("remove", 3), ("skip", 2)]


def test_two_copies_that_were_worked_on_are_refused() -> None:
    there = [on_server(1, task(), 1), on_server(2, task()), on_server(3, task(), drafted=True)]
    steps = planned_steps([task()], there)
    assert [(step.action, step.reason) for step in steps] == [("refuse", LABELLED_TWICE)]


@pytest.mark.parametrize(
    ("reason", "remedy"), [(CHANGED, "restore that text"), (LABELLED_TWICE, "delete one of")]
)
def test_a_refused_step_says_where_and_what_to_do(reason: str, remedy: str) -> None:
    said = str(Step("refuse", "a", reason, task(), on_server(7, task(), 1)).problem("News A1"))
    for words in ("project News A1: task 7 (a)", reason, remedy, "[refused]"):
        assert words in said


def test_tasks_of_other_files_are_counted_and_left_alone() -> None:
    strangers = [on_server(1, task(article="x")), on_server(2, {"data": {"text": "t"}})]
    (target,) = planned(Order([task()], SETUP), [Place(None, Project(1, SETUP), strangers)])
    assert (target.strangers, brief(target.steps)) == (2, [("create", None)])


def carried_out(steps: Sequence[Step], there: Sequence[ServerTask]) -> list[ServerTask]:
    """Return what a server holds after a plan, as the real one does it."""
    gone = {step.known.id for step in steps if step.known and step.action in ("remove", "replace")}
    updated = {
        step.known.id: step.task for step in steps if step.known and step.task and step.action == "update"
    }
    kept = [
        one._replace(data=updated[one.id]["data"]) if one.id in updated else one
        for one in there
        if one.id not in gone
    ]
    sent = [step.task for step in steps if step.task and step.action in ("create", "replace")]
    return [*kept, *(on_server(1000 + number, value) for number, value in enumerate(sent))]


values = st.builds(
    lambda article, text, title, hints: task(*hints, article=article, text=text, title=title),
    st.sampled_from("abcd"),
    st.sampled_from(["نص", "نص آخر"]),
    st.sampled_from(["", "عنوان"]),
    st.sampled_from([(), (HINT,)]),
)
files = st.lists(values, max_size=4, unique_by=article_id)
servers = st.lists(st.tuples(values, st.integers(0, 2), st.booleans()), max_size=8).map(
    lambda found: [on_server(number, *one) for number, one in enumerate(found)]
)


@given(files, servers)
def test_after_a_push_there_is_nothing_left_to_do(file: list[Value], there: list[ServerTask]) -> None:
    steps = planned_steps(file, there)
    after = carried_out(steps, there)
    refused = {step.article for step in steps if step.action == "refuse"}
    again = planned_steps(file, after)
    assert {step.article for step in again if step.action == "refuse"} == refused
    assert all(step.action == "skip" for step in again if step.article not in refused)
    for article in {article_id(value) for value in file} - refused:
        assert articles_of(after).count(article) == 1


@given(files, servers)
def test_what_somebody_worked_on_and_what_is_not_in_the_file_stays_as_it_is(
    file: list[Value], there: list[ServerTask]
) -> None:
    after = {one.id: one for one in carried_out(planned_steps(file, there), there)}
    ours = {article_id(value) for value in file}
    for one in there:
        if one.touched or one.data["article"] not in ours:
            assert after[one.id] == one


@given(files, servers)
def test_each_article_of_the_file_has_one_step_besides_the_removal_of_copies(
    file: list[Value], there: list[ServerTask]
) -> None:
    steps = [step for step in planned_steps(file, there) if step.action != "remove"]
    assert [step.article for step in steps] == [article_id(value) for value in file]


# annotators

TEAM = tuple(Annotator(f"A{number}", number, f"a{number}@example.org") for number in (1, 2, 3))


def order(count: int, share: float = 1.0, per_article: int = 1, seed: int = 5) -> Order:
    tasks = [task(article=f"a-{number}") for number in range(count)]
    return Order(tasks, SETUP, [a.email for a in TEAM], per_article, share, seed)


def new(*team: Annotator) -> list[Place]:
    return [Place(annotator, None, ()) for annotator in team]


def pushed(targets: Sequence[Target]) -> list[Place]:
    """Return the places as they are after a push."""
    return [
        Place(t.place.annotator, Project(number, t.setup), carried_out(t.steps, t.place.there))
        for number, t in enumerate(targets)
    ]


def held(places: Sequence[Place]) -> list[str]:
    return sorted(str(known.data["article"]) for place in places for known in place.there)


def test_one_project_for_all_holds_every_article_once() -> None:
    (target,) = planned(replace(order(5), emails=()), [Place(None, None, ())])
    assert (target.state, target.setup.title) == ("create", "News")
    assert articles_of(pushed([target])[0].there) == [f"a-{number}" for number in range(5)]


def test_each_annotator_gets_a_project_of_their_own_with_their_name() -> None:
    targets = planned(order(6), new(*TEAM))
    assert [target.setup.title for target in targets] == ["News A1", "News A2", "News A3"]
    assert [target.setup.description for target in targets] == [description("News", a) for a in TEAM]
    assert [len(target.steps) for target in targets] == [2, 2, 2]


@given(st.integers(0, 20), st.floats(0, 1), st.integers(1, 3), st.integers(0, 99))
def test_pushing_again_leaves_everything_where_it_is(
    count: int, share: float, per_article: int, seed: int
) -> None:
    wanted = order(count, share, per_article, seed)
    there = pushed(planned(wanted, new(*TEAM)))
    again = planned(wanted, there)
    assert {step.action for target in again for step in target.steps} <= {"skip"}
    assert all(target.state == "as it is" for target in again)
    assert set(held(there)) == {article_id(value) for value in wanted.tasks}


@given(st.integers(0, 12), st.integers(0, 12), st.integers(1, 3), st.integers(0, 99))
def test_more_articles_do_not_move_those_that_are_placed(
    count: int, added: int, per_article: int, seed: int
) -> None:
    there = pushed(planned(order(count, 1.0, per_article, seed), new(*TEAM)))
    more = pushed(planned(order(count + added, 1.0, per_article, seed), there))
    for before, after in zip(there, more, strict=True):
        assert set(articles_of(before.there)) <= set(articles_of(after.there))
    assert len(held(more)) == (count + added) * per_article


@pytest.mark.parametrize("seed", range(5))
def test_the_share_of_doubled_articles_stays_when_more_articles_come(seed: int) -> None:
    there = pushed(planned(order(20, 0.3, 2, seed), new(*TEAM)))
    assert len(held(there)) == 20 + 6
    there = pushed(planned(order(40, 0.3, 2, seed), there))
    assert len(held(there)) == 40 + 12


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_no_article_goes_to_an_annotator_who_is_not_named_any_more(count: int) -> None:
    first, *others = TEAM
    gone = Place(first._replace(email=""), Project(1, SETUP), [])
    wanted = replace(order(count), emails=[a.email for a in others])
    targets = planned(wanted, [gone, *new(*others)])
    assert held(pushed(targets)) == [f"a-{number}" for number in range(count)]


def test_an_article_that_lies_with_an_annotator_who_is_not_named_any_more_stays_there() -> None:
    first, *others = TEAM
    gone = Place(first._replace(email=""), Project(1, SETUP), [on_server(1, task(article="a-0"))])
    targets = planned(replace(order(3), emails=[a.email for a in others]), [gone, *new(*others)])
    assert held(pushed(targets)) == ["a-0", "a-1", "a-2"]
    assert [(target.state, brief(target.steps)) for target in targets if not target.named] == [
        ("not named", [("skip", 1)])
    ]


def test_suggestions_that_were_shown_stay_shown(scheme: Scheme) -> None:
    shown = Place(None, Project(1, SETUP), [on_server(1, suggested("b", scheme))])
    (target,) = planned(Order([plain("a", scheme)], SETUP), [shown])
    assert (target.setup.suggestions, target.state) == (True, "update")
    (target,) = planned(Order([plain("a", scheme)], SETUP), [Place(None, None, ())])
    assert not target.setup.suggestions
    (target,) = planned(Order([suggested("a", scheme)], SETUP), [Place(None, None, ())])
    assert target.setup.suggestions


def test_the_plan_is_shown_with_counts_and_whose_project_it_is() -> None:
    old, changed = task(article="a-0", title="x"), task(article="a-1", text="y")
    there = [on_server(1, old), on_server(2, changed, 1), on_server(3, task(article="z"))]
    targets = planned(replace(order(4), emails=()), [Place(None, Project(1, SETUP), there)])
    lines = render_plan(targets, Format.TEXT).splitlines()
    assert lines[0].split() == ["project", "create", "update", "skip", "refuse", "remove", "others"]
    assert lines[1].split() == ["as", "it", "is", "2", "1", "0", "1", "0", "1", "News"]
    assert render_plan(planned(order(1), new(*TEAM)), Format.TEXT).count("@example.org") == 3


def test_a_row_of_the_plan_is_one_line_however_long_the_title() -> None:
    title = "أخبار الشرق الأوسط لعام ألفين وستة وعشرين"
    (target,) = planned(Order([task()], Setup(title, "<View/>")), [Place(None, None, ())])
    assert len(render_plan([target], Format.TEXT).splitlines()) == 2


# people who are not named, and tasks that would stay behind


def test_a_changed_text_is_refused_though_its_annotator_is_not_named_any_more() -> None:
    first, second = Annotator("A1", 1), Annotator("A2", 2, "b@example.org")
    gone = Place(first, Project(1, SETUP), [on_server(1, task(), annotations=1)])
    order = Order([task(text="نص آخر", sha256="2")], SETUP, ["b@example.org"])
    targets = planned(order, [gone, Place(second, Project(2, SETUP), [])])
    assert [(target.state, target.named) for target in targets] == [("not named", False), ("update", True)]
    assert [problem.found for target in targets for problem in target.problems] == [CHANGED]
    assert [target.of("create") for target in targets] == [[], []]


@pytest.mark.parametrize(
    ("known", "stale"),
    [
        (on_server(1, task(scheme="2#2")), 0),
        (on_server(1, task()), 0),
        (on_server(1, task(), drafted=True), 1),
        (on_server(1, task(), annotations=1), 0),
        (on_server(1, task(), annotations=1)._replace(skipped=1), 1),
        (on_server(1, task(article="of another file")), 1),
    ],
)
def test_unfinished_tasks_that_keep_the_record_of_another_scheme_are_counted(
    known: ServerTask, stale: int
) -> None:
    order = Order([task(scheme="2#2")], SETUP)
    (target,) = planned(order, [Place(None, Project(1, SETUP), [known])])
    assert target.stale == stale


def test_what_a_lead_set_on_a_project_of_their_own_stays() -> None:
    there = Setup(
        "News", "<View/>", description="our own words", settings={**SETUP.settings, ANNOTATORS_PER_TASK: 2}
    )
    (target,) = planned(Order([task()], SETUP), [Place(None, Project(1, there), [])])
    assert target.setup == there
    assert target.state == "as it is"
