"""Intervals of scores are a straightforward bootstrap over articles; what a score shows of itself."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import stdtrit

from described import described
from miyar.resampling import Resamples
from miyar.scheme import Scheme
from miyar.scoring import PRF, Choices, Interval, Macro, Measure, Score, Share, score
from sides import Labelled, Side, every, gold_of, predicted_of

TEXT = "هجوم زيد علي عن خمسين قسم في بيروت، أمس."  # no span of these tests has white space at its edges
SAMPLES, SEED = 200, 7
BOOT = Choices(samples=SAMPLES, seed=SEED)
RATIOS = ("precision", "recall", "f1")
NEEDED = 10

Sums = tuple[float, float, float, float]
"""tp, predicted, gold, found."""


def corpus(seed: int, articles: int) -> tuple[list[Labelled], list[Labelled]]:
    """Return a gold and a prediction that is often right, with all that a layer counts."""
    random = np.random.default_rng(seed)
    gold = [_gold(random) for _ in range(articles)]
    return gold, [_prediction(one, random) for one in gold]


def _gold(random: np.random.Generator) -> Labelled:
    spans: list[Any] = [(0, 4, _one(random, ["ATTACK", "DIE"])), (5, 12, "PERS", {"link": "Q1"})]
    spans += [(9, 12, "PERS")] * random.integers(2)
    spans += [(16, 21, "CARDINAL", {"value": "5"})] * random.integers(2)
    spans += [(29, 34, _one(random, ["GPE", "ORG"]))] * random.integers(2)
    arguments = [(0, at, _one(random, ["PLACE", "AGENT"])) for at in range(1, len(spans))]
    return Labelled(spans, arguments) if random.random() < 0.8 else Labelled()


def _one(random: np.random.Generator, values: Sequence[Any]) -> Any:
    return values[int(random.integers(len(values)))]


def _prediction(gold: Labelled, random: np.random.Generator) -> Labelled:
    spans: list[Any] = [_changed(span, random) for span in gold.spans]
    spans += [(22, 25, "ORG"), (22, 25, "CITY"), (30, 99, "GPE")][: _one(random, [0, 0, 1, 2, 3])]
    arguments = [
        (trigger, entity, role if random.random() < 0.7 else "TIME")
        for trigger, entity, role in gold.arguments
        if random.random() < 0.8
    ]
    return Labelled(spans, arguments)


def _changed(span: Any, random: np.random.Generator) -> Any:
    change = random.random()
    start, end, label, *attributes = span
    if change < 0.15:
        return (start + 1, end, label, *attributes)
    if change < 0.25:
        return (start, end, {"ATTACK": "DIE", "DIE": "ATTACK"}.get(label, "ORG"), *attributes)
    if change < 0.4 and attributes:
        return (start, end, label, {"value": "6"} if "value" in attributes[0] else {"link": "Q2"})
    return span


def scored(
    gold: Side, predicted: Side, scheme: Scheme, choices: Choices = BOOT, ids: Sequence[str] | None = None
) -> Score:
    views = gold_of(gold, scheme, ids, [TEXT] * len(gold))
    return score(views, predicted_of(predicted, views, scheme, choices.map), scheme, choices)


# --- a naive bootstrap -------------------------------------------------------------------------------------


def sums_of(counted: PRF | Share | None) -> Sums:
    if counted is None:
        return 0, 0, 0, 0
    if isinstance(counted, Share):
        return counted.tp, counted.gold, counted.gold, counted.tp
    return counted.tp, counted.predicted, counted.gold, counted.tp if counted.found is None else counted.found


def ratio_of(sums: Sums, name: str) -> float | None:
    tp, predicted, gold, right_gold = sums
    numerator, denominator = {
        "precision": (tp, predicted),
        "share": (tp, predicted),
        "recall": (right_gold, gold),
        "f1": (tp + right_gold, predicted + gold),
    }[name]
    return numerator / denominator if denominator else None


def macro_of(labels: Sequence[Sums], name: str) -> float | None:
    """Return the mean over labels that are on a side; one that is never predicted has precision 0."""
    present = [sums for sums in labels if sums[1] + sums[2]]
    values = [0.0 if name == "precision" and not sums[1] else ratio_of(sums, name) for sums in present]
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None


def tail(articles: int, level: float) -> float:
    """Return the share of resamples below the expanded percentile interval (Hesterberg 2015)."""
    from scipy import stats

    t = stats.t.ppf((1 + level) / 2, articles - 1)
    return round(float(stats.norm.cdf(-math.sqrt(articles / (articles - 1)) * t)), 6)


class Bootstrap:
    """The same resamples as the score's, one article at a time; `counts` are per article, by id."""

    def __init__(self, gold: Side, predicted: Side, ids: Sequence[str], scheme: Scheme, level: float) -> None:
        plain = Choices(samples=0)
        self.counts = [
            dict(every(scored([gold[at]], [predicted[at]], scheme, plain, [ids[at]])))
            for at in sorted(range(len(ids)), key=ids.__getitem__)
        ]
        self.level = level
        self.as_they_are: list[bool] = []  # whether each end is the percentile
        self.weights = [row for block in Resamples(len(ids), SAMPLES, SEED) for row in block.tolist()]

    def sums(self, name: str, weights: Sequence[float]) -> Sums:
        rows = [sums_of(article.get(name)) for article in self.counts]
        tp, predicted, gold, right_gold = (
            sum(weight * row[column] for weight, row in zip(weights, rows, strict=True))
            for column in range(4)
        )
        return tp, predicted, gold, right_gold

    def articles(self, names: Sequence[str], ratio: str) -> int:
        """Return in how many articles there is something to count."""
        columns = {"precision": (1,), "share": (1,), "recall": (2,), "f1": (1, 2)}[ratio]
        return sum(
            any(sums_of(article.get(name))[column] for name in names for column in columns)
            for article in self.counts
        )

    def check(self, interval: Interval | None, names: Sequence[str], ratio: str, is_macro: bool) -> None:
        """Compare one interval with the quantiles of the defined values, or its absence with the reason."""
        assert interval is not None
        assert interval.level == self.level
        articles = self.articles(names, ratio)
        if articles < NEEDED:
            assert ratio not in interval.bounds
            noun = "article" if articles == 1 else "articles"
            assert interval.absent[ratio] == f"spans in {articles} {noun}, {NEEDED} are needed"
            return
        found = ([self.sums(name, weights) for name in names] for weights in self.weights)
        values = [macro_of(sums, ratio) if is_macro else ratio_of(sums[0], ratio) for sums in found]
        defined = [value for value in values if value is not None]
        assert len(values) - len(defined) <= 0.05 * SAMPLES
        share = tail(articles, self.level)
        expected = np.quantile(defined, [share, 1 - share])
        assert ratio not in interval.absent
        ends = [self.end(names, ratio, side) for side in (-1, 1)]
        reached = (min(expected[0], ends[0]), max(expected[1], ends[1]))
        assert interval.bounds[ratio] == pytest.approx(reached, abs=1e-9), (names, ratio)
        self.as_they_are += [ends[0] > expected[0], ends[1] < expected[1]]

    def shares(self, name: str, ratio: str) -> tuple[list[float], list[float]]:
        """Return what each article has of a ratio's denominator, and what of it is right."""
        rows = [sums_of(article.get(name)) for article in self.counts]
        below = {"precision": (1,), "share": (1,), "recall": (2,), "f1": (1, 2)}[ratio]
        above = {"precision": (0,), "share": (0,), "recall": (3,), "f1": (0, 3)}[ratio]
        whole = sum(row[column] for row in rows for column in below) or 1
        sizes = [sum(row[column] for column in below) / whole for row in rows]
        return sizes, [sum(row[column] for column in above) / whole for row in rows]

    def end(self, names: Sequence[str], ratio: str, side: int) -> float:
        """Return the end that an interval reaches without resamples, one article and label at a time."""
        parts = [self.shares(name, ratio) for name in names]
        pulls = [[r - sum(right) * s for s, r in zip(size, right, strict=True)] for size, right in parts]
        size, right, pull = (
            [sum(column) / len(names) for column in zip(*rows, strict=True)]
            for rows in ([one[0] for one in parts], [one[1] for one in parts], pulls)
        )
        value, number = sum(right), sum(one > 0 for one in size)
        rare = [s - r for s, r in zip(size, right, strict=True)] if side < 0 else right
        added = 0.5 / (1 + effective(rare) / 7) / number
        extreme = (1 + side) / 2
        moved = (value + extreme * added) / (1 + added)
        if not 0 < moved < 1:
            return float(moved)
        squares = sum((p + (value - moved) * s) ** 2 for p, s in zip(pull, size, strict=True))
        squares += ((extreme - moved) * added) ** 2
        error = math.sqrt(squares * (number + 1) / number) / (1 + added)
        spread = sum(p**2 for p in pull)
        kurtosis = number * sum(p**4 for p in pull) / spread**2 if spread else 0
        freedom = 2 * number / max(kurtosis - 1, 0.5) if spread else math.inf
        freedom = max(min(freedom, effective(size) - 1), 1)
        student = float(stdtrit(freedom, (1 + self.level) / 2))
        logit = math.log(moved / (1 - moved)) + side * student * error / (moved * (1 - moved))
        return 1 / (1 + math.exp(-logit))


