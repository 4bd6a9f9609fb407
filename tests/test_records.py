"""Records: what has the shape is decoded, and of what has not every wrong place is named."""

import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.annotation import ANNOTATION
from miyar.records import Kind, decode, decode_value, values

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


class Shape(msgspec.Struct):
    """Some of every type."""

    one: int
    two: float | None = None
    three: list[str] = []
    four: dict[str, bool] | None = None


SHAPE = Kind(Shape, "bad_shape", "{…}")


@given(st.lists(PLAIN, max_size=5), st.integers(1, 40), st.sampled_from([None, 1]), st.booleans())
def test_the_values_of_a_list_come_one_by_one(
    found: list[Any], window: int, indent: int | None, plain: bool
) -> None:
    data = json.dumps(found, indent=indent, ensure_ascii=plain).encode("utf-8", "surrogatepass")
    assert [json.loads(raw) for raw in values(io.BytesIO(data), window)] == found


@given(
    st.lists(st.dictionaries(st.text(), PLAIN), max_size=5),
    st.integers(1, 40),
    st.sampled_from(["\n", " \r\n\n"]),
)
def test_the_values_of_lines_come_one_by_one(found: list[Any], window: int, between: str) -> None:
    data = between.join(json.dumps(value) for value in found).encode()
    assert [json.loads(raw) for raw in values(io.BytesIO(data), window)] == found


@pytest.mark.parametrize("window", [1, 3, 100])
@pytest.mark.parametrize(
    "text",
    ["[1, 2", "[1 2]", "[1]x", "[1,]", "[,]", '[{"a": tru}]', '[{"a": "x]', "[", '{"a": 1', "[" * 9_000],
)
def test_what_is_no_list_of_values_is_refused_with_its_byte(text: str, window: int) -> None:
    with pytest.raises(ValueError, match=r"\(byte \d+\)"):
        list(values(io.BytesIO(text.encode()), window))


@given(PLAIN | st.fixed_dictionaries({"one": PLAIN}, optional=dict.fromkeys(("two", "three", "four"), PLAIN)))
def test_a_value_is_decoded_or_its_faults_are_named_in_both_ways_alike(value: Any) -> None:
    read, given_ = decode(json.dumps(value).encode(), SHAPE, "x"), decode_value(value, SHAPE, "x")
    assert read.record == given_.record
    assert [problem.where for problem in read.problems] == [problem.where for problem in given_.problems]
    assert (read.record is None) == bool(read.problems)
    assert all(
        problem.found and problem.expected and problem.code == "bad_shape" for problem in read.problems
    )


def test_all_places_are_named_at_once() -> None:
    value = {"one": True, "two": "x", "three": [1, "y", None], "four": {"a b": 5}}
    found = [problem.where for problem in decode_value(value, SHAPE, "f").problems]
    assert found[:4] == ["f: one", "f: two", "f: three[0]", "f: three[2]"]
    assert "a b" in found[4]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"one": 1\xff}', "0xff at byte offset 9"),
        (b"{", "no JSON"),
        (b'{"one": NaN}', "NaN"),
        (b'{"one": 1, "x": "\\ud83d"}', "half a character"),
        (b'{"\\ud83d": 1, "one": 1}', "half a character"),
        (b'{"one": 1, "x": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_json_is_told_in_words(data: bytes, found: str) -> None:
    (problem,) = decode(data, SHAPE, "x").problems
    assert found in problem.found


def test_a_kind_may_hold_half_characters() -> None:
    lenient = Kind(dict[str, Any], "bad", "{…}", halves=True)
    assert decode(b'{"a": "\\ud83d"}', lenient, "x").record == {"a": "\ud83d"}
    assert decode(b'{"a": "\\ud83d"}', ANNOTATION, "x").record is None
