"""Agreement: the same numbers whoever comes first, those of other packages, every difference named."""

import itertools
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import run
from marked import Marked, marked
from miyar.agreement import CLASSES, Agreement, agreement
from miyar.annotation import Annotation
from miyar.dataset import read_annotators
from miyar.errors import DataError
from miyar.scheme import Scheme
from miyar.scoring import Choices
from views import LABELS, VIEWS, WORDS, View, annotation, annotators_of, of, written

PLAIN = Choices(samples=0, comparison=False)


def agreed(views: Mapping[str, View], scheme: Scheme, choices: Choices = PLAIN) -> Agreement:
    return agreement(annotators_of(views, scheme), scheme, choices)


def f1(found: Agreement, layer: str = "entities", name: str = "strict") -> float | None:
    return found.layers[layer][name].micro.f1


# worked examples


def test_a_worked_example_of_three_annotators(scheme: Scheme) -> None:
    """The pairs have 2 of 3 + 2, 1 of 3 + 2 and 1 of 2 + 2 spans in common: 2 · 4 / 14."""
    found = agreed(
        {
            "A1": {"a": marked("زار [سامي]PERS [دمشق]GPE ثم [حلب]GPE")},
            "A2": {"a": marked("زار [سامي]PERS [دمشق]GPE ثم حلب")},
            "A3": {"a": marked("زار [سامي]PERS [دمشق]ORG ثم حلب")},
        },
        scheme,
    )
    assert f1(found) == 2 * (2 + 1 + 1) / (5 + 5 + 4)
    assert f1(found, name="untyped") == 2 * (2 + 2 + 2) / (5 + 5 + 4)
    by_pair = {one.name: one.layers["entities"]["strict"].micro.f1 for one in found.pairs}
    assert by_pair == {"A1, A2": 4 / 5, "A1, A3": 2 / 5, "A2, A3": 2 / 4}
    labels = found.layers["entities"]["strict"].labels
    assert labels["PERS"].f1 == 1
    assert labels["GPE"].f1 == 2 * 1 / (3 + 2 + 1)
    assert list(found.worst) == ["a"]


def test_finished_and_empty_counts_and_not_opened_does_not(scheme: Scheme) -> None:
    one, none = marked("زار [سامي]PERS دمشق"), marked("زار سامي دمشق")
    found = agreed({"A1": {"a": one, "b": none, "c": one}, "A2": {"a": none, "b": none}}, scheme)
    assert (found.articles, found.single) == (2, 1)
    assert (found.finished, found.empty) == ({"A1": 3, "A2": 2}, {"A1": 1, "A2": 2})
    assert f1(found) == 0
    assert list(found.worst) == ["a"]


def test_nobody_with_spans_is_a_result_and_no_perfect_agreement(scheme: Scheme) -> None:
    nothing = marked("زار سامي دمشق")
    found = agreed({"A1": {"a": nothing}, "A2": {"a": nothing}}, scheme)
    assert f1(found) is None
    assert {one.value for one in found.alphas.values()} == {None}
    assert found.found == ()


def test_arguments_agree_given_agreed_ends_and_end_to_end(scheme: Scheme) -> None:
    """A2 lacks a trigger: of 3 and 2 arguments one is equal; under the common trigger one of two each."""
    text = "[هاجم]ATTACK:t [مسلحون]PERS:p [القرية]GPE:g و[قتل]DIE:d رجل"
    ones = marked(text, "t AGENT p", "t PLACE g", "d PLACE g")
    others = marked(text.replace("[قتل]DIE:d", "قتل"), "t AGENT p", "t TARGET g")
    found = agreed({"A1": {"a": ones}, "A2": {"a": others}}, scheme)
    assert f1(found, "arguments", "arg_c") == 2 * 1 / (3 + 2)
    assert f1(found, "arguments", "arg_c_conditional") == 2 * 1 / (2 + 2)
    assert f1(found, "arguments", "arg_i_conditional") == 1
    kinds = Counter(one.kind for one in found.found)
    assert kinds == {"missing": 1, "role": 1}


# properties


def values(found: Agreement) -> dict[str, float | None]:
    made = {
        f"{layer} {name} {code}": part.f1
        for layer, measures in found.layers.items()
        for name, one in measures.items()
        for code, part in {"micro": one.micro, **one.labels}.items()
        if part.gold
    }
    return {**made, **{name: one.value for name, one in found.alphas.items()}}


