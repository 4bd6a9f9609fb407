"""The guidelines' tables, made from the scheme, and the guidelines as the page shows them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from miyar.errors import DataError, Problem, plain
from miyar.scheme import Attribute, Label, Role, Scheme

if TYPE_CHECKING:
    from markdown_it.token import Token

_BLOCK = re.compile(r"<!-- table:(?P<name>[^\n]*?) -->\n(?:(?!<!-- table:).)*?<!-- /table -->", re.DOTALL)
_MARK = re.compile(r"<!-- /?table.*")
IMPLIED: Mapping[str, str] = {"ar": "بلا اختيار مع", "en": "without choosing, with"}
WHOLE, MORE = "miyar-whole", "miyar-more"
OPEN: Mapping[str, str] = {"ar": "▾ الدليل كاملا: انقر هنا", "en": "▾ The whole guidelines: click here"}
MARKUP = re.compile(r"[\\|<]|\](?=[(:\[])")  # cells, tags and links
LANGUAGES = ("ar", "en")

HEADS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "ar": {
        "labels": ("المفتاح", "الوسم", "الرمز", "التعريف"),
        "roles": ("الدور", "الرمز", "التعريف", "الكيانات المسموحة"),
        "attributes": ("الحقل", "الوسوم", "القيمة"),
    },
    "en": {
        "labels": ("key", "name", "code", "definition"),
        "roles": ("name", "code", "definition", "entities"),
        "attributes": ("field", "labels", "value"),
    },
}


def render_guidelines(text: str, scheme: Scheme, language: str, where: Path) -> str:
    """Return the guidelines with each `<!-- table:NAME -->` block filled from the scheme.

    Raises DataError for blocks with an unknown name.
    """
    unknown = [name for name in _BLOCK.findall(text) if name not in TABLES]
    if unknown:
        expected = f"one of {', '.join(TABLES)}"
        raise DataError([Problem("unknown_table", str(where), name, expected) for name in unknown])
    loose = _MARK.findall(_BLOCK.sub("", text))
    if loose:
        expected = "<!-- table:NAME -->, a line break, <!-- /table -->"
        raise DataError([Problem("open_table", str(where), mark, expected) for mark in loose])
    return _BLOCK.sub(lambda block: _filled(block["name"], scheme, language), text)


def guidelines_file(config: Path, language: str) -> Path | None:
    """Return the guidelines for annotators, if the config folder has them in the scheme's language."""
    file = config / f"guidelines.{language}.md"
    return file if file.is_file() else None


def as_html(text: str, language: str) -> str:
    """Return Markdown guidelines as HTML for Label Studio's instructions, right to left for Arabic.

    What stands before the second heading is a card; the rest lies in a part that the page opens by a click.
    The page takes styles away, and with them the numbers of lists and the room around headings: both are
    written into the text. Comments of the guidelines are left out.
    """
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(_COMMENT.sub("\n", text))
    _mark_items(tokens)
    body = _HEADING.sub(r"<br>\g<0>", markdown.renderer.render(tokens, markdown.options, {}))
    return f'<div dir="{"rtl" if language == "ar" else "ltr"}">{_folded(body, language)}</div>'


def _folded(body: str, language: str) -> str:
    """Return the guidelines with what comes after the first section in a part of its own."""
    sections = [match.start() for match in re.finditer("<br><h2>", body)][1:]
    if not sections:
        return body
    more = f'<p class="{MORE}">{OPEN["ar" if language == "ar" else "en"]}</p>'
    card, rest = body[: sections[0]], body[sections[0] :]
    return f'{card}<div class="{WHOLE}" tabindex="0">{more}{rest}</div>'


_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"<h[23]>")


def _mark_items(tokens: Sequence["Token"]) -> None:
    """Write the number or the dash of each list item in front of its text."""
    from markdown_it.token import Token

    marks: list[Iterator[str]] = []
    mark = ""
    for token in tokens:
        if token.type == "ordered_list_open":
            marks.append(f"{number}. " for number in count(int(token.attrGet("start") or 1)))
        elif token.type == "bullet_list_open":
            marks.append(repeat("– "))
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            marks.pop()
        elif token.type == "list_item_open":
            mark = next(marks[-1])
        elif token.type == "inline" and mark and token.children is not None:
            token.children.insert(0, Token("text", "", 0, content=mark))
            mark = ""


def _filled(name: str, scheme: Scheme, language: str) -> str:
    table = TABLES[name](scheme, language)
    return "\n".join([f"<!-- table:{name} -->", *table, "<!-- /table -->"])


def _labels(labels: Sequence[Label], language: str) -> list[str]:
    rows = [
        (f"`{label.hotkey}`" if label.hotkey else "", label.name, label.code, _definition(label, language))
        for label in labels
    ]
    return _table(HEADS[language]["labels"], rows)


def _roles(scheme: Scheme, language: str) -> list[str]:
    rows = [
        (role.name, role.code, _definition(role, language), _listed(role.entities, scheme, language))
        for role in scheme.roles
    ]
    if not scheme.implied_roles:
        return _table(HEADS[language]["roles"], rows)
    implied = [_implied(role, scheme, language) for role in scheme.roles]
    head = (*HEADS[language]["roles"], IMPLIED[language])
    return _table(head, [(*row, cell) for row, cell in zip(rows, implied, strict=True)])


def _implied(role: Role, scheme: Scheme, language: str) -> str:
    """Return with which entities an arrow without a role has this one; triggers where not with all."""
    parts = []
    for entity in scheme.entities:
        triggers = [t.code for t in scheme.triggers if scheme.implied_role(t.code, entity.code) == role]
        if triggers:
            of = "" if len(triggers) == len(scheme.triggers) else f" ({_listed(triggers, scheme, language)})"
            parts.append(_listed([entity.code], scheme, language) + of)
    return ("، " if language == "ar" else ", ").join(parts)


def _attributes(scheme: Scheme, language: str) -> list[str]:
    rows = [
        (attribute.name, _listed(tuple(attribute.on), scheme, language), _definition(attribute, language))
        for attribute in scheme.attributes
    ]
    return _table(HEADS[language]["attributes"], rows)


TABLES: Mapping[str, Callable[[Scheme, str], list[str]]] = {
    "entities": lambda scheme, language: _labels(scheme.entities, language),
    "triggers": lambda scheme, language: _labels(scheme.triggers, language),
    "roles": _roles,
    "attributes": _attributes,
}
"""To add a table, write a function that returns its Markdown lines and name it here."""


def _definition(item: Label | Role | Attribute, language: str) -> str:
    return item.definitions.get(language) or item.definitions.get("", "")


def _listed(codes: Sequence[str], scheme: Scheme, language: str) -> str:
    """Return labels by the name that the reader sees in the page, or by their codes in English."""
    if language != "ar":
        return ", ".join(codes)
    names = {label.code: label.name for label in scheme.labels}
    return "، ".join(names[code] for code in codes)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(map(markdown_cell, line)) + " |" for line in lines]


def markdown_cell(text: str) -> str:
    """Return a text that stays within its cell of a Markdown table and makes neither tags nor links."""
    return " ".join(MARKUP.sub(r"\\\g<0>", plain(text)).split())
