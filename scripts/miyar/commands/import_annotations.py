"""The command import-annotations."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

import miyar
from miyar.article import Article, read_articles
from miyar.commands.options import Articles, Config, Configured, ResultFormat, load_scheme
from miyar.dataset import MARK, write_card, write_dataset
from miyar.errors import DataError, Problem, count_by_code
from miyar.labelstudio.exports import MANIFEST, Export, find_exports
from miyar.labelstudio.importing import Import
from miyar.labelstudio.results import Reject
from miyar.output import refuse_overlap, write_json, write_json_lines, written_folder
from miyar.report import Format, render_ledger
from miyar.terminal import say, tracked

SHOWN_ARTICLES = 10
HOW_TO_GO_ON = (
    "Nothing was written: correct these places in Label Studio and export again, "
    "or take them aside with --quarantine FILE."
)


def run(
    exports: Annotated[
        list[Path], typer.Argument(metavar="EXPORT", help="Label Studio exports in the format JSON.")
    ],
    articles: Articles,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The dataset folder.")],
    config: Config = None,
    quarantine: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take what cannot be imported aside, as JSON Lines.")
    ] = None,
    one_server: Annotated[
        bool,
        typer.Option("--one-server", help="The exports come from one server: equal user ids are one person."),
    ] = False,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Turn exports into a Hugging Face dataset.

    Offsets are checked against the texts of record, span texts are taken from there, and a ledger shows
    what became of every region and relation.

    Example: miyar import-annotations export.json --articles corpus/articles -o dataset
    """
    manifests = [path.parent / MANIFEST for path in exports]
    refuse_overlap([*exports, *manifests, *articles], output, quarantine)
    configured = load_scheme(config)
    texts = {article.id: article for article in read_articles(articles)}
    imported = import_exports(find_exports(exports, one_server), texts, configured, output, quarantine)
    print(render_ledger(imported.ledger, form))
    for line in summary(imported):
        say(line)
    say(f"dataset: {output}")


def import_exports(
    exports: tuple[Export, ...],
    articles: Mapping[str, Article],
    configured: Configured,
    output: Path,
    quarantine: Path | None = None,
    facts: Sequence[str] = (),
) -> Import:
    """Write the dataset folder and return the import with its counts; all or nothing is written.

    Raises DataError with everything that cannot be imported, unless there is a quarantine for it.
    """
    imported = Import(exports, articles, configured.scheme)
    with written_folder(output, mark=MARK) as folder:
        stream = tracked(imported.annotations(), "importing", None)
        labels = write_dataset(folder, stream, articles, configured.scheme)
        if not imported.views and not imported.rejects:
            raise DataError([_nothing(exports)])
        if imported.rejects and not quarantine:
            for line in [render_ledger(imported.ledger, Format.TEXT), *summary(imported)]:
                say(line)
            raise DataError(imported.problems, HOW_TO_GO_ON)
        known = [*facts, *_facts(imported, labels)]
        write_card(folder, output.name, known, configured.scheme, configured.folder)
        write_json(folder / MARK, _manifest(imported))
        if quarantine:
            write_json_lines(quarantine, map(_aside, imported.rejects))
    return imported


def summary(imported: Import) -> Iterator[str]:
    """Yield what was left out by rule and what is worth a look, one line each."""
    yield f"{sum(imported.views.values())} annotations of {len(imported.labelled)} articles"
    unlabelled = sorted(imported.articles.keys() - imported.labelled)
    if unlabelled:
        yield f"{len(unlabelled)} articles without an annotation: {', '.join(unlabelled[:SHOWN_ARTICLES])}"
    left_out = {reason: count for reason, count in imported.selection.left_out.items() if count}
    if left_out:
        yield "annotations left out: " + ", ".join(f"{n} {reason}" for reason, n in left_out.items())
    for note, count in imported.notes.items():
        if count:
            yield f"note: {count} × {note}"
    if imported.rejects:
        yield f"not imported: {count_by_code(imported.problems)}"


def _nothing(exports: Sequence[Export]) -> Problem:
    where = ", ".join(str(export.path) for export in exports)
    remedy = "label and submit first; drafts do not count"
    return Problem("no_annotations", where, "no submitted annotation", "at least one", remedy)


def _facts(imported: Import, labels: Counter[str]) -> list[str]:
    per_annotator = ", ".join(
        f"{who}: {count} {status}" for (who, status), count in sorted(imported.views.items())
    )
    per_label = ", ".join(
        f"{code} {labels[code]}" for code in (label.code for label in imported.scheme.labels)
    )
    return [
        f"Scheme {imported.scheme.signature}; exports: {len(imported.exports)}; miyar {miyar.__version__}.",
        f"Annotations: {per_annotator or 'none'}.",
        f"Spans: {per_label}.",
        "Annotators are pseudonyms.",
    ]


def _manifest(imported: Import) -> dict[str, Any]:
    """Return what is needed to make the same dataset again, and what became of everything."""
    return {
        "miyar": miyar.__version__,
        "scheme": imported.scheme.signature,
        "exports": [
            {"file": export.name, "sha256": export.sha256, "tasks": imported.tasks[str(export.path)]}
            for export in imported.exports
        ],
        "annotators": [
            {"source": key.source, "user": key.user, "pseudonym": name}
            for key, name in imported.annotators.items()
        ],
        "annotations": [
            {"annotator": who, "status": status, "count": count}
            for (who, status), count in sorted(imported.views.items())
        ],
        "ledger": [entry.to_dict() for entry in imported.ledger.entries()],
        "left_out": dict(imported.selection.left_out),
        "notes": {note: count for note, count in imported.notes.items() if count},
    }


def _aside(reject: Reject) -> dict[str, Any]:
    return {"problem": reject.problem.to_dict(), "result": reject.result}
