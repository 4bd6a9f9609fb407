import math
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from numpy.typing import NDArray

from conftest import ROOT
from miyar.labelstudio.page.config import WORDS, render_config
from miyar.labelstudio.results.result import LABEL_CONTROL
from miyar.scheme import Attribute, Label, Role, Scheme, read_scheme

Matrix = NDArray[np.float64]

# Machado, Oliveira and Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", severity 1.0, applied to linear RGB.
SIGHTS: dict[str, list[list[float]]] = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# sRGB to XYZ (IEC 61966-2-1); its rows sum up to the white point D65
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


@pytest.fixture(scope="module")
def page(scheme: Scheme) -> Element:
    return parsed(scheme)


def parsed(scheme: Scheme) -> Element:
    root = fromstring(render_config(scheme))
    assert isinstance(root, Element)
    return root


def bar(page: Element, name: str) -> list[Element]:
    return page.findall(f".//View[@className='miyar-row miyar-{name}']//Label")


def style_of(page: Element) -> str:
    return page.findtext("Style") or ""


# --- our configuration -------------------------------------------------------------------------------------


def test_the_committed_file_is_what_the_scheme_gives(scheme: Scheme) -> None:
    committed = (ROOT / "annotation_config" / "label_studio.xml").read_text(encoding="utf-8")
    assert committed == render_config(scheme), "run: miyar render-config"


def test_there_is_no_xml_declaration(scheme: Scheme) -> None:
    assert render_config(scheme).startswith("<View ")


def test_annotators_see_names_and_results_carry_codes(page: Element, scheme: Scheme) -> None:
    for name, labels in (("entity", scheme.entities), ("trigger", scheme.triggers)):
        assert [(label.get("value"), label.get("alias")) for label in bar(page, name)] == [
            (label.name, label.code) for label in labels
        ]
        assert [label.get("background") for label in bar(page, name)] == [label.colour for label in labels]


def test_all_labels_are_of_one_control_so_that_a_key_replaces_the_one_before(page: Element) -> None:
    (control,) = page.iter("Labels")
    assert (control.get("name"), control.get("choice", "single")) == (LABEL_CONTROL, "single")
    assert [*control.iter("Label")] == [*page.iter("Label")]


def test_each_label_has_a_key_of_its_own_that_is_neither_a_digit_nor_u(page: Element) -> None:
    keys = [label.get("hotkey", "") for label in page.iter("Label")]
    assert len(set(keys)) == len(keys) == 21
    assert all(re.fullmatch("[a-tv-z]", key) for key in keys)


def test_relations_are_named_after_the_roles(page: Element, scheme: Scheme) -> None:
    assert [relation.get("value") for relation in page.iter("Relation")] == [
        role.name for role in scheme.roles
    ]
    assert [relations.get("choice") for relations in page.iter("Relations")] == ["multiple"]


def test_fields_appear_for_the_codes_of_their_labels(page: Element, scheme: Scheme) -> None:
    fields = page.findall(".//TextArea")
    assert [field.get("name") for field in fields] == [attribute.code for attribute in scheme.attributes]
    assert {field.get("perRegion") for field in fields} == {"true"}
    # by name instead of code, or with a space after a comma, the page never shows them
    assert [field.get("whenLabelValue") for field in fields] == ["CARDINAL,DATE", "PERS,ORG,GPE,LOC,FAC"]


def test_the_text_is_labelled_by_single_characters_from_right_to_left(page: Element) -> None:
    (text,) = page.iter("Text")
    assert (text.get("name"), text.get("value"), text.get("granularity")) == ("text", "$text", "symbol")
    controls = [*page.iter("Labels"), *page.iter("TextArea")]
    assert {control.get("toName") for control in controls} == {"text"}
    assert ".miyar-root { direction: rtl;" in style_of(page)
    assert "DIRECTION" not in style_of(page)


def test_names_of_controls_are_unique(page: Element) -> None:
    names = [element.get("name") for element in page.iter() if element.get("name")]
    assert len(set(names)) == len(names)


def test_the_style_sheet_has_no_child_selector_and_its_braces_match(page: Element) -> None:
    assert ">" not in style_of(page)
    assert style_of(page).count("{") == style_of(page).count("}") > 20


