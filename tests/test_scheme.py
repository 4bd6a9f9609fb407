import re
from collections import Counter
from pathlib import Path

import pytest

import miyar.scheme.reading
from conftest import ROOT
from miyar.errors import DataError, UsageError
from miyar.scheme import Attribute, Label, Role, Scheme, find_config, read_scheme
from miyar.scheme.checks import COLOUR, HOTKEY
from miyar.scheme.reading import ENTITY_KEYS, PALETTE, TRIGGER_KEYS

CASES = sorted((ROOT / "tests" / "cases" / "scheme").glob("*.toml"))
SIX_LINES = """
version = "0.1"
[entities.PERS]
[entities.GPE]
[triggers.ATTACK]
[roles.AGENT]
[roles.PLACE]
"""


SIX_LINES_SIGNATURE = "0.1#3fdd856f"  # of the version of miyar that knew no implied roles


def scheme_of(folder: Path, source: str) -> Scheme:
    path = folder / "labels.toml"
    path.write_text(source, encoding="utf-8")
    return read_scheme(path)


def codes_of(folder: Path, source: str) -> set[str]:
    with pytest.raises(DataError) as caught:
        scheme_of(folder, source)
    return {problem.code for problem in caught.value.problems}


# --- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_bad_scheme_is_refused_with_the_code_that_its_file_is_named_after(path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_scheme(path)
    (problem,) = caught.value.problems
    assert problem.code == path.stem
    assert problem.where.startswith(str(path))
    assert problem.found
    assert problem.expected


def test_every_code_that_a_scheme_can_be_refused_with_has_a_case() -> None:
    sources = (ROOT / "scripts" / "miyar" / "scheme").glob("*.py")
    codes = {code for path in sources for code in re.findall(r'Problem\(\s*"(\w+)"', path.read_text("utf-8"))}
    assert codes == {path.stem for path in CASES}


@pytest.mark.parametrize(
    ("own", "since", "found"),
    [("1.1", "1.2", "1.2"), ("draft", "1.1", "own version"), ("1.1", "soon", "soon")],
)
def test_roles_can_be_implied_only_since_a_version_up_to_the_schemes_own(
    tmp_path: Path, own: str, since: str, found: str
) -> None:
    with pytest.raises(DataError) as caught:
        scheme_of(tmp_path, f'version = "{own}"\nimplied_roles = "{since}"\n[entities.PERS]\n')
    (problem,) = caught.value.problems
    assert (problem.code, found in problem.found) == ("implied_version", True)


def test_every_contradiction_among_usual_roles_is_named(tmp_path: Path) -> None:
    source = """version = "1"
[entities.GPE]
[entities.DATE]
[triggers.ATTACK]
[roles.PLACE]
entities = ["GPE"]
usual = ["DATE", "GPE", "ATTACK"]
[roles.TIME]
usual = ["DATE"]
"""
    with pytest.raises(DataError) as caught:
        scheme_of(tmp_path, source)
    assert Counter(problem.code for problem in caught.value.problems) == {
        "usual_unread": 2,
        "unknown_code": 1,
        "usual_not_allowed": 1,
        "usual_twice": 1,
    }


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    source = '[entities.PERS]\ncolour = "blue"\n[roles.TIME]\nentities = ["DAT", "PERS"]\n'
    assert codes_of(tmp_path, source) == {"bad_version", "bad_colour", "unknown_code"}


def test_a_misspelt_code_is_answered_with_what_was_meant(tmp_path: Path) -> None:
    source = 'version = "1"\n[entities.DATE]\n[roles.TIME]\nentities = ["DAT"]\n'
    with pytest.raises(DataError, match=r"roles\.TIME\] entities: DAT .*\n.*did you mean DATE\?"):
        scheme_of(tmp_path, source)


@pytest.mark.parametrize(
    "lines",
    [
        "maps = 5",
        'maps.conll = "PER"',
        "maps.conll = { PERS = 5 }",
        "language = 5",
        "roles.TIME.entities = 5",
        'roles.TIME.entities = [["PERS"]]',
        "entities.GPE.definition = 5",
        "entities.GPE.definition = { en = 5 }",
        'attributes.link.on = { PERS = ["wikidata"] }',
    ],
)
def test_a_value_of_another_type_is_a_problem_and_not_a_crash(lines: str, tmp_path: Path) -> None:
    assert codes_of(tmp_path, f'version = "1"\n{lines}\n[entities.PERS]\n')


@pytest.mark.parametrize("code", ["entity", "trigger", "text", "my value", "القيمة"])
def test_an_attributes_code_cannot_be_another_name_in_the_page(code: str, tmp_path: Path) -> None:
    source = f'version = "1"\n[entities.PERS]\nname = "x"\n[attributes."{code}"]\nname = "y"\n'
    assert codes_of(tmp_path, source + 'on = { PERS = "wikidata" }')


