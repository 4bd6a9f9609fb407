"""Edges of spans: a mistake is noted, and no correctly cut span is."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from marked import marked
from miyar.annotation import read_annotations
from miyar.article import Article
from miyar.spanedges import CUT_WORD, EDGE_PUNCTUATION, edge_faults, faults_at
from miyar.spantable import SpanTable

RIGHT = [
    "وصل إلى [ألما آتا]GPE، أمس",
    "في وب[ألماز]GPE ول[لأمم المتحدة]ORG وس[يهاجم]ATTACK",
    "وَبِ[ألماز]GPE بـ[GoRide]ORG الـ[CNN]ORG ال[Reuters]ORG",
    "قتل [رئيسها]OCC و[شرطةُ]ORG [الهجوم]ATTACK.",
    "[حركة المقاومة الإسلامية (حماس)]ORG «[الجزيرة]ORG» ([رويترز]ORG)",
    '[كتاب "الأيام"]LAW ["الأيام" لطه حسين]LAW ["1984" لأورويل]LAW [رواية «1984»]LAW',
    '[50%]CARDINAL [٪٥٠]CARDINAL [-5]CARDINAL [3.5]CARDINAL [٪ ٥]CARDINAL [$100]CARDINAL [19"]CARDINAL',
    "[350]CARDINAL" + "كلم و[24]CARDINAL" + "ساعة و[1445]DATE" + "هـ [1445هـ]DATE",
    "[د. سامي البدري]PERS [U.S.]GPE [ق.م.]DATE [م.]OCC [Inc.]ORG [شركة (Inc.)]ORG [5 ق.م.]DATE",
    "[Yahoo!]ORG [C#]ORG [C++]ORG [.NET]ORG ['Abd]PERS [workers']PERS [’90s]DATE",
    "[#القدس]ORG [@user_]PERS [https://miyar.example/]ORG #[القدس]GPE_[عاصمة]GPE",
    "[٢ نيسان/أبريل]DATE [2-1]CARDINAL [١٩٣٦]DATE-[١٩٣٩]DATE [نيسان]DATE/[أبريل]DATE",
    "[O'Brien]PERS [محمد]PERS" + "ﷺ و[محمدـ]PERS [محمد]PERS" + "ـ [عبد الله]PERS\u200f، [ن]PERS\u200c[م]PERS",
    "[ألماز]GPE🙂 🙂[ألماز]GPE [🙂]PERS",
]
WRONG = [
    ("إلى [ألما آتا،]GPE أمس", EDGE_PUNCTUATION, "،"),
    ("إلى [ألما آتا،\u200f]GPE أمس", EDGE_PUNCTUATION, "،"),
    ("قال [(ألماز]GPE) إن", EDGE_PUNCTUATION, "("),
    ("قال ([ألماز)]GPE إن", EDGE_PUNCTUATION, ")"),
    ("قالت [«الجزيرة»]ORG", EDGE_PUNCTUATION, "«"),
    ('قالت ["الجزيرة"]ORG', EDGE_PUNCTUATION, '"'),
    ('قالت "[الجزيرة"]ORG', EDGE_PUNCTUATION, '"'),
    ("في [ألماز.]GPE", EDGE_PUNCTUATION, "."),
    ("قالت [BBC.]ORG", EDGE_PUNCTUATION, "."),
    ("عام [2024.]DATE", EDGE_PUNCTUATION, "."),
    ("عام [٢٠٢٤،]DATE", EDGE_PUNCTUATION, "،"),
    ("قال[: ألماز]GPE", EDGE_PUNCTUATION, ":"),
    ("في [ألماز؟]GPE", EDGE_PUNCTUATION, "؟"),
    ("و[،]GPE", EDGE_PUNCTUATION, "،"),
    ("[قتل]DIE" + "ا أمس", CUT_WORD, "ا"),
    ("[رئيس]OCC" + "ها", CUT_WORD, "ها"),
    ("أ[لماز]GPE", CUT_WORD, "أ"),
    ("ال[كيلاني]PERS", CUT_WORD, "ال"),
    ("وال[كيلاني]PERS", CUT_WORD, "وال"),
    ("[شرطة]ORG" + "ُ ألماز", CUT_WORD, "ُ"),
    ("و[َقتل]DIE", CUT_WORD, "و"),
    ("[35]CARDINAL" + "0 شخصا", CUT_WORD, "0"),
    ("[Reut]ORG" + "ers", CUT_WORD, "ers"),
]


def noted(source: str) -> list[tuple[str, str, str]]:
    found = marked(source)
    return [
        (found.text[span.start : span.end], fault.code, fault.found)
        for span in found.spans
        for fault in faults_at(found.text, span.start, span.end)
    ]


@pytest.mark.parametrize("source", RIGHT)
def test_a_span_that_is_cut_by_the_guidelines_is_not_noted(source: str) -> None:
    assert marked(source).spans
    assert noted(source) == []


@pytest.mark.parametrize(("source", "code", "sign"), WRONG)
def test_a_mistake_is_noted_once_with_what_is_wrong(source: str, code: str, sign: str) -> None:
    [(_, found_code, found)] = noted(source)
    assert found_code == code
    assert f"\u2068{sign}\u2069" in found


def test_a_span_can_have_both_mistakes() -> None:
    assert [code for _, code, _ in noted("إلى أ[لماز،]GPE")] == [EDGE_PUNCTUATION, CUT_WORD]


def test_the_demo_corpus_is_cut_by_the_guidelines(demo_articles: dict[str, Article]) -> None:
    views = [
        view
        for file in sorted((ROOT / "corpus" / "annotations" / "demo").glob("*.jsonl"))
        for view in read_annotations(file)
    ]
    places = [(demo_articles[view.article].text, s.start, s.end) for view in views for s in view.spans]
    assert len(places) > 200
    assert [fault for place in places for fault in faults_at(*place)] == []


WORD = st.sampled_from(
    ["ألماز", "الرئيسُ", "وبالقدس", "للأمم", "محمد", "قتلا", "GoRide", "U.S.", "٣٬٥٠٠", "3.5"]
)
TOKENS = st.lists(WORD, min_size=1, max_size=8)


@given(tokens=TOKENS, data=st.data())
def test_whole_words_between_white_space_are_never_noted(tokens: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(tokens) - 1))
    last = data.draw(st.integers(first, len(tokens) - 1))
    before, covered = " ".join([*tokens[:first], ""]), " ".join(tokens[first : last + 1])
    text = " ".join([before.rstrip(), covered, *tokens[last + 1 :]]).lstrip()
    start = len(before.rstrip()) + 1 if before.strip() else 0
    assert text[start : start + len(covered)] == covered
    assert list(faults_at(text, start, start + len(covered))) == []


@given(
    particles=st.sampled_from(["و", "ف", "ب", "ك", "ل", "س", "وب", "فل", "وس", "وَبِ", "بـ"]),
    word=st.sampled_from(["ألماز", "لأمم", "جنيف", "يهاجم"]),
    sign=st.sampled_from(["،", ".", "؛", "»", ")", ":", "؟", "!", "…", " ", "\n", ""]),
)
def test_particles_before_and_punctuation_behind_are_left_out_rightly(
    particles: str, word: str, sign: str
) -> None:
    start, end = len(particles), len(particles) + len(word)
    assert list(faults_at(particles + word + sign, start, end)) == []
    if sign.strip():
        [fault] = faults_at(particles + word + sign, start, end + 1)
        assert fault.code == EDGE_PUNCTUATION


@given(word=st.text(st.sampled_from("قتلمهنزرشح"), min_size=2, max_size=8), data=st.data())
def test_a_word_that_is_cut_at_its_end_is_noted_wherever_it_is_cut(word: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(1, len(word) - 1))
    [fault] = faults_at(f"أمس {word} غدا", 4, 4 + end)
    assert fault.code == CUT_WORD
    assert f"\u2068{word}\u2069" in fault.found


ANY = st.text(
    st.sampled_from("قتلأوبفكسالـَُ ء١٢3ab.،؛«»\"'’()[]{}%٪-–/#@_!\n🙂\u200f\u200cﷺ￼é") | st.characters(),
    max_size=20,
)


@given(texts=st.lists(ANY, max_size=4), data=st.data())
def test_columns_find_what_looking_at_each_span_finds(texts: list[str], data: st.DataObject) -> None:
    places = [
        (n, s, e)
        for n, text in enumerate(texts)
        for s in range(len(text))
        for e in range(s + 1, len(text) + 1)
    ]
    drawn = data.draw(st.lists(st.sampled_from(places), max_size=12)) if places else []
    rows = np.array([(*place, 0) for place in drawn], dtype=np.int64).reshape(-1, 4)
    table = SpanTable(rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3])
    expected = [
        (row, fault.code)
        for row, (n, start, end) in enumerate(drawn)
        for fault in faults_at(texts[n], start, end)
    ]
    assert [tuple(one) for one in edge_faults(texts, table)] == expected


@given(text=ANY, data=st.data())
def test_what_is_noted_at_an_edge_is_punctuation_or_inside_a_word(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(len(text) - 1, 0)))
    end = data.draw(st.integers(min(start + 1, len(text)), len(text)))
    if start >= end:
        return
    for fault in faults_at(text, start, end):
        visible = [c for c in text[start:end] if unicodedata.category(c) != "Cf"]
        around = text[max(start - 1, 0) : start] + text[end : end + 1]
        if fault.code == EDGE_PUNCTUATION:
            assert "P" in (unicodedata.category(visible[0])[0], unicodedata.category(visible[-1])[0])
        else:
            assert any(unicodedata.category(c)[0] in "LMN" for c in around)
