"""The command clean-articles."""

from pathlib import Path
from typing import Annotated

import typer

from miyar.article import CHANGES_FILE, found_articles, unread_files, write_articles
from miyar.cleaning import Cleaned, clean_articles
from miyar.commands.options import IdField, Sources, TextField
from miyar.errors import DataError, Problem, in_number
from miyar.output import in_place_of_earlier, refuse_overlap, write_json_lines, written_folder
from miyar.terminal import say, say_unread, tracked


def run(
    paths: Sources,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the clean copies go.")],
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What files that are not UTF-8 are written in, such as cp1256."),
    ] = None,
    text_field: TextField = "text",
    id_field: IdField = "id",
) -> None:
    """Make acceptable copies of refused articles.

    Encoding, byte order mark, line ends, control characters and ids are mended; every change is listed in
    DIR/changes.jsonl. The originals stay as they are.

    Example: miyar clean-articles inbox/ -o corpus/articles --encoding cp1256
    """
    refuse_overlap(paths, output)
    found = tracked(found_articles(paths, text_field, id_field), "cleaning", None)
    cleaned = list(clean_articles(found, encoding))
    problems = [item for item in cleaned if isinstance(item, Problem)]
    if problems:
        raise DataError(problems)
    copies = [item for item in cleaned if isinstance(item, Cleaned)]
    changes = [change for copy in copies for change in copy.changes]
    instead = in_place_of_earlier(output, CHANGES_FILE)
    with written_folder(output, mark=CHANGES_FILE) as folder:
        write_articles([copy.article for copy in copies], folder)
        write_json_lines(folder / CHANGES_FILE, (change.to_dict() for change in changes))
    changed, originals = len({change.article for change in changes}), ", ".join(map(str, paths))
    say_unread(unread_files(paths))
    articles = in_number(len(copies), "article")
    if instead:
        say(f"written: {output}{instead}")
    if not changes:
        say(f"{articles}, nothing to change: go on with {originals}; the copies in {output} are the same")
        return
    say(f"{articles}, {in_number(len(changes), 'change')} in {changed} of them: see {output / CHANGES_FILE}")
    say(f"go on with {output} in place of {originals}")