def effective(parts: Sequence[float]) -> float:
    """Return how many equal parts say as much."""
    squares = sum(part**2 for part in parts)
    return sum(parts) ** 2 / squares if squares else 0.0


def macros(result: Score) -> Iterator[tuple[str, Macro]]:
    for layer, measures in result.layers.items():
        for name, measure in measures.items():
            if measure.macro is not None:
                yield f"{layer} {name}", measure.macro


@pytest.mark.parametrize("level", [0.95, 0.8])
@pytest.mark.parametrize(("seed", "articles"), [(1, 12), (2, 25), (3, 40)])
def test_intervals_are_those_of_a_naive_bootstrap(
    scheme: Scheme, seed: int, articles: int, level: float
) -> None:
    gold, predicted = corpus(seed, articles)
    ids = [f"n{number}" for number in np.random.default_rng(seed).permutation(articles)]
    result = scored(gold, predicted, scheme, replace(BOOT, level=level), ids)
    naive = Bootstrap(gold, predicted, ids, scheme, level)
    checked = 0
    for name, counted in every(result):
        for ratio in ("share",) if isinstance(counted, Share) else RATIOS:
            naive.check(counted.interval, [name], ratio, is_macro=False)
            checked += 1
    for name, macro in macros(result):
        for ratio in RATIOS if macro.labels else ():
            naive.check(macro.interval, [f"{name} {label}" for label in macro.labels], ratio, is_macro=True)
            checked += 1
    assert checked > 300
    assert 50 < sum(naive.as_they_are) < len(naive.as_they_are) - 50
    layers = ["entities", "triggers", "arguments", "attributes", "comparison"]
    assert list(result.layers) == layers


