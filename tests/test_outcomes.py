"""Each span gets the class that the definition says: in Arabic cases, against plain loops, by properties."""

import json
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marked import marked
from miyar.scoring import outcomes as module
from miyar.scoring.outcomes import (
    BOTH,
    BOUNDARY,
    CONTEXT,
    LABEL,
    MISSED,
    NOTHING,
    PARTICLE,
    RIGHT,
    SPURIOUS,
    WORDS,
    Outcomes,
    confusion,
    counts,
    error_lines,
    outcomes,
)
from miyar.spantable import Mask, SpanTable

Row = tuple[int, int, int, int]
Told = tuple[int, Row | None]  # the class of a span and its partner

NAMES = ("PERS", "ORG", "GPE", "OCC", "CARDINAL")
ARTICLES = ("a0", "a1", "a2")
# Dense in the proclitics' letters and in white space, so that particles are met by chance.
TEXTS = ("وب لسا فكب ن", "بسمو لكل فبا", "كلب وسل بناف")
ROWS = st.builds(
    lambda article, start, length, label: (article, start, start + length, label),
    st.integers(0, 2),
    st.integers(0, 7),
    st.integers(1, 5),
    st.integers(0, 2),
)
SIDES = st.lists(ROWS, max_size=14, unique=True)


def table(rows: Sequence[Row]) -> SpanTable:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return SpanTable(*columns)


def told(gold: Sequence[Row], predicted: Sequence[Row], faulty: Mask | None = None) -> Outcomes:
    return outcomes(table(gold), table(predicted), len(NAMES), TEXTS, faulty)


def by_span(gold: Sequence[Row], predicted: Sequence[Row], result: Outcomes) -> list[dict[Row, Told]]:
    """Return the class and the partner of each span of gold and of each predicted span."""
    sides = []
    for rows, others, classes, partners in (
        (gold, predicted, result.of_gold, result.partner_of_gold),
        (predicted, gold, result.of_predicted, result.partner_of_predicted),
    ):
        columns = zip(rows, classes.tolist(), partners.tolist(), strict=True)
        sides.append({row: (code, None if n == NOTHING else others[n]) for row, code, n in columns})
    return sides


def plain(gold: Sequence[Row], predicted: Sequence[Row]) -> list[dict[Row, Told]]:
    """Return the same by plain loops: stage by stage, pair by pair, without particles."""
    sides: list[dict[Row, Told]] = [{}, {}]
    for stage in (RIGHT, LABEL, BOUNDARY, BOTH):
        pairs = [(g, p) for g in gold for p in predicted if stage_of(g, p) == stage]
        for g, p in sorted(pairs, key=preference):
            if g not in sides[0] and p not in sides[1]:
                sides[0][g], sides[1][p] = (stage, p), (stage, g)
    return [
        {row: side.get(row, (alone, None)) for row in rows}
        for side, rows, alone in zip(sides, (gold, predicted), (MISSED, SPURIOUS), strict=True)
    ]


def stage_of(one: Row, other: Row) -> int | None:
    if one[0] != other[0] or not shared(one, other):
        return None
    by_extent = (RIGHT, LABEL) if one[1:3] == other[1:3] else (BOUNDARY, BOTH)
    return by_extent[one[3] != other[3]]


def shared(one: Row, other: Row) -> int:
    return len(set(range(*one[1:3])) & set(range(*other[1:3])))


def preference(pair: tuple[Row, Row]) -> tuple[Fraction, list[tuple[int, int, int]]]:
    union = len(set(range(*pair[0][1:3])) | set(range(*pair[1][1:3])))
    places = sorted((start, -end, label) for _, start, end, label in pair)
    return -Fraction(shared(*pair), union), places


def without_particles(sides: list[dict[Row, Told]]) -> list[dict[Row, Told]]:
    return [
        {row: (BOUNDARY if code == PARTICLE else code, partner) for row, (code, partner) in side.items()}
        for side in sides
    ]


