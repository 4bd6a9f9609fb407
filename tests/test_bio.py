"""The flat view: examples in Arabic, a plain reading of the rules, and seqeval as the judge of the tags."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marked import marked
from miyar import bio
from miyar.bio import (
    Losses,
    Mode,
    Projection,
    Ratios,
    TagLists,
    projected,
    seqeval_labels,
    short_tags,
    token_spans,
)
from miyar.matching import cells, counts, span_rows
from miyar.spantable import SpanTable
from miyar.tokens import TokenTable, token_table, tokens


def tags(projection: Projection, tokens: TokenTable, names: Sequence[str]) -> TagLists:
    """Return all tags of a side, one per token."""
    return bio._lists(bio._tag_column(projection, tokens), bio._bounds(tokens), names)


NAMES = ("PERS", "ORG", "GPE", "OCC", "A.b_1", "?")
TAGS = ["O", *(f"{prefix}-{name}" for prefix in "BI" for name in ("PERS", "ORG", "?"))]


class Row(NamedTuple):
    """A span of the test: article, start, end, label index."""

    article: int
    start: int
    end: int
    label: int


class Case(NamedTuple):
    """Texts and spans in them."""

    texts: list[str]
    rows: list[Row]


def table(rows: Sequence[Row]) -> SpanTable:
    return SpanTable(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def rows_of(spans: SpanTable) -> list[Row]:
    columns = (spans.article, spans.start, spans.end, spans.label)
    return [Row(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def flat(case: Case) -> Projection:
    return projected(table(case.rows), token_table(case.texts))


TEXTS = st.lists(st.text(st.sampled_from("قدس  .3\u200f\u0651🚨\n"), max_size=14), min_size=1, max_size=3)


@st.composite
def spans_in(draw: st.DrawFn, texts: list[str]) -> list[Row]:
    """Draw spans that nest, cross, touch, repeat, or are no range within the text."""
    article = draw(st.integers(0, len(texts) - 1))
    offset = st.integers(-2, len(texts[article]) + 2)
    some = st.builds(Row, st.just(article), offset, offset, st.integers(0, len(NAMES) - 1))
    return draw(st.lists(some, max_size=10))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    texts = draw(TEXTS)
    return Case(texts, [row for part in draw(st.lists(spans_in(texts), max_size=4)) for row in part])


@st.composite
def two_sides(draw: st.DrawFn) -> tuple[Case, Case]:
    """Draw two sides that have some spans in common."""
    gold = draw(cases())
    shared = draw(st.lists(st.sampled_from(gold.rows), unique=True)) if gold.rows else []
    return gold, Case(gold.texts, [*shared, *draw(spans_in(gold.texts))])


@st.composite
def flat_cases(draw: st.DrawFn) -> Case:
    """Draw spans on boundaries of tokens, none of which share one."""
    texts = draw(TEXTS)
    rows: list[Row] = []
    for article, text in enumerate(texts):
        found = tokens(text)
        cuts = sorted(draw(st.sets(st.integers(0, len(found)))))
        for first, last in pairwise(cuts):
            if draw(st.booleans()):
                start, end = int(found.start[first]), int(found.end[last - 1])
                rows.append(Row(article, start, end, draw(st.integers(0, len(NAMES) - 1))))
    return Case(texts, draw(st.permutations(rows)))


class Fate(NamedTuple):
    """What a plain reading of the rules says of one span: why it is lost, or its tokens and their extent."""

    lost: str
    first: int = -1
    last: int = -1
    widened: bool = False


def reference(case: Case) -> list[Fate]:
    """Read the rules one span after the other."""
    owned = [_tokens_of(row, case.texts[row.article]) for row in case.rows]
    fates = [Fate("" if found else "without_token") for found in owned]
    there = [n for n, fate in enumerate(fates) if not fate.lost]
    for n in there:
        if any(_inside(case.rows[n], case.rows[other]) for other in there):
            fates[n] = Fate("nested")
    taken = set[tuple[int, int]]()
    outermost = [n for n in there if not fates[n].lost]
    for n in sorted(outermost, key=lambda n: (case.rows[n].start, -case.rows[n].end, case.rows[n].label, n)):
        row = case.rows[n]
        mine = {(row.article, number) for number in owned[n]}
        if mine & taken:
            fates[n] = Fate("crossing")
            continue
        taken |= mine
        found = tokens(case.texts[row.article])
        wider = found.start[owned[n][0]] < row.start or found.end[owned[n][-1]] > row.end
        fates[n] = Fate("", owned[n][0], owned[n][-1], bool(wider))
    return fates


def _tokens_of(row: Row, text: str) -> list[int]:
    if not 0 <= row.start < row.end <= len(text):
        return []
    found = zip(tokens(text).start, tokens(text).end, strict=True)
    return [n for n, (start, end) in enumerate(found) if start < row.end and row.start < end]


def _inside(inner: Row, outer: Row) -> bool:
    same = (inner.article, inner.start, inner.end) == (outer.article, outer.start, outer.end)
    contained = outer.start <= inner.start and inner.end <= outer.end
    return inner.article == outer.article and contained and not same


def fates(projection: Projection, case: Case) -> Iterator[Fate]:
    kept = iter(rows_of(token_spans(projection, token_table(case.texts))))
    reasons = ("nested", "crossing", "without_token")
    for n in range(len(case.rows)):
        lost = [reason for reason in reasons if getattr(projection, reason)[n]]
        if lost:
            yield Fate(" and ".join(lost), widened=bool(projection.widened[n]))
        else:
            span = next(kept)
            yield Fate("", span.start, span.end - 1, bool(projection.widened[n]))


@given(cases())
def test_columns_say_what_a_plain_reading_says(case: Case) -> None:
    assert list(fates(flat(case), case)) == reference(case)


@given(cases())
def test_each_span_is_counted_once(case: Case) -> None:
    losses = flat(case).losses
    assert losses.spans == len(case.rows)
    assert losses.spans == losses.kept + losses.nested + losses.crossing + losses.without_token
    assert losses.widened <= losses.kept


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_spans_never_matters(case: Case, random: Random) -> None:
    shuffled = Case(case.texts, sorted(case.rows, key=lambda _: random.random()))
    both = [token_spans(flat(some), token_table(some.texts)) for some in (case, shuffled)]
    assert sorted(rows_of(both[0])) == sorted(rows_of(both[1]))
    assert flat(case).losses == flat(shuffled).losses


@given(cases())
def test_tags_decode_to_exactly_the_kept_spans(case: Case) -> None:
    from seqeval.metrics.sequence_labeling import get_entities

    found = token_table(case.texts)
    tagged = tags(flat(case), found, NAMES)
    assert [len(article) for article in tagged] == [len(tokens(text)) for text in case.texts]
    decoded = [
        Row(number, start, last + 1, NAMES.index(name))
        for number, article in enumerate(tagged)
        for name, start, last in get_entities(article)
    ]
    assert decoded == sorted(rows_of(token_spans(flat(case), found)))


@given(flat_cases())
def test_flat_spans_on_boundaries_of_tokens_are_all_kept_without_a_loop(case: Case) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bio, "_losers", lambda firsts, lasts: iter([None] * len(firsts)))
        projection = flat(case)
    assert projection.losses == Losses(len(case.rows), len(case.rows), 0, 0, 0, 0)


def view(source: str) -> tuple[list[str], Losses]:
    """Return the tags of a marked text and what was lost."""
    case = marked(source)
    rows = [Row(0, span.start, span.end, NAMES.index(span.label)) for span in case.spans]
    projection = flat(Case([case.text], rows))
    return tags(projection, token_table([case.text]), NAMES)[0], projection.losses


@pytest.mark.parametrize(
    ("source", "expected", "losses"),
    [
        # Losses: spans, kept, nested, crossing, without_token, widened
        ("وب[القدس]GPE أمس", "B-GPE O", Losses(1, 1, 0, 0, 0, 1)),
        ("في [جامعة [بيرزيت]GPE]ORG.", "O B-ORG I-ORG O", Losses(2, 1, 1, 0, 0, 0)),
        ("[رئيس [بلدية [جنين]GPE]ORG]OCC", "B-OCC I-OCC I-OCC", Losses(3, 1, 2, 0, 0, 0)),
        ("[[القدس]GPE]ORG", "B-ORG", Losses(2, 1, 0, 1, 0, 0)),
        ("[محمد]PERS [علي]PERS", "B-PERS B-PERS", Losses(2, 2, 0, 0, 0, 0)),
        ("[الإسرائيلي]GPE[ة]ORG", "B-GPE", Losses(2, 1, 0, 1, 0, 1)),
        ("قال[ ]PERS محمد", "O O", Losses(1, 0, 0, 0, 1, 0)),
        ("[[محمد]PERS ]PERS قال", "B-PERS O", Losses(2, 1, 1, 0, 0, 0)),
        ("[محمد ]PERS قال", "B-PERS O", Losses(1, 1, 0, 0, 0, 0)),
        ("[قال، [محمد]PERS]OCC", "B-OCC I-OCC I-OCC", Losses(2, 1, 1, 0, 0, 0)),
    ],
)
def test_what_the_rules_say(source: str, expected: str, losses: Losses) -> None:
    assert view(source) == (expected.split(), losses)


def test_of_three_spans_in_a_chain_the_middle_one_loses() -> None:
    # tokens: ا ب ج د at 0, 2, 4, 6; [0, 3) and [2, 5) share ب, [2, 5) and [4, 7) share ج
    case = Case(["ا ب ج د"], [Row(0, 2, 5, 0), Row(0, 4, 7, 1), Row(0, 0, 3, 2)])
    projection = flat(case)
    assert projection.crossing.tolist() == [True, False, False]
    assert tags(projection, token_table(case.texts), NAMES) == [["B-GPE", "I-GPE", "B-ORG", "I-ORG"]]


def test_of_equal_extents_the_first_label_of_the_scheme_is_kept() -> None:
    projection = flat(Case(["القدس"], [Row(0, 0, 5, 5), Row(0, 0, 5, 2), Row(0, 0, 5, 3)]))
    assert projection.crossing.tolist() == [True, False, True]


@pytest.mark.parametrize("faulty", [(-1, 99), (0, 6), (5, 0), (3, 3), (-1, -1), (2**63 - 2, 2**63 - 1)])
def test_a_faulty_span_takes_nothing_from_others(faulty: tuple[int, int]) -> None:
    projection = flat(Case(["القدس", "غزة"], [Row(0, *faulty, 0), Row(0, 0, 5, 2), Row(1, 0, 3, 2)]))
    assert projection.losses == Losses(3, 2, 0, 0, 1, 0)
    assert projection.without_token.tolist() == [True, False, False]


def test_no_spans_and_no_articles_are_results() -> None:
    assert tags(flat(Case(["قال محمد", ""], [])), token_table(["قال محمد", ""]), NAMES) == [["O", "O"], []]
    nothing = flat(Case([], []))
    assert nothing.losses == Losses(0, 0, 0, 0, 0, 0)
    assert tags(nothing, token_table([]), NAMES) == []


@given(two_sides(), st.sampled_from(Mode))
def test_own_counts_are_those_of_seqeval(sides: tuple[Case, Case], mode: Mode) -> None:
    found = token_table(sides[0].texts)
    gold, predicted = (flat(side) for side in sides)
    theirs = report(tags(gold, found, NAMES), tags(predicted, found, NAMES), mode)
    both = (span_rows(token_spans(side, found)) for side in (gold, predicted))
    own = counts(cells(*both), len(NAMES))
    columns = [column.tolist() for column in (own.tp, own.predicted, own.gold)]
    rows = dict(zip(NAMES, zip(*columns, strict=True), strict=True))
    micro = theirs.pop("micro avg")
    assert list(theirs) == sorted(name for name, (_, *either) in rows.items() if any(either))
    for name, row in theirs.items():
        assert row == pytest.approx(ratios(*rows[name]), abs=1e-12)
    assert micro == pytest.approx(ratios(*map(sum, columns)), abs=1e-12)


@given(two_sides(), st.sampled_from(Mode))
def test_what_is_outside_on_both_sides_may_be_left_out(sides: tuple[Case, Case], mode: Mode) -> None:
    found = token_table(sides[0].texts)
    both = [flat(side) for side in sides]
    gold, predicted = (tags(side, found, NAMES) for side in both)
    short_gold, short_predicted = short_tags(both, found, NAMES)
    assert report(short_gold, short_predicted, mode) == report(gold, predicted, mode)
    for side in (short_gold, short_predicted):
        assert sum(map(len, side)) <= len(found)
        assert len(side) == len(sides[0].texts)


def test_a_tag_that_continues_nothing_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(["قال محمد أمس"], [Row(0, 0, 3, 0)])
    for column in ([2, 0, 0], [1, 4, 0], [0, 0, 2]):
        monkeypatch.setattr("miyar.bio._tag_column", lambda *_, column=column: np.array(column))
        with pytest.raises(RuntimeError, match="continues nothing"):
            short_tags([flat(case)] * 2, token_table(case.texts), NAMES)


def ratios(tp: int, predicted: int, gold: int) -> Ratios:
    return Ratios(tp / max(predicted, 1), tp / max(gold, 1), 2 * tp / max(predicted + gold, 1), gold)


SEQUENCES = st.lists(st.lists(st.tuples(*[st.sampled_from(TAGS)] * 2), max_size=8), max_size=3)


def report(gold: TagLists, predicted: TagLists, mode: Mode) -> dict[str, Ratios]:
    """Return what seqeval's report says of each label and of micro; where there is no entity, nothing."""
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    if all(tag == "O" for side in (gold, predicted) for article in side for tag in article):
        return {"micro avg": Ratios(0.0, 0.0, 0.0, 0)}  # the report itself divides by 0
    choice = {"mode": "strict", "scheme": IOB2} if mode is Mode.STRICT else {}
    found = classification_report(gold, predicted, output_dict=True, zero_division=0, **choice)
    for average in ("macro avg", "weighted avg"):
        del found[average]
    return {name: Ratios(*row.values()) for name, row in found.items()}


@given(SEQUENCES)
def test_labels_are_those_of_the_report_of_seqeval(pairs: list[list[tuple[str, str]]]) -> None:
    gold, predicted = ([[pair[side] for pair in article] for article in pairs] for side in (0, 1))
    theirs = report(gold, predicted, Mode.DEFAULT)
    del theirs["micro avg"]
    assert seqeval_labels(gold, predicted) == theirs


def test_the_modes_of_seqeval_differ_where_an_entity_has_no_beginning_which_ours_never_lack() -> None:
    gold, predicted = [["B-PERS", "I-PERS", "O"]], [["I-PERS", "I-PERS", "O"]]
    # conlleval takes I-PERS after O as a beginning: 1 of 1; by IOB2 nothing is predicted
    assert report(gold, predicted, Mode.DEFAULT)["micro avg"] == Ratios(1.0, 1.0, 1.0, 1)
    assert report(gold, predicted, Mode.STRICT)["micro avg"] == Ratios(0.0, 0.0, 0.0, 1)


@pytest.mark.parametrize("nothing", [[], [[]], [["O", "O"], []]])
def test_nothing_to_score_is_nothing(nothing: TagLists) -> None:
    assert seqeval_labels(nothing, nothing) == {}
