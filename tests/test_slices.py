"""Slices: each property in Arabic cases and against a plain reading, counts that add up, gaps by hand."""

import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from described import described
from marked import marked
from miyar.arabic import follows_particles, normalised_text, word_start
from miyar.article import text_sha256
from miyar.errors import UsageError
from miyar.predictions import Predictions
from miyar.resampling import Numbers, Resamples, apart_ends, evidence, intervals, totals
from miyar.scheme import Scheme, inventory
from miyar.scoring.entities import entity_cells, nesting_table
from miyar.scoring.properties import FAULTY, NO_MATCH, NONE, PROPERTIES, Context, classes
from miyar.scoring.sides import sides
from miyar.scoring.slices import MIN_SUPPORT, MOST_SLICES, TOO_SMALL, SliceTable, gaps, slice_table
from miyar.scoring.table import Table
from miyar.spantable import Views
from miyar.tokens import tokens
from spans import Side, Triple, views

Counted = dict[str, tuple[int, ...]]  # tp, predicted, gold, found by class


class Drawn(NamedTuple):
    """An article, and whether the extractor `learnt` from it: always, when it read the "others", never."""

    text: str
    gold: list[Triple]
    predicted: list[Triple]
    source: str | None
    learnt: str


# Dense in particles, forms of alif, white space, and what normalisation drops.
LETTERS = "ولبسفاأإآؤئءحمـ\u0651\u0654\u200f \n،«"
LABELS = ("PERS", "ORG", "GPE", "ATTACK")
TEXTS = st.text(st.sampled_from(LETTERS), min_size=1, max_size=12)
SPANS = st.builds(
    lambda start, length, label: (start, start + length, label),
    st.integers(0, 10),
    st.integers(1, 5),
    st.sampled_from(LABELS),
)
ARTICLES = st.lists(
    st.builds(
        Drawn,
        TEXTS,
        st.lists(SPANS, max_size=5, unique=True),
        st.lists(SPANS, max_size=5, unique=True),
        st.sampled_from([None, "", "وفا", "رويترز"]),
        st.sampled_from(["never", "always", "others"]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row.text,
)


def with_texts(side: Side, texts: Sequence[str], scheme: Scheme, **more: object) -> Views:
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    return described(views(side, scheme), texts=tuple(texts), lengths=lengths, **more)


def labelled(scheme: Scheme, *sources: str, **more: object) -> Views:
    read = [marked(source) for source in sources]
    side = [[(span.start, span.end, span.label) for span in one.spans] for one in read]
    return with_texts(side, [one.text for one in read], scheme, **more)


def context(
    gold: Views, predicted: Views, scheme: Scheme, training: Views | None = None, **more: frozenset[str]
) -> Context:
    assert predicted.articles.texts in (None, gold.articles.texts)
    predictions = Predictions(predicted, **more)  # type: ignore[arg-type]
    return Context(sides(gold, predictions, inventory(scheme), scheme), gold, predictions, training)


def of_gold(field: str, found: Context) -> list[str]:
    """Return the class of each gold entity, in the order of the views."""
    named, count = classes(field, found), len(found.sides.gold.entities.spans)
    return [named.names[index] for index in named.of_entity[:count]]


def of_marked(field: str, scheme: Scheme, *sources: str) -> list[str]:
    gold = labelled(scheme, *sources)
    return of_gold(field, context(gold, gold, scheme))


def sliced(field: str, found: Context, min_support: int = 0) -> SliceTable:
    return slice_table(field, found, entity_cells(found.sides), min_support)


def counted(table: Table) -> Counted:
    """Return the summed counts of each class, micro among them."""
    sums = table.counts.sum(axis=0).astype(int).tolist()
    return dict(zip(("micro", *table.classes), map(tuple, sums), strict=True))


def test_worked_example_of_a_source(scheme: Scheme) -> None:
    sources = ("قال [سالم]PERS في [القدس]GPE", "زار [سالم]PERS [جنيف]GPE", "في [عمان]GPE")
    guesses = ("قال [سالم]PERS في [القدس]ORG", "زار [سالم]PERS جنيف", "[في]ORG [عمان]GPE")
    gold = labelled(scheme, *sources, metadata={"source": ("وفا", "رويترز", "وفا")})
    made = sliced("source", context(gold, labelled(scheme, *guesses), scheme))
    # وفا, of the first and third article: right are سالم and عمان, of 4 predicted and 3 gold
    assert counted(made.table) == {"micro": (3, 5, 5, 3), "وفا": (2, 4, 3, 2), "رويترز": (1, 1, 2, 1)}
    assert (made.field, made.table.layer, made.table.name, made.table.kind) == (
        *("source", "slices"),
        *("source", "classes"),
    )
    # F1 of وفا is 4/7, of the rest 2/3; precision 2/4 and 1/1, recall 2/3 and 1/2
    gap = gaps(made.table, None)["وفا"]
    assert gap.f1 == pytest.approx(4 / 7 - 2 / 3)
    assert [gap.precision, gap.recall] == pytest.approx([-1 / 2, 1 / 6])
    assert gap.interval is None


def test_a_missing_value_has_a_class_of_its_own(scheme: Scheme) -> None:
    gold = labelled(scheme, "[سالم]PERS", "[سالم]PERS", "[سالم]PERS")
    gold = described(gold, metadata={"source": ("وفا", None, " ")})
    assert of_gold("source", context(gold, gold, scheme)) == ["وفا", NONE, NONE]


def test_article_length_is_in_code_points_and_needs_no_texts(scheme: Scheme) -> None:
    lengths = [499, 500, 1999, 2000, 4999, 5000]
    gold = described(views([[(0, 5, "PERS")]] * len(lengths), scheme), lengths=np.array(lengths))
    short, middle, long, longest = "under 500", "500–1,999", "2,000–4,999", "5,000 and more"
    expected = [short, middle, middle, long, long, longest]
    assert of_gold("article_length", context(gold, gold, scheme)) == expected


def test_span_length_is_in_words_that_a_span_overlaps(scheme: Scheme) -> None:
    text = "[سالم]PERS و[الأمم\n المتحدة]ORG في [كفر قاسم الشر]GPEقية: [ألف  وتسع مئة وست]CARDINAL أو"
    assert of_marked("span_length", scheme, text) == ["1", "2", "3–4", "3–4"]
    assert of_marked("span_length", scheme, "قال [ أحد ]PERS", "[ا ب ج د ه]ORG", "قال[ ]PERS نعم") == [
        "1",
        "5 and more",
        "0",
    ]


def test_particles_are_told_from_other_letters_of_the_word(scheme: Scheme) -> None:
    sources = {
        "قال [محمد]PERS": "none",
        "و[القدس]GPE": "attached",
        "قال وب[القدس]GPE": "attached",
        "وَـبِـ[القدس]GPE": "attached",
        "ال[قدس]GPE": "inside a word",
        "وبال[قدس]GPE": "inside a word",
        "وبكل[قدس]GPE": "inside a word",
        "و«[القدس]GPE»": "none",
        "قال، [القدس]GPE": "none",
        "في \u200f[القدس]GPE": "none",
        "قال[، نعم]ORG": "none",
        "و[ نعم]ORG": "none",
        "[قال]ORG": "none",
    }
    assert of_marked("particle", scheme, *sources) == [*sources.values()]


def test_hamza_is_written_left_out_or_there_is_none(scheme: Scheme) -> None:
    sources = {
        "[أحمد]PERS من أبو علي": "written",
        "قال ل[احمد]PERS": "left out",
        "[ابو ظبي]GPE": "left out",
        "[سالم]PERS": "none",
        "[ٱلسلام]ORG": "none",
        "[ا\u0654حمد]PERS": "written",
        "[آسيا]LOC": "written",
        "في [اسيا]LOC.": "left out",
        "[قارىء]OCC": "written",
        "[ـ]ORG": "none",
        "[ء]ORG": "written",
    }
    assert of_marked("hamza", scheme, *sources) == [*sources.values()]


def test_hamza_of_a_match_does_not_depend_on_what_is_predicted(scheme: Scheme) -> None:
    gold = labelled(scheme, "[احمد]PERS قال أحمد")
    found = context(gold, labelled(scheme, "[احمد]PERS قال [أحمد]PERS"), scheme)
    assert counted(sliced("hamza", found).table) == {
        "micro": (1, 2, 1, 1),
        "left out": (1, 1, 1, 1),
        "written": (0, 1, 0, 0),
    }


@pytest.fixture
def articles() -> tuple[str, ...]:
    return ("قال [أحمد]PERS في [جنيف]GPE", "[احمد]PERS في [جنيف]ORG", "[جنيف]GPE و[سالم]PERS")


def digests(gold: Views) -> tuple[str, ...]:
    return tuple(text_sha256(text) for text in gold.articles.texts or ())


def test_an_extractor_that_learnt_from_nothing_has_seen_nothing(
    scheme: Scheme, articles: tuple[str, ...]
) -> None:
    assert of_marked("seen", scheme, *articles) == ["unseen"] * 6


@pytest.mark.parametrize("written", [True, False])
def test_seen_is_what_is_labelled_in_a_learnt_article(
    scheme: Scheme, articles: tuple[str, ...], written: bool
) -> None:
    gold = labelled(scheme, *articles)
    first = digests(gold)[0]
    gold = described(gold, sha256s=digests(gold)) if written else gold
    found = context(gold, gold, scheme, learnt_from=frozenset([first]))
    # احمد is أحمد normalised; جنيف was a GPE where the second article has an ORG
    seen, other, unseen = "seen", "seen with another label", "unseen"
    assert of_gold("seen", found) == [seen, seen, seen, other, seen, unseen]


def test_leave_one_out_has_not_seen_the_article_that_it_reads(
    scheme: Scheme, articles: tuple[str, ...]
) -> None:
    gold = labelled(scheme, *articles)
    gold = described(gold, sha256s=digests(gold))
    every = frozenset(digests(gold))
    seen, other, unseen = "seen", "seen with another label", "unseen"
    found = context(gold, gold, scheme, others_learnt=every)
    # أحمد stands in two articles, جنيف as GPE in two and as ORG in one, سالم in one
    assert of_gold("seen", found) == [seen, seen, seen, other, seen, unseen]
    # without the third article no other one has جنيف as GPE when the first is read
    found = context(gold, gold, scheme, others_learnt=every - {digests(gold)[2]})
    assert of_gold("seen", found) == [seen, other, seen, other, seen, unseen]


def test_an_article_that_was_known_all_the_while_is_known_when_it_is_read(scheme: Scheme) -> None:
    gold = labelled(scheme, "[سالم]PERS")
    own = frozenset(digests(gold))
    assert of_gold("seen", context(gold, gold, scheme, learnt_from=own)) == ["seen"]
    assert of_gold("seen", context(gold, gold, scheme, learnt_from=own, others_learnt=own)) == ["seen"]


def test_training_has_the_annotations_that_the_gold_has_not(scheme: Scheme) -> None:
    gold = labelled(scheme, "[سالم]PERS في [بيت \nلحم]GPE", "[هجوم]ORG")
    training = labelled(scheme, "في [بَيت لحم]GPE", "[سالم]PERS", "[هجوم]ATTACK")
    learnt = frozenset(digests(training)[index] for index in (0, 2))
    found = context(gold, gold, scheme, training, learnt_from=learnt)
    # سالم is labelled in an article that it did not learn from, هجوم as a trigger
    assert of_gold("seen", found) == ["unseen", "seen", "seen with another label"]
    both = context(gold, gold, scheme, training, learnt_from=learnt | {digests(gold)[0]})
    assert of_gold("seen", both) == ["seen", "seen", "seen with another label"]


def test_labels_are_compared_as_they_are_scored(scheme: Scheme) -> None:
    gold = labelled(scheme, "في [جنيف]GPE يوم [الأحد]DATE", "[جنيف]LOC", "[الأحد]ORG")
    assert scheme.maps["conll"]["GPE"] == scheme.maps["conll"]["LOC"]
    assert "DATE" not in scheme.maps["conll"]
    predictions = Predictions(gold, learnt_from=frozenset([digests(gold)[0]]))
    both = sides(gold, predictions, inventory(scheme, "conll"), scheme)
    assert of_gold("seen", Context(both, gold, predictions)) == ["seen", "seen", "seen with another label"]


def test_learnt_articles_that_nobody_has_are_refused(scheme: Scheme) -> None:
    gold = labelled(scheme, "[سالم]PERS")
    learnt = frozenset([digests(gold)[0], "f" * 64, "e" * 64])
    with pytest.raises(UsageError, match=r"gold learnt from .* here: 2 of 3, .* eeeeeeeeeeee…; .*--training"):
        classes("seen", context(gold, gold, scheme, learnt_from=learnt))
    bare = described(views([[(0, 4, "PERS")]], scheme, "bare"), sha256s=("f" * 64,))
    with pytest.raises(UsageError, match="--training bare: has no texts"):
        classes("seen", context(gold, gold, scheme, bare, learnt_from=frozenset(["f" * 64])))


@pytest.mark.parametrize("field", [name for name, one in PROPERTIES.items() if one.needs])
def test_what_needs_texts_says_where_they_come_from(field: str, scheme: Scheme) -> None:
    gold = views([[(0, 5, "PERS")]], scheme, "bare")
    with pytest.raises(UsageError, match=rf"--by {field}: the gold bare has no texts; .*--articles PATH"):
        classes(field, context(gold, gold, scheme))


def test_an_unknown_field_is_refused_with_what_there_is(scheme: Scheme) -> None:
    gold = described(views([[]], scheme), metadata={"source": ("وفا",)})
    with pytest.raises(UsageError, match=r"one of article_length, decision, .*source.*mean source\?"):
        classes("sources", context(gold, gold, scheme))


def test_a_property_goes_before_metadata_of_its_name(scheme: Scheme) -> None:
    gold = labelled(scheme, "[سالم]PERS", metadata={"particle": ("وفا",)})
    assert of_gold("particle", context(gold, gold, scheme)) == ["none"]


def test_many_spans_in_one_long_word_take_little_memory(scheme: Scheme) -> None:
    text = "ب" * 2000
    gold = with_texts([[(place, place + 1, "PERS") for place in range(1000, 1200)]], [text], scheme)
    found = context(gold, gold, scheme)
    tracemalloc.start()
    named = of_gold("particle", found)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert set(named) == {"inside a word"}
    assert peak < 1_000_000  # before these spans stand 220,000 letters, each taking 12 bytes or more


@pytest.mark.parametrize("field", ["span_length", "particle", "hamza", "seen"])
def test_faulty_spans_have_a_class_of_their_own(field: str, scheme: Scheme) -> None:
    gold = labelled(scheme, "قال [سالم]PERS")
    # right, beyond the text, reversed, without a start, and with an unknown label
    spans = [(4, 8, "PERS"), (4, 9, "PERS"), (3, 1, "PERS"), (-1, 3, "PERS"), (4, 8, "NOVEL")]
    predicted = with_texts([spans], gold.articles.texts or (), scheme)
    counts = counted(sliced(field, context(gold, predicted, scheme)).table)
    assert counts["micro"] == (1, 5, 1, 1)
    assert counts[FAULTY] == (0, 4, 0, 0)
    # lengths that only the gold knows are enough
    unknown = context(gold, described(predicted, texts=None, lengths=None), scheme)
    assert counted(sliced(field, unknown).table) == counts


@pytest.mark.parametrize("field", ["source", "article_length"])
def test_faulty_spans_are_of_their_article(field: str, scheme: Scheme) -> None:
    gold = labelled(scheme, "قال [سالم]PERS", metadata={"source": ("وفا",)})
    found = context(gold, with_texts([[(4, 9, "PERS")]], gold.articles.texts or (), scheme), scheme)
    assert [*counted(sliced(field, found).table).values()] == [(0, 1, 1, 0)] * 2


def plain_source(found: Context, article: int, start: int, end: int, label: int) -> str:
    return found.gold.articles.metadata["source"][article] or NONE


def plain_span_length(found: Context, article: int, start: int, end: int, label: int) -> str:
    words = len((found.gold.articles.texts or ())[article][start:end].split())
    return str(words) if words < 3 else "3–4" if words < 5 else "5 and more"


def plain_particle(found: Context, article: int, start: int, end: int, label: int) -> str:
    text = (found.gold.articles.texts or ())[article]
    if follows_particles(text, start):
        return "attached"
    begins_in_word = word_start(text, start + 1) <= start
    before = normalised_text(text[word_start(text, start) : start])
    return "inside a word" if begins_in_word and before else "none"


def plain_hamza(found: Context, article: int, start: int, end: int, label: int) -> str:
    def words(text: str) -> list[str]:
        cut = tokens(text)
        return [text[s:e] for s, e in zip(cut.start.tolist(), cut.end.tolist(), strict=True)]

    def has(text: str) -> bool:
        return any(letter in text for letter in "أإآؤئء\u0654")

    texts = found.gold.articles.texts or ()
    text = texts[article][start:end]
    others = {normalised_text(word) for one in texts for word in words(one) if has(word)}
    forms = {form for form in map(normalised_text, words(text)) if form.isalnum()}
    return "written" if has(text) else "left out" if forms & others else "none"


def plain_seen(found: Context, article: int, start: int, end: int, label: int) -> str:
    gold, texts, sha256s = found.gold, found.gold.articles.texts or (), found.gold.articles.sha256s
    knew = found.predictions.learnt_from | (found.predictions.others_learnt - {sha256s[article]})

    def form(of: int, start: int, end: int) -> str:
        return " ".join(normalised_text(texts[of][start:end]).split())

    rows = zip(*(getattr(gold.spans, name).tolist() for name in gold.spans.__slots__), strict=True)
    labels = {
        gold.codes[code]
        for of, s, e, code in rows
        if sha256s[of] in knew and e <= len(texts[of]) and form(of, s, e) == form(article, start, end)
    }
    own = found.sides.inventory.entities[label]
    return "seen" if own in labels else "seen with another label" if labels else "unseen"


def plain_decision(found: Context, article: int, start: int, end: int, label: int) -> str:
    gold = found.gold
    rows = zip(*(getattr(gold.spans, name).tolist() for name in gold.spans.__slots__), strict=True)
    decided = dict(zip(reversed([*rows]), reversed(gold.decisions or ()), strict=True))
    return decided.get((article, start, end, label), NO_MATCH)


PLAIN: dict[str, Callable[[Context, int, int, int, int], str]] = {
    "source": plain_source,
    "decision": plain_decision,
    "span_length": plain_span_length,
    "particle": plain_particle,
    "hamza": plain_hamza,
    "seen": plain_seen,
}
FIELDS = (*PROPERTIES, "source")


def drawn(rows: Sequence[Drawn], scheme: Scheme) -> Context:
    """Return the context of drawn articles, of which no two have the same text."""
    texts = [row.text for row in rows]
    sha256s = tuple(map(text_sha256, texts))
    more = {"sha256s": sha256s, "metadata": {"source": tuple(row.source for row in rows)}}
    gold = with_texts([row.gold for row in rows], texts, scheme, **more)
    words = ("unanimous", "majority", "adjudicated")
    of_span = (gold.spans.start + 2 * gold.spans.end + gold.spans.label) % len(words)
    gold = replace(gold, decisions=tuple(words[one] for one in of_span.tolist()))
    predicted = with_texts([row.predicted for row in rows], texts, scheme, **more)
    always, others = (
        frozenset(sha256 for sha256, row in zip(sha256s, rows, strict=True) if row.learnt == learnt)
        for learnt in ("always", "others")
    )
    return context(gold, predicted, scheme, learnt_from=always, others_learnt=others)


def plain_counts(field: str, found: Context) -> Counted:
    """Return the counts of each class from sets of spans, class by class."""
    texts, sets = found.gold.articles.texts or (), []
    for side in (found.sides.gold, found.sides.predicted):
        spans = side.entities.spans
        rows = zip(*(getattr(spans, name).tolist() for name in spans.__slots__), strict=True)
        sets.append({(_plain_class(field, found, row, texts), row) for row in rows})
    gold, predicted = sets
    names = {name for name, _ in gold | predicted}
    by_class = {
        name: tuple(sum(one == name for one, _ in side) for side in (gold & predicted, predicted, gold))
        for name in names
    }
    return {name: (*row, row[0]) for name, row in by_class.items()}


def _plain_class(field: str, found: Context, row: tuple[int, ...], texts: Sequence[str]) -> str:
    article, start, end, label = row
    faulty = end > len(texts[article]) and field not in ("source", "decision")
    return FAULTY if faulty else PLAIN[field](found, article, start, end, label)


@pytest.mark.parametrize("field", PLAIN)
@given(rows=ARTICLES)
def test_each_slice_is_what_plain_sets_give(field: str, scheme: Scheme, rows: list[Drawn]) -> None:
    found = drawn(rows, scheme)
    made = counted(sliced(field, found).table)
    assert {name: row for name, row in made.items() if name != "micro"} == plain_counts(field, found)


@pytest.mark.parametrize("field", FIELDS)
@given(rows=ARTICLES, min_support=st.integers(0, 6))
def test_slices_add_up_to_strict(field: str, scheme: Scheme, rows: list[Drawn], min_support: int) -> None:
    found = drawn(rows, scheme)
    made = sliced(field, found, min_support)
    strict = entity_cells(found.sides)
    counts = made.table.counts
    assert np.array_equal(counts[:, 0], counts[:, 1:].sum(axis=1))
    tp, predicted, gold = (
        int(which.sum()) for which in (strict.gold & strict.predicted, strict.predicted, strict.gold)
    )
    assert counted(made.table)["micro"] == (tp, predicted, gold, tp)
    shown = {name: row[2] for name, row in counted(made.table).items() if name not in ("micro", TOO_SMALL)}
    assert all(support >= min_support for support in shown.values())
    assert all(support < min_support for support in made.too_small.values())
    assert sum(made.too_small.values()) == counted(made.table).get(TOO_SMALL, (0, 0, 0))[2]
    assert [*shown.values()] == sorted(shown.values(), reverse=True)
    matched = strict.where(strict.gold & strict.predicted)
    of_entity = classes(field, found).of_entity
    if field != "nesting":
        count = len(found.sides.gold.entities.spans)
        assert np.array_equal(of_entity[matched.gold_row], of_entity[count + matched.predicted_row])


@given(rows=ARTICLES)
def test_slices_of_nesting_are_the_measure(scheme: Scheme, rows: list[Drawn]) -> None:
    found = drawn(rows, scheme)
    measure = counted(nesting_table(entity_cells(found.sides), found.sides))
    made = counted(sliced("nesting", found).table)
    assert made == {name: row for name, row in measure.items() if name in made}
    assert not any(any(row) for name, row in measure.items() if name not in (*made, "nested"))


@pytest.mark.parametrize("field", FIELDS)
@given(rows=ARTICLES, seed=st.randoms(use_true_random=False))
def test_order_never_matters(field: str, scheme: Scheme, rows: list[Drawn], seed: Random) -> None:
    def shuffled(spans: list[Triple]) -> list[Triple]:
        return sorted(spans, key=lambda _: seed.random())

    order = sorted(range(len(rows)), key=lambda _: seed.random())
    other = [row._replace(gold=shuffled(row.gold), predicted=shuffled(row.predicted)) for row in rows]
    one, again = (sliced(field, drawn(side, scheme), 2) for side in (rows, [other[index] for index in order]))
    assert again.table.classes == one.table.classes
    assert [*again.too_small.items()] == [*one.too_small.items()]
    assert np.array_equal(again.table.counts, one.table.counts[order])


def of_sources(scheme: Scheme, *sources: tuple[str, int, int]) -> Context:
    """Return articles of a source with as many gold entities, of which some are found."""
    rows = [[(2 * place, 2 * place + 1, "PERS") for place in range(count)] for _, count, _ in sources]
    found = [spans[:right] for spans, (_, _, right) in zip(rows, sources, strict=True)]
    gold = described(views(rows, scheme), metadata={"source": tuple(name for name, _, _ in sources)})
    return context(gold, views(found, scheme), scheme)


def test_values_with_little_support_are_counted_together(scheme: Scheme) -> None:
    found = of_sources(
        scheme, ("وفا", 19, 10), ("قنا", 12, 6), ("رويترز", 15, 9), ("قنا", 8, 3), ("بترا", 2, 1)
    )
    made = slice_table("source", found, entity_cells(found.sides))
    assert MIN_SUPPORT == 20
    assert counted(made.table) == {
        "micro": (29, 29, 56, 29),
        "قنا": (9, 9, 20, 9),
        TOO_SMALL: (20, 20, 36, 20),
    }
    assert made.too_small == {"وفا": 19, "رويترز": 15, "بترا": 2}
    assert [*gaps(made.table, None)] == ["قنا"]


def test_a_value_that_is_called_too_small_is_not_lost(scheme: Scheme) -> None:
    made = sliced("source", of_sources(scheme, (TOO_SMALL, 3, 1), ("وفا", 2, 2)), 1)
    assert counted(made.table) == {"micro": (3, 3, 5, 3), "وفا": (2, 2, 2, 2), TOO_SMALL: (1, 1, 3, 1)}
    assert made.too_small == {TOO_SMALL: 3}


def test_a_value_of_each_article_takes_no_room(scheme: Scheme) -> None:
    found = of_sources(scheme, *((f"s{number}", 2, 1) for number in range(1000)))
    made = sliced("source", found, 3)
    assert made.table.counts.shape == (1000, 2, 4)
    assert len(made.too_small) == 1000
    with pytest.raises(UsageError, match=rf"--by source: 1000 values have 2 .* at most {MOST_SLICES}"):
        sliced("source", found, 2)


@given(rows=ARTICLES)
def test_gaps_of_two_slices_are_opposite(scheme: Scheme, rows: list[Drawn]) -> None:
    rows = [row._replace(source=str(number % 2)) for number, row in enumerate(rows)]
    made = sliced("source", drawn(rows, scheme)).table
    resampled = totals(Resamples(len(made.counts), 50), made.counts)[0]
    found = gaps(made, resampled)
    if len(found) == 2:
        one, other = found["0"].to_dict(), found["1"].to_dict()
        assert one["f1"] == (None if other["f1"] is None else -other["f1"])  # type: ignore[operator]
        assert one["precision"] == (None if other["precision"] is None else -other["precision"])  # type: ignore[operator]


@pytest.fixture
def ten_of_each(scheme: Scheme) -> Table:
    """Return ten articles with two of four entities found, ten with one of one, two with none of three."""
    sources = [*[("وفا", 4, 2)] * 10, *[("قنا", 1, 1)] * 10, *[("بترا", 3, 0)] * 2]
    return sliced("source", of_sources(scheme, *sources)).table


def test_intervals_of_gaps_are_those_of_the_difference(ten_of_each: Table) -> None:
    resampled = totals(Resamples(22, 200), ten_of_each.counts)[0]
    gap = gaps(ten_of_each, resampled, 0.9)["وفا"]
    # recall 20/40 against 10/16, precision 1 of both
    assert (gap.precision, gap.recall) == (0, float(Fraction(20, 40) - Fraction(10, 16)))
    assert gap.interval is not None
    # the slice is in 10 articles and the rest in 12: the fewer count
    expected = intervals(plain_gaps(resampled), np.array(10), 0.9)
    ends = apart_ends(evidence(others(ten_of_each)), evidence(ten_of_each.counts[:, 1:]), 0.9)
    low, high = (min(float(expected.low), ends.low[0, 1]), max(float(expected.high), ends.high[0, 1]))
    assert [*gap.interval.bounds["recall"]] == pytest.approx([low, high])
    assert gap.interval.level == 0.9
    assert gap.interval.bounds["precision"] == (ends.low[0, 0], ends.high[0, 0])
    assert ends.low[0, 0] < 0 < ends.high[0, 0]


def others(table: Table) -> Numbers:
    """Return the counts of what is not in each slice."""
    rest: Numbers = table.counts[:, :1] - table.counts[:, 1:]
    return rest


def plain_gaps(resampled: Numbers) -> Numbers:
    """Return what the recall of the first slice is minus that of the rest in each resample."""
    values = []
    for micro, own, *_ in resampled.tolist():
        found, gold = micro[3] - own[3], micro[2] - own[2]
        values.append(own[3] / own[2] - found / gold if own[2] and gold else np.nan)
    return np.array(values)


def test_a_gap_has_no_interval_where_the_slice_or_the_rest_is_in_few_articles(
    ten_of_each: Table, scheme: Scheme
) -> None:
    found = gaps(ten_of_each, totals(Resamples(22, 200), ten_of_each.counts)[0])
    assert found["بترا"].precision is None
    assert found["بترا"].interval is not None
    why = {"precision": 0, "recall": 2, "f1": 2}
    assert found["بترا"].interval.absent == {
        name: f"spans in {count} articles, 10 are needed" for name, count in why.items()
    }
    one = sliced("source", of_sources(scheme, *[("وفا", 4, 2)] * 12, ("قنا", 4, 1))).table
    gap = gaps(one, totals(Resamples(13, 200), one.counts)[0])["وفا"]
    assert gap.interval is not None
    assert gap.interval.absent["f1"] == "spans in 1 article, 10 are needed"


def test_the_largest_gap_comes_first(ten_of_each: Table) -> None:
    found = gaps(ten_of_each, None)
    # F1: وفا 40/60 against 20/26, قنا 1 against 40/66, بترا 0 against 60/80: 0.10, 0.39, 0.75
    assert [*found] == ["بترا", "قنا", "وفا"]
    # a slice without spans of the rest, or without any, has no gap and comes last
    none = np.zeros_like(ten_of_each.counts[:, :1])
    undefined = replace(
        ten_of_each,
        counts=np.concatenate([ten_of_each.counts, none], axis=1),
        classes=(*ten_of_each.classes, "ا"),
    )
    assert [*gaps(undefined, None)][-1] == "ا"
    assert found["قنا"].to_dict() == {
        "precision": 0,
        "recall": pytest.approx(1 - 20 / 46),
        "f1": pytest.approx(1 - 40 / 66),
    }
