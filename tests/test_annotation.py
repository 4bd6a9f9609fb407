import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marked import marked
from miyar.annotation import Annotation, Argument, Span, read_annotations
from miyar.article import text_sha256
from miyar.errors import DataError

CASE = marked("[هجوم]ATTACK:t في [ألماز]GPE:p@Q805 [أمس]DATE:d=2024-05-03", "t PLACE p", "t TIME d")


def annotation(**changes: Any) -> Annotation:
    fields = {"spans": CASE.spans, "arguments": CASE.arguments} | changes
    return Annotation("a", text_sha256(CASE.text), "A1", **fields)


def line(**changes: Any) -> dict[str, Any]:
    return annotation().to_dict() | changes


def read_back(value: object, path: Path) -> list[Annotation]:
    path.write_text(f"\n{json.dumps(value)}\n", encoding="utf-8")
    return list(read_annotations(path))


def span(**changes: Any) -> dict[str, Any]:
    return {"id": "s", "start": 0, "end": 4, "label": "ATTACK"} | changes


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (-1, 2), (-2, -1)])
def test_a_span_is_a_range_in_a_text(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=r"span s: \[-?\d, -?\d\) is not a range"):
        Span("s", start, end, "PERS")


def test_two_spans_cannot_have_one_id() -> None:
    with pytest.raises(ValueError, match="annotation of a: two spans have one id"):
        annotation(spans=(Span("s", 0, 1, "X"), Span("s", 1, 2, "X")), arguments=())


@pytest.mark.parametrize("loose", [Argument("t", "x", "PLACE"), Argument("x", "p", "PLACE")])
def test_the_ends_of_an_argument_are_spans(loose: Argument) -> None:
    with pytest.raises(ValueError, match="has an end that is no span"):
        annotation(arguments=(loose,))


def test_a_status_is_finished_or_skipped() -> None:
    assert annotation(status="skipped", spans=(), arguments=()).status == "skipped"
    with pytest.raises(ValueError, match="the status 'draft' is not known"):
        annotation(status="draft")


def test_an_annotation_without_spans_is_one() -> None:
    assert annotation(spans=(), arguments=()).to_dict()["spans"] == []


def test_an_annotation_is_written_as_the_contract_says() -> None:
    # offsets: هجوم 0-4, في 5-7, ألماز 8-13, أمس 14-17
    assert annotation(scheme="1.0.0", seconds=4.5).to_dict() == {
        "article": "a",
        "sha256": text_sha256("هجوم في ألماز أمس"),
        "annotator": "A1",
        "status": "finished",
        "spans": [
            {"id": "t", "start": 0, "end": 4, "label": "ATTACK", "text": "هجوم"},
            {
                "id": "p",
                "start": 8,
                "end": 13,
                "label": "GPE",
                "text": "ألماز",
                "attributes": {"link": "Q805"},
            },
            {
                "id": "d",
                "start": 14,
                "end": 17,
                "label": "DATE",
                "text": "أمس",
                "attributes": {"value": "2024-05-03"},
            },
        ],
        "arguments": [
            {"trigger": "t", "entity": "p", "role": "PLACE"},
            {"trigger": "t", "entity": "d", "role": "TIME"},
        ],
        "scheme": "1.0.0",
        "created": None,
        "seconds": 4.5,
    }


SPANS = st.builds(
    lambda start, length, label, text, attributes: Span("", start, start + length, label, text, attributes),
    st.integers(0, 99),
    st.integers(1, 9),
    st.sampled_from(["PERS", "ATTACK"]),
    st.none() | st.text(),
    st.dictionaries(st.sampled_from(["value", "link"]), st.text(min_size=1)),
)