def test_each_trigger_is_set_apart_by_its_name(page: Element, scheme: Scheme) -> None:
    selected = [unescaped(name) for name in re.findall(r'data-label\$="([^"]*)"\]', style_of(page))]
    assert selected == [f":{label.name}" for label in scheme.triggers] * 2  # the line, and the badge


def unescaped(text: str) -> str:
    """The value of a CSS string: an escape is hexadecimal digits and the one space that ends them."""
    return re.sub(r"\\([0-9a-f]{1,6}) ", lambda escape: chr(int(escape[1], 16)), text)


# --- other schemes -----------------------------------------------------------------------------------------


def test_a_scheme_of_two_lines_has_one_bar_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "labels.toml").write_text('version = "1"\n[entities.PERS]\n', encoding="utf-8")
    small = parsed(read_scheme(tmp_path / "labels.toml"))
    assert [element.get("name") for element in small.iter("Labels")] == ["span"]
    assert not [*small.iter("TextArea"), *small.iter("Relations"), *small.iter("Relation")]
    assert "data-label$" not in style_of(small)


def test_an_english_page_reads_from_left_to_right() -> None:
    small = parsed(Scheme("1", "en", (Label("PERS", "entities", "person", "#000000"),)))
    assert [header.get("value") for header in small.iter("Header")] == ["Entities", "$title", "$byline"]
    assert ".miyar-root { direction: ltr;" in style_of(small)
    assert all(words.direction in ("rtl", "ltr") for words in WORDS.values())


def test_a_label_without_a_key_asks_for_none() -> None:
    (label,) = bar(parsed(Scheme("1", "ar", (Label("PERS", "entities", "شخص", "#000000"),))), "entity")
    assert "hotkey" not in label.attrib


@pytest.mark.parametrize(
    "name", ['"', "'", "<b>", "&amp;", "a\nb", "\t", "]]>", "</Style>", "} * { x: y", "\\", '"] { } /*', "$x"]
)
def test_untrusted_names_stay_names(name: str) -> None:
    scheme = Scheme(
        "1",
        "ar",
        (Label("E", "entities", f"e{name}", "#000000"),),
        (Label("T", "triggers", f"t{name}", "#000000"),),
        (Role("R", f"r{name}"),),
        (Attribute("A", f"a{name}", {"E": "decimal"}),),
    )
    page = parsed(scheme)
    assert [label.get("value") for label in page.iter("Label")] == [f"e{name}", f"t{name}"]
    assert [relation.get("value") for relation in page.iter("Relation")] == [f"r{name}"]
    assert [field.get("placeholder") for field in page.iter("TextArea")] == [f"a{name} ثم Enter"]
    entities, triggers = (Label("E", "entities", "e", "#000000"),), (Label("T", "triggers", "t", "#0"),)
    plain = parsed(Scheme("1", "ar", entities, triggers, attributes=(Attribute("A", "a", {"E": "decimal"}),)))
    for mark in '{}">*':
        assert style_of(page).count(mark) == style_of(plain).count(mark)
    assert f":t{name}" in map(unescaped, re.findall(r'data-label\$="([^"]*)"\]', style_of(page)))


# --- colours -----------------------------------------------------------------------------------------------


def seen_colours(scheme: Scheme, sight: str) -> Matrix:
    """The CIELAB coordinates of all labels' colours, one row each."""
    channels = [[int(label.colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for label in scheme.labels]
    srgb = np.array(channels, dtype=np.float64)
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return lab(np.clip(linear @ np.array(SIGHTS[sight]).T, 0, 1))


def lab(linear: Matrix) -> Matrix:
    """CIE 15:2004, with the white point D65."""
    ratio = linear @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


def distances(colours: Matrix) -> Iterator[float]:
    return (math.dist(one, other) for one, other in combinations(colours, 2))


def test_the_measure_of_colours_is_right() -> None:
    # white, black; sRGB red is L* 53.24, a* 80.09, b* 67.20
    expected = [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]]
    assert lab(np.array([[1.0, 1, 1], [0, 0, 0], [1, 0, 0]])) == pytest.approx(np.array(expected), abs=0.01)


@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_stay_apart_for_every_kind_of_sight(sight: str, scheme: Scheme) -> None:
    assert len(scheme.labels) == 21
    assert min(distances(seen_colours(scheme, sight))) >= 15
