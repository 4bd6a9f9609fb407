"""The command import-conll."""

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import tomli_w
import typer
from msgspec import structs

import miyar
from miyar.article import write_articles
from miyar.commands.options import ResultFormat
from miyar.conll import (
    LEDGER_HEAD,
    Corpus,
    Layout,
    Split,
    cut_of,
    ledger_rows,
    lost_entities,
    read_conll,
    summary,
    tag_columns,
)
from miyar.dataset import MARK, write_card, write_dataset
from miyar.errors import DataError, Problem, UsageError, count_by_code, in_number
from miyar.output import in_place_of_earlier, refuse_overlap, write_json, write_json_lines, written_folder
from miyar.predictions import RELEASE_FILE, write_predictions
from miyar.report.format import Format
from miyar.report.table import first_few, render_table
from miyar.scheme import read_scheme
from miyar.scheme.checks import CODE
from miyar.terminal import say, show

CORPUS_MARK = "conll.json"
ARTICLES, CONFIG, GOLD = "articles", "annotation_config", "gold"
LANGUAGE, VERSION = "ar", "1.0.0"
SHOWN_NOTES = 20
HOW_TO_GO_ON = (
    "Nothing was written: mend these lines, or take them aside with --quarantine FILE; a bad tag then "
    "counts as O, and its token stays in the text."
)
JOINED = (
    "The texts were made of tokens, joined by single blanks, with a sentence on each line; how the words "
    "stood in the original is not known."
)


class ExtractorName(NamedTuple):
    """Which extractor made the tags."""

    name: str
    release: str


