"""The Label Studio configuration, made from the scheme.

Two bars over one right-to-left text, entities and triggers, of one control, so that a second key takes the
place of the first: of two controls, both would label the region. Annotators see names, results carry codes.
What shaped it, each measured in the page of 1.23.2: a per-region field is shown by the *code* of a label
and breaks on a space after a comma; `>` in a style sheet kills its rule; the colour of a relation is
the page's own.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from xml.etree import ElementTree

from miyar.labelstudio.page.style import style_sheet
from miyar.labelstudio.results.result import BYLINE, LABEL_CONTROL
from miyar.scheme import Attribute, Label, Scheme


class Words(NamedTuple):
    """What the page says around the text, in one language."""

    direction: str
    entities: str
    triggers: str
    attributes: str
    enter: str


WORDS: Mapping[str, Words] = {
    "ar": Words("rtl", "الكيانات", "الأحداث", "الحقول", "ثم Enter"),
    "en": Words("ltr", "Entities", "Events", "Fields", "then Enter"),
}


def render_config(scheme: Scheme) -> str:
    """Return the configuration as XML, without an XML declaration, which the server refuses."""
    words = WORDS.get(scheme.language, WORDS["en"])
    root = ElementTree.Element("View", className="miyar-root")
    ElementTree.SubElement(root, "Style").text = style_sheet(scheme, words.direction)
    bars = ElementTree.SubElement(root, "View", className="miyar-bars")
    labels = ElementTree.SubElement(bars, "Labels", name=LABEL_CONTROL, toName="text")
    _bar(labels, "entity", words.entities, scheme.entities)
    if scheme.triggers:
        _bar(labels, "trigger", words.triggers, scheme.triggers)
    if scheme.attributes:
        _fields(bars, words, scheme.attributes)
    if scheme.roles:
        _relations(root, scheme)
    _text(root)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _bar(parent: ElementTree.Element, kind: str, title: str, labels: Iterable[Label]) -> None:
    row = _row(parent, kind, title)
    bar = ElementTree.SubElement(row, "View", className="miyar-labels")
    for label in labels:
        hotkey = {"hotkey": label.hotkey} if label.hotkey else {}
        ElementTree.SubElement(
            bar, "Label", {"value": label.name, "alias": label.code, **hotkey, "background": label.colour}
        )


def _fields(parent: ElementTree.Element, words: Words, attributes: Iterable[Attribute]) -> None:
    row = _row(parent, "fields", words.attributes)
    for attribute in attributes:
        ElementTree.SubElement(
            row,
            "TextArea",
            {
                "name": attribute.code,
                "toName": "text",
                "perRegion": "true",
                "whenLabelValue": ",".join(attribute.on),
                "editable": "true",
                "maxSubmissions": "1",
                "rows": "1",
                "showSubmitButton": "false",
                "placeholder": f"{attribute.name} {words.enter}",
            },
        )


def _relations(root: ElementTree.Element, scheme: Scheme) -> None:
    relations = ElementTree.SubElement(root, "Relations", choice="multiple")
    for role in scheme.roles:
        ElementTree.SubElement(relations, "Relation", value=role.name)


def _text(root: ElementTree.Element) -> None:
    view = ElementTree.SubElement(root, "View", className="miyar-text")
    head = ElementTree.SubElement(view, "View", className="miyar-head")
    ElementTree.SubElement(head, "Header", value="$title", size="4", style="margin: 0")
    ElementTree.SubElement(head, "Header", value=f"${BYLINE}", size="5", style="margin: 0")
    ElementTree.SubElement(
        view,
        "Text",
        name="text",
        value="$text",
        granularity="symbol",
        saveTextResult="yes",
        showLabels="true",
    )


def _row(parent: ElementTree.Element, kind: str, title: str) -> ElementTree.Element:
    row = ElementTree.SubElement(parent, "View", className=f"miyar-row miyar-{kind}")
    ElementTree.SubElement(row, "Header", value=title, size="5", style="margin: 0")
    return row
