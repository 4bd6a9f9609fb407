"""The command convert-articles."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from miyar.article import Article, read_articles, unread_files
from miyar.commands.options import Config, Configured, IdField, Sources, TextField, load_scheme
from miyar.guidelines import guidelines_file
from miyar.labelstudio.suggestions import suggested_results
from miyar.labelstudio.tasks import digest, task, with_suggestion
from miyar.output import refuse_overlap, write_json
from miyar.scheme import Scheme
from miyar.terminal import say, say_unread, tracked


def run(
    paths: Sources,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The tasks, as JSON.")],
    config: Config = None,
    suggest: Annotated[
        Path | None,
        typer.Option(
            metavar="PREDICTIONS", help="Show these predictions to annotators. They pull on their judgement."
        ),
    ] = None,
    text_field: TextField = "text",
    id_field: IdField = "id",
) -> None:
    """Turn articles into Label Studio tasks.

    Each text is checked against the article contract first; all problems are reported together, and
    nothing is written where there is one.

    Example: miyar convert-articles corpus/articles -o tasks.json
    """
    refuse_overlap([*paths, suggest], output)
    configured = load_scheme(config)
    say_unread(unread_files(paths))
    articles = read_articles(paths, text_field, id_field)
    tasks = make_tasks(articles, configured)
    if suggest:
        tasks = _with_suggestions(tasks, articles, configured.scheme, suggest)
    write_json(output, tasks)
    say(f"{len(tasks)} tasks: {output}")


def make_tasks(articles: Sequence[Article], configured: Configured) -> list[dict[str, Any]]:
    """Return the tasks of the articles, stamped with the versions of scheme and guidelines."""
    guidelines = guidelines_file(configured.folder, configured.scheme.language)
    version = digest(guidelines.read_text(encoding="utf-8")) if guidelines else "none"
    return [
        task(article, configured.scheme, version)
        for article in tracked(articles, "converting", len(articles))
    ]


def _with_suggestions(
    tasks: Sequence[dict[str, Any]], articles: Sequence[Article], scheme: Scheme, path: Path
) -> list[dict[str, Any]]:
    suggested = suggested_results(path, articles, scheme)
    say(f"suggestions of {suggested.model_version} for {len(suggested.results)} articles")
    return [
        with_suggestion(value, suggested.model_version, suggested.results[article.id])
        for value, article in zip(tasks, articles, strict=True)
    ]