def test_a_roles_name_cannot_be_the_code_of_another_role(tmp_path: Path) -> None:
    # import takes name or code: which of the two roles would TARGET be?
    roles = '[roles.AGENT]\nname = "TARGET"\n[roles.TARGET]\nname = "AGENT"\n'
    assert codes_of(tmp_path, f'version = "1"\n[entities.PERS]\n{roles}')


def test_a_name_that_xml_cannot_hold_is_refused(tmp_path: Path) -> None:
    assert codes_of(tmp_path, 'version = "1"\n[entities.PERS]\nname = "a\\u0001b"\n') == {"bad_name"}


def test_a_scheme_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"labels\.toml: cannot be read: .*--config"):
        read_scheme(tmp_path / "labels.toml")


# --- defaults ----------------------------------------------------------------------------------------------


def test_six_lines_are_a_scheme(tmp_path: Path) -> None:
    small = scheme_of(tmp_path, SIX_LINES)
    assert [label.name for label in small.labels] == ["PERS", "GPE", "ATTACK"]
    assert [label.colour for label in small.labels] == list(PALETTE[:3])
    assert [label.hotkey for label in small.labels] == ["q", "w", "a"]
    assert [(role.name, role.triggers, role.entities) for role in small.roles] == [
        ("AGENT", (), ()),
        ("PLACE", (), ()),
    ]
    assert (small.language, small.attributes, small.maps) == ("ar", (), {})
    assert small.roles[0].allows("ATTACK", "GPE")


def test_a_default_key_is_one_that_no_other_label_has(tmp_path: Path) -> None:
    small = scheme_of(tmp_path, f'{SIX_LINES}[entities.LOC]\nhotkey = "q"\n[entities.X]\nhotkey = ""\n')
    assert [label.hotkey for label in small.labels] == ["w", "e", "q", "", "a"]


def test_a_default_colour_is_one_that_no_other_label_has(tmp_path: Path) -> None:
    small = scheme_of(tmp_path, f'{SIX_LINES}[entities.LOC]\ncolour = "{PALETTE[0]}"\n')
    assert len({label.colour for label in small.labels}) == 4


def test_more_labels_than_keys_and_colours_still_work(tmp_path: Path) -> None:
    labels = "".join(f"[entities.L{n}]\n" for n in range(30))
    many = scheme_of(tmp_path, f'version = "1"\n{labels}')
    assert [label.hotkey for label in many.labels] == [*ENTITY_KEYS, *[""] * (30 - len(ENTITY_KEYS))]
    assert many.labels[len(PALETTE)].colour == PALETTE[0]


def test_defaults_are_what_may_be_written() -> None:
    assert all(COLOUR.fullmatch(colour) for colour in PALETTE)
    assert all(HOTKEY.fullmatch(key) for key in ENTITY_KEYS + TRIGGER_KEYS)
    assert len(set(ENTITY_KEYS + TRIGGER_KEYS)) == len(ENTITY_KEYS + TRIGGER_KEYS)
    assert len(set(PALETTE)) == len(PALETTE)


# --- signature ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ['name = "شخص"', 'colour = "#000000"', 'hotkey = "x"', 'definition = "a"'])
def test_the_signature_stays_when_only_looks_change(change: str, tmp_path: Path) -> None:
    changed = SIX_LINES.replace("[entities.PERS]", f"[entities.PERS]\n{change}")
    assert scheme_of(tmp_path, changed).signature == scheme_of(tmp_path, SIX_LINES).signature


@pytest.mark.parametrize(
    "change",
    [
        "[entities.LOC]",
        "[triggers.DIE]",
        "[roles.TIME]",
        '[roles.TIME]\nentities = ["GPE"]',
        '[attributes.link]\non = { PERS = "wikidata" }',
        '[attributes.link]\non = { PERS = "decimal" }',
        '[maps.conll]\nPERS = "PER"',
        '[maps.conll]\nPERS = "PERSON"',
    ],
)
def test_the_signature_changes_with_what_can_change_a_score(change: str, tmp_path: Path) -> None:
    signature = scheme_of(tmp_path, f"{SIX_LINES}{change}\n").signature
    assert signature != scheme_of(tmp_path, SIX_LINES).signature
    assert re.fullmatch(r"0\.1#[0-9a-f]{8}", signature)


def test_the_signature_names_the_version(tmp_path: Path) -> None:
    assert scheme_of(tmp_path, SIX_LINES.replace("0.1", "0.2")).signature.startswith("0.2#")