# --- what has none, and why --------------------------------------------------------------------------------


def intervals_of(result: Score) -> Iterator[tuple[str, tuple[str, ...], Interval | None]]:
    """Yield every interval with the ratios that it should be of."""
    for name, counted in every(result):
        yield name, (("share",) if isinstance(counted, Share) else RATIOS), counted.interval
    for name, macro in macros(result):
        yield f"{name} macro", RATIOS, macro.interval


@pytest.mark.parametrize("articles", [1, 9, 12])
def test_every_ratio_has_an_interval_or_a_reason(scheme: Scheme, articles: int) -> None:
    for name, ratios, interval in intervals_of(scored(*corpus(4, articles), scheme)):
        assert interval is not None, name
        assert {*interval.bounds, *interval.absent} == set(ratios), name
        assert all(interval.absent.values()), name
        assert not interval.bounds or articles >= NEEDED, name


def test_a_macro_average_over_no_labels_says_why_it_has_no_interval(scheme: Scheme) -> None:
    nothing = [Labelled()] * 12
    for name, macro in macros(scored(nothing, nothing, scheme)):
        assert macro.interval is not None, name
        assert set(macro.interval.absent) == set(RATIOS), name


def test_ten_articles_with_spans_are_enough_and_nine_are_not(scheme: Scheme) -> None:
    for spans, reason in (
        (9, "spans in 9 articles, 10 are needed"),
        (10, None),
        (1, "spans in 1 article, 10"),
    ):
        side = [Labelled([(0, 4, "GPE")])] * spans + [Labelled()] * (20 - spans)
        measure = scored(side, side, scheme).layers["entities"]["strict"]
        for counted in (measure.micro, measure.labels["GPE"]):
            assert counted.interval is not None
            assert counted.interval.absent.get("f1", "").startswith(reason or "")
            assert set(counted.interval.bounds) == (set() if reason else set(RATIOS))
        assert measure.labels["LAW"].interval is not None
        assert measure.labels["LAW"].interval.absent["f1"] == "spans in 0 articles, 10 are needed"


