"""Where two texts part, in words that a person can look up in both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.article import first_difference

TEXTS = st.text(st.sampled_from("ab \n\u00a0\u064eق🙂"), max_size=8)


def plain(words: str) -> str:
    """Return words without the marks that isolate Arabic."""
    return words.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize(
    ("found", "expected", "words"),
    [
        (
            "زار بدر حلبَ",
            "زار بدر حلب",
            "at 1:12, in token 3: “حلبَ” in place of “حلب” (U+064E ARABIC FATHA more)",
        ),
        (
            "زار حلب ليلا",
            "زار حلبَ ليلا",
            "at 1:8, in token 2: “حلب” in place of “حلبَ” (U+064E ARABIC FATHA missing)",
        ),
        ("قال\nنعم", "قال\nنعَم", "at 2:3, in token 2: “نعم” in place of “نعَم” (U+064E ARABIC FATHA missing)"),
        ("ab", "ac", "(U+0062 LATIN SMALL LETTER B in place of U+0063 LATIN SMALL LETTER C)"),
        (
            "\u200fab",
            "ab",
            "at 1:1, in token 1: “\\u200fab” in place of “ab” (U+200F RIGHT-TO-LEFT MARK more)",
        ),
        ("a b", "a\nb", "at 1:2, behind token 1: U+0020 SPACE in place of U+000A, behind “a”"),
        ("a\u00a0b", "a b", "behind token 1: U+00A0 NO-BREAK SPACE in place of U+0020 SPACE"),
        ("a  b", "a b", "at 1:3, behind token 1: U+0020 SPACE more"),
        (" a", "a", "at 1:1, in front: U+0020 SPACE more"),
        ("عبد الله", "عبدالله", "in token 1: “عبد” in place of “عبدالله” (U+0020 SPACE more)"),
        ("عبدالله", "عبد الله", "in token 1: “عبدالله” in place of “عبد” (U+0020 SPACE missing)"),
        ("a b", "a b c", "at 1:4, behind token 2: the text ends, 2 characters “ c” missing, behind “a b”"),
        ("a b c", "a b", "at 1:4, behind token 2: the text goes on, 2 characters “ c” more, behind “a b”"),
        ("", "a", "at 1:1, in front: the text ends, 1 character “a” missing"),
        ("axyzwb", "ab", "U+0079 LATIN SMALL LETTER Y, U+007A LATIN SMALL LETTER Z and 1 others more"),
    ],
)
def test_a_difference_is_named_with_its_place_and_its_characters(
    found: str, expected: str, words: str
) -> None:
    assert words in plain(first_difference(found, expected))


def test_long_words_and_what_stands_in_front_are_cut() -> None:
    words = first_difference("ق" * 500 + "ا", "ق" * 500 + "ب")
    assert len(words) < 300
    assert "at 1:501, in token 1" in words


def test_a_difference_deep_in_a_long_text_is_found() -> None:
    text = "كلمة " * 200_000
    assert "in token 200001" in first_difference(f"{text}أ", f"{text}ا")


@given(TEXTS, TEXTS)
def test_any_two_texts_have_words_if_and_only_if_they_differ(found: str, expected: str) -> None:
    words = first_difference(found, expected)
    assert bool(words) == (found != expected)
    assert "\n" not in words
    if words:
        assert words.count("U+") or "missing" in words or "more" in words