def lines(gold: str, predicted: str, *, texts: bool = True, right: bool = True) -> list[dict[str, object]]:
    """Return the lines of one article that was marked twice."""
    one, other = marked(gold), marked(predicted)
    assert one.text == other.text
    tables = [
        table([(0, span.start, span.end, NAMES.index(span.label)) for span in side.spans])
        for side in (one, other)
    ]
    known = [one.text] if texts else None
    result = outcomes(tables[0], tables[1], len(NAMES), known)
    return list(error_lines(result, ["a0"], NAMES, known, right=right))


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("زار [القدس]GPE أمس", "زار [القدس]GPE أمس", ["right"]),
        ("زار [القدس]GPE أمس", "زار [القدس]ORG أمس", ["label"]),
        ("دعت [الأمم المتحدة]ORG أمس", "دعت [الأمم]ORG المتحدة أمس", ["boundary"]),
        ("دعت [الأمم المتحدة]ORG أمس", "دعت [الأمم]GPE المتحدة أمس", ["label_and_boundary"]),
        ("دعت [الأمم المتحدة]ORG أمس", "دعت الأمم المتحدة أمس", ["missed"]),
        ("دعت الأمم المتحدة أمس", "دعت [الأمم المتحدة]ORG أمس", ["spurious"]),
        ("في [القدس]GPE والخليل", "في القدس [والخليل]GPE", ["missed", "spurious"]),
        # nested spans are paired each with its own
        ("[رئيس [لبنان]GPE]OCC", "[رئيس [لبنان]GPE]OCC", ["right", "right"]),
        ("[رئيس [لبنان]GPE]OCC", "رئيس [[لبنان]GPE]OCC", ["boundary", "right"]),
    ],
)
def test_each_class_has_its_case(gold: str, predicted: str, expected: list[str]) -> None:
    assert [line["outcome"] for line in lines(gold, predicted)] == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("قال وب[القدس]GPE", "قال [وبالقدس]GPE"),
        ("و[الرئيس]OCC قال", "[والرئيس]OCC قال"),
        ("شكرا ل[لأمم المتحدة]ORG", "شكرا [للأمم المتحدة]ORG"),  # the name begins with the second lam
        ("ول[لأمم المتحدة]ORG", "[وللأمم المتحدة]ORG"),
        ("وَبِ[القدس]GPE", "[وَبِالقدس]GPE"),  # with diacritics
        ("بـ[5 ملايين]CARDINAL", "[بـ5 ملايين]CARDINAL"),  # with tatweel, before a digit
        ("مع و[3]CARDINAL", "مع [و3]CARDINAL"),
        ("«ب[القدس]GPE»", "«[بالقدس]GPE»"),  # after a quotation mark
        ("في \u200fب[القدس]GPE", "في \u200f[بالقدس]GPE"),  # after a mark of direction
        ("وب[القدس]GPE", "و[بالقدس]GPE"),  # the second of two particles
        ("زار [باريس]GPE", "زار ب[اريس]GPE"),  # a letter of the name has the form of a particle
    ],
)
def test_attached_particles_are_told_from_other_boundaries(one: str, other: str) -> None:
    for gold, predicted in ((one, other), (other, one)):
        assert [line["outcome"] for line in lines(gold, predicted)] == ["particle"]
        assert [line["outcome"] for line in lines(gold, predicted, texts=False)] == ["boundary"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("وب[القدس]GPE الشرقية", "[وبالقدس الشرقية]GPE"),  # the ends differ too
        ("[القدس]GPE الشرقية", "[القدس الشرقية]GPE"),
        ("ال[رئيس]OCC", "[الرئيس]OCC"),  # the article is part of the name
        ("وال[رئيس]OCC", "[والرئيس]OCC"),
        ("طرا[بلس]GPE", "طراب[لس]GPE"),  # inside a word
        ("منَ[بالقدس]GPE", "منَب[القدس]GPE"),  # though a mark stands before
        ("مـ[بالقدس]GPE", "مـب[القدس]GPE"),
        ("ل[لأمم المتحدة]ORG", "لل[أمم المتحدة]ORG"),  # the article's lam
        ("و [القدس]GPE", "[و القدس]GPE"),  # a word of its own
        ("و[ القدس]GPE", "[و القدس]GPE"),
        ("في ب[القدس]GPE", "[في بالقدس]GPE"),
        ("بو[القدس]GPE", "[بوالقدس]GPE"),  # no sequence of particles
        ("وف[القدس]GPE", "[وفالقدس]GPE"),
        ("من[القدس]GPE", "[منالقدس]GPE"),
        ("«[القدس]GPE»", "[«القدس]GPE»"),
    ],
)
def test_other_boundaries_are_not_particles(one: str, other: str) -> None:
    for gold, predicted in ((one, other), (other, one)):
        assert [line["outcome"] for line in lines(gold, predicted)] == ["boundary"]


