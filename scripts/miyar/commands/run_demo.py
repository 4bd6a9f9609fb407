"""The command run-demo."""

import shutil
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Annotated, Any

import typer

from miyar import __version__
from miyar.adjudication import DECISIONS, GOLD, adjudication, known_decisions, opinions, write_gold
from miyar.agreement import agreement
from miyar.annotation import Annotation, read_annotations
from miyar.article import Article, read_articles
from miyar.commands.inputs import score_one
from miyar.commands.options import Config, load_scheme, setup
from miyar.commands.servers import started
from miyar.dataset import read_annotators, read_gold, with_articles, with_texts
from miyar.errors import MiyarError
from miyar.extractors import Settings, write_extraction
from miyar.extractors.lexicon import RELEASE, lexicon
from miyar.labelstudio.exports.dataset import Files, write_imported
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.exports.importing import begun_import
from miyar.labelstudio.exports.manifest import MANIFEST
from miyar.labelstudio.server.accounts import access_token
from miyar.labelstudio.server.client import Studio, connect, connect_as_owner
from miyar.labelstudio.server.process import Login, Server, label_studio_command
from miyar.labelstudio.sync.plan import Order, planned
from miyar.labelstudio.sync.projects import existing_family
from miyar.labelstudio.sync.pull import pull
from miyar.labelstudio.sync.push import carry_out, places
from miyar.labelstudio.tasks.task import results, tasks_of
from miyar.output import refuse_foreign, write_json, written_folder
from miyar.predictions import read_predictions
from miyar.report.adjudication import render_adjudication
from miyar.report.agreement import render_agreement
from miyar.report.format import Format
from miyar.report.imported import import_summary
from miyar.report.ledger import render_ledger
from miyar.report.scores import render_scores
from miyar.scheme import Configured, own_folders
from miyar.scoring import Choices
from miyar.terminal import say, say_lines, show, tracked

