"""The command import-annotations."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from miyar.article import read_articles
from miyar.commands.options import Config, OwnTexts, ResultFormat, load_scheme
from miyar.dataset import MARK
from miyar.errors import UsageError
from miyar.labelstudio.exports.dataset import Files, Imported, LooseEndsError, write_imported
from miyar.labelstudio.exports.draft import drafted
from miyar.labelstudio.exports.export import Export
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.exports.foreign import Translator, own_articles, refuse_other_objects
from miyar.labelstudio.exports.importing import begun_import
from miyar.labelstudio.exports.manifest import MANIFEST
from miyar.labelstudio.exports.mapping import MAPPING_NAME, read_mapping
from miyar.labelstudio.exports.tally import without_start
from miyar.output import in_place_of_earlier, refuse_overlap, written
from miyar.records import MADE_OF, read_json
from miyar.report.format import Format
from miyar.report.imported import import_summary
from miyar.report.ledger import render_ledger
from miyar.report.table import first_few
from miyar.scheme import Configured, own_folders
from miyar.terminal import say, say_lines, show


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
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Let what only holds changes take the place of a larger dataset."),
    ] = False,
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
    if not partial:
        _refuse_partial(found, output)
    translator = Translator(read_mapping(mapping, configured.scheme), configured.scheme) if mapping else None
    if translator:
        refuse_other_objects(found)
    known = read_articles(articles) if articles else own_articles(found, translator) if translator else ()
    texts = {article.id: article for article in known}
    plan = begun_import(found, texts, configured.scheme, translator)
    instead = in_place_of_earlier(output, MARK)
    try:
        files = Files(output, configured.folder, quarantine, again, own_texts=not articles)
        imported = write_imported(plan, files)
    except LooseEndsError as error:
        say_lines(render_ledger(error.imported.tally.ledger, Format.TEXT))
        _say_summary(error.imported)
        raise
    show(render_ledger(imported.tally.ledger, form))
    _say_summary(imported)
    say(f"dataset: {output}{instead}")


def _refuse_partial(found: Sequence[Export], output: Path) -> None:
    """Raise UsageError where only changes would take the place of a dataset that was made of more."""
    changes = without_start(found)
    if not changes or not (output / MARK).is_file():
        return
    earlier = {str(one.get("file")) for one in read_json(output / MARK, MADE_OF).exports}
    lost = sorted(earlier - {export.name for export in found})
    if lost:
        raise UsageError(
            f"{output}: was made of {first_few(lost)} too, and {changes[0].path} holds only what changed "
            f"since {changes[0].since}: name the earlier batches with it, give another folder with -o, or "
            "take it for the whole with --partial"
        )


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
    own = "" if config in own_folders("annotation_config") else f" --config {shlex.quote(str(config))}"
    say(f"look it through, then: {call}{own} -o dataset")


def _say_summary(imported: Imported) -> None:
    for line in import_summary(imported):
        say(line)
