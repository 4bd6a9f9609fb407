import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from marked import marked
from miyar.offsets import STAND_IN, Position, Range, position, stand_in, trim

WHITE = " \t\n\u00a0\u2003\u3000"
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(WHITE)), min_size=1)


@given(st.text(st.characters(exclude_categories=())))
def test_a_stand_in_has_the_same_length_in_both_units_and_is_its_own_stand_in(text: str) -> None:
    stood = stand_in(text)
    assert len(stood) == len(text)
    assert len(stood.encode("utf-16-le", "surrogatepass")) == 2 * len(text)
    assert stand_in(stood) == stood


@given(st.text(st.characters(max_codepoint=0xFFFF)))
def test_a_text_without_astral_characters_stands_for_itself(text: str) -> None:
    assert stand_in(text) == text


def test_only_the_astral_character_is_replaced() -> None:
    assert stand_in("قتل 🚨 ثلاثة") == f"قتل {STAND_IN} ثلاثة"


@st.composite
def ranges(draw: st.DrawFn) -> tuple[str, int, int]:
    text = draw(TEXTS)
    start = draw(st.integers(0, len(text)))
    return text, start, draw(st.integers(start, len(text)))


@given(ranges())
@example(("قال", 1, 1))  # nothing is covered
@example((" \n\t", 0, 3))  # all of it is white space
@example(("قال \n محمد", 3, 6))
@example(("\u00a0محمد\u00a0", 0, 6))  # a no-break space is white space
@example(("قال \t محمد\n علي \u3000إنه", 3, 17))
def test_trimming_takes_white_space_off_the_edges_and_nothing_else(case: tuple[str, int, int]) -> None:
    text, start, end = case
    trimmed = trim(*case)
    assert start <= trimmed.start <= trimmed.end <= end
    rest = text[trimmed.start : trimmed.end]
    if not text[start:end].strip():
        assert trimmed.start == trimmed.end
    else:
        assert rest == text[start:end].strip()
        assert not rest[0].isspace()
        assert not rest[-1].isspace()


def test_trimming_keeps_punctuation_and_diacritics() -> None:
    case = marked("قال[ محمّدٌ، ]PERSإنه")
    (span,) = case.spans
    trimmed = trim(case.text, span.start, span.end)
    assert case.text[trimmed.start : trimmed.end] == "محمّدٌ،"


def test_trimming_keeps_invisible_marks_that_are_no_white_space() -> None:
    assert trim("\u200fألماز\u200f", 0, 7) == Range(0, 7)


@pytest.mark.parametrize(
    ("offset", "expected"),
    # offsets:  أ=0 ب=1 \n=2 ج=3 \n=4 \n=5 د=6 end=7
    [(0, (1, 1)), (1, (1, 2)), (2, (1, 3)), (3, (2, 1)), (5, (3, 1)), (6, (4, 1)), (7, (4, 2))],
)
def test_positions_are_counted_from_one(offset: int, expected: tuple[int, int]) -> None:
    assert position("أب\nج\n\nد", offset) == Position(*expected)


def test_a_position_reads_as_editors_write_it() -> None:
    assert str(Position(3, 14)) == "3:14"
