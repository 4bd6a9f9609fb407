"""Word tokens: examples of each rule, and a plain reading of the rules that the columns must agree with."""

import unicodedata
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar import tokens as module
from miyar.article import Article
from miyar.tokens import Tokens, token_table, tokens

RLM, ZWNJ, ZWJ, ZWSP, SHY, VS16, NUL = "\u200f", "\u200c", "\u200d", "\u200b", "\u00ad", "\ufe0f", "\0"
SHADDA, FATHA, KEYCAP = "\u0651", "\u064e", "\u20e3"
WHITE = " \t\n\r\u00a0\u2003\u2028\u3000\u0085\x1c"
HARD = (
    f"{RLM}{ZWNJ}{ZWJ}{ZWSP}{SHY}{VS16}{NUL}{SHADDA}{FATHA}{KEYCAP}{WHITE}"
    "قدaé_،؟«%.,٫٬:/-3٣²½۝ـ🚨🏽🇵\u20c1\ud800"
)
ANY_CHARACTER = st.one_of(st.sampled_from(HARD), st.characters(exclude_categories=()))
TEXTS = st.text(ANY_CHARACTER)

# What the module's regular expressions say, said again as code points.
SHOWN_FORMATS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
SHAPELESS = {
    *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
}
NEW_SYMBOLS = {*range(0x20A0, 0x20D0), *range(0xFB50, 0xFDD0), *range(0x1F000, 0x1FB00)}


def words(text: str) -> list[str]:
    found = tokens(text)
    return [text[start:end] for start, end in pairs(found)]


def pairs(found: Tokens) -> Iterator[tuple[int, int]]:
    return zip(found.start.tolist(), found.end.tolist(), strict=True)


def is_visible(character: str) -> bool:
    hidden = unicodedata.category(character) in ("Cc", "Cf") or ord(character) in SHAPELESS
    return not character.isspace() and (not hidden or ord(character) in SHOWN_FORMATS)