@settings(max_examples=20)
@given(VIEWS, st.randoms(use_true_random=False))
def test_nobody_is_the_reference(scheme: Scheme, views: dict[str, View], random: Any) -> None:
    names = list(views)
    random.shuffle(names)
    renamed = dict(zip(names, views.values(), strict=True))
    ones, others = values(agreed(views, scheme)), values(agreed(renamed, scheme))
    assert ones.keys() == others.keys()
    for name, one in ones.items():
        assert others[name] == pytest.approx(one, abs=1e-12), name


@settings(max_examples=20)
@given(VIEWS)
def test_articles_twice_agree_as_once(scheme: Scheme, views: dict[str, View]) -> None:
    twice = {who: {**view, **{f"{one}-2": view[one] for one in view}} for who, view in views.items()}
    assert f1(agreed(twice, scheme)) == f1(agreed(views, scheme))


@settings(max_examples=20)
@given(VIEWS)
def test_identical_views_agree_on_everything(scheme: Scheme, views: dict[str, View]) -> None:
    first = next(iter(views.values()))
    found = agreed(dict.fromkeys(views, first), scheme)
    assert f1(found) in (1, None)
    assert found.found == ()


@settings(max_examples=20)
@given(VIEWS)
def test_differences_are_those_of_plain_sets(scheme: Scheme, views: dict[str, View]) -> None:
    """Each span that only one has is in exactly one difference; none is invented."""
    found = agreed(views, scheme)
    told = Counter[tuple[Any, ...]]()
    for one in found.found:
        for who, other, side in ((one.one, one.other, one.ones), (one.other, one.one, one.others)):
            if side:
                told[who, other, one.article, side["start"], side["end"], side["label"]] += 1
    expected = Counter[tuple[Any, ...]]()
    for who, other in itertools.permutations(views, 2):
        for article, source in views[who].items():
            ours, theirs = (
                {(s.start, s.end, s.label) for s in o.spans} for o in (source, views[other][article])
            )
            expected.update((who, other, article, *span) for span in ours - theirs)
    assert told == expected
    assert {one.kind for one in found.found} <= set(CLASSES)


# other people's numbers


@settings(max_examples=20)
@given(VIEWS)
def test_nominal_alpha_is_that_of_the_krippendorff_package(scheme: Scheme, views: dict[str, View]) -> None:
    found = agreed(views, scheme).alphas["nominal alpha on agreed extents"]
    units: dict[tuple[str, int, int], dict[str, int]] = {}
    for who, view in views.items():
        for article, source in view.items():
            for span in sorted(
                source.spans, key=lambda s: [label.code for label in scheme.labels].index(s.label)
            ):
                units.setdefault((article, span.start, span.end), {}).setdefault(
                    who, LABELS.index(span.label)
                )
    rows = [[unit.get(who, np.nan) for unit in units.values()] for who in views]
    pairable = [unit for unit in units.values() if len(unit) > 1]
    assert found.places == len(pairable)
    if len({label for unit in pairable for label in unit.values()}) < 2:
        assert found.value is None
    else:
        theirs = krippendorff.alpha(reliability_data=rows, level_of_measurement="nominal")
        assert found.value == pytest.approx(theirs, abs=1e-9)


def tokens_of(source: Marked, scheme: Scheme) -> list[str]:
    """Return the label of each word, of the outermost span, the first of those that cross."""
    order = [label.code for label in scheme.labels]
    spans = sorted(source.spans, key=lambda s: (s.start, -s.end, order.index(s.label)))
    outer = [
        one
        for one in spans
        if not any(
            (o.start, o.end) != (one.start, one.end) and o.start <= one.start and one.end <= o.end
            for o in spans
        )
    ]
    tags = [""] * len(WORDS)
    for number, span in enumerate(outer):
        words = [n for n, (start, end) in enumerate(WORDS) if start < span.end and span.start < end]
        if not any(tags[n] for n in words):
            for n in words:
                tags[n] = f"{span.label} {number}"
    return tags


@settings(max_examples=20)
@given(VIEWS)
def test_kappa_is_that_of_scikit_learn_on_tokens_that_one_labelled(
    scheme: Scheme, views: dict[str, View]
) -> None:
    from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

    for pair in agreed(views, scheme).pairs:
        sides = [
            [
                tag.partition(" ")[0]
                for article in sorted(views[who])
                for tag in tokens_of(views[who][article], scheme)
            ]
            for who in pair.name.split(", ")
        ]
        kept = [both for both in zip(*sides, strict=True) if any(both)]
        assert pair.token_kappa is not None
        assert pair.token_kappa.places == len(kept)
        if kept and len({tag for both in kept for tag in both}) > 1:
            ours, theirs = zip(*kept, strict=True)
            assert pair.token_kappa.value == pytest.approx(cohen_kappa_score(ours, theirs), abs=1e-9)
        else:
            assert pair.token_kappa.value is None


