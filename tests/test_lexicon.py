"""The lexicon finds what it learnt, at exact offsets, behind particles and in other spellings."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marked import Marked, marked
from miyar.article import Article
from miyar.dataset import with_articles
from miyar.errors import DataError, UsageError
from miyar.extractors import Settings, find_extractor
from miyar.extractors.lexicon import lexicon
from miyar.spantable import SPAN_TYPE, Views, article_table, views_of


def gold_of(*sources: Marked) -> Views:
    """Return a gold of marked sentences, the articles l0, l1, …"""
    articles = [Article(f"l{number}", source.text) for number, source in enumerate(sources)]
    spans = [[{"start": s.start, "end": s.end, "label": s.label} for s in one.spans] for one in sources]
    return views_of("gold", article_table(articles), pa.array(spans, pa.list_(SPAN_TYPE)), ())


def articles_of(gold: Views) -> list[Article]:
    return [Article(*pair) for pair in zip(gold.articles.ids, gold.articles.texts or (), strict=True)]


def found(text: str, *learnt: str) -> set[tuple[str, str]]:
    """Return what the lexicon of the marked sentences finds in a text."""
    gold = gold_of(*map(marked, learnt))
    *_, spans = lexicon([*articles_of(gold), Article("text", text)], Settings(gold)).spans
    return {(text[span.start : span.end], span.label) for span in spans}


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("في القدس اليوم", "القدس"),
        ("وبالقدس", "القدس"),
        ("وبالقُدْسِ، اليوم", "القُدْسِ"),
        ("كالقـــدس.", "القـــدس"),
        ("للقدس", "لقدس"),  # the article's alif is not written after ل: the span begins with its lam
    ],
)
def test_particles_stay_outside_and_marks_inside(text: str, surface: str) -> None:
    assert found(text, "زار [القدس]GPE") == {(surface, "GPE")}


@pytest.mark.parametrize(
    ("learnt", "text", "surface"),
    [
        ("في [ألمانيا]GPE", "الى المانيا", "المانيا"),
        ("في [الأمم المتحدة]ORG", "وللامم المتحده", "لامم المتحده"),
        ("قال [مصطفى]PERS", "قال مصطفي", "مصطفي"),
        ("في [دبي]GPE", "بدبي", "دبي"),
        ("شركة [GoRide]ORG", "شركة goride", "goride"),
        ("في [ليبيا]GPE", "لليبيا", "ليبيا"),
        ("في [بغداد]GPE", "وبغداد", "بغداد"),
    ],
)
def test_other_spellings_are_found_at_their_own_offsets(learnt: str, text: str, surface: str) -> None:
    label = "ORG" if "ORG" in learnt else ("PERS" if "PERS" in learnt else "GPE")
    assert found(text, learnt) == {(surface, label)}


def test_a_letter_of_the_word_is_not_a_particle_when_the_word_is_known() -> None:
    assert found("في بغداد", "في [بغداد]GPE", "قال [غداد]PERS") == {("بغداد", "GPE")}


def test_nested_entries_are_found_and_crossing_ones_left_out() -> None:
    learnt = ("[بلدية [ألماز]GPE]ORG", "[ألماز الكبرى]LOC")
    assert found("بلدية ألماز", *learnt) == {("بلدية ألماز", "ORG"), ("ألماز", "GPE")}
    assert found("بلدية ألماز الكبرى", *learnt) == {("بلدية ألماز", "ORG"), ("ألماز", "GPE")}


def test_no_two_entries_cross_however_many_lie_in_one() -> None:
    learnt = (
        "[aa bb cc dd ee]ORG",
        "[bb cc dd]ORG",
        "[bb cc]ORG",
        "[bb]ORG",
        "[cc]ORG",
        "[dd]ORG",
        "[ee ff]ORG",
    )
    surfaces = {surface for surface, _ in found("aa bb cc dd ee ff", *learnt)}
    assert "aa bb cc dd ee" in surfaces
    assert "ee ff" not in surfaces


def test_a_word_that_is_mostly_not_labelled_is_not_an_entry() -> None:
    once_in_three = "قال [رئيس]OCC ثم رئيس ثم رئيس"
    assert found("رئيس", once_in_three) == set()
    assert found("رئيس", "قال [رئيس]OCC ثم رئيس") == {("رئيس", "OCC")}


def test_leave_one_out_learns_from_the_others_only() -> None:
    gold = gold_of(marked("زار [دمشق]GPE و[حلب]GPE"), marked("في [دمشق]GPE"))
    one, two = articles_of(gold)
    extraction = lexicon([one, two], Settings(gold, leave_one_out=True))
    texts = [
        {article.text[s.start : s.end] for s in spans}
        for article, spans in zip([one, two], extraction.spans, strict=True)
    ]
    assert texts == [{"دمشق"}, {"دمشق"}]
    assert extraction.parameters["leave_one_out"] is True


def test_learning_from_an_article_that_is_not_there_is_refused() -> None:
    gold = gold_of(marked("زار [دمشق]GPE"))
    with pytest.raises(DataError, match="ARTICLES: no article l0"):
        with_articles(gold, [Article("two", "نص")], "ARTICLES")
    with pytest.raises(DataError, match="ARTICLES: l0 with another text"):
        with_articles(gold, [Article("l0", "نص آخر")], "ARTICLES")


def test_lexicon_file(tmp_path: Path) -> None:
    file = tmp_path / "names.tsv"
    file.write_text("# names\nالقدس\tGPE\nالقدس\tLOC\n\n", encoding="utf-8")
    extraction = lexicon([Article("a", "وبالقدس")], Settings(lexicon=file))
    [spans] = extraction.spans
    assert extraction.parameters == {"lexicon_sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    assert [(span.start, span.end, span.label) for span in spans] == [(2, 7, "GPE"), (2, 7, "LOC")]
    file.write_text("القدس GPE\n\tGPE\nx\t\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        lexicon([], Settings(lexicon=file))
    assert [problem.where for problem in error.value.problems] == [f"{file}:{n}" for n in (1, 2, 3)]


def test_unknown_extractor_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match="no extractor 'bert'; there are: lexicon"):
        find_extractor("bert")


@given(st.text(alphabet="وفبكلسالمدينةقدس ـَُ،.🚕GoRide١2", max_size=60))
def test_spans_are_always_ranges_with_whole_words(text: str) -> None:
    if not text.strip():
        return
    gold = gold_of(marked("[القدس]GPE و[المدينة]FAC و[سلام]PERS"))
    *_, spans = lexicon([*articles_of(gold), Article("text", text)], Settings(gold)).spans
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert not text[span.start : span.end][-1:].isspace()
