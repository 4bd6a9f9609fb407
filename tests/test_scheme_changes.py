"""What a scheme says of its earlier versions."""

import re
from pathlib import Path

import pytest

from miyar.errors import DataError
from miyar.scheme import (
    Change,
    Scheme,
    changes_after,
    changes_digest,
    outcome,
    read_scheme,
    version_number,
)
from pages import README, SCHEME_PAGE, examples

SCHEME = """
version = "2.0.0"
[entities.GPE]
[entities.FAC]
[triggers.ATTACK]
[roles.PLACE]
name = "المكان"
[roles.SITE]
name = "الموقع"
[attributes.link]
on = { GPE = "wikidata" }
"""


def scheme_of(folder: Path, *changes: str, source: str = SCHEME) -> Scheme:
    path = folder / "labels.toml"
    path.write_text("\n".join([source, *changes]), encoding="utf-8")
    return read_scheme(path)


def problem_of(folder: Path, *changes: str, source: str = SCHEME) -> str:
    with pytest.raises(DataError) as caught:
        scheme_of(folder, *changes, source=source)
    (problem,) = caught.value.problems
    return f"{problem.code}: {problem}"


def test_changes_are_read_in_the_order_of_their_versions(tmp_path: Path) -> None:
    made = scheme_of(
        tmp_path,
        '[changes."1.10"]\nLOC = "GPE"\nWEAPON = []',
        '[changes."1.9"]\nAREA = ["GPE", "FAC"]\n"القديم" = "PLACE"',
    )
    assert made.changes == (
        Change("1.9", {"AREA": ("GPE", "FAC"), "القديم": ("PLACE",)}),
        Change("1.10", {"LOC": ("GPE",), "WEAPON": ()}),
    )
    assert [change.version for change in changes_after("1.9.0", made.changes)] == ["1.10"]


@pytest.mark.parametrize("page", [README, SCHEME_PAGE], ids=["the readme", "the scheme's page"])
def test_the_example_for_people_is_a_scheme(page: Path, tmp_path: Path) -> None:
    [example] = [text for text in examples(page, "toml") if "[changes." in text]
    version, _, changes = example.partition("\n")
    made = scheme_of(tmp_path, changes, source=SCHEME.replace('version = "2.0.0"', version))
    assert made.changes[0].targets["PLACE"] == ("GPE", "FAC")


def test_changes_are_no_part_of_the_signature_and_have_a_digest_of_their_own(tmp_path: Path) -> None:
    without = scheme_of(tmp_path)
    made = [scheme_of(tmp_path, f'[changes."2.0.0"]\nLOC = {to}') for to in ('"GPE"', '["GPE"]', '"FAC"')]
    assert {scheme.signature for scheme in made} == {without.signature}
    first, same, other = (changes_digest(scheme.changes) for scheme in made)
    assert first == same != other
    assert (without.changes, changes_digest(())) == ((), "")


