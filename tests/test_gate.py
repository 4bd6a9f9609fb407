"""A gate file is read or refused whole; its rules are judged on intervals, and understand noise."""

import json
import re
import textwrap
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from conftest import ROOT
from judging import MEASURES, compared, counts_of, gate_of, judged, rows, states, table
from miyar.comparison import (
    State,
    check_gate,
    gatefile,
    judge,
    read_gate,
)
from miyar.comparison.model import System
from miyar.errors import DataError, UsageError
from miyar.report.format import Format
from miyar.report.gate import render_verdict
from miyar.scoring import PRF

CASES = sorted((ROOT / "tests" / "cases" / "gate").glob("*.toml"))


def read_checked(path: Path) -> None:
    """Read a gate and hold it against a call without intervals."""
    read_gate(path, MEASURES)
    check_gate(path, intervals=False)


# --- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_bad_gate_is_refused_with_the_code_that_its_file_is_named_after(path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_checked(path)
    (problem,) = caught.value.problems
    assert problem.code == path.stem
    assert problem.where.startswith(str(path))
    assert problem.found
    assert problem.expected


def test_every_code_that_a_gate_can_be_refused_with_has_a_case() -> None:
    sources = (ROOT / "scripts" / "miyar" / "comparison").glob("gate*.py")
    codes = {code for path in sources for code in re.findall(r'Problem\(\s*"(\w+)"', path.read_text("utf-8"))}
    assert codes == {path.stem for path in CASES}


def test_all_that_is_wrong_is_said_at_once_with_what_was_meant(tmp_path: Path) -> None:
    source = """
        [[non_inferiority]]
        measure = "entities.strict"
        of = ["GPA", "PERS"]
        margin = -0.01
        [[floor]]
        measure = "entities.strict"
        of = ["WEAPONS"]
        f1 = 0.5
        [[trade_off]]
        excuses = ["floor 2"]
        measure = "entities.strict"
        margin = 0.1
        for = { measure = "triggers.trigc", gain = true }
        [[trade_off]]
        excuses = ["floor 2"]
        measure = "entities.strict"
        margin = 0.1
        for = { measure = "triggers.trigc" }
    """
    with pytest.raises(DataError) as caught:
        gate_of(tmp_path, source)
    found = {(problem.code, problem.where.split(": ", 1)[1]) for problem in caught.value.problems}
    assert found == {
        ("bad_number", "[[non_inferiority]] 1 margin"),
        ("unknown_class", "[[floor]] 1 of"),
        ("wrong_type", "[[trade_off]] 1 for gain"),
        ("unknown_measure", "[[trade_off]] 2 for measure"),
    }
    assert "did you mean WEAPON?" in str(caught.value)
    assert "Nothing was judged." in str(caught.value)


def test_what_a_loss_is_tolerated_for_is_a_table_of_a_trade_off(tmp_path: Path) -> None:
    source = """
        [[floor]]
        measure = "entities.strict"
        f1 = 0.5
        for = { measures = "entities.strict" }
        [[trade_off]]
        excuses = ["floor 1"]
        measure = "entities.strict"
        margin = 0.1
        for = "triggers.trig_c"
    """
    with pytest.raises(DataError) as caught:
        gate_of(tmp_path, source)
    assert [(problem.code, problem.found) for problem in caught.value.problems] == [
        ("unknown_key", "for"),
        ("wrong_type", "'triggers.trig_c'"),
    ]


def test_an_unknown_field_is_refused_with_what_there_is(tmp_path: Path) -> None:
    file = tmp_path / "gate.toml"
    file.write_text('[[floor]]\nby = "sources"\nf1 = 0.5', encoding="utf-8")
    without = {name: one for name, one in MEASURES.items() if name != "slices.source"}
    for measures, expected in ((MEASURES, "source"), (without, "a field that there are slices by")):
        with pytest.raises(DataError) as caught:
            read_gate(file, measures)
        [problem] = caught.value.problems
        assert expected in problem.expected
        assert problem.remedy == "add --by sources"


