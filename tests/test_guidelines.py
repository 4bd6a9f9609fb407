import re
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import ROOT
from miyar.errors import DataError
from miyar.guidelines import (
    HEADS,
    LANGUAGES,
    TABLES,
    WHOLE,
    as_html,
    guidelines_file,
    render_guidelines,
)
from miyar.scheme import Label, Role, Scheme

CONFIG = ROOT / "annotation_config"
WHERE = Path("guidelines.en.md")


def block(name: str, content: str = "old") -> str:
    return f"<!-- table:{name} -->\n{content}\n<!-- /table -->"


def rows_of(rendered: str) -> list[str]:
    """The rows of one table, without its marks, head and rule."""
    return rendered.splitlines()[3:-1]


def one_label(name: str = "شخص", definition: str = "a person") -> Scheme:
    return Scheme("1", "ar", (Label("PERS", "entities", name, "#000000", "q", {"": definition}),))


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_guidelines_are_up_to_date(language: str, scheme: Scheme) -> None:
    file = guidelines_file(CONFIG, language)
    assert file is not None
    text = file.read_text(encoding="utf-8")
    assert render_guidelines(text, scheme, language, file) == text, "run: miyar render-config"
    assert [name for name in TABLES if f"<!-- table:{name} -->" not in text] == []


def test_there_may_be_no_guidelines(tmp_path: Path) -> None:
    assert guidelines_file(tmp_path, "ar") is None


def test_a_table_has_a_row_for_each_item_and_the_text_around_it_stays(scheme: Scheme) -> None:
    before, after = "# Title\n\nText | with bars\n\n", "\n\nMore <!-- a note --> text\n"
    rendered = render_guidelines(f"{before}{block('triggers')}{after}", scheme, "en", WHERE)
    assert rendered.startswith(before)
    assert rendered.endswith(after)
    rows = rows_of(rendered.removeprefix(before).removesuffix(after))
    assert len(rows) == len(scheme.triggers)
    assert rows[8] == "| `s` | وفاة | DIE | a death, also where it is the result of an attack |"


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", "| المكان | PLACE | where it happens | GPE, LOC, FAC | GPE, FAC |"),
        ("ar", "| المكان | PLACE | أين وقع | كيان سياسي، موقع، منشأة | كيان سياسي، منشأة |"),
    ],
)
def test_a_table_speaks_the_language_of_its_reader(language: str, row: str, scheme: Scheme) -> None:
    rendered = render_guidelines(block("roles"), scheme, language, WHERE)
    assert row in rows_of(rendered)
    assert " | ".join(HEADS[language]["roles"]) in rendered


def test_the_table_of_roles_says_nothing_of_arrows_without_one_where_each_is_chosen(scheme: Scheme) -> None:
    silent = replace(scheme, implied_roles="", roles=tuple(replace(role, usual=()) for role in scheme.roles))
    rendered = render_guidelines(block("roles"), silent, "en", WHERE)
    assert "| المكان | PLACE | where it happens | GPE, LOC, FAC |" in rows_of(rendered)


def test_the_table_of_roles_names_the_triggers_with_which_a_role_need_not_be_chosen() -> None:
    labels = (Label("GPE", "entities", "place", "#000000"), Label("DATE", "entities", "date", "#000000"))
    triggers = tuple(Label(code, "triggers", code.lower(), "#000000") for code in ("ATTACK", "DIE"))
    roles = (Role("PLACE", "where"), Role("TIME", "when", triggers=("DIE",), usual=("DATE",)))
    scheme = Scheme("1", "en", labels, triggers, roles, implied_roles="1")
    first, second = rows_of(render_guidelines(block("roles"), scheme, "en", WHERE))
    assert first.endswith("| GPE (ATTACK), DATE (ATTACK) |")
    assert second.endswith("| DATE (DIE) |")


def test_a_definition_without_language_serves_every_language() -> None:
    assert rows_of(render_guidelines(block("entities"), one_label(), "ar", WHERE)) == [
        "| `q` | شخص | PERS | a person |"
    ]


@pytest.mark.parametrize("text", ["a | b", "two\nlines", "two\r\nlines", "| -- |\n| x |"])
def test_no_text_breaks_out_of_its_cell(text: str) -> None:
    (row,) = rows_of(render_guidelines(block("entities"), one_label(text, text), "en", WHERE))
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


def test_tables_that_are_not_known_are_refused_all_at_once(scheme: Scheme) -> None:
    text = f"{block('entity')}\n{block('entities')}\n{block('labels')}"
    with pytest.raises(DataError) as caught:
        render_guidelines(text, scheme, "en", WHERE)
    assert [(p.code, p.where, p.found) for p in caught.value.problems] == [
        ("unknown_table", "guidelines.en.md", "entity"),
        ("unknown_table", "guidelines.en.md", "labels"),
    ]
    assert caught.value.problems[0].expected == "one of entities, triggers, roles, attributes"


@pytest.mark.parametrize(
    "text",
    [
        f"<!-- table:entities -->\n\nrules by hand\n\n{block('triggers')}",  # not closed: the rules would go
        "<!-- table:entities -->\n\nrules by hand\n",
        "<!-- table:entity-labels -->\n<!-- /table -->",
        "rules by hand\n<!-- /table -->\n",
    ],
)
def test_marks_that_make_no_block_are_refused(text: str, scheme: Scheme) -> None:
    with pytest.raises(DataError, match=r"guidelines\.en\.md"):
        render_guidelines(text, scheme, "en", WHERE)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_the_page_shows_tables_in_the_direction_of_the_language(
    language: str, direction: str, scheme: Scheme
) -> None:
    file = guidelines_file(CONFIG, language)
    assert file is not None
    html = as_html(file.read_text(encoding="utf-8"), language)
    assert html.startswith(f'<div dir="{direction}">')
    assert html.endswith("</div>")
    assert html.count("<table>") == len(TABLES)
    assert all(f"<td>{label.code}</td>" in html for label in scheme.labels)
    assert "<!--" not in html
    assert "&lt;!--" not in html


def test_raw_html_is_shown_and_not_run() -> None:
    html = as_html('<script>alert(1)</script>\n\nأ <img src=x onerror="alert(1)"> ب', "ar")
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_links_to_scripts_are_no_links() -> None:
    assert "href" not in as_html("[أ](javascript:alert(1))", "ar")


def test_lists_carry_their_numbers_and_dashes_in_their_text() -> None:
    html = as_html("1. a\n   - x\n   - y\n2. b\n\n- p\n  - q\n- r\n", "en")
    assert [item for item in ("1. a", "– x", "– y", "2. b", "– p", "– q", "– r") if item not in html] == []
    assert "3. three" in as_html("3. three", "en")


def test_all_but_the_first_section_opens_by_a_click() -> None:
    html = as_html("# Title\n\n## In short\n\ncard\n\n## Spans\n\nrest\n\n## Labels\n\nmore\n", "en")
    card, whole = html.split(f'<div class="{WHOLE}" tabindex="0">')
    assert "<p>card</p>" in card
    assert "rest" not in card
    assert "more" in whole
    assert html.count("<div") == html.count("</div>") == 2


@pytest.mark.parametrize("text", ["nothing", "## In short\n\ncard\n"])
def test_short_guidelines_are_all_card(text: str) -> None:
    assert WHOLE not in as_html(text, "en")