@pytest.mark.parametrize(
    ("gold", "predicted", "partner"),
    [
        # intersection over union: 9/10 before 5/10
        ((0, 0, 10, 0), [(0, 0, 5, 0), (0, 0, 9, 0)], (0, 0, 9, 0)),
        # 2/6 both: the earlier start
        ((0, 4, 8, 0), [(0, 6, 10, 0), (0, 2, 6, 0)], (0, 2, 6, 0)),
        # 5/10 and 10/20, the same start: the longer
        ((0, 0, 10, 0), [(0, 0, 5, 0), (0, 0, 20, 0)], (0, 0, 20, 0)),
        # the same extent: the first label
        ((0, 0, 5, 3), [(0, 0, 5, 2), (0, 0, 5, 1)], (0, 0, 5, 1)),
        # another label on the extent comes before a boundary, a boundary before both
        ((0, 0, 9, 0), [(0, 0, 8, 0), (0, 0, 9, 1)], (0, 0, 9, 1)),
        ((0, 0, 9, 0), [(0, 0, 8, 1), (0, 0, 2, 0)], (0, 0, 2, 0)),
    ],
)
def test_the_better_pair_is_taken_first(gold: Row, predicted: list[Row], partner: Row) -> None:
    of_gold, of_predicted = by_span([gold], predicted, told([gold], predicted))
    assert of_gold[gold][1] == partner
    assert [row for row in predicted if of_predicted[row][0] == SPURIOUS] == [
        row for row in predicted if row != partner
    ]