def test_a_gate_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gate\.toml: cannot be read"):
        read_gate(tmp_path / "gate.toml", MEASURES)


def test_the_example_of_the_documentation_is_a_gate(tmp_path: Path) -> None:
    source = textwrap.dedent((gatefile.__doc__ or "").partition("\n")[2])
    gate = gate_of(tmp_path, source)
    assert [rule.name for rule in gate.rules] == ["no label worse", "floor 1"]
    assert (gate.rules[0].limit, gate.rules[0].undecided, gate.rules[1].on) == (-0.01, "pass", "interval")
    assert (gate.rules[1].subject.measure, gate.rules[1].subject.of) == ("slices.source", "slices")
    assert (gate.trade_offs[0].excuses, gate.trade_offs[0].gain) == (("no label worse",), 0.01)


# --- how it is judged --------------------------------------------------------------------------------------


def test_a_loss_within_the_margin_passes_and_a_larger_one_fails(tmp_path: Path) -> None:
    source = '[[non_inferiority]]\nmeasure = "entities.strict"\nof = "labels"\nmargin = 0.05'
    counts = counts_of(400, PERS=(0.8, 0.79), GPE=(0.8, 0.6))
    verdict = judged(tmp_path, source, counts)
    assert states(verdict) == {"PERS": State.PASSED, "GPE": State.FAILED}
    assert not verdict.passed
    pers, gpe = rows(verdict)
    assert pers.bounds is not None
    assert gpe.bounds is not None
    assert pers.bounds.low > -0.05 > gpe.bounds.high
    assert (pers.limit, pers.distance) == (-0.05, pers.bounds.low + 0.05)


def test_it_is_the_interval_that_decides_and_not_the_point(tmp_path: Path) -> None:
    source = '[[non_inferiority]]\nmeasure = "entities.strict"\nmargin = 0.01'
    few, many = (judged(tmp_path, source, counts_of(n, PERS=(0.8, 0.82))) for n in (12, 4000))
    assert rows(few)[0].difference is not None
    assert (few.passed, many.passed) == (False, True)
    needed = rows(few)[0].articles_needed
    assert needed is not None
    assert 400 < needed < 10_000


def test_a_floor_is_held_against_the_point_or_the_lower_end(tmp_path: Path) -> None:
    comparison = compared(counts_of(20, PERS=(0.5, 0.77)))
    own = comparison.systems[0].layers["entities"]["strict"].micro.system
    assert isinstance(own, PRF)
    assert own.interval is not None
    low, f1 = own.interval.bounds["f1"].low, own.f1
    assert f1 is not None
    between = (low + f1) / 2
    floors = [(f1, "point"), (f1 + 1e-9, "point"), (between, "interval"), (low, "interval")]
    source = "".join(
        f'[[floor]]\nmeasure = "entities.strict"\nf1 = {limit!r}\non = "{on}"\n' for limit, on in floors
    )
    verdict = judge(gate_of(tmp_path, source), comparison)
    expected = [State.PASSED, State.FAILED, State.FAILED, State.PASSED]
    assert [rule.state for rule in verdict.systems[0].rules] == expected
    assert [rows(verdict, rule)[0].bounds for rule in range(4)] == [
        None,
        None,
        *[own.interval.bounds["f1"]] * 2,
    ]


