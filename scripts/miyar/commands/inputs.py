"""What is scored, as the commands name it: gold, predictions, and every choice that changes a number."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from msgspec.structs import asdict as asdict_of

from miyar.article import read_articles
from miyar.dataset import read_gold, with_articles
from miyar.errors import DataError, Problem, UsageError, in_number
from miyar.predictions import Missing, Policy, Predictions, Unknown, predictions_file, read_predictions
from miyar.records import StoredInputs
from miyar.resampling import SAMPLES, SEED
from miyar.scheme import Scheme, inventory
from miyar.scoring import MIN_SUPPORT, Choices, Score, score
from miyar.spantable import Views
from miyar.terminal import say, say_lines, tracked

NOT_SCORED = "Nothing was scored."
SHOWN_FAULTS = 20

MissingArticles = Annotated[
    Missing, typer.Option("--missing", help="An article without predictions: refuse, or charge it as empty.")
]
UnknownArticles = Annotated[
    Unknown,
    typer.Option(
        "--unknown", help="A prediction for an article that is not in the gold: refuse, or count it."
    ),
]
LabelMap = Annotated[
    str | None, typer.Option("--map", metavar="NAME", help="Score in the labels of a map of the scheme.")
]
GoldTexts = Annotated[
    list[Path] | None,
    typer.Option(
        "--articles",
        metavar="PATH",
        help="The texts of record, where GOLD has none, and their metadata. Repeatable.",
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="FIELD",
        help="Slices: a field of the metadata, or article_length, span_length, nesting, seen, particle, "
        "hamza, decision. Repeatable.",
    ),
]
MinSupport = Annotated[
    int, typer.Option(min=1, help="The fewest gold spans of a slice; smaller ones are put together.")
]
Training = Annotated[
    Path | None,
    typer.Option(
        metavar="GOLD",
        help="What the extractor learnt from, for --by seen. [default: GOLD, where it has those articles]",
    ),
]
FEWEST_SAMPLES = 200
Samples = Annotated[
    int,
    typer.Option(
        min=0, help="How many resamples of articles the intervals come from, 200 or more; 0: no intervals."
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="The seed of the resamples.")]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The arguments of a command that scores; each path is as it was given."""

    gold: Path
    predictions: tuple[Path, ...]
    annotator: str | None = None
    articles: tuple[Path, ...] = ()
    missing: Missing = Missing.REFUSE
    unknown: Unknown = Unknown.REFUSE
    map: str | None = None
    by: tuple[str, ...] = ()
    min_support: int = MIN_SUPPORT
    training: Path | None = None
    samples: int = SAMPLES
    seed: int = SEED
    comparison: bool = True

    def __post_init__(self) -> None:
        if 0 < self.samples < FEWEST_SAMPLES:
            raise UsageError(
                f"--samples {self.samples}: the ends of a 95 % interval are its outer 2.5 % of the samples; "
                f"give {FEWEST_SAMPLES} or more, of which these are 5, or 0 for no intervals"
            )

    def of(self, predictions: Path) -> dict[str, Any]:
        """Return the inputs of one score as JSON, what is not the default and what it was made from."""
        given = {**asdict(self), "predictions": predictions}
        defaults = asdict(Inputs(self.gold, ()))
        return {
            name: _plain(value)
            for name, value in given.items()
            if name in ("gold", "predictions") or value != defaults[name]
        }

    @property
    def choices(self) -> Choices:
        """Return the choices that change a number."""
        return Choices(
            map=self.map,
            reference=f"annotator={self.annotator}" if self.annotator else "",
            samples=self.samples,
            seed=self.seed,
            comparison=self.comparison,
            by=self.by,
            min_support=self.min_support,
        )


class Read(NamedTuple):
    """What the inputs name."""

    gold: Views
    predictions: tuple[Predictions, ...]
    training: Views | None


def inputs_of(stored: StoredInputs) -> Inputs:
    """Return the inputs that a stored score names; what it does not name is the default."""
    readers: dict[str, Callable[[Any], Any]] = {
        "gold": Path,
        "predictions": lambda path: (Path(path),),
        "articles": lambda paths: tuple(map(Path, paths)),
        "missing": Missing,
        "unknown": Unknown,
        "by": tuple,
        "training": Path,
    }
    given = {name: value for name, value in asdict_of(stored).items() if value is not None}
    return Inputs(
        **{name: readers[name](value) if name in readers else value for name, value in given.items()}
    )


def read_inputs(inputs: Inputs, scheme: Scheme) -> Read:
    """Return gold and predictions; raises DataError with the problems of all predictions together."""
    scored = inventory(scheme, inputs.map)
    for path in inputs.predictions:
        predictions_file(path)
    try:
        gold = _gold(inputs.gold, scheme, inputs.annotator, inputs.articles)
        training = _gold(inputs.training, scheme, inputs.annotator, ()) if inputs.training else None
    except DataError as error:
        raise DataError(error.problems, NOT_SCORED) from error
    read: list[Predictions] = []
    problems: list[Problem] = []
    for path in tracked(inputs.predictions, "reading predictions", len(inputs.predictions)):
        try:
            read.append(read_predictions(path, gold, scheme, Policy(inputs.missing, inputs.unknown), scored))
        except DataError as error:
            problems.extend(error.problems)
    if problems:
        raise DataError(problems, NOT_SCORED)
    return Read(gold, tuple(read), training)


def say_faults(predictions: Predictions) -> None:
    """List the first faults of predictions on stderr."""
    for fault in predictions.faults[:SHOWN_FAULTS]:
        say_lines(str(fault))
    hidden = len(predictions.faults) - SHOWN_FAULTS
    if hidden > 0:
        say(f"… and {hidden} more faults of {predictions.views.name}")


def score_one(
    gold: Views, predictions: Predictions, scheme: Scheme, choices: Choices, training: Views | None = None
) -> Score:
    """Return the score of one extractor, and list the faults of its predictions on stderr."""
    say_faults(predictions)
    result = score(gold, predictions, scheme, choices, training)
    say(f"{result.extractor}: own counts equal seqeval's, checked in {result.seqeval_seconds:.2f} s")
    return result


def _gold(path: Path, scheme: Scheme, annotator: str | None, articles: Sequence[Path]) -> Views:
    gold = read_gold(path, scheme, annotator)
    if gold.skipped:
        say(f"{path}: {gold.skipped} skipped, which are not gold")
    known = with_articles(gold, read_articles(articles)) if articles else gold
    if known.trimmed:
        say(f"{path}: {in_number(known.trimmed, 'span')} trimmed of white space at the edges")
    return known


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Path | Missing | Unknown) else value