@given(st.lists(SPANS), st.data())
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, found: list[Span], data: st.DataObject
) -> None:
    spans = tuple(Span(f"s{n}", s.start, s.end, s.label, s.text, s.attributes) for n, s in enumerate(found))
    ids = [s.id for s in spans]
    ends = st.builds(Argument, st.sampled_from(ids or [""]), st.sampled_from(ids or [""]), st.text())
    arguments = data.draw(st.lists(ends, max_size=5)) if ids else []
    written = annotation(spans=spans, arguments=tuple(arguments))
    assert read_back(written.to_dict(), tmp_path_factory.getbasetemp() / "a.jsonl") == [written]


def test_only_the_fields_that_the_contract_asks_for_are_needed(tmp_path: Path) -> None:
    least = {"article": "a", "sha256": "0", "annotator": "A1", "spans": [span()]}
    read = read_back(least, tmp_path / "a.jsonl")
    assert read == [Annotation("a", "0", "A1", spans=(Span("s", 0, 4, "ATTACK"),))]


def test_gold_is_read_though_it_says_more(tmp_path: Path) -> None:
    gold = line(spans=[span(support=["A1", "A2"], decision="unanimous")], arguments=[], annotator="gold")
    assert read_back(gold, tmp_path / "a.jsonl")[0].annotator == "gold"


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ({"article": "a"}, {"": "no “sha256”, “annotator”, “spans”, but “article”"}),
        (5, {"": "the number"}),
        (line(spans=[[4, 12, "PERS"]]), {"spans[0]": "a list"}),
        (line(spans=[{"id": "s"}]), {"spans[0]": "no “start”, “end”, “label”, but “id”"}),
        (line(spans=[span(end=0)], arguments=[]), {"": "is not a range"}),
        (line(spans=[span(), span(start="x", label=1)]), {"spans[1].start": "“x”", "spans[1].label": "1"}),
        (line(spans=[span(end=3.7)], arguments=[]), {"spans[0].end": "3.7"}),
        (line(spans=[span(end=True)], arguments=[]), {"spans[0].end": "true"}),
        (line(spans=[span(end=2**31)], arguments=[]), {"spans[0].end": "2147483648"}),
        (line(spans=[span(attributes="x")], arguments=[]), {"spans[0].attributes": "“x”"}),
        (line(spans=[span()]), {"": "has an end that is no span"}),
        (line(status="draft"), {"status": "“draft”"}),
        (line(spans=None), {"spans": "null"}),
        (line(note={"by": ["\ud83d"]}), {"note.by[0]": "half a character"}),
    ],
)
def test_every_place_of_another_shape_is_named(value: object, places: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with pytest.raises(DataError) as caught:
        read_back(value, path)
    assert {problem.code for problem in caught.value.problems} == {"bad_annotation"}
    found = {
        problem.where.removeprefix(f"{path}:2").removeprefix(": "): problem.found
        for problem in caught.value.problems
    }
    assert found.keys() == places.keys()
    shown = {place: text.replace("\u2068", "").replace("\u2069", "") for place, text in found.items()}
    assert all(places[place] in shown[place] for place in places)


@pytest.mark.parametrize("wrap", ["[{}]", "```json\n{}\n```", "\ufeff{}", "[\n {}\n]\n"])
def test_a_list_fences_and_a_byte_order_mark_are_read(wrap: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(wrap.replace("{}", json.dumps(line())), encoding="utf-8")
    assert list(read_annotations(path)) == [annotation()]


@pytest.mark.parametrize("data", [b"{", b'{"article": "\xff"}'])
def test_what_is_no_json_in_utf8_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(data)
    with pytest.raises(DataError, match=r"a\.jsonl:1: .*\[bad_annotation\]"):
        list(read_annotations(tmp_path / "a.jsonl"))


def test_good_lines_are_given_before_all_bad_ones_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(["5", json.dumps(line()), "{}", ""]), encoding="utf-8")
    reading = read_annotations(path)
    assert next(reading) == annotation()
    with pytest.raises(DataError, match="2 problems: 2 bad_annotation"):
        next(reading)
