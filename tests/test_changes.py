"""What became of each span: by hand, by properties, held against the counts of the score."""

import json

from hypothesis import given
from hypothesis import strategies as st

from described import described
from miyar.comparison import CHANGES, Changes, count_systems
from miyar.comparison.changes import BROKEN, FIXED, STILL_RIGHT, STILL_WRONG
from miyar.predictions import Predictions
from miyar.scheme import Scheme
from miyar.scoring import CHARGED, PRF, Choices, score
from spans import Side, views

OUTSIDE, INSIDE = 0, 1
PLAIN = Choices(samples=0, comparison=False)
SPANS = st.builds(
    lambda start, length, label: (start, start + length, label),
    st.integers(-2, 5),
    st.integers(1, 3),
    st.sampled_from(["PERS", "GPE", "ATTACK", "NOVEL", "OTHER"]),
)
GOLD = SPANS.filter(lambda span: span[0] >= 0 and span[2] not in ("NOVEL", "OTHER"))


@st.composite
def corpora(draw: st.DrawFn) -> tuple[Side, Side, Side]:
    """Return gold and two systems on one to three articles."""
    articles = range(draw(st.integers(1, 3)))
    gold = [draw(st.lists(GOLD, max_size=5, unique=True)) for _ in articles]
    old, new = ([draw(st.lists(SPANS, max_size=5, unique=True)) for _ in articles] for _ in range(2))
    return gold, old, new


def changed(gold: Side, old: Side, new: Side, scheme: Scheme) -> Changes:
    read = [Predictions(views(side, scheme, name)) for side, name in ((old, "old"), (new, "new"))]
    [found] = count_systems(views(gold, scheme), read, scheme, PLAIN).changes
    return found


def seen(found: Changes) -> list[tuple[object, ...]]:
    names = ("article", "start", "end", "label", "in_gold", "change")
    return [tuple(line[name] for name in names) for line in found.lines()]


def test_each_kind_of_change_once_in_the_gold_and_outside_it(scheme: Scheme) -> None:
    gold: Side = [[(0, 2, "PERS"), (3, 5, "PERS"), (6, 8, "PERS"), (9, 11, "PERS")]]
    old: Side = [[(0, 2, "PERS"), (3, 5, "PERS"), (20, 22, "GPE"), (23, 25, "GPE")]]
    new: Side = [[(0, 2, "PERS"), (6, 8, "PERS"), (20, 22, "GPE"), (26, 28, "GPE")]]
    found = changed(gold, old, new, scheme)
    assert seen(found) == [
        ("a0", 0, 2, "PERS", True, "still_right"),
        ("a0", 3, 5, "PERS", True, "broken"),
        ("a0", 6, 8, "PERS", True, "fixed"),
        ("a0", 9, 11, "PERS", True, "still_wrong"),
        ("a0", 20, 22, "GPE", False, "still_wrong"),
        ("a0", 23, 25, "GPE", False, "fixed"),
        ("a0", 26, 28, "GPE", False, "broken"),
    ]
    assert [found.total(change) for change in range(4)] == [1, 2, 2, 2]
    entities = json.loads(json.dumps(found.to_dict()))["entities"]
    assert entities["in_gold"] == {"still_right": 1, "still_wrong": 1, "fixed": 1, "broken": 1}
    assert entities["outside_gold"] == {"still_right": 0, "still_wrong": 1, "fixed": 1, "broken": 1}
    assert entities["labels"]["GPE"]["broken"] == 1
    assert repr(found) == "Changes(1 still_right, 2 still_wrong, 2 fixed, 2 broken)"


def test_another_label_or_extent_is_another_span(scheme: Scheme) -> None:
    gold: Side = [[(0, 2, "PERS")]]
    found = changed(gold, [[(0, 2, "PERS")]], [[(0, 2, "GPE")]], scheme)
    assert seen(found) == [("a0", 0, 2, "GPE", False, "broken"), ("a0", 0, 2, "PERS", True, "broken")]


def test_triggers_are_a_layer_of_their_own(scheme: Scheme) -> None:
    found = changed([[(0, 2, "PERS"), (0, 2, "ATTACK")]], [[(0, 2, "PERS")]], [[(0, 2, "ATTACK")]], scheme)
    assert [(line["layer"], line["change"]) for line in found.lines()] == [
        ("entities", "broken"),
        ("triggers", "fixed"),
    ]
    assert (found.total(FIXED, "triggers"), found.total(FIXED, "entities"), found.total(FIXED)) == (1, 0, 1)


def test_the_same_charged_span_of_both_is_one_that_is_still_wrong(scheme: Scheme) -> None:
    gold: Side = [[(0, 2, "PERS")]]
    found = changed(gold, [[(0, 2, "NOVEL"), (3, 4, "NOVEL")]], [[(0, 2, "NOVEL"), (3, 4, "OTHER")]], scheme)
    assert seen(found) == [
        ("a0", 0, 2, "PERS", True, "still_wrong"),
        ("a0", 0, 2, "NOVEL", False, "still_wrong"),
        ("a0", 3, 4, "NOVEL", False, "fixed"),
        ("a0", 3, 4, "OTHER", False, "broken"),
    ]
    assert found.most(BROKEN, 1, 1)[0].label == CHARGED
    assert {line["layer"] for line in found.lines()} == {"entities"}