@pytest.mark.parametrize(
    "changes",
    [
        'LOC = ["GPE", "FAC"]',
        'GPE = ["GPE", "FAC"]',
        'GPE = "FAC"',
        '"المكان" = ["SITE", "PLACE"]',
        '"القديم" = []',
        'old = "link"',
        "old = []",
        'RAID = "ATTACK"',
    ],
)
def test_codes_may_be_renamed_merged_split_and_dropped(tmp_path: Path, changes: str) -> None:
    assert scheme_of(tmp_path, f'[changes."2.0.0"]\n{changes}').changes


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ('LOC = "GPEE"', "unknown_code: .*GPEE .*did you mean GPE"),
        ('LOC = ["GPE", "ATTACK"]', "mixed_kinds: .*codes of entities and triggers"),
        ('LOC = ["GPE", "link"]', "mixed_kinds: .*entities and attributes"),
        ('GPE = "GPE"', "bad_change: .*GPE becomes itself"),
        ('LOC = ["GPE", "GPE"]', "bad_change: .*twice"),
        ("GPE = []", "bad_change: .*GPE is dropped, and is in the scheme"),
        ("link = []", "bad_change: .*link is dropped, and is in the scheme"),
        ('"المكان" = []', "bad_change: .*is dropped, and is in the scheme"),
        ("LOC = 5", r'wrong_type: .*in quotes: \[changes\."2\.0\.0"\]'),
        ("LOC = [5]", "wrong_type: "),
    ],
)
def test_a_change_that_cannot_be_is_refused(tmp_path: Path, changes: str, words: str) -> None:
    found = problem_of(tmp_path, f'[changes."2.0.0"]\n{changes}')
    assert re.match(words, found, re.DOTALL), found


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("2.0.1", "at most 2.0.0, the scheme's version"),
        ("2.0.0.1", "at most 2.0.0"),
        ("10", "at most 2.0.0"),
        ("v2", "a version in numbers"),
        ("2.x", "a version in numbers"),
        ("", "a version in numbers"),
        ("٢", "a version in numbers"),
    ],
)
def test_a_version_that_cannot_have_been_is_refused(tmp_path: Path, version: str, words: str) -> None:
    found = problem_of(tmp_path, f'[changes."{version}"]\nLOC = "GPE"')
    assert found.startswith("change_version")
    assert words in found


def test_one_version_in_two_tables_is_refused(tmp_path: Path) -> None:
    found = problem_of(tmp_path, '[changes."2.0"]\nLOC = "GPE"', '[changes."2.0.0"]\nAREA = "GPE"')
    assert "the same as 2.0" in found


def test_a_version_without_quotes_is_answered_with_them(tmp_path: Path) -> None:
    # TOML reads [changes.2.0] as tables in tables
    assert 'in quotes: [changes."2.0.0"]' in problem_of(tmp_path, '[changes.2.0]\nLOC = "GPE"')


def test_a_scheme_with_changes_has_a_version_in_numbers(tmp_path: Path) -> None:
    draft = SCHEME.replace("2.0.0", "draft")
    assert scheme_of(tmp_path, source=draft).version == "draft"
    found = problem_of(tmp_path, '[changes."1.0"]\nLOC = "GPE"', source=draft)
    assert "the scheme's own version" in found


def test_targets_may_have_been_changed_again_later(tmp_path: Path) -> None:
    chain = ('[changes."1.1"]\nLOC = "AREA"\nSEA = "DROPPED"', '[changes."1.2"]\nAREA = "GPE"\nDROPPED = []')
    made = scheme_of(tmp_path, *chain)
    assert outcome("LOC", made.changes) == ("GPE",)
    assert outcome("SEA", made.changes) == (None,)
    assert "AREA" in problem_of(tmp_path, chain[0].replace('SEA = "DROPPED"', ""))


@pytest.mark.parametrize(
    ("version", "number"),
    [("1.2.0", (1, 2)), ("1.10", (1, 10)), ("2", (2,)), ("0.0", ()), ("1.0.1", (1, 0, 1)), ("1..2", None)],
)
def test_versions_are_compared_as_numbers(version: str, number: tuple[int, ...] | None) -> None:
    assert version_number(version) == number


@pytest.mark.parametrize(
    "version", ["", "1.", ".1", "1.2-rc1", "v1", "1,2", " 1", "1\n", "٣", "9" * 5000, "1." * 50]
)
def test_anything_else_is_no_version(version: str) -> None:
    assert version_number(version) is None


CHANGES = (
    Change("2", {"PLACE": ("GPE", "FAC"), "LOC": ("GPE",), "OLD": ()}),
    Change("3", {"FAC": (), "GPE": ("CITY",)}),
)


@pytest.mark.parametrize(
    ("code", "now"),
    [
        ("PERS", ("PERS",)),
        ("LOC", ("CITY",)),
        ("OLD", (None,)),
        ("FAC", (None,)),
        ("PLACE", ("CITY", None)),
    ],
)
def test_an_outcome_is_all_that_a_code_can_be_now(code: str, now: tuple[str | None, ...]) -> None:
    assert outcome(code, CHANGES) == now
    assert outcome(code, ()) == (code,)