def naive_unitizing_alpha(tags: Sequence[Sequence[Sequence[str]]]) -> float | None:
    """Return uα of articles of annotators of tokens, token by token and unit by unit."""
    values = sorted({tag.partition(" ")[0] for article in tags for one in article for tag in one} | {""})
    met = {(c, k): 0.0 for c in values for k in values}
    own = dict.fromkeys(values, 0.0)
    for article in tags:
        for one, other in itertools.permutations(article, 2):
            for a, b in zip(one, other, strict=True):
                met[a.partition(" ")[0], b.partition(" ")[0]] += 1 / (len(article) - 1)
        for one in article:
            for tag, run_of in itertools.groupby(one):
                length = len(list(run_of))
                own[tag.partition(" ")[0]] += length**2 if tag else length
    sums = {c: sum(met[c, k] for k in values) for c in values}
    total, free = sum(sums.values()), sum(sums.values()) ** 2 - sum(own.values())
    if not free:
        return None
    expected = total - sum(total * (sums[c] ** 2 - own[c]) / free for c in values)
    observed = total - sum(met[c, c] for c in values)
    return 1 - observed / expected if expected > 1e-12 else None


@settings(max_examples=20)
@given(VIEWS)
def test_unitizing_alpha_is_that_of_its_definition(scheme: Scheme, views: dict[str, View]) -> None:
    articles = sorted(next(iter(views.values())))
    tags = [[tokens_of(view[article], scheme) for view in views.values()] for article in articles]
    found = agreed(views, scheme).alphas["unitizing alpha"]
    expected = naive_unitizing_alpha(tags)
    assert found.value == (None if expected is None else pytest.approx(expected, abs=1e-9))
    assert found.places == len(articles) * len(WORDS)


def test_a_worked_example_of_unitizing_alpha(scheme: Scheme) -> None:
    """Of five words A1 has one unit of 2, A2 one of 1 in it: met {gap: 6, unit: 2}, apart 2 of 10.

    Units meet others in 3² - (4 + 1) = 4, gaps in 7² - 7 = 42 of 100 - 12 = 88 ways: D_e = 10 - 10 · 46 / 88.
    """
    views = {"A1": {"a": of((4, 13, "GPE"))}, "A2": {"a": of((4, 8, "GPE"))}}
    expected = 1 - 2 / (10 - 10 * 46 / 88)
    assert agreed(views, scheme).alphas["unitizing alpha"].value == pytest.approx(expected, abs=1e-12)


# planted differences, one of each class