def test_spans_without_readable_offsets_are_never_the_same(scheme: Scheme) -> None:
    found = changed([[]], [[(-1, 2, "PERS")]], [[(-1, 2, "PERS")]], scheme)
    assert sorted(str(line["change"]) for line in found.lines()) == ["broken", "fixed"]
    assert {line["start"] for line in found.lines()} == {None}


def test_lines_are_in_order_of_article_ids_and_have_text_and_context(scheme: Scheme) -> None:
    gold = described(
        views([[(4, 7, "PERS")], [(0, 1, "GPE")]], scheme),
        ids=("b", "a"),
        texts=("قال علي: \U0001f695 نعم", "ق"),
    )
    sides: list[Side] = [[[], [(0, 9, "GPE")]], [[], []]]
    read = [Predictions(views(side, scheme)) for side in sides]
    [found] = count_systems(gold, read, scheme, PLAIN).changes
    lines = list(found.lines())
    assert [(line["article"], line["end"]) for line in lines] == [("a", 1), ("a", 9), ("b", 7)]
    assert "text" not in lines[1]  # (0, 9) is no range in its text
    assert lines[2] == {
        "article": "b",
        "layer": "entities",
        "start": 4,
        "end": 7,
        "label": "PERS",
        "text": "علي",
        "before": "قال ",
        "after": ": \U0001f695 نعم",
        "in_gold": True,
        "change": "still_wrong",
    }


def test_what_broke_most_often_comes_first(scheme: Scheme) -> None:
    spans: Side = [[(0, 3, "PERS"), (4, 6, "GPE"), (7, 9, "GPE"), (10, 12, "GPE")]]
    gold = described(views(spans, scheme), texts=("علي قد غز قد",))
    sides: list[Side] = [spans, [[]]]
    read = [Predictions(views(side, scheme)) for side in sides]
    [found] = count_systems(gold, read, scheme, PLAIN).changes
    first, second = found.most(BROKEN, 5, 1)
    assert (first.label, first.spans, second.label, second.spans) == ("GPE", 3, "PERS", 1)
    [example] = first.examples
    assert example == ("a0", 4, 6, True, "قد", 2)
    assert found.most(BROKEN, 1, 1) == (first,)
    assert found.most(FIXED, 5, 1) == ()


def test_without_texts_each_span_is_an_example(scheme: Scheme) -> None:
    found = changed([[(0, 3, "GPE"), (4, 6, "GPE")]], [[(0, 3, "GPE"), (4, 6, "GPE")]], [[]], scheme)
    [label] = found.most(BROKEN, 5, 3)
    assert [(one.start, one.times) for one in label.examples] == [(0, 1), (4, 1)]


@given(sides=corpora())
def test_changes_add_up_to_the_counts_of_the_score(scheme: Scheme, sides: tuple[Side, Side, Side]) -> None:
    gold, old, new = sides
    found = changed(gold, old, new, scheme)
    table = found.table
    for side, right, wrong in ((old, BROKEN, FIXED), (new, FIXED, BROKEN)):
        result = score(views(gold, scheme), Predictions(views(side, scheme)), scheme, PLAIN)
        measures = [result.layers["entities"]["strict"], result.layers["triggers"]["trig_c"]]
        counted = {code: one for measure in measures for code, one in measure.labels.items()}
        for label, code in enumerate(found.labels):
            one = counted.get(code, PRF(0, 0, 0))
            assert isinstance(one, PRF)
            inside, outside = table[label, INSIDE], table[label, OUTSIDE]
            assert inside.sum() == one.gold
            assert inside[STILL_RIGHT] + inside[right] == one.tp
            assert outside[STILL_WRONG] + outside[wrong] == one.predicted - one.tp
            assert outside[STILL_RIGHT] == 0


@given(sides=corpora())
def test_swapping_the_systems_swaps_fixed_and_broken(scheme: Scheme, sides: tuple[Side, Side, Side]) -> None:
    gold, old, new = sides
    there, back = changed(gold, old, new, scheme), changed(gold, new, old, scheme)
    other = {"fixed": "broken", "broken": "fixed"}

    def plain(found: Changes, swap: dict[str, str]) -> list[str]:
        return sorted(
            repr({**line, "change": swap.get(str(line["change"]), line["change"])}) for line in found.lines()
        )

    assert plain(there, other) == plain(back, {})
    assert {str(line["change"]) for line in there.lines()} <= set(CHANGES)


@given(sides=corpora())
def test_a_system_against_itself_neither_fixes_nor_breaks(
    scheme: Scheme, sides: tuple[Side, Side, Side]
) -> None:
    gold, old, _ = sides
    readable = [[span for span in spans if span[0] >= 0] for spans in old]
    found = changed(gold, readable, readable, scheme)
    assert found.total(FIXED) == found.total(BROKEN) == 0