@pytest.mark.parametrize(("undecided", "passed"), [("fail", False), ("pass", True)])
@pytest.mark.parametrize("alone", [True, False])
def test_what_cannot_be_judged_is_listed_and_does_what_the_rule_says(
    alone: bool, undecided: str, passed: bool, tmp_path: Path
) -> None:
    """Where nothing else is judged, the rule does not pass, whatever it says."""
    also = "" if alone else '"PERS", '
    source = f"""
        [[non_inferiority]]
        measure = "entities.strict"
        of = [{also}"WEAPON", "GPE"]
        margin = 0.01
        undecided = "{undecided}"
    """
    counts = counts_of(40, PERS=(0.5, 0.9), WEAPON=(0.8, 0.8))  # 8 articles with WEAPON, none with GPE
    comparison = compared(counts)
    verdict = judge(gate_of(tmp_path, source), comparison)
    judged = {} if alone else {"PERS": State.PASSED}
    assert states(verdict) == {**judged, "WEAPON": State.UNDECIDED, "GPE": State.UNDECIDED}
    reasons = [one.why for one in rows(verdict) if one.why]
    assert reasons == ["spans in 8 articles, 10 are needed", "no gold spans"]
    assert verdict.passed is (passed and not alone)
    text = " ".join(render_verdict(verdict, comparison, Format.TEXT).split())
    words = "which passes" if passed else "which fails"
    if alone:
        words = "and nothing else is judged, which fails"
    assert f"undecided, {words}: spans in 8 articles, 10 are needed: WEAPON" in text
    assert f"undecided, {words}: no gold spans: GPE" in text


def test_all_labels_are_those_with_gold(tmp_path: Path) -> None:
    source = '[[floor]]\nmeasure = "entities.strict"\nof = "labels"\nf1 = 0.5'
    counts = counts_of(20, PERS=(0.9, 0.9), GPE=(0.9, 0.9))
    [stack] = counts.stacks
    stack.counts[:, :, 2, 2] = 0  # GPE is predicted, and not in the gold
    assert states(judged(tmp_path, source, counts)) == {"PERS": State.PASSED}
    stack.counts[:, :, 1, 2] = 0
    assert states(judged(tmp_path, source, counts)) == {"labels": State.UNDECIDED}


TRADE_OFF = """
    [[non_inferiority]]
    name = "labels"
    measure = "entities.strict"
    of = "labels"
    margin = 0.01
    [[non_inferiority]]
    name = "places"
    measure = "entities.strict"
    of = ["GPE"]
    margin = 0.01
    [[trade_off]]
    name = "places for attacks"
    excuses = ["labels"]
    measure = "entities.strict"
    of = ["GPE"]
    margin = 0.15
    for = { measure = "triggers.trig_c", gain = 0.05 }
"""


@pytest.mark.parametrize(
    ("gpe", "attack", "state"),
    [
        ((0.8, 0.72), (0.5, 0.7), State.EXCUSED),
        ((0.8, 0.55), (0.5, 0.7), State.FAILED),  # it loses more than the trade-off allows
        ((0.8, 0.72), (0.5, 0.56), State.FAILED),  # what it is lost for gains enough by its point alone
    ],
)
def test_a_trade_off_excuses_a_loss_for_a_gain(
    gpe: tuple[float, float], attack: tuple[float, float], state: State, tmp_path: Path
) -> None:
    counts = counts_of(400, PERS=(0.8, 0.9), GPE=gpe, ATTACK=attack)
    comparison = compared(counts)
    verdict = judge(gate_of(tmp_path, TRADE_OFF), comparison)
    assert states(verdict) == {"PERS": State.PASSED, "GPE": state}
    [excuse] = rows(verdict)[1].excuses
    assert excuse.granted is (state is State.EXCUSED)
    [gain] = excuse.gains
    assert gain.difference is not None
    assert gain.difference.f1 is not None
    assert gain.difference.f1 > 0.05
    text = " ".join(render_verdict(verdict, comparison, Format.TEXT).split())
    assert ("not excused by places for attacks" in text) is (state is State.FAILED)
    assert ("excused by places for attacks: the loss" in text) is (state is State.EXCUSED)


def test_a_trade_off_excuses_no_rule_that_it_does_not_name(tmp_path: Path) -> None:
    counts = counts_of(400, PERS=(0.8, 0.7), GPE=(0.8, 0.72), ATTACK=(0.5, 0.7))
    verdict = judged(tmp_path, TRADE_OFF, counts)
    assert states(verdict, 0) == {"PERS": State.FAILED, "GPE": State.EXCUSED}
    assert states(verdict, 1) == {"GPE": State.FAILED}