def run(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Files with a token and its tags a line.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where the corpus, or the predictions, go.")
    ],
    tags: Annotated[
        str,
        typer.Option(
            metavar="nested|last|N,N",
            help="Which columns hold tags: all behind the token's (those of nested entities), the last one, "
            "or the columns with these numbers.",
        ),
    ] = "nested",
    token_column: Annotated[int, typer.Option(min=1, metavar="N", help="The column of the token.")] = 1,
    comments: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Lines that begin with this, such as '#', are comments; hashtags with tags are not.",
        ),
    ] = None,
    split: Annotated[
        Split,
        typer.Option(help="What becomes an article: a document (a file, or a -DOCSTART-), or a sentence."),
    ] = Split.DOCUMENT,
    cut: Annotated[
        str | None,
        typer.Option(
            metavar="stops|N",
            help="Where no blank line ends a sentence: after . ? ! … ؟ ۔, or after N tokens, in no entity.",
        ),
    ] = None,
    labels: Annotated[
        str | None, typer.Option(metavar="A,B,C", help="The labels of the scheme. [default: all that occur]")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="The language of the scheme. [default: ar]")
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option("--id", metavar="ID", help="The articles' id in place of the one file's name."),
    ] = None,
    predictions: Annotated[
        str | None,
        typer.Option(metavar="NAME@RELEASE", help="The tags are this extractor's: write its predictions."),
    ] = None,
    quarantine: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take faulty lines aside, as JSON Lines.")
    ] = None,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Turn token-per-line files (CoNLL, BIO) into a corpus.

    DIR gets the articles, a scheme with the labels that occur, and the gold; with --predictions it gets the
    predictions of an extractor for a corpus that was made of files with the same names and tokens.

    Example: miyar import-conll train.txt test.txt -o corpora/wojood --split sentence
    """
    refuse_overlap(paths, output, quarantine)
    if predictions and (labels or language):
        raise UsageError(
            "--labels and --language are of the gold's scheme: leave them out with --predictions"
        )
    if predictions and cut:
        raise UsageError(
            "--cut goes by the gold's entities, so that a tagger's files would be cut elsewhere: "
            "tag the articles of the corpus, and leave out --cut"
        )
    release = _release(predictions) if predictions else None
    columns, cuts = tag_columns(tags, token_column), cut_of(cut) if cut else None
    layout = Layout(columns, token_column, comments, split, _labels(labels), cuts)
    corpus = read_conll(paths, layout, identity)
    _refuse_faults(corpus, quarantine)
    settings = {"tags": tags, "token_column": token_column, "comments": comments, "split": str(split)}
    settings |= {"cut": cut} if cut else {}
    instead = in_place_of_earlier(output, RELEASE_FILE if release else CORPUS_MARK)
    if release:
        parameters = {key: value for key, value in settings.items() if value is not None}
        _write_slips(corpus, quarantine)
        write_predictions(output, {**release._asdict(), "parameters": parameters}, _prediction_lines(corpus))
    else:
        write_corpus(corpus, output, settings, quarantine, language or LANGUAGE)
    show(render_corpus(corpus, form))
    _say_notes(corpus)
    if instead:
        say(f"written: {output}{instead}")
    _say_what_next(output, release)


def write_corpus(
    corpus: Corpus,
    output: Path,
    settings: Mapping[str, Any],
    quarantine: Path | None = None,
    language: str = LANGUAGE,
) -> None:
    """Write articles, scheme and gold of a corpus as one folder, whole or not at all.

    Raises DataError where there is no label for a scheme, UsageError for a folder with anything else in it.
    """
    if not corpus.labels:
        expected, remedy = "at least one entity", "name the labels with --labels A,B,C"
        raise DataError([Problem("no_entities", str(output), "nothing but O", expected, remedy)])
    _refuse_others(output)
    with written_folder(output, mark=CORPUS_MARK) as folder:
        for part in (ARTICLES, CONFIG, GOLD):
            (folder / part).mkdir()
        write_articles(corpus.articles, folder / ARTICLES)
        scheme_file = folder / CONFIG / "labels.toml"
        tables = {"version": VERSION, "language": language, "entities": {code: {} for code in corpus.labels}}
        scheme_file.write_text(tomli_w.dumps(tables), encoding="utf-8", newline="\n")
        scheme = read_scheme(scheme_file)
        stamped = (structs.replace(annotation, scheme=scheme.signature) for annotation in corpus.annotations)
        articles = {article.id: article for article in corpus.articles}
        write_dataset(folder / GOLD, stamped, articles, scheme)
        facts = [f"Scheme {scheme.signature}; miyar {miyar.__version__}.", *_facts(corpus)]
        write_card(folder / GOLD, output.resolve().name, facts, scheme, folder / CONFIG)
        made = {"miyar": miyar.__version__, "scheme": scheme.signature, "layout": dict(settings)}
        for file in (folder / CORPUS_MARK, folder / GOLD / MARK):
            write_json(file, {**made, **summary(corpus)})
        _write_slips(corpus, quarantine)


def render_corpus(corpus: Corpus, form: Format) -> str:
    """Return what became of all lines and tags in one of the formats; JSON has the place of each note."""
    if form is Format.JSON:
        noted = [note._asdict() for note in corpus.notes]
        return json.dumps({**summary(corpus), "noted": noted}, ensure_ascii=False, indent=2)
    return render_table(LEDGER_HEAD, list(ledger_rows(corpus)), form)


def _release(text: str) -> ExtractorName:
    name, _, release = text.rpartition("@")
    if not name or not release:
        raise UsageError(f"--predictions {text}: give a name and a release, such as tagger@1")
    return ExtractorName(name, release)


def _labels(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    codes = tuple(code.strip() for code in text.split(","))
    if len(set(codes)) < len(codes) or not all(map(CODE.fullmatch, codes)):
        expected = "codes of a letter, then letters, digits, _ and . (ASCII), each once"
        raise UsageError(f"--labels {text}: expected {expected}")
    return codes


def _refuse_faults(corpus: Corpus, quarantine: Path | None) -> None:
    """Raise DataError with all that is wrong, but for what the quarantine takes."""
    problems = corpus.refusals if quarantine else corpus.problems
    if problems:
        raise DataError(problems, HOW_TO_GO_ON if corpus.slips and not quarantine else "Nothing was written.")
    lost = lost_entities(corpus)
    if lost:
        where = first_few([source.name for source in corpus.sources])
        found = f"all entities were taken aside: {lost}"
        problem = Problem("no_entities", where, found, "at least one entity", "mend them in the files")
        raise DataError([*corpus.problems, problem])


def _refuse_others(output: Path) -> None:
    """Raise UsageError for what the folder holds besides an earlier corpus: it would go with it."""
    if (output / CORPUS_MARK).exists():
        others = sorted({path.name for path in output.iterdir()} - {ARTICLES, CONFIG, GOLD, CORPUS_MARK})
        if others:
            found = f"holds {first_few(others)}, which would go with the corpus that is replaced"
            raise UsageError(f"{output}: {found}; move it, or give another folder with -o")


def _prediction_lines(corpus: Corpus) -> Iterator[dict[str, Any]]:
    for article, one in zip(corpus.articles, corpus.annotations, strict=True):
        spans = [{"start": span.start, "end": span.end, "label": span.label} for span in one.spans]
        yield {"article": one.article, "sha256": one.sha256, "text": article.text, "spans": spans}


def _write_slips(corpus: Corpus, quarantine: Path | None) -> None:
    if quarantine:
        slips = ({"problem": slip.problem.to_dict(), "line": slip.line} for slip in corpus.slips)
        write_json_lines(quarantine, slips)


def _facts(corpus: Corpus) -> Iterator[str]:
    names = first_few([source.name for source in corpus.sources])
    yield f"Made of {in_number(len(corpus.sources), 'file')} with a token and its tags on each line: {names}."
    yield JOINED
    yield f"Spans: {', '.join(f'{code} {count.entities}' for code, count in corpus.entities.items())}."
    if corpus.slips:
        kinds = count_by_code(slip.problem for slip in corpus.slips)
        yield f"Faulty lines ({kinds}): a bad tag counts as O, a character that no text may hold is U+FFFD."


def _say_notes(corpus: Corpus) -> None:
    for note in corpus.notes[:SHOWN_NOTES]:
        say(f"note: {note.where}: {note.found} [{note.code}]")
    hidden = len(corpus.notes) - SHOWN_NOTES
    if hidden > 0:
        say(f"… and {hidden} more notes; --format json lists them all")
    if corpus.slips:
        say(f"taken aside: {count_by_code(slip.problem for slip in corpus.slips)}")


def _say_what_next(output: Path, release: ExtractorName | None) -> None:
    if release:
        say(f"{release.name}@{release.release}: {output}")
        return
    say(f"gold: {output / GOLD}; its scheme: {output / CONFIG}")
    say(f"score with: miyar score-extractors {shlex.quote(str(output / GOLD))} PREDICTIONS")