def test_each_ratio_has_the_articles_that_bear_on_it(scheme: Scheme) -> None:
    # gold in 12 articles, predictions in 3 of them
    gold = [Labelled([(0, 4, "GPE")])] * 12
    predicted = gold[:3] + [Labelled()] * 9
    interval = scored(gold, predicted, scheme).layers["entities"]["strict"].micro.interval
    assert interval is not None
    assert interval.absent == {"precision": "spans in 3 articles, 10 are needed"}
    assert set(interval.bounds) == {"recall", "f1"}


def test_articles_without_spans_are_drawn_too(scheme: Scheme) -> None:
    # the label's counts are the same, the resamples are not
    some, more = corpus(5, 15), corpus(5, 15)
    empty = [Labelled()] * 15
    one = scored(*some, scheme).layers["entities"]["strict"].micro
    other = scored(more[0] + empty, more[1] + empty, scheme).layers["entities"]["strict"].micro
    assert one == other
    assert one.interval != other.interval


def test_perfect_predictions_have_an_interval_that_says_how_little_is_known(scheme: Scheme) -> None:
    gold, _ = corpus(6, 15)
    interval = scored(gold, gold, scheme).layers["entities"]["strict"].micro.interval
    assert interval is not None
    for ratio in RATIOS:
        assert interval.bounds[ratio].high == 1
        assert 0.6 < interval.bounds[ratio].low < 0.9


# --- reproducible ------------------------------------------------------------------------------------------


def test_the_signature_has_samples_and_seed(scheme: Scheme) -> None:
    for choices, boot in (
        (BOOT, {"boot": str(SAMPLES), "seed": str(SEED)}),
        (Choices(), {"boot": "1000", "seed": "12345"}),
        (Choices(samples=0, seed=SEED), {"boot": "0"}),
    ):
        for measures in scored(*corpus(1, 3), scheme, choices).layers.values():
            for measure in measures.values():
                parts = dict(part.split(":", 1) for part in measure.signature.split("|"))
                assert {name: parts[name] for name in ("boot", "seed") if name in parts} == boot


def test_the_same_seed_gives_the_same_numbers_and_another_one_others(scheme: Scheme) -> None:
    sides = corpus(7, 20)
    one, same = (scored(*sides, scheme).to_dict() for _ in range(2))
    assert one == same
    other = scored(*sides, scheme, replace(BOOT, seed=8))
    before, after = (result.layers["entities"]["strict"].micro for result in (scored(*sides, scheme), other))
    assert before == after
    assert before.interval != after.interval


def test_the_order_of_the_articles_changes_nothing(scheme: Scheme) -> None:
    gold, predicted = corpus(8, 15)
    ids = [f"n{number}" for number in range(15)]
    one = scored(gold, predicted, scheme, BOOT, ids)
    order = np.random.default_rng(3).permutation(15).tolist()
    reordered = [[side[at] for at in order] for side in (gold, predicted)]
    moved = scored(reordered[0], reordered[1], scheme, BOOT, [ids[at] for at in order])
    assert one.to_dict() == moved.to_dict()


def test_other_names_of_the_articles_are_other_resamples(scheme: Scheme) -> None:
    # the resamples go by the order of the ids: that is all that ids are to them
    gold, predicted = corpus(9, 15)
    ids = [f"{number:02}" for number in range(15)]
    one, same, other = (
        scored(gold, predicted, scheme, BOOT, names).layers["entities"]["strict"].micro.interval
        for names in (ids, [f"x{name}" for name in ids], ids[::-1])
    )
    assert one == same != other


def test_no_samples_no_intervals(scheme: Scheme) -> None:
    result = scored(*corpus(1, 12), scheme, Choices(samples=0))
    assert [interval for _, _, interval in intervals_of(result)] == [None] * len([*intervals_of(result)])
    assert '"interval":' not in json.dumps(result.to_dict())


def test_intervals_change_no_other_number(scheme: Scheme) -> None:
    sides = corpus(1, 12)
    assert dict(every(scored(*sides, scheme))) == dict(every(scored(*sides, scheme, Choices(samples=0))))