def test_every_system_has_to_pass(tmp_path: Path) -> None:
    source = '[[floor]]\nmeasure = "entities.strict"\nf1 = 0.7'
    good, bad = counts_of(20, PERS=(0.8, 0.8)), counts_of(20, PERS=(0.8, 0.2))
    both = replace(
        good,
        systems=(*good.systems, System("newest")),
        stacks=(
            replace(good.stacks[0], counts=np.concatenate([good.stacks[0].counts, bad.stacks[0].counts[1:]])),
        ),
        signed=good.signed * 2,
    )
    verdict = judged(tmp_path, source, both)
    assert [one.passed for one in verdict.systems] == [True, False]
    assert not verdict.passed


def test_json_has_the_verdict_first_and_every_number_unrounded(tmp_path: Path) -> None:
    comparison = compared(counts_of(400, PERS=(0.8, 0.9), GPE=(0.8, 0.72), ATTACK=(0.5, 0.7)))
    verdict = judge(gate_of(tmp_path, TRADE_OFF), comparison)
    value = json.loads(render_verdict(verdict, comparison, Format.JSON))
    assert next(iter(value)) == "gate"
    assert value["gate"]["passed"] is verdict.passed
    rule = value["gate"]["systems"][0]["rules"][0]
    assert (rule["rule"], rule["kind"], rule["limit"], rule["state"]) == (
        "labels",
        "non_inferiority",
        -0.01,
        "excused",
    )
    gpe = rule["rows"][1]
    strict = value["systems"][0]["layers"]["entities"]["strict"]["labels"]["GPE"]
    assert gpe["difference"] == strict["difference"]["f1"]
    assert gpe["interval"] == strict["interval"]["f1"]
    assert (gpe["baseline_f1"], gpe["f1"]) == (strict["baseline"]["f1"], strict["system"]["f1"])
    assert gpe["articles"] == strict["articles"] == 400
    attacks = value["systems"][0]["layers"]["triggers"]["trig_c"]["micro"]
    assert gpe["excuses"][0]["gains"] == [
        {
            "measure": "triggers.trig_c",
            "row": "micro",
            "difference": attacks["difference"]["f1"],
            "interval": attacks["interval"]["f1"],
            "enough": True,
        }
    ]


def test_json_of_a_row_without_gold_has_no_numbers(tmp_path: Path) -> None:
    source = TRADE_OFF.replace('of = "labels"', 'of = ["PERS", "WEAPON"]').replace('["GPE"]', '["PERS"]')
    source = source.replace('measure = "triggers.trig_c"', 'measure = "triggers.trig_c", of = ["ATTACK"]')
    comparison = compared(counts_of(40, PERS=(0.8, 0.6)))
    verdict = judge(gate_of(tmp_path, source), comparison).to_dict()
    value = json.loads(json.dumps(verdict, allow_nan=False))["systems"][0]["rules"][0]
    pers, weapon = value["rows"]
    numbers = dict.fromkeys(("baseline_f1", "f1", "difference", "interval", "articles_needed"))
    assert weapon.items() >= {**numbers, "articles": 0, "why": "no gold spans"}.items()
    [gain] = pers["excuses"][0]["gains"]
    assert (gain["row"], gain["difference"], gain["interval"], gain["enough"]) == (
        "ATTACK",
        None,
        None,
        False,
    )


# --- that it understands noise -----------------------------------------------------------------------------


