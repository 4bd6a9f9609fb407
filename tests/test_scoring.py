"""The score is what the definitions say: by hand, by properties, by another implementation."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from described import described
from miyar.predictions import Predictions, read_predictions
from miyar.scheme import Scheme
from miyar.scoring import CHARGED, PRF, Choices, Measure, Score, measures, record, score
from miyar.scoring.diagnosis import NOTHING
from spans import Side, views

SPANS = st.builds(
    lambda start, length, label: (start, start + length, label),
    st.integers(0, 6),
    st.integers(1, 4),
    st.sampled_from(["PERS", "ORG", "GPE", "ATTACK"]),
)
SIDES = st.lists(st.lists(SPANS, max_size=6, unique=True), min_size=1, max_size=4)


def predictions(side: Side, scheme: Scheme) -> Predictions:
    read = views(side, scheme, "predictions")
    return Predictions(read)


def scored(gold: Side, predicted: Side, scheme: Scheme) -> Score:
    return score(views(gold, scheme), predictions(predicted, scheme), scheme)


def strict(result: Score) -> Measure:
    return result.layers["entities"]["strict"]


def test_counts_of_a_worked_example(scheme: Scheme) -> None:
    gold = [[(0, 5, "PERS"), (6, 9, "GPE"), (6, 20, "ORG")], [(0, 3, "GPE")]]
    predicted = [[(0, 5, "PERS"), (6, 9, "ORG"), (6, 20, "ORG"), (30, 31, "ORG")], []]
    result = scored(gold, predicted, scheme)
    micro = strict(result).micro
    # strict: PERS (0, 5) and ORG (6, 20) are right; 4 predicted, 4 gold
    assert (micro.tp, micro.predicted, micro.gold) == (2, 4, 4)
    assert micro.precision == 2 / 4
    assert micro.recall == 2 / 4
    assert micro.f1 == 2 * 2 / (4 + 4)
    # untyped: (6, 9) is right too
    assert result.layers["entities"]["untyped"].micro.tp == 3
    # macro over PERS (1, 1, 1), ORG (1/3, 1, 1/2), GPE (never predicted: 0, 0, 0)
    macro = strict(result).macro
    assert macro is not None
    assert macro.labels == ("ORG", "GPE", "PERS")
    assert macro.precision == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert macro.recall == pytest.approx((1 + 1 + 0) / 3)
    assert macro.f1 == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert strict(result).labels["GPE"].precision is None


def test_nothing_at_all_is_a_result(scheme: Scheme) -> None:
    result = scored([[], []], [[], []], scheme)
    micro = strict(result).micro.to_dict()
    assert micro.pop("interval") == {
        "level": 0.95,
        **dict.fromkeys(("precision", "recall", "f1")),
        "why_none": dict.fromkeys(("precision", "recall", "f1"), "spans in 0 articles, 10 are needed"),
    }
    assert micro == {
        "tp": 0,
        "predicted": 0,
        "gold": 0,
        "precision": None,
        "recall": None,
        "f1": None,
    }
    macro = strict(result).macro
    assert macro is not None
    assert macro.f1 is None


@given(side=SIDES)
def test_gold_against_itself_is_one(scheme: Scheme, side: Side) -> None:
    micro = strict(scored(side, side, scheme)).micro
    assert micro.tp == micro.gold == micro.predicted
    assert micro.f1 in (1.0, None)


@given(gold=SIDES, predicted=SIDES)
def test_swapping_the_sides_swaps_precision_and_recall(scheme: Scheme, gold: Side, predicted: Side) -> None:
    gold, predicted = same_length(gold, predicted)
    there, back = scored(gold, predicted, scheme), scored(predicted, gold, scheme)
    for name in ("strict", "untyped"):
        one, other = there.layers["entities"][name].micro, back.layers["entities"][name].micro
        assert (one.precision, one.recall, one.f1) == (other.recall, other.precision, other.f1)


@given(gold=SIDES, predicted=SIDES)
def test_the_corpus_twice_scores_like_once(scheme: Scheme, gold: Side, predicted: Side) -> None:
    gold, predicted = same_length(gold, predicted)
    once, twice = scored(gold, predicted, scheme), scored(gold * 2, predicted * 2, scheme)
    for code, prf in strict(once).labels.items():
        again = strict(twice).labels[code]
        assert (again.tp, again.predicted, again.gold) == (2 * prf.tp, 2 * prf.predicted, 2 * prf.gold)
    assert strict(once).macro == strict(twice).macro


@given(gold=SIDES, predicted=SIDES, seed=st.randoms(use_true_random=False))
def test_order_never_matters(scheme: Scheme, gold: Side, predicted: Side, seed: Random) -> None:
    gold, predicted = same_length(gold, predicted)
    shuffled = [sorted(spans, key=lambda _: seed.random()) for spans in predicted]
    one, other = scored(gold, predicted, scheme), scored(gold, shuffled, scheme)
    assert one == other
    assert strict(one).signature == strict(other).signature


@given(gold=SIDES, predicted=SIDES)
def test_counts_are_those_of_plain_sets(scheme: Scheme, gold: Side, predicted: Side) -> None:
    gold, predicted = same_length(gold, predicted)
    entities = {label.code for label in scheme.entities}
    g, p = (
        {(i, *span) for i, spans in enumerate(side) for span in spans if span[2] in entities}
        for side in (gold, predicted)
    )
    micro = strict(scored(gold, predicted, scheme)).micro
    assert (micro.tp, micro.predicted, micro.gold) == (len(g & p), len(p), len(g))
    untyped = scored(gold, predicted, scheme).layers["entities"]["untyped"].micro
    gu, pu = ({row[:3] for row in side} for side in (g, p))
    assert (untyped.tp, untyped.predicted, untyped.gold) == (len(gu & pu), len(pu), len(gu))


def test_charged_spans_match_nothing_even_where_the_gold_has_them(scheme: Scheme) -> None:
    gold = views([[(0, 5, "PERS")]], scheme)
    read = views([[(0, 5, "PERS"), (0, 5, "NOVEL")]], scheme)
    result = score(gold, Predictions(read), scheme)
    assert (strict(result).micro.tp, strict(result).micro.predicted) == (1, 2)
    assert strict(result).labels[CHARGED].predicted == 1
    # the unknown label's extent is charged in untyped too: nobody knows that it is an entity
    assert result.layers["entities"]["untyped"].micro.predicted == 2


def test_two_charged_spans_without_offsets_count_twice(scheme: Scheme) -> None:
    gold = views([[(0, 5, "PERS")]], scheme)
    read = views([[(0, 5, "PERS"), (1, 2, "PERS")]], scheme)
    broken = replace(read, spans=replace(read.spans, start=np.array([-1, -1]), end=np.array([-1, -1])))
    result = score(gold, Predictions(broken), scheme)
    assert (strict(result).micro.tp, strict(result).micro.predicted) == (0, 2)


def test_triggers_are_not_entities(scheme: Scheme) -> None:
    assert strict(scored([[(0, 5, "ATTACK")]], [[(0, 5, "ATTACK")]], scheme)).micro.gold == 0


@given(gold=SIDES, predicted=SIDES)
def test_seqeval_agrees_in_chunks_of_any_size(scheme: Scheme, gold: Side, predicted: Side) -> None:
    gold, predicted = same_length(gold, predicted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "CHUNK", 2)
        in_chunks = scored(gold, predicted, scheme)
    assert in_chunks == scored(gold, predicted, scheme)


def test_a_disagreement_with_seqeval_is_a_bug(scheme: Scheme, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = record._seqeval
    monkeypatch.setattr(record, "_seqeval", lambda *tags: theirs(*tags) + 1e-9)
    with pytest.raises(RuntimeError, match="seqeval disagrees: precision of PERS"):
        scored([[(0, 5, "PERS")]], [[(0, 5, "PERS")]], scheme)


def test_a_wrong_ratio_in_what_is_reported_is_a_bug(scheme: Scheme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PRF, "f1", property(lambda prf: 0.99))
    with pytest.raises(RuntimeError, match="seqeval disagrees: F1 of PERS"):
        scored([[(0, 5, "PERS")]], [[(0, 5, "PERS")]], scheme)


def test_a_wrong_count_in_what_is_reported_is_a_bug(scheme: Scheme, monkeypatch: pytest.MonkeyPatch) -> None:
    right = measures.prf
    monkeypatch.setattr(measures, "prf", lambda row, interval: right(row + 1, interval))
    with pytest.raises(RuntimeError, match="seqeval confirmed"):
        scored([[(0, 5, "PERS")]], [[(0, 5, "PERS")]], scheme)


@pytest.mark.parametrize("lengths", [None, np.array([10])])
def test_numbers_do_not_depend_on_whether_the_texts_are_there(
    scheme: Scheme, lengths: NDArray[np.int64] | None, tmp_path: Path
) -> None:
    gold = described(views([[(0, 5, "PERS")]], scheme), lengths=lengths)
    file = tmp_path / "predictions.jsonl"
    outside = [{"start": 0, "end": 99, "label": label} for label in ("PERS", "ORG")]
    file.write_text(json.dumps({"article": "a0", "spans": outside}) + "\n", encoding="utf-8")
    result = score(gold, read_predictions(file, gold, scheme), scheme)
    assert (strict(result).micro.predicted, result.layers["entities"]["untyped"].micro.predicted) == (2, 1)


def test_signature_names_every_choice(scheme: Scheme) -> None:
    choices = Choices(reference="annotator=A1")
    result = score(views([[(0, 5, "PERS")]], scheme), predictions([[]], scheme), scheme, choices)
    parts = dict(part.split(":", 1) for part in strict(result).signature.split("|"))
    assert list(parts) == [
        "miyar",
        "measure",
        "layer",
        "gold",
        "predictions",
        "labels",
        "map",
        "seqeval",
        "articles",
        "boot",
        "seed",
        "lengths",
    ]
    assert parts["gold"].endswith(":annotator=A1")
    assert parts["seqeval"] == "1.2.2"


@pytest.mark.parametrize(
    "choices", [{"samples": -1}, {"min_support": 0}, {"level": 0.0}, {"level": 1.0}, {"level": 95}]
)
def test_choices_out_of_range_are_a_bug(choices: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        Choices(**choices)
    assert Choices(samples=0, min_support=1, level=0.999).level == 0.999


def test_what_is_left_out_is_said_with_the_reason(scheme: Scheme) -> None:
    gold = views([[(0, 5, "PERS")]], scheme)
    for without, reasons in (
        (scheme, {}),
        (replace(scheme, roles=()), {"arguments": "the inventory has no roles"}),
    ):
        result = score(gold, Predictions(gold), without, Choices(samples=0, comparison=False))
        assert result.left_out == {**reasons, "comparison": "not asked for"}


def test_articles_are_weighed_by_their_spans_and_not_by_their_extents(scheme: Scheme) -> None:
    # sizes of 2 · 2 and 2 · 1 spans on both sides: (4 + 2)² / (4² + 2²); by extents it would be 2
    side: Side = [[(0, 5, "PERS"), (0, 5, "ORG")], [(0, 3, "GPE")]]
    assert scored(side, side, scheme).effective_articles == 36 / 20


def test_a_macro_average_over_no_label_says_why_it_has_no_interval(scheme: Scheme) -> None:
    nothing = views([[]], scheme), predictions([[(0, 5, "PERS")]], scheme)
    plain, sampled = (
        strict(score(*nothing, scheme, Choices(samples=samples, comparison=False))).macro
        for samples in (0, 200)
    )
    assert plain is not None
    assert sampled is not None
    assert (plain.labels, plain.f1, plain.interval) == ((), None, None)
    assert sampled.interval is not None
    assert set(sampled.interval.absent.values()) == {"no label has gold"}


def test_what_became_of_spans_is_told_by_the_labels_that_have_some(scheme: Scheme) -> None:
    gold: Side = [[(0, 5, "PERS"), (6, 9, "GPE")]]
    errors = scored(gold, [[(0, 5, "ORG"), (20, 22, "GPE")]], scheme).errors["entities"]
    found = json.loads(json.dumps(errors.to_dict()))
    assert found["confusion"] == {"PERS": {"ORG": 1}, "GPE": {NOTHING: 1}, NOTHING: {"GPE": 1}}
    by_label = {
        side: {
            label: {name: number for name, number in row.items() if number}
            for label, row in found[side].items()
        }
        for side in ("gold", "predicted")
    }
    assert by_label == {
        "gold": {"PERS": {"label": 1}, "GPE": {"missed": 1}},
        "predicted": {"ORG": {"label": 1}, "GPE": {"spurious": 1}},
    }


@given(gold=SIDES)
def test_digest_is_of_the_content(scheme: Scheme, gold: Side) -> None:
    one = views(gold, scheme)
    reordered = views([spans[::-1] for spans in gold], scheme)
    assert one.digest == reordered.digest
    assert one.digest != views([[*gold[0], (90, 91, "LAW")], *gold[1:]], scheme).digest


def same_length(gold: Side, predicted: Side) -> tuple[Side, Side]:
    """Return both sides with as many articles as the longer one."""
    count = max(len(gold), len(predicted))
    return gold + [[]] * (count - len(gold)), predicted + [[]] * (count - len(predicted))


@given(
    gold=st.lists(st.sampled_from(["O", "B-PERS", "I-PERS", "B-ORG", "I-ORG"]), min_size=1, max_size=30),
    predicted=st.lists(
        st.sampled_from(["O", "B-PERS", "I-PERS", "B-ORG", "I-ORG"]), min_size=30, max_size=30
    ),
)
def test_flat_text_gives_the_numbers_of_seqeval_on_tokens(
    scheme: Scheme, gold: list[str], predicted: list[str]
) -> None:
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support
    from seqeval.scheme import IOB2, Entities

    tags = [valid(gold), valid(predicted[: len(gold)])]
    sides = [[(e.start, e.end, e.tag) for e in Entities([side], IOB2).entities[0]] for side in tags]
    precision, recall, f1, _ = precision_recall_fscore_support(
        [tags[0]], [tags[1]], average="micro", zero_division=0
    )
    micro = strict(scored([sides[0]], [sides[1]], scheme)).micro
    ours = [ratio or 0.0 for ratio in (micro.precision, micro.recall, micro.f1)]
    assert ours == pytest.approx([precision, recall, f1], abs=1e-12)


def valid(tags: list[str]) -> list[str]:
    """Return the tags with each I- that continues nothing turned into a B-."""
    out: list[str] = []
    for tag in tags:
        before = out[-1][2:] if out else ""
        out.append(f"B-{tag[2:]}" if tag.startswith("I-") and tag[2:] != before else tag)
    return out
