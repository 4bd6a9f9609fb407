import re
import unicodedata

import pytest

from miyar.errors import (
    FIRST_STRONG_ISOLATE,
    POP_ISOLATE,
    SHOWN_PROBLEMS,
    DataError,
    MiyarError,
    Problem,
    UsageError,
    count_by_code,
    plain,
    quoted,
    safe,
)
from miyar.report.format import Format
from miyar.report.page import Heading, Lines, Numbers, render_page
from miyar.report.table import render_table


def problem(code: str = "bad_thing", where: str = "a.txt:1:2", remedy: str = "mend it") -> Problem:
    return Problem(code, where, "this", "that", remedy)


def test_a_problem_says_where_what_was_found_what_was_expected_and_what_to_do() -> None:
    assert str(problem()).splitlines() == [
        "a.txt:1:2: this [bad_thing]",
        "    expected: that",
        "    to do:    mend it",
    ]


def test_a_problem_without_remedy_has_no_line_for_it() -> None:
    assert "to do" not in str(problem(remedy=""))


def test_a_problem_as_an_object_has_the_names_of_its_fields() -> None:
    assert problem().to_dict() == {
        "code": "bad_thing",
        "where": "a.txt:1:2",
        "found": "this",
        "expected": "that",
        "remedy": "mend it",
    }


def test_all_problems_are_in_one_message_with_counts_and_outcome() -> None:
    error = DataError([problem(where="a.txt"), problem(where="b.txt"), problem("other")])
    message = str(error)
    assert "a.txt: this" in message
    assert "b.txt: this" in message
    assert message.endswith("3 problems: 2 bad_thing, 1 other. Nothing was written.")
    assert len(error.problems) == 3


def test_what_became_of_the_run_can_be_said() -> None:
    assert str(DataError([problem()], "The rest was written.")).endswith("The rest was written.")


def test_a_long_list_is_cut_and_says_how_much_is_hidden() -> None:
    error = DataError(problem(where=f"{n}.txt") for n in range(SHOWN_PROBLEMS + 3))
    assert f"{SHOWN_PROBLEMS - 1}.txt:" in str(error)
    assert f"{SHOWN_PROBLEMS}.txt:" not in str(error)
    assert "… and 3 more." in str(error)
    assert f"{SHOWN_PROBLEMS + 3} problems" in str(error)


def test_one_problem_is_counted_in_the_singular() -> None:
    assert count_by_code([problem()]) == "1 problem: 1 bad_thing"


@pytest.mark.parametrize(("kind", "status"), [(MiyarError, 1), (DataError, 1), (UsageError, 2)])
def test_the_exit_status_tells_wrong_data_from_a_wrong_call(kind: type[MiyarError], status: int) -> None:
    assert kind.status == status
    assert issubclass(kind, MiyarError)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ألماز", "ألماز"),
        ("a\nb\x00", "a\\u000ab\\u0000"),
        ("\ud83d", "\\ud83d"),
        ("\u202egnp", "\\u202egnp"),  # a right-to-left override would turn the rest of the message round
        ("\U000e0001", "\\U000e0001"),
        (7, "7"),
    ],
)
def test_quoted_values_are_isolated_and_safe_to_print(text: object, shown: str) -> None:
    assert quoted(text) == f"“{FIRST_STRONG_ISOLATE}{shown}{POP_ISOLATE}”"
    quoted(text).encode("utf-8")


def test_quoted_values_are_cut_with_an_ellipsis_only_when_they_are_too_long() -> None:
    assert "…" not in quoted("ب" * 60)
    assert quoted("ب" * 61).count("ب") == 60
    assert "…" in quoted("ب" * 61)


HOSTILE = "\x1b]0;title\x07\x9b31m\u202e\u2028x\n\n## Gate: passed"


def obeyed(text: str) -> list[str]:
    """Return what a terminal would obey, and what would begin a line."""
    return [c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in "\u202e\ud800"]


def test_a_problem_is_on_its_lines_whatever_the_data_say() -> None:
    shown = str(Problem("a_code", HOSTILE, HOSTILE, HOSTILE, HOSTILE))
    assert obeyed(shown) == ["\n", "\n"]
    assert obeyed(plain(HOSTILE)) == []
    assert obeyed(safe(HOSTILE)) == ["\n", "\n"]


def test_arabic_isolates_and_joiners_are_shown_as_they_are() -> None:
    text = "قال “\u2068محمد\u2069” مى\u200cشود"
    assert plain(text) == text


@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN])
def test_tables_and_pages_keep_hostile_names_in_their_place(form: Format) -> None:
    name = HOSTILE + "<img src=x>|[a](http://b)"
    table = render_table(("a", "b", ""), [(name, "1", name)], form)
    assert len(table.splitlines()) == (3 if form is Format.MARKDOWN else 2)
    page = render_page([Heading(name), Lines((name,)), Numbers(("a", "b"), ((name, name),))], form)
    assert not re.search("^## Gate", page, re.MULTILINE)
    assert set(obeyed(table + page)) == {"\n"}
    if form is Format.MARKDOWN:
        assert not re.search(r"(?<!\\)<img|[^\\]\]\(", table + page)