@pytest.mark.parametrize("articles", [50, 500, 2000])
def test_a_system_as_good_as_the_baseline_passes_as_often_as_margin_and_corpus_say(
    articles: int, tmp_path: Path
) -> None:
    margin, corpora = 0.01, 100
    gate = gate_of(tmp_path, f'[[non_inferiority]]\nmeasure = "entities.strict"\nmargin = {margin}')
    generator = np.random.default_rng(articles)
    passed, errors = 0, []
    for _ in range(corpora):
        counts = counts_of(articles, PERS=(0.8, 0.8))
        sides = [np.repeat(table(generator, 0.8, articles), 2, axis=1) for _ in range(2)]
        counts = replace(counts, stacks=(replace(counts.stacks[0], counts=np.stack(sides)),))
        comparison = compared(counts, samples=200)
        power = comparison.systems[0].layers["entities"]["strict"].micro.power
        assert power is not None
        errors.append(power.standard_error)
        passed += judge(gate, comparison).passed
    # the lower end is the difference seen - 1.96 SE, the difference seen is normal around 0:
    # it lies above -margin with Φ(margin/SE - 1.96): 0.06, 0.24, 0.70
    normal = NormalDist()
    share = normal.cdf(margin / float(np.mean(errors)) - normal.inv_cdf(0.975))
    spread = (share * (1 - share) / corpora) ** 0.5
    assert passed / corpora == pytest.approx(share, abs=3 * spread + 0.02)


def test_the_collapse_of_a_rare_label_fails_its_floor_while_the_average_is_fine(tmp_path: Path) -> None:
    source = """
        [[non_inferiority]]
        measure = "entities.strict"
        margin = 0.02
        [[floor]]
        measure = "entities.strict"
        of = "labels"
        f1 = 0.6
    """
    comparison = compared(counts_of(1000, PERS=(0.8, 0.8), GPE=(0.7, 0.72), WEAPON=(0.8, 0.2)))
    verdict = judge(gate_of(tmp_path, source), comparison)
    assert states(verdict, 0) == {"micro": State.PASSED}
    assert states(verdict, 1) == {"PERS": State.PASSED, "GPE": State.PASSED, "WEAPON": State.FAILED}
    assert not verdict.passed


# --- the page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN])
def test_the_page_says_the_verdict_first_and_what_decided(form: Format, tmp_path: Path) -> None:
    source = '[[non_inferiority]]\nname = "labels"\nmeasure = "entities.strict"\nof = "labels"\nmargin = 0.01'
    comparison = compared(counts_of(100, PERS=(0.8, 0.795), GPE=(0.8, 0.6), WEAPON=(0.8, 0.8)))
    page = render_verdict(judge(gate_of(tmp_path, source), comparison), comparison, form)
    assert page.lstrip("# ").startswith("Gate FAILED: made, 100 articles")
    assert "new: 0 of 1 rules passed; labels (failed)" in page
    assert "worse: GPE" in page
    assert "not shown to be worse, but a loss beyond the margin is not ruled out: PERS" in " ".join(
        page.split()
    )
    row = next(line for line in page.splitlines() if line.strip("| ").startswith("failed") and "GPE" in line)
    assert re.search(r"\[-\d\d\.\d\d, -\d\d\.\d\d\]", row)
    if form is Format.TEXT:
        assert max(len(line) for line in page.splitlines() if not line.startswith("miyar:")) <= 80


def test_a_passed_gate_says_so(tmp_path: Path) -> None:
    comparison = compared(counts_of(20, PERS=(0.8, 0.9)))
    verdict = judge(gate_of(tmp_path, '[[floor]]\nmeasure = "entities.strict"\nf1 = 0.5'), comparison)
    page = render_verdict(verdict, comparison, Format.TEXT)
    assert page.startswith("Gate passed: made, 20 articles\n\nnew: 1 of 1 rules passed\n")


# --- losses that no rule stops -----------------------------------------------------------------------------


LABELS_HOLD = """
    [[non_inferiority]]
    measure = "entities.strict"
    of = "labels"
    margin = 0.5
    undecided = "pass"
"""


