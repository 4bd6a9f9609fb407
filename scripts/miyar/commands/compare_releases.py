"""The command compare-releases."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import typer

from miyar.commands.inputs import (
    By,
    GoldTexts,
    Inputs,
    LabelMap,
    MinSupport,
    MissingArticles,
    Read,
    Samples,
    Seed,
    Training,
    UnknownArticles,
    read_inputs,
    say_faults,
)
from miyar.commands.options import Annotator, Config, ResultFormat, load_scheme
from miyar.comparison import (
    Asked,
    Comparison,
    Verdict,
    check_gate,
    compare_counts,
    count_systems,
    judge,
    read_gate,
)
from miyar.errors import DataError, UsageError, in_number
from miyar.output import refuse_overlap, write_json_lines
from miyar.predictions import Missing, Predictions, Unknown
from miyar.report.comparison import render_comparison
from miyar.report.format import Format
from miyar.report.gate import render_verdict
from miyar.resampling import LEVEL, SAMPLES, SEED, SWAPS
from miyar.scheme import Scheme
from miyar.scoring import MIN_SUPPORT, Choices
from miyar.terminal import say, show, waiting

T = TypeVar("T")

Swaps = Annotated[
    int, typer.Option(min=0, help="How many swaps of articles the p-values come from; 0: no p-values.")
]
Level = Annotated[float, typer.Option(min=0.5, max=0.999, help="The level of the intervals.")]
Detect = Annotated[
    float,
    typer.Option(
        min=0.01,
        max=100,
        metavar="POINTS",
        help="Say how many articles would show a difference of so many points of F1.",
    ),
]


class Judged(NamedTuple):
    """A comparison, and the verdict on it where there is a gate."""

    comparison: Comparison
    verdict: Verdict | None


def run(
    gold: Annotated[
        Path, typer.Argument(metavar="GOLD", help="A dataset folder or an annotation JSON Lines file.")
    ],
    baseline: Annotated[
        Path, typer.Argument(metavar="BASELINE", help="The predictions that the others are compared with.")
    ],
    predictions: Annotated[
        list[Path], typer.Argument(metavar="PREDICTIONS", help="Predictions folders or JSON Lines files.")
    ],
    annotator: Annotator = None,
    form: ResultFormat = Format.TEXT,
    articles: GoldTexts = None,
    label_map: LabelMap = None,
    by: By = None,
    min_support: MinSupport = MIN_SUPPORT,
    training: Training = None,
    missing: MissingArticles = Missing.REFUSE,
    unknown: UnknownArticles = Unknown.REFUSE,
    gate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Judge by the rules of a TOML file; exit with 1 if it fails."),
    ] = None,
    changes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every span and what became of it, JSON Lines."),
    ] = None,
    detect: Detect = 1.0,
    comparison: Annotated[
        bool, typer.Option(help="Compare on word tokens too, as papers score; slow on large corpora.")
    ] = True,
    samples: Samples = SAMPLES,
    swaps: Swaps = SWAPS,
    level: Level = LEVEL,
    seed: Seed = SEED,
    config: Config = None,
) -> None:
    """Compare releases of an extractor with a baseline on the same gold.

    Every difference has a paired bootstrap interval and a p from a paired permutation test over the articles,
    after Holm over the labels; every span is fixed, broken, still wrong or still right.

    --gate FILE judges by rules, which a file in TOML gives:

    \b
      [[non_inferiority]]          # no row loses as much as margin
      measure = "entities.strict"  # a measure, or by = "source"
      of = "labels"                # "micro", "macro", "labels", ["PERS"]
      margin = "1 %"               # the interval lies above -1
      undecided = "pass"           # without interval; else "fail"
      [[floor]]                    # every row has this F1
      by = "source"                # the slices of --by source
      f1 = "60 %"
      on = "interval"              # its lower end; else the point

    Example: miyar compare-releases dataset predictions/1 predictions/2 --gate gate.toml --format markdown
    """  # noqa: D301 - \b keeps the lines of a paragraph
    scheme = load_scheme(config, gold).scheme
    paths = (baseline, *predictions)
    inputs = Inputs(
        gold,
        paths,
        annotator=annotator,
        articles=tuple(articles or ()),
        missing=missing,
        unknown=unknown,
        map=label_map,
        by=tuple(by or ()),
        min_support=min_support,
        training=training,
        samples=samples,
        seed=seed,
        comparison=comparison,
    )
    refuse_overlap([gold, gate, *paths, *inputs.articles], changes)
    if gate and not gate.exists():
        raise UsageError(f"--gate {gate}: no such file")
    if gate:
        _as_usage(lambda: check_gate(gate, bool(samples)))
    read = read_inputs(inputs, scheme)
    read = read._replace(predictions=_named(read.predictions, paths))
    choices = replace(inputs.choices, level=level)
    judged = compared_and_judged(read, scheme, choices, Asked(swaps, detect / 100), gate)
    if changes:
        written = write_json_lines(changes, _lines(judged.comparison))
        say(f"{in_number(written, 'span')}: {changes}")
    if judged.verdict is None:
        show(render_comparison(judged.comparison, scheme, form))
        return
    show(render_verdict(judged.verdict, judged.comparison, form))
    if not judged.verdict.passed:
        raise typer.Exit(1)


def compared_and_judged(
    read: Read, scheme: Scheme, choices: Choices, asked: Asked, gate: Path | None
) -> Judged:
    """Return the comparison with the first predictions, judged if there is a gate, which is read before."""
    for one in read.predictions:
        say_faults(one)
    with waiting("counting"):
        counts = count_systems(read.gold, read.predictions, scheme, choices, read.training)
    say(f"own counts equal seqeval's, checked in {counts.seqeval_seconds:.2f} s")
    rules = _as_usage(lambda: read_gate(gate, counts.rows)) if gate else None
    with waiting("comparing"):
        comparison = compare_counts(counts, choices, asked)
    return Judged(comparison, judge(rules, comparison) if rules else None)


def _as_usage(read: Callable[[], T]) -> T:
    """Return what is read of a gate; a mistake in it is a wrong call, and no verdict on a release."""
    try:
        return read()
    except DataError as error:
        error.status = UsageError.status
        raise


def _named(predictions: tuple[Predictions, ...], paths: tuple[Path, ...]) -> tuple[Predictions, ...]:
    """Return the predictions, those whose names are not unique with their paths behind them."""
    times = Counter(one.views.name for one in predictions)
    return tuple(
        replace(one, views=replace(one.views, name=f"{one.views.name} ({path})"))
        if times[one.views.name] > 1
        else one
        for one, path in zip(predictions, paths, strict=True)
    )


def _lines(compared: Comparison) -> Iterator[dict[str, object]]:
    for one in compared.systems:
        if one.changes:
            names = {"baseline": compared.baseline.name, "system": one.system.name}
            yield from ({**names, **line} for line in one.changes.lines())