PLANTED = {
    "label": ("في [ألماز]GPE أمس", "في [ألماز]ORG أمس"),
    "particle": ("و[بألماز]GPE أمس", "وب[ألماز]GPE أمس"),
    "article": ("زار [الرئيس]OCC أمس", "زار ال[رئيس]OCC أمس"),
    "boundary": ("زار [وزارة الداخلية]ORG أمس", "زار [وزارة الداخلية أمس]ORG"),
    "label_and_boundary": ("زار [وزارة الداخلية]ORG أمس", "زار [وزارة]GPE الداخلية أمس"),
    "nesting": ("[بلدية [ألماز]GPE]ORG أمس", "[بلدية ألماز]ORG أمس"),
    "missing": ("زار [سامي]PERS أمس", "زار سامي أمس"),
    "value": ("قتل [٨٠]CARDINAL=80 أمس", "قتل [٨٠]CARDINAL=81 أمس"),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_difference_is_found_in_its_class(scheme: Scheme, kind: str) -> None:
    ones, others = map(marked, PLANTED[kind])
    for first, second in ((ones, others), (others, ones)):
        [one] = agreed({"A1": {"a": first}, "A2": {"a": second}}, scheme).found
        assert (one.kind, one.article, one.one, one.other) == (kind, "a", "A1", "A2")


@pytest.mark.parametrize(
    ("ones", "others", "kind"), [("t AGENT p", "t TARGET p", "role"), ("t AGENT p", None, "argument")]
)
def test_a_planted_argument_is_found_in_its_class(
    scheme: Scheme, ones: str, others: str | None, kind: str
) -> None:
    text = "[هاجم]ATTACK:t [مسلحون]PERS:p"
    sides = [marked(text, *([one] if one else [])) for one in (ones, others)]
    [one] = agreed({"A1": {"a": sides[0]}, "A2": {"a": sides[1]}}, scheme).found
    assert (one.kind, one.layer) == (kind, "arguments")


def test_a_habit_is_what_one_does_more_often_than_chance_would(scheme: Scheme) -> None:
    ones = {f"a{n}": marked("قال [الرئيس]OCC [سامي]PERS") for n in range(8)}
    others = {f"a{n}": marked("قال الرئيس [سامي]PERS") for n in range(8)}
    [habit] = agreed({"A1": ones, "A2": others}, scheme).habits
    assert (habit.annotator, habit.habit, habit.label) == ("A2", "leaves out", "OCC")
    assert (habit.own, habit.others) == (8, 0)
    assert habit.p == pytest.approx(2 / 2**8)


def test_agreement_that_rises_with_time_is_told(scheme: Scheme, tmp_path: Path) -> None:
    """In the n-th of 12 articles both have n of 12 spans in common: ranks of time and F1 are the same."""
    lines = list[Annotation]()
    for number in range(12):
        words = [f"[سامي]PERS{' ' if n < number else ''}" for n in range(12)]
        ones = marked("".join(words).replace("]PERS[", "]PERS ["))
        others = Marked(ones.text, ones.spans[: number + 1])
        when = f"2026-01-{number + 1:02}T10:00:00Z"
        lines += [annotation(f"a{number}", who, side, when) for who, side in (("A1", ones), ("A2", others))]
    found = agreement(read_annotators([written(tmp_path / "x.jsonl", lines)], scheme), scheme, PLAIN)
    assert found.drift is not None
    assert found.drift.articles == 12
    assert found.drift.rho == pytest.approx(1)
    assert found.drift.p < 1e-6
    assert found.drift.first_third < found.drift.last_third


# what is refused, and the command


@pytest.mark.parametrize(
    ("views", "code"),
    [
        ([("a", "A1"), ("b", "A2")], "no_pairs"),
        ([("a", "A1"), ("a", "A1")], "view_twice"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    scheme: Scheme, tmp_path: Path, views: list[tuple[str, str]], code: str
) -> None:
    source = marked("زار [سامي]PERS")
    files = [
        written(tmp_path / f"{number}.jsonl", [annotation(article, who, source)])
        for number, (article, who) in enumerate(views)
    ]
    with pytest.raises(DataError) as error:
        agreement(read_annotators(files, scheme), scheme, PLAIN)
    assert [problem.code for problem in error.value.problems] == [code]


def test_views_of_two_texts_are_refused(scheme: Scheme, tmp_path: Path) -> None:
    lines = [annotation("a", "A1", marked("زار [سامي]PERS")), annotation("a", "A2", marked("زار [علي]PERS"))]
    with pytest.raises(DataError, match="a with another text than in another view"):
        read_annotators([written(tmp_path / "x.jsonl", lines)], scheme)


def test_the_command_gives_the_answer_first_and_every_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ones, others = marked("قال [الرئيس]OCC [سامي]PERS"), marked("قال الرئيس [سامي]PERS")
    lines = [
        annotation(f"a{n}", who, side) for n in range(12) for who, side in (("A1", ones), ("A2", others))
    ]
    file = written(tmp_path / "annotations.jsonl", lines)
    (tmp_path / "articles").mkdir()
    for n in range(12):
        (tmp_path / "articles" / f"a{n}.txt").write_text(ones.text, encoding="utf-8")
    texts = ["--articles", tmp_path / "articles"]
    done = run(capsys, "measure-agreement", file, *texts, "--disagreements", tmp_path / "d.jsonl")
    assert done.status == 0, done.err
    assert done.out.startswith("Agreement: F1 66.7 (")
    assert "A2 leaves out OCC: 12 times, the partners 0" in done.out
    told = [json.loads(line) for line in (tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["annotators"]["A1"]["text"] for one in told] == ["الرئيس"] * 12
    bare = json.loads(run(capsys, "measure-agreement", file, "--format", "json", "--samples", 0).out)
    assert bare["left_out"] == {
        "unitizing alpha, kappa": "the annotations have no texts: give the articles (--articles)"
    }
    assert bare["layers"]["entities"]["strict"]["micro"]["f1"] == pytest.approx(2 / 3)
    by = run(capsys, "measure-agreement", file, *texts, "--by", "span_length", "--min-support", 1)
    assert "Entities by span_length" in by.out
