"""The command convert-articles."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer

from miyar.article import chosen_articles, read_articles, unread_files
from miyar.commands.options import Config, IdField, Sources, TextField, load_scheme
from miyar.errors import UsageError, in_number
from miyar.labelstudio.tasks.assignment import seeded_share
from miyar.labelstudio.tasks.suggestions import Suggestions, suggested_results
from miyar.labelstudio.tasks.task import kept_blind, tasks_of, with_suggestion
from miyar.output import refuse_overlap, write_json
from miyar.terminal import say, say_unread, tracked

BLIND_SHARE = 0.2


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
    blind_share: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="The share of the articles that get no suggestions. [default: 0.2]",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="For which articles stay blind.")] = 13,
    only: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Only the articles that a JSON Lines file names in its field article."
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
    if blind_share is not None and not suggest:
        raise UsageError("--blind-share says how many articles get no suggestions; give --suggest too")
    refuse_overlap([*paths, suggest, only], output)
    configured = load_scheme(config)
    say_unread(unread_files(paths))
    articles = read_articles(paths, text_field, id_field)
    chosen = chosen_articles(articles, only) if only else articles
    tasks = tasks_of(tracked(chosen, "converting", len(chosen)), configured)
    if suggest:
        share = BLIND_SHARE if blind_share is None else blind_share
        suggested = suggested_results(suggest, articles, configured.scheme)
        blind = seeded_share([article.id for article in chosen], share, seed, "blind")
        tasks = [_with_suggestion(value, suggested, blind) for value in tasks]
        shown = in_number(len(tasks) - len(blind), "article")
        say(f"{suggested.model_version} suggests in {shown}; blind: {len(blind)}")
    write_json(output, tasks)
    say(f"{in_number(len(tasks), 'task')}: {output}")


def _with_suggestion(value: dict[str, Any], suggested: Suggestions, blind: Collection[str]) -> dict[str, Any]:
    article = value["data"]["article"]
    if article in blind:
        return kept_blind(value)
    return with_suggestion(value, suggested.model_version, suggested.results[article])