def test_the_same_counts_pass_with_and_without_an_interval(tmp_path: Path) -> None:
    source = '[[non_inferiority]]\nmeasure = "entities.strict"\nof = ["PERS"]\nmargin = 0.0\n'
    for articles in (5, 12):  # too few for an interval, and enough
        counts = counts_of(articles, PERS=(0.8, 0.8))
        (stack,) = [one for one in counts.stacks if one.full_name == "entities.strict"]
        same = replace(stack, counts=np.stack([stack.counts[0], stack.counts[0]]))
        one = replace(counts, stacks=tuple(same if kept is stack else kept for kept in counts.stacks))
        comparison = compared(one)
        verdict = judge(gate_of(tmp_path, source), comparison)
        assert states(verdict) == {"PERS": State.PASSED}
        text = " ".join(render_verdict(verdict, comparison, Format.TEXT).split())
        assert "the same in every article, which passes whatever the interval: PERS" in text


def test_a_label_of_which_nothing_is_found_any_more_is_said_first(tmp_path: Path) -> None:
    counts = counts_of(40, PERS=(0.8, 0.8), WEAPON=(0.8, 0.0))  # WEAPON is in 8 articles
    comparison = compared(counts)
    verdict = judge(gate_of(tmp_path, LABELS_HOLD), comparison)
    assert verdict.passed
    losses = verdict.systems[0].losses
    assert ("entities.strict", "WEAPON") in [(one.measure, one.row) for one in losses]
    first = " ".join(render_verdict(verdict, comparison, Format.TEXT).split("\n\n")[1].split())
    assert "nothing is found any more of WEAPON (entities.strict, in 8 articles)" in first
    assert json.loads(render_verdict(verdict, comparison, Format.JSON))["gate"]["systems"][0]["losses"]


def test_a_flood_under_a_label_without_gold_is_said_where_micro_falls(tmp_path: Path) -> None:
    counts = counts_of(40, PERS=(0.8, 0.8), GPE=(0.8, 0.8))
    (stack,) = [one for one in counts.stacks if one.full_name == "entities.strict"]
    flooded = stack.counts.copy()
    place = 1 + stack.classes.index("GPE")
    flooded[..., place, [0, 2, 3]] = 0  # no gold, and nothing right
    flooded[0, :, place, 1] = 0
    flooded[1, :, place, 1] = 12
    flooded[:, :, 0] = flooded[:, :, 1:].sum(axis=2)
    one = replace(counts, stacks=(replace(stack, counts=flooded),))
    comparison = compared(one)
    verdict = judge(gate_of(tmp_path, LABELS_HOLD), comparison)
    assert verdict.passed
    text = " ".join(render_verdict(verdict, comparison, Format.TEXT).split())
    assert "micro of entities.strict is worse (-" in text
    assert "which no rule judges; predictions under labels without gold: 480 of GPE" in text


def test_rates_in_per_cent_are_the_same_rules_as_shares_of_one(tmp_path: Path) -> None:
    def source(one: str, five: str, sixty: str) -> str:
        return f"""
        [[non_inferiority]]
        name = "n"
        measure = "entities.strict"
        margin = {one}
        [[floor]]
        measure = "entities.strict"
        f1 = {sixty}
        [[trade_off]]
        excuses = ["n"]
        measure = "entities.strict"
        margin = {five}
        for = {{ measure = "triggers.trig_c", gain = {one} }}
        """

    in_per_cent = gate_of(tmp_path, source('"1 %"', '"5%"', '"60.0 %"'))
    assert in_per_cent == gate_of(tmp_path, source("0.01", "0.05", "0.6"))
    with pytest.raises(DataError, match=r"\[wrong_type\](.|\n)*a rate such as"):
        gate_of(tmp_path, source('"one"', '"5%"', '"60 %"'))
    with pytest.raises(DataError, match=r"\[bad_number\](.|\n)*\"60 %\""):
        gate_of(tmp_path, source('"1 %"', '"5%"', '"160 %"'))