# --- our own scheme ----------------------------------------------------------------------------------------


def test_our_scheme_has_the_agreed_codes(scheme: Scheme) -> None:
    entities = "ORG GPE DATE OCC CARDINAL PERS WEAPON FAC LAW LOC NORP"
    triggers = "ATTACK PERSONNEL LEGAL THREAT INJURE ARREST PROTEST DEPLOY DIE SEIZE"
    roles = "AGENT TARGET PLACE TIME COUNT INSTRUMENT"
    assert [label.code for label in scheme.entities] == entities.split()
    assert [label.code for label in scheme.triggers] == triggers.split()
    assert [role.code for role in scheme.roles] == roles.split()
    assert [attribute.code for attribute in scheme.attributes] == ["value", "link"]


def test_every_item_of_our_scheme_is_defined_in_both_languages(scheme: Scheme) -> None:
    items: tuple[Label | Role | Attribute, ...] = (*scheme.labels, *scheme.roles, *scheme.attributes)
    for item in items:
        assert item.definitions.keys() == {"en", "ar"}, item.code


@pytest.mark.parametrize(
    ("role", "entity", "allowed"),
    [
        ("AGENT", "PERS", True),
        ("AGENT", "DATE", False),
        ("TARGET", "FAC", True),
        ("PLACE", "GPE", True),
        ("PLACE", "ORG", False),
        ("TIME", "DATE", True),
        ("TIME", "CARDINAL", False),
        ("COUNT", "CARDINAL", True),
        ("INSTRUMENT", "WEAPON", True),
        ("INSTRUMENT", "PERS", False),
    ],
)
def test_our_roles_allow_their_ends(role: str, entity: str, allowed: bool, scheme: Scheme) -> None:
    found = scheme.role(role)
    assert found is not None
    assert found.allows("ATTACK", entity) is allowed


def test_a_role_can_be_limited_to_triggers(tmp_path: Path) -> None:
    small = scheme_of(tmp_path, SIX_LINES + 'triggers = ["ATTACK"]\n[triggers.DIE]\n')
    assert small.roles[1].allows("ATTACK", "PERS")
    assert not small.roles[1].allows("DIE", "PERS")


def test_labels_and_roles_are_found_by_code_and_roles_by_name_too(scheme: Scheme) -> None:
    assert scheme.layer("GPE") == "entities"
    assert scheme.layer("DIE") == "triggers"
    assert scheme.layer("XXX") is None
    assert scheme.role("الزمن") == scheme.role("TIME")
    assert scheme.role("XXX") is None
    assert scheme.attribute("link") == scheme.attributes[1]


def test_our_maps_lead_to_the_published_inventories(scheme: Scheme) -> None:
    entities, triggers = ({label.code for label in labels} for labels in (scheme.entities, scheme.triggers))
    assert scheme.maps.keys() == {"wojood", "conll", "ace"}
    assert set(scheme.maps["wojood"]) == entities
    assert scheme.maps["wojood"]["WEAPON"] == "PRODUCT"
    assert set(scheme.maps["conll"]) <= entities
    assert set(scheme.maps["conll"].values()) == {"PER", "ORG", "LOC", "MISC"}
    assert set(scheme.maps["ace"]) <= triggers
    assert scheme.maps["ace"]["DIE"] == "Life.Die"


# --- values of attributes ----------------------------------------------------------------------------------

VALUE = Attribute("value", "v", {"N": "decimal", "D": "iso8601", "L": "wikidata"})


@pytest.mark.parametrize(
    ("label", "value", "canonical"),
    [
        ("N", "4200", "4200"),
        ("N", " ٤٢٠٠ ", "4200"),
        ("N", "4.5", "4.5"),
        ("N", "٤.٥", "4.5"),
        ("N", "-3", "-3"),
        ("N", "4.50", "4.5"),  # one number, one canonical form: values are compared as strings
        ("N", "007", "7"),
        ("D", "2024-05-03", "2024-05-03"),
        ("D", "٢٠٢٤-٠٥", "2024-05"),
        ("D", "2024", "2024"),
        ("D", "2024-02-29", "2024-02-29"),
        ("D", "2024-05-03T14:30", "2024-05-03T14:30"),
        ("L", "Q805", "Q805"),
        ("L", "Q٨٠٥", "Q805"),
    ],
)
def test_values_have_one_canonical_form(label: str, value: str, canonical: str) -> None:
    assert VALUE.canonical(label, value) == canonical


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("N", ""),
        ("N", "4,200"),
        ("N", "about 5"),
        ("N", "1e3"),
        ("N", ".5"),
        ("N", "٤ آلاف"),
        ("D", "03/05/2024"),
        ("D", "2024-5-3"),
        ("D", "2024-13"),
        ("D", "2024-00"),
        ("D", "2024-05-32"),
        ("D", "2023-02-29"),  # no such day
        ("D", "24"),
        ("L", "805"),
        ("L", "Q0"),
        ("L", "https://www.wikidata.org/wiki/Q805"),
    ],
)
def test_other_values_are_refused_in_words(label: str, value: str) -> None:
    assert VALUE.canonical(label, value) is None
    assert "such as" in VALUE.expected(label)


