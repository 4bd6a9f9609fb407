"""The command import-annotations."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any

import typer

import miyar
from miyar.article import Article, read_articles, write_articles
from miyar.commands.options import Config, Configured, OwnTexts, ResultFormat, load_scheme
from miyar.dataset import MARK, write_card, write_dataset
from miyar.errors import DataError, Problem, UsageError, in_words, quoted
from miyar.labelstudio.exports.draft import drafted
from miyar.labelstudio.exports.export import Export
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.exports.foreign import Translator, own_articles, refuse_other_objects
from miyar.labelstudio.exports.importing import Import
from miyar.labelstudio.exports.manifest import MANIFEST
from miyar.labelstudio.exports.mapping import MAPPING_NAME, read_mapping
from miyar.labelstudio.exports.selection import TOLERANCE, moment
from miyar.labelstudio.results.rejects import Rejects
from miyar.output import refuse_overlap, write_json, write_json_lines, written, written_folder
from miyar.report.format import Format
from miyar.report.ledger import render_ledger
from miyar.report.table import first_few
from miyar.scheme import Outcome, changes_digest
from miyar.terminal import say, show, tracked

HOW_TO_GO_ON = (
    "Nothing was written: correct these places in Label Studio and export again, "
    "or take them aside with --quarantine FILE. Codes of an earlier scheme need a [changes] table in "
    "labels.toml."
)
ARTICLES = "articles"
HOW_TO_LIST = "Nothing was written: have what people have to decide again listed with --again FILE."


def run(
    exports: Annotated[
        list[Path],
        typer.Argument(metavar="EXPORT", help="Folders of pull-annotations, or JSON exports."),
    ],
    articles: OwnTexts = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="The dataset folder.")
    ] = None,
    config: Config = None,
    quarantine: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take what cannot be imported aside, as JSON Lines.")
    ] = None,
    again: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="List what people have to label again after a change of the scheme, as JSON Lines.",
        ),
    ] = None,
    one_server: Annotated[
        bool,
        typer.Option("--one-server", help="The exports come from one server: equal user ids are one person."),
    ] = False,
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What the names of a project mean that miyar did not make."),
    ] = None,
    draft: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Only write a first mapping.toml, and where needed a labels.toml."),
    ] = None,
    labelling_config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The project's labelling page, XML, for --draft.")
    ] = None,
    form: ResultFormat = Format.TEXT,
) -> None:
    """Turn exports into a Hugging Face dataset.

    Offsets are checked against the texts of record, span texts are taken from there, and a ledger shows
    what became of every region and relation.

    Example: miyar import-annotations export.json --articles corpus/articles -o dataset
    """
    manifests = [path.parent / MANIFEST for path in exports]
    inputs = [*exports, *manifests, *(articles or ()), mapping, labelling_config]
    refuse_overlap(inputs, output, quarantine, again)
    if draft:
        _draft(exports, labelling_config, load_scheme(config), draft)
        return
    if output is None or not (articles or mapping):
        raise UsageError("import-annotations needs -o DIR, and --articles PATH unless there is a --mapping")
    configured = load_scheme(config)
    found = find_exports(exports, one_server)
    translator = Translator(read_mapping(mapping, configured.scheme), configured.scheme) if mapping else None
    if translator:
        refuse_other_objects(found)
    known = read_articles(articles) if articles else own_articles(found, translator) if translator else ()
    texts = {article.id: article for article in known}
    imported = import_exports(
        found, texts, configured, output, quarantine, again=again, translator=translator, own=not articles
    )
    show(render_ledger(imported.ledger, form))
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
    again: Path | None = None,
    translator: Translator | None = None,
    own: bool = False,
) -> Import:
    """Write the dataset folder and return the import with its counts; all or nothing is written.

    Raises DataError with everything that cannot be imported, unless there is a quarantine for it, and with
    everything that people have to decide again, unless there is a list for it. The folder gets the texts
    where they are the exports' `own`.
    """
    with written_folder(output, mark=MARK) as folder, _opened(quarantine) as aside:
        imported = Import(exports, articles, configured.scheme, translator, rejects=Rejects(aside))
        stream = tracked(imported.annotations(), "importing", None)
        labels = write_dataset(folder, stream, articles, configured.scheme)
        _refuse_loose_ends(imported, quarantine, again)
        if not imported.views:
            nothing = _nothing(exports, imported)
            counts = imported.rejects.counts + Counter([nothing.code])
            raise DataError([nothing, *imported.problems], counts=counts)
        if own:
            write_articles(articles.values(), folder / ARTICLES)
        known = [*facts, *_facts(imported, labels)]
        write_card(folder, output.name, known, configured.scheme, configured.folder)
        write_json(folder / MARK, _manifest(imported))
        if again:
            write_json_lines(again, (one.to_dict() for one in imported.again))
    return imported


def _draft(exports: Sequence[Path], page: Path | None, configured: Configured, output: Path) -> None:
    """Write a first mapping, and a scheme where the labels are not all known; no file is replaced."""
    made = drafted(find_exports(exports), page, configured.scheme)
    files = {MAPPING_NAME: made.mapping, **({"labels.toml": made.scheme} if made.scheme else {})}
    there = [str(output / name) for name in files if (output / name).exists()]
    if there:
        raise UsageError(f"{', '.join(there)}: exists already; give another folder with --draft")
    for name, text in files.items():
        with written(output / name) as stream:
            stream.write(text)
        say(f"written: {output / name}")
    config = output if made.scheme else configured.folder
    given = shlex.join(map(str, exports))
    call = f"miyar import-annotations {given} --mapping {shlex.quote(str(output / MAPPING_NAME))}"
    say(f"look it through, then: {call} --config {shlex.quote(str(config))} -o dataset")


def summary(imported: Import) -> Iterator[str]:
    """Yield what was left out by rule and what is worth a look, one line each."""
    yield f"{sum(imported.views.values())} annotations of {len(imported.labelled)} articles"
    unlabelled = sorted(imported.articles.keys() - imported.labelled)
    if unlabelled:
        yield f"{len(unlabelled)} articles without an annotation: {first_few(unlabelled)}"
    left_out = {reason: count for reason, count in imported.selection.left_out.items() if count}
    if left_out:
        yield "annotations left out: " + ", ".join(f"{n} {reason}" for reason, n in left_out.items())
    for export in imported.exports:
        yield from ahead_of_time(export)
    for note, count in imported.notes.items():
        if count:
            yield f"note: {count} × {note}"
    for (kind, code, became), count in sorted(imported.applied.items(), key=str):
        yield f"changed: {count} × {quoted(code)} of {kind}: {_now(became)}"
    if imported.again:
        yield f"to label again: {len(imported.open_problems)} of {len(imported.again)} annotations"
    if imported.rejects:
        yield f"not imported: {in_words(imported.rejects.counts)}"
    if imported.emptied:
        places = first_few(imported.emptied)
        yield f"annotations left out, since all in them was refused: {len(imported.emptied)}: {places}"


def ahead_of_time(export: Export) -> Iterator[str]:
    """Yield a line where a batch claims to be of the future: some clock is wrong, or was."""
    now = datetime.now(UTC)
    for said, clock in ((export.as_of, "its server"), (export.pulled, "the machine that pulled it")):
        if moment(said) > now + TOLERANCE:
            yield f"note: {export.path}: of the future by the clock of {clock}: {said}, here {now:%F %T}"


def _refuse_loose_ends(imported: Import, quarantine: Path | None, again: Path | None) -> None:
    """Raise DataError with what cannot be imported or is open, where there is no file for it."""
    rejected, waiting = imported.rejects and not quarantine, imported.again and not again
    if not rejected and not waiting:
        return
    for line in [render_ledger(imported.ledger, Format.TEXT), *summary(imported)]:
        say(line)
    problems = [*(imported.problems if rejected else []), *(imported.open_problems if waiting else [])]
    outcomes = [*([HOW_TO_GO_ON] if rejected else []), *([HOW_TO_LIST] if waiting else [])]
    counts = imported.rejects.counts if rejected else Counter[str]()
    waits = Counter(problem.code for problem in imported.open_problems) if waiting else Counter[str]()
    raise DataError(problems, " ".join(outcomes), counts + waits)


def _now(became: Outcome) -> str:
    codes = [code or "nothing" for code in became]
    return f"now {codes[0]}" if len(codes) == 1 else f"{' or '.join(codes)}, to label again"


def _nothing(exports: Sequence[Export], imported: Import) -> Problem:
    where = ", ".join(str(export.path) for export in exports)
    if imported.rejects:
        of = f"of {len(imported.emptied)} annotations " if imported.emptied else ""
        found = f"nothing is left: {of}everything was refused"
        given = shlex.join(str(export.path) for export in exports)
        remedy = (
            "name the scheme that they were made with by --config, or mend what is refused; for a project "
            "that miyar did not make, draft what its names mean: "
            f"miyar import-annotations {given} --draft mapping"
        )
        return Problem("no_annotations", where, found, "at least one annotation", remedy)
    remedy = "label and submit first; drafts do not count"
    return Problem("no_annotations", where, "no submitted annotation", "at least one", remedy)


def _opened(file: Path | None) -> AbstractContextManager[IO[str] | None]:
    return written(file) if file else nullcontext()


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
        *_facts_of_changes(imported),
    ]


def _facts_of_changes(imported: Import) -> Iterator[str]:
    if imported.applied:
        changes = changes_digest(imported.scheme.changes)
        yield f"Labels of earlier schemes were translated by the changes {changes} in `labels.toml`."
    if imported.again:
        count = len(imported.open_problems)
        yield f"Left out: {count} labels of {len(imported.again)} annotations, for people to label again."


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
        "changes": _changes(imported),
        "left_out": _left_out(imported),
        "notes": {note: count for note, count in imported.notes.items() if count},
    }


def _left_out(imported: Import) -> dict[str, int]:
    counts = imported.selection.left_out + Counter(all_refused=len(imported.emptied))
    return dict(counts)


def _changes(imported: Import) -> dict[str, Any]:
    """Return which changes of the scheme there were, and how often each was applied; null for nothing."""
    applied = [
        {"kind": kind, "from": code, "to": list(became), "count": count}
        for (kind, code, became), count in sorted(imported.applied.items(), key=str)
    ]
    return {"digest": changes_digest(imported.scheme.changes), "applied": applied}