@pytest.mark.parametrize("rounds", [0, 1, module.ROUNDS])
@given(gold=SIDES, predicted=SIDES)
def test_pairs_are_those_of_plain_loops(rounds: int, gold: list[Row], predicted: list[Row]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROUNDS", rounds)
        sides = by_span(gold, predicted, told(gold, predicted))
    assert without_particles(sides) == plain(gold, predicted)


def test_a_long_chain_of_equal_pairs_is_settled_from_its_start() -> None:
    # each gold span overlaps the predicted ones before and behind it by half
    gold = [(0, 4 * place, 4 * place + 4, 0) for place in range(2000)]
    predicted = [(0, start + 2, end + 2, 0) for _, start, end, _ in gold]
    result = told(gold, predicted, np.zeros(len(gold), dtype=bool))
    assert (result.of_gold == BOUNDARY).all()
    assert (result.partner_of_gold == np.arange(len(gold))).all()


@given(gold=SIDES, predicted=SIDES, random=st.randoms(use_true_random=False))
def test_order_never_matters(gold: list[Row], predicted: list[Row], random: Random) -> None:
    result = told(gold, predicted)
    golden, guessed = (sorted(rows, key=lambda _: random.random()) for rows in (gold, predicted))
    again = told(golden, guessed)
    assert by_span(golden, guessed, again) == by_span(gold, predicted, result)
    assert [*error_lines(again, ARTICLES, NAMES)] == [*error_lines(result, ARTICLES, NAMES)]


@given(gold=SIDES, predicted=SIDES)
def test_swapping_the_sides_swaps_missed_and_spurious_only(gold: list[Row], predicted: list[Row]) -> None:
    there, back = told(gold, predicted), told(predicted, gold)
    swapped = np.array([RIGHT, LABEL, BOUNDARY, PARTICLE, BOTH, SPURIOUS, MISSED])
    assert (back.of_predicted == swapped[there.of_gold]).all()
    assert (back.of_gold == swapped[there.of_predicted]).all()
    assert (back.partner_of_predicted == there.partner_of_gold).all()
    assert (confusion(back) == confusion(there).T).all()


@given(gold=SIDES, predicted=SIDES)
def test_right_are_those_on_both_sides(gold: list[Row], predicted: list[Row]) -> None:
    of_gold, of_predicted = by_span(gold, predicted, told(gold, predicted))
    for side in (of_gold, of_predicted):
        assert {row for row, (code, _) in side.items() if code == RIGHT} == set(gold) & set(predicted)


@given(gold=SIDES)
def test_gold_against_itself_is_all_right(gold: list[Row]) -> None:
    result = told(gold, gold)
    assert (result.of_gold == RIGHT).all()
    assert (result.of_predicted == RIGHT).all()
    assert [*error_lines(result, ARTICLES, NAMES)] == []


@given(gold=SIDES, predicted=SIDES, random=st.randoms(use_true_random=False))
def test_faulty_spans_are_spurious_and_take_nothing(
    gold: list[Row], predicted: list[Row], random: Random
) -> None:
    faulty = np.array([random.random() < 0.3 for _ in predicted], dtype=bool)
    sound = [row for row, bad in zip(predicted, faulty, strict=True) if not bad]
    of_gold, of_predicted = by_span(gold, predicted, told(gold, predicted, faulty))
    expected_gold, expected_predicted = by_span(gold, sound, told(gold, sound))
    broken = {row: (SPURIOUS, None) for row in predicted if row not in sound}
    assert of_gold == expected_gold
    assert of_predicted == expected_predicted | broken


@given(gold=SIDES, predicted=SIDES)
def test_sums_add_up(gold: list[Row], predicted: list[Row]) -> None:
    result = told(gold, predicted)
    by_class, pairs = counts(result), confusion(result)
    for side, rows in ((by_class.gold, gold), (by_class.predicted, predicted)):
        assert side.sum(axis=1).tolist() == [
            Counter(label for *_, label in rows)[label] for label in range(len(NAMES))
        ]
    assert not by_class.gold[:, SPURIOUS].any()
    assert not by_class.predicted[:, MISSED].any()
    assert (by_class.gold.sum(axis=0)[:MISSED] == by_class.predicted.sum(axis=0)[:MISSED]).all()
    assert (pairs.sum(axis=1)[:-1] == by_class.gold.sum(axis=1)).all()
    assert (pairs.sum(axis=0)[:-1] == by_class.predicted.sum(axis=1)).all()
    assert (pairs[:-1, -1] == by_class.gold[:, MISSED]).all()
    assert (pairs[-1, :-1] == by_class.predicted[:, SPURIOUS]).all()
    assert pairs[-1, -1] == 0
    same_label = by_class.gold[:, [RIGHT, BOUNDARY, PARTICLE]].sum(axis=1)
    assert (np.diag(pairs)[:-1] == same_label).all()


def test_counts_and_confusion_of_a_worked_example() -> None:
    gold = [(0, 0, 5, 0), (0, 6, 9, 2), (0, 10, 20, 1), (1, 0, 3, 2)]
    predicted = [(0, 0, 5, 0), (0, 6, 9, 1), (0, 11, 20, 1), (1, 4, 5, 0)]
    result = outcomes(table(gold), table(predicted), 3)
    #   right, label, boundary, particle, both, missed, spurious
    assert counts(result).gold.tolist() == [
        [1, 0, 0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0, 1, 0],
    ]
    assert counts(result).predicted.tolist() == [
        [1, 0, 0, 0, 0, 0, 1],
        [0, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
    ]
    assert confusion(result).tolist() == [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 1, 0, 1],
        [1, 0, 0, 0],
    ]


def test_nothing_at_all_is_a_result() -> None:
    some: list[Row] = [(0, 0, 5, 0)]
    assert told([], []).of_gold.tolist() == []
    assert told(some, []).of_gold.tolist() == [MISSED]
    assert told([], some).of_predicted.tolist() == [SPURIOUS]
    assert confusion(told([], [])).shape == (len(NAMES) + 1, len(NAMES) + 1)
    assert counts(told([], [])).gold.shape == (len(NAMES), len(WORDS))


def test_a_label_index_without_a_label_is_a_bug() -> None:
    for label in (-1, len(NAMES)):
        with pytest.raises(ValueError, match="predicted: a label index"):
            told([], [(0, 0, 5, label)])


def test_lines_show_both_sides_and_what_stands_around() -> None:
    gold = "[سامي البدري]PERS قال و[الرئيس]OCC في [القدس]GPE"
    predicted = "[سامي البدري]PERS قال [والرئيس]OCC في القدس"
    assert lines(gold, predicted, right=False) == [
        {
            "article": "a0",
            "outcome": "particle",
            "gold": {"start": 17, "end": 23, "label": "OCC", "text": "الرئيس"},
            "predicted": {"start": 16, "end": 23, "label": "OCC", "text": "والرئيس"},
            "before": "سامي البدري قال ",
            "after": " في القدس",
        },
        {
            "article": "a0",
            "outcome": "missed",
            "gold": {"start": 27, "end": 32, "label": "GPE", "text": "القدس"},
            "predicted": None,
            "before": "سامي البدري قال والرئيس في ",
            "after": "",
        },
    ]
    assert lines(gold, predicted, texts=False, right=False)[1] == {
        "article": "a0",
        "outcome": "missed",
        "gold": {"start": 27, "end": 32, "label": "GPE"},
        "predicted": None,
    }


def test_context_is_cut_to_so_many_code_points() -> None:
    [line] = lines(f"{'ا' * 50}[القدس]GPE{'ن' * 50}", f"{'ا' * 50}القدس{'ن' * 50}")
    assert (line["before"], line["after"]) == ("ا" * CONTEXT, "ن" * CONTEXT)


def test_a_faulty_span_outside_its_text_has_a_line_without_text() -> None:
    predicted = [(0, 3, 99, 0), (0, -1, -1, 0), (0, 5, 2, 1)]
    result = told([], predicted, np.ones(3, dtype=bool))
    found = [*error_lines(result, ARTICLES, NAMES, TEXTS)]
    assert found == [
        {"article": "a0", "outcome": "spurious", "gold": None, "predicted": span}
        for span in (
            {"start": -1, "end": -1, "label": "PERS"},
            {"start": 3, "end": 99, "label": "PERS"},
            {"start": 5, "end": 2, "label": "ORG"},
        )
    ]


@given(gold=SIDES, predicted=SIDES)
def test_there_is_a_line_for_each_pair_and_each_span_without_one(
    gold: list[Row], predicted: list[Row]
) -> None:
    result = told(gold, predicted)
    stream = error_lines(result, ARTICLES, NAMES, TEXTS, right=True)
    assert iter(stream) is stream
    found = [json.loads(json.dumps(line)) for line in stream]
    for name, rows in (("gold", gold), ("predicted", predicted)):
        shown = [
            (ARTICLES.index(line["article"]), side["start"], side["end"], NAMES.index(side["label"]))
            for line in found
            if (side := line[name])
        ]
        assert sorted(shown) == sorted(rows)
    expected = [*result.of_gold.tolist(), *result.of_predicted[result.of_predicted == SPURIOUS].tolist()]
    assert Counter(line["outcome"] for line in found) == Counter(WORDS[code] for code in expected)
    wrong = [line for line in found if line["outcome"] != "right"]
    assert [*error_lines(result, ARTICLES, NAMES, TEXTS)] == wrong
    assert [line["article"] for line in found] == sorted(line["article"] for line in found)


def test_words_are_in_the_order_of_their_codes() -> None:
    codes = {
        "right": RIGHT,
        "label": LABEL,
        "boundary": BOUNDARY,
        "particle": PARTICLE,
        "label_and_boundary": BOTH,
        "missed": MISSED,
        "spurious": SPURIOUS,
    }
    assert {word: WORDS.index(word) for word in WORDS} == codes