# --- where the scheme is looked for ------------------------------------------------------------------------


def put_config(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "labels.toml").write_text(SIX_LINES, encoding="utf-8")
    return folder


def test_the_named_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_config(tmp_path / "annotation_config")
    named = put_config(tmp_path / "named")
    monkeypatch.chdir(tmp_path)
    assert find_config(named) == named


def test_a_named_folder_without_a_scheme_is_refused_and_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"no labels\.toml in {tmp_path}; .*--config"):
        find_config(tmp_path)


def test_the_working_directory_comes_before_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config(None) == ROOT / "annotation_config"
    own = put_config(tmp_path / "annotation_config")
    assert find_config(None).resolve() == own


@pytest.mark.parametrize("pyproject", [None, '[project]\nname = "other"\n'])
def test_the_packages_copy_comes_last_and_a_strange_checkout_is_passed_over(
    pyproject: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_config(tmp_path / "annotation_config")
    in_wheel = put_config(tmp_path / "site" / "miyar" / "annotation_config")
    if pyproject:
        (tmp_path / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    monkeypatch.setattr(miyar.scheme.reading, "CHECKOUT", tmp_path)
    monkeypatch.setattr(miyar.scheme.reading, "PACKAGE", in_wheel.parent)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert find_config(None) == in_wheel


@pytest.mark.parametrize("code", ["entity", "trigger", "text", "id", "start", "end", "label"])
def test_an_attribute_cannot_take_a_name_that_spans_and_page_have(code: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.toml"
    file.write_text(
        f'version = "1"\n[entities.PERS]\n[attributes.{code}]\non = {{ PERS = "wikidata" }}\n',
        encoding="utf-8",
    )
    with pytest.raises(DataError, match="bad_code"):
        read_scheme(file)


# --- relations without a role ------------------------------------------------------------------------------

IMPLIED = """
version = "2.0"
implied_roles = "1.1"
[entities.PERS]
[entities.GPE]
[entities.DATE]
[triggers.ATTACK]
[triggers.DIE]
[roles.AGENT]
entities = ["PERS", "GPE"]
[roles.PLACE]
entities = ["GPE"]
usual = ["GPE"]
[roles.TIME]
entities = ["DATE"]
[roles.CAUSE]
triggers = ["DIE"]
entities = ["DATE"]
"""


@pytest.mark.parametrize(
    ("trigger", "entity", "role"),
    [
        ("ATTACK", "GPE", "PLACE"),  # the usual one of two
        ("ATTACK", "PERS", "AGENT"),  # the only one
        ("ATTACK", "DATE", "TIME"),  # the only one with this trigger
        ("DIE", "DATE", None),  # two, neither usual
    ],
)
def test_a_relation_without_a_role_has_the_only_one_or_the_usual_one(
    tmp_path: Path, trigger: str, entity: str, role: str | None
) -> None:
    found = scheme_of(tmp_path, IMPLIED).implied_role(trigger, entity)
    assert (found and found.code) == role


def test_roles_are_implied_only_where_the_scheme_asks_for_it(tmp_path: Path) -> None:
    silent = scheme_of(tmp_path, IMPLIED.replace('implied_roles = "1.1"', "").replace("usual =", "# usual ="))
    assert silent.implied_role("ATTACK", "DATE") is None
    assert not silent.implies_roles("2.0")


@pytest.mark.parametrize(
    ("version", "implies"),
    [("1.1", True), ("1.1.0", True), ("2.0", True), ("1.0.9", False), ("draft", False), ("", False)],
)
def test_labels_of_a_version_before_the_rule_are_not_read_by_it(
    tmp_path: Path, version: str, implies: bool
) -> None:
    assert scheme_of(tmp_path, IMPLIED).implies_roles(version) is implies


def test_the_signature_changes_with_the_rule_and_is_as_before_without_it(tmp_path: Path) -> None:
    one = scheme_of(tmp_path, IMPLIED).signature
    assert one != scheme_of(tmp_path, IMPLIED.replace('usual = ["GPE"]', "")).signature
    silent = scheme_of(tmp_path, SIX_LINES)
    assert silent.signature == SIX_LINES_SIGNATURE