def test_each_article_that_an_extractor_learnt_from_counts(scheme: Scheme) -> None:
    gold = described(gold_of([Labelled()] * 3, scheme), sha256s=("a" * 64, "a" * 64, "b" * 64))
    read = replace(predicted_of([Labelled()] * 3, gold, scheme), learnt_from=frozenset({"a" * 64, "c" * 64}))
    assert score(gold, read, scheme, Choices(samples=0)).seen == 2


# --- what a score shows ------------------------------------------------------------------------------------


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from leaves(one)
    else:
        yield value


@pytest.mark.parametrize("articles", [0, 1, 12])
@pytest.mark.parametrize("name", [None, "conll", "ace"])
def test_a_score_is_json_without_nan(scheme: Scheme, articles: int, name: str | None) -> None:
    gold, predicted = corpus(2, articles)
    gold, predicted = [*gold, Labelled()], [*predicted, Labelled()]
    written = scored(gold, predicted, scheme, replace(BOOT, map=name)).to_dict()
    assert json.loads(json.dumps(written, allow_nan=False)) == written
    assert {type(leaf) for leaf in leaves(written)} <= {int, float, str, type(None)}
    assert not any(math.isnan(leaf) for leaf in leaves(written) if isinstance(leaf, float))


def test_the_json_has_the_fields_of_the_contract(scheme: Scheme) -> None:
    written: Any = scored(*corpus(2, 15), scheme).to_dict()
    assert {"corpus", "extractor", "articles", "charged", "layers"} <= set(written)
    layers = written["layers"]
    assert {"strict", "untyped", "partial", "type"} <= set(layers["entities"])
    assert {"trig_i", "trig_c"} <= set(layers["triggers"])
    assert {"arg_i", "arg_c", "arg_i_attached", "arg_c_attached"} <= set(layers["arguments"])
    assert {"value", "link"} <= set(layers["attributes"])
    strict = layers["entities"]["strict"]
    assert set(strict) == {"signature", "micro", "macro", "labels"}
    assert set(strict["micro"]) == {"tp", "predicted", "gold", *RATIOS, "interval"}
    interval = strict["micro"]["interval"]
    assert set(interval) == {"level", *RATIOS}
    assert all(len(interval[ratio]) == 2 and interval[ratio][0] <= interval[ratio][1] for ratio in RATIOS)
    absent = strict["labels"]["LAW"]["interval"]
    assert absent == {
        "level": 0.95,
        **dict.fromkeys(RATIOS),
        "why_none": dict.fromkeys(RATIOS, "spans in 0 articles, 10 are needed"),
    }
    assert set(layers["arguments"]["arg_c"]) == {"signature", "micro", "macro", "roles"}
    assert set(layers["entities"]["nesting"]) == {"signature", "micro", "classes"}


def test_the_repr_of_a_score_has_a_line_with_per_cents_for_each_measure(scheme: Scheme) -> None:
    result = scored(*corpus(2, 15), scheme)
    head, *lines, last = repr(result).splitlines()
    measures = [(layer, name, one) for layer, each in result.layers.items() for name, one in each.items()]
    assert head == "Score(p on gold, 15 articles"
    assert last == ")"
    for line, (layer, name, measure) in zip(lines, measures, strict=True):
        assert line.startswith(f"  {layer} {name}: ")
        micro = measure.micro
        shown = micro.share if isinstance(micro, Share) else micro.f1
        assert shown is not None
        assert f"{100 * shown:.1f}" in line


def test_the_repr_of_a_measure_has_a_line_for_each_class(scheme: Scheme) -> None:
    gold, predicted = [Labelled([(0, 4, "PERS"), (5, 8, "ORG")])], [Labelled([(0, 4, "PERS")])]
    measure: Measure = scored(gold, predicted, scheme).layers["entities"]["strict"]
    lines = repr(measure).splitlines()
    assert lines[:4] == [
        "Measure(",
        "  micro PRF(P 100.0, R 50.0, F1 66.7; tp 1, predicted 1, gold 2)",
        "  macro Macro(P 50.0, R 50.0, F1 50.0; 2 labels)",
        "  ORG PRF(P –, R 0.0, F1 0.0; tp 0, predicted 0, gold 1)",
    ]
    assert "  PERS PRF(P 100.0, R 100.0, F1 100.0; tp 1, predicted 1, gold 1)" in lines
    assert len(lines) == 3 + len(measure.labels) + 1