def is_symbol(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "PS" or (category == "Cn" and ord(character) in NEW_SYMBOLS)


def reference(text: str) -> list[tuple[int, int]]:
    """Read the rules one character after the other."""
    seen = [(place, c) for place, c in enumerate(text) if is_visible(c) or c.isspace()]
    found: list[tuple[int, int]] = []
    inside = ""
    for number, (place, character) in enumerate(seen):
        around = [seen[n][1] if 0 <= n < len(seen) else "" for n in (number - 1, number + 1)]
        in_number = character in ".,٫٬" and all(neighbour.isdecimal() for neighbour in around)
        mark = unicodedata.category(character).startswith("M")
        symbol = is_symbol(character) and not in_number
        if character.isspace():
            inside = ""
        elif (mark and inside) or (inside == "word" and not symbol):
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
            inside = "symbol" if symbol else "word"
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال محمد، إنه وبالقدس.", ["قال", "محمد", "،", "إنه", "وبالقدس", "."]),
        ("«الأمم المتحدة»؛ لماذا؟!", ["«", "الأمم", "المتحدة", "»", "؛", "لماذا", "؟", "!"]),
        ("محمّدٌ كـــتب مُدَرِّسَة", ["محمّدٌ", "كـــتب", "مُدَرِّسَة"]),
        ("3.5% و٣٬٥٠٠ و1,000,000 و٢٫٥", ["3.5", "%", "و٣٬٥٠٠", "و1,000,000", "و٢٫٥"]),
        ("في 2024. ثم 3, 4 و.5 و5.", ["في", "2024", ".", "ثم", "3", ",", "4", "و", ".", "5", "و5", "."]),
        ("1..2 1.,2", ["1", ".", ".", "2", "1", ".", ",", "2"]),
        ("2024-05-03 10:30", ["2024", "-", "05", "-", "03", "10", ":", "30"]),
        ("3/5 2-1", ["3", "/", "5", "2", "-", "1"]),
        ("3،5", ["3", "،", "5"]),
        ("x².5", ["x²", ".", "5"]),
        ("#غزة_تحت", ["#", "غزة", "_", "تحت"]),
        ("خبر🚨عاجل🚨🚨", ["خبر", "🚨", "عاجل", "🚨", "🚨"]),
        ("قال\nمحمد\t\u00a0هنا", ["قال", "محمد", "هنا"]),
        ("۝١ ﷺ", ["۝١", "ﷺ"]),
        ("100\u20c1", ["100", "\u20c1"]),
        ("قال\ud800", ["قال\ud800"]),
        ("", []),
        (f" {RLM}\n{NUL}{VS16} ", []),
    ],
)
def test_what_the_rules_say(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"مي{ZWNJ}روم", [f"مي{ZWNJ}روم"]),
        (f"{RLM}قال{RLM} {ZWSP}هنا{ZWSP}", ["قال", "هنا"]),
        (f"قال{RLM}.{RLM}", ["قال", "."]),
        (f"3{RLM}.{RLM}5", [f"3{RLM}.{RLM}5"]),
        (f"👩{ZWJ}👧❤{VS16}", ["👩", "👧", "❤"]),
        (f"3{VS16}{KEYCAP} #{VS16}{KEYCAP}", [f"3{VS16}{KEYCAP}", f"#{VS16}{KEYCAP}"]),
        (f"«{SHADDA}{FATHA}قال", [f"«{SHADDA}{FATHA}", "قال"]),
        (f"قال {SHADDA}{FATHA}هنا {SHADDA}", ["قال", f"{SHADDA}{FATHA}هنا", SHADDA]),
        (f"{SHADDA}قال", [f"{SHADDA}قال"]),
    ],
)
def test_marks_and_invisible_characters(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(TEXTS)
def test_columns_say_what_a_plain_reading_says(text: str) -> None:
    assert list(pairs(tokens(text))) == reference(text)


def test_every_character_is_what_a_plain_reading_says() -> None:
    text = " ".join(map(chr, (*range(0x20000), *range(0xE0000, 0xE1000))))
    assert list(pairs(tokens(text))) == reference(text)


@given(TEXTS)
def test_tokens_are_in_order_and_not_empty_and_hold_no_white_space(text: str) -> None:
    found = tokens(text)
    assert found.start.dtype == found.end.dtype == np.int64
    assert (found.start < found.end).all()
    assert (found.end[:-1] <= found.start[1:]).all()
    assert not any(character.isspace() for word in words(text) for character in word)


@given(TEXTS)
def test_each_visible_character_is_in_a_token_and_none_begins_or_ends_out_of_sight(text: str) -> None:
    found = tokens(text)
    covered = {place for start, end in pairs(found) for place in range(start, end)}
    visible = {place for place, character in enumerate(text) if is_visible(character)}
    assert visible <= covered
    assert all(start in visible and end - 1 in visible for start, end in pairs(found))


@given(TEXTS)
def test_invisible_characters_are_seen_through(text: str) -> None:
    def seen(part: str) -> str:
        return "".join(c for c in part if is_visible(c) or c.isspace())

    assert [seen(word) for word in words(text)] == words(seen(text))


@given(TEXTS, st.sampled_from(WHITE), TEXTS)
def test_a_line_has_the_tokens_that_it_has_by_itself(one: str, white: str, other: str) -> None:
    after = len(one) + 1
    shifted = [(start + after, end + after) for start, end in pairs(tokens(other))]
    assert list(pairs(tokens(one + white + other))) == [*pairs(tokens(one)), *shifted]


@given(st.lists(TEXTS, max_size=6))
def test_a_table_has_the_tokens_of_each_text(texts: list[str]) -> None:
    table = token_table(texts)
    assert table.lengths.tolist() == [len(text) for text in texts]
    columns = (table.article.tolist(), table.start.tolist(), table.end.tolist())
    assert list(zip(*columns, strict=True)) == [
        (number, start, end) for number, text in enumerate(texts) for start, end in pairs(tokens(text))
    ]


def test_a_character_is_classified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    classify, seen = module._kind, list[str]()

    def noted(character: str) -> module.Kind:
        seen.append(character)
        return classify(character)

    monkeypatch.setattr(module, "_kind", noted)
    assert len(token_table(["قال محمد، قال", "محمد قال"] * 100)) == 600  # 4 and 2 tokens, a hundred times
    assert sorted(seen) == sorted(set("قال محمد،\n"))


def test_real_articles_are_covered(real_articles: tuple[Article, ...]) -> None:
    for article in real_articles:
        assert list(pairs(tokens(article.text))) == reference(article.text)