MARK, TASKS, DATASET, CORPUS = "demo.json", "tasks.json", "dataset", "corpus"
TITLE = "miyar demo"
PREDICTIONS = Path("predictions") / f"lexicon@{RELEASE}"
HONEST = "Texts and labels are machine-written and were not reviewed by a native speaker."


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo works with, and where it puts what it makes."""

    configured: Configured
    articles: tuple[Article, ...]
    views: Mapping[str, tuple[Annotation, ...]]
    output: Path


def run(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where everything is put.")
    ] = Path("miyar-demo"),
    config: Config = None,
) -> None:
    """Go the whole way once, on a real server.

    Articles, tasks, annotations, dataset, agreement, gold, extractor, score.

    Two accounts annotate four short articles blind, each in a project of its own; what they disagree on is
    decided as the demo corpus says, and the lexicon extractor is scored against that gold. Takes about a
    minute.

    Example: miyar run-demo -o demo
    """
    label_studio_command()
    refuse_foreign(output, mark=MARK)
    demo = _demo(load_scheme(config), output)
    write_json(output / MARK, {"miyar": __version__, "scheme": demo.configured.scheme.signature})
    tasks = tasks_of(demo.articles, demo.configured)
    write_json(output / TASKS, tasks)
    data = _new_folder(output / "studio")
    with started(data) as server:
        batch = _annotate(demo, server, tasks)
    texts = {article.id: article for article in demo.articles}
    plan = begun_import(find_exports([batch]), texts, demo.configured.scheme)
    imported = write_imported(plan, Files(output / DATASET, demo.configured.folder, facts=(HONEST,)))
    say_lines(render_ledger(imported.tally.ledger, Format.TEXT))
    for line in import_summary(imported):
        say(line)
    show(f"{_adjudicate(demo)}\n")
    show(_score(demo, output / PREDICTIONS))
    show("\n".join(["", *_made(output, batch, data)]))


def demo_folder(name: str, in_wheel: str) -> Path:
    """Return a folder of the demo corpus, in the checkout or in the wheel."""
    found = next((folder for folder in own_folders(name, in_wheel) if folder.is_dir()), None)
    if found is None:
        raise MiyarError(f"the demo corpus is missing ({name}); install miyar again")
    return found


def _demo(configured: Configured, output: Path) -> Demo:
    articles = read_articles([demo_folder("corpus/articles", "demo/articles")])
    folder = demo_folder("corpus/annotations/demo", "demo/annotations")
    views = {file.stem: tuple(read_annotations(file)) for file in sorted(folder.glob("*.jsonl"))}
    return Demo(configured, articles, views, output)


def _annotate(demo: Demo, server: Server, tasks: Sequence[dict[str, Any]]) -> Path:
    """Let each annotator label all tasks in a project of their own, and pull what they did."""
    emails = [f"{name.lower()}@example.com" for name in demo.views]
    order = Order(tasks, setup(demo.configured, TITLE), emails, per_article=len(emails))
    logins: dict[str, Login] = {}
    batch = _new_folder(demo.output / "annotations" / "demo")
    with closing(connect_as_owner(server)) as owner:
        targets = planned(order, places(owner, order))
        carry_out(owner, order, targets, lambda login: logins.update({login.email: login}))
        members = existing_family(owner.projects(), TITLE)
        for member in members:
            if member.annotator:
                name, login = member.annotator.name, logins[f"{member.annotator.name.lower()}@example.com"]
                with closing(connect(server.url, access_token(server.url, login))) as studio:
                    _submit(demo, studio, demo.views[name], member.project.id)
                say(f"{name} ({login.email}) annotated {len(tasks)} articles in a project of their own")
        with written_folder(batch, mark=MANIFEST) as folder:
            pull(owner, members, folder, batch, since=None)
    return batch


def _submit(demo: Demo, studio: Studio, annotations: Sequence[Annotation], project: int) -> None:
    task_of = {task.data["article"]: task.id for task in studio.tasks(project)}
    by_id = {article.id: article for article in demo.articles}
    for annotation in tracked(annotations, "annotating", len(annotations)):
        article = by_id[annotation.article]
        result = results(annotation.spans, annotation.arguments, article, demo.configured.scheme)
        unique = str(uuid.uuid5(uuid.NAMESPACE_URL, f"miyar:{article.sha256}:{annotation.annotator}"))
        studio.annotate(task_of[article.id], result, annotation.seconds, unique)


def _adjudicate(demo: Demo) -> str:
    """Make the gold by the decisions of the demo corpus; return how far annotators agree, and its counts."""
    scheme, corpus = demo.configured.scheme, demo.output / CORPUS
    decisions = demo_folder("corpus/decisions", "demo/decisions")
    shutil.copytree(decisions, corpus / DECISIONS, dirs_exist_ok=True)
    read = with_texts(read_annotators([demo.output / DATASET], scheme), demo.articles)
    agreed = render_agreement(agreement(read, scheme), scheme, Format.TEXT).partition("\n")[0]
    found = adjudication(opinions(read), scheme, known_decisions(corpus))
    write_gold(corpus, found, scheme)
    return f"{agreed}\n{render_adjudication(found, {}, Format.TEXT)}"


def _score(demo: Demo, predictions: Path) -> str:
    scheme = demo.configured.scheme
    gold = with_articles(read_gold(demo.output / CORPUS / GOLD, scheme), demo.articles)
    extraction = lexicon(demo.articles, Settings(gold, leave_one_out=True))
    write_extraction(extraction, demo.articles, predictions)
    scored = score_one(gold, read_predictions(predictions, gold, scheme), scheme, Choices())
    write_json(demo.output / "score.json", scored.to_dict())
    return render_scores([scored], scheme, Format.TEXT)


def _new_folder(wanted: Path) -> Path:
    """Return a folder that is not there yet: what people labelled in an earlier demo is kept."""
    later = (wanted.with_name(f"{wanted.name}-{number}") for number in count(2))
    return next(folder for folder in chain([wanted], later) if not folder.exists())


def _made(output: Path, batch: Path, data: Path) -> Iterator[str]:
    """Yield what the demo made, a line each."""
    yield f"tasks        {output / TASKS}"
    yield f"exports      {batch}"
    yield f"dataset      {output / DATASET}"
    yield f"gold         {output / CORPUS / GOLD}"
    yield f"predictions  {output / PREDICTIONS}"
    yield f"score        {output / 'score.json'}"
    program = sys.argv[0] if Path(sys.argv[0]).name == "miyar" else "miyar"
    yield f"server data  {data} (open it again: {program} start-studio --data {data})"
