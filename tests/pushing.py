"""Tasks on their way to a server and back, and tasks as a server lists them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from command import Done, run
from imported import Import
from marked import marked
from miyar.annotation import Annotation
from miyar.article import Article
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import TOKEN_FILE, Server
from miyar.labelstudio.server.remote import Project, ServerTask, Setup
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Scheme

Value = dict[str, Any]
SOURCE = marked(
    "[هاجم]ATTACK:t [مسلحون]PERS:p [الثكنة]FAC:f قرب [جنيف]GPE:g@Q71", "t AGENT p", "t TARGET f", "t PLACE g"
)
MOMENT = "2026-05-01T10:00:00+00:00"


def plain(article: str, scheme: Scheme, text: str = SOURCE.text, **data: Any) -> Value:
    """Return the task of an article, with other data where they are given."""
    made = task(Article(article, text), scheme, "none")
    return {"data": {**made["data"], **data}}


def suggested(article: str, scheme: Scheme, name: str = "rules@1") -> Value:
    """Return a task that shows all of SOURCE as a suggestion."""
    found = results(SOURCE.spans, SOURCE.arguments, Article(article, SOURCE.text), scheme)
    return plain(article, scheme, blind=False) | {"predictions": [{"model_version": name, "result": found}]}


def written(path: Path, *tasks: Any) -> Path:
    """Write a file of tasks."""
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def on_server(
    identity: int, value: Mapping[str, Any], annotations: int = 0, drafted: bool = False
) -> ServerTask:
    """Return a task as a server lists it after it was sent."""
    return ServerTask(
        identity, dict(value["data"]), MOMENT, annotations, drafted, list(value.get("predictions") or [])
    )


def articles_of(tasks: Iterable[ServerTask]) -> list[str]:
    """Return the articles of a server's tasks, sorted."""
    return sorted(str(one.data["article"]) for one in tasks)


def on(server: Server, title: str) -> tuple[object, ...]:
    """Return the options that name a project on a server of one's own."""
    return ("--url", server.url, "--project", title, "--token-file", server.data / TOKEN_FILE)


def push(
    capsys: pytest.CaptureFixture[str], server: Server, file: Path, title: str, *options: object
) -> Done:
    """Run push-tasks as the owner of a server of one's own."""
    return run(capsys, "push-tasks", file, *on(server, title), *options)


def made(owner: Studio, title: str, config: str, *tasks: Value) -> int:
    """Make a project with these tasks, otherwise than a push would, and return its id."""
    number = owner.create_project(Setup(title, config))
    if tasks:
        owner.import_tasks(number, tasks)
    return number


def project(owner: Studio, title: str) -> Project:
    """Return the one project with a title."""
    (found,) = [one for one in owner.projects() if one.setup.title == title]
    return found


def tasks_of(owner: Studio, title: str) -> dict[str, ServerTask]:
    """Return the tasks of a project by their articles, of which it has one each."""
    found = owner.tasks(project(owner, title).id, suggestions=True)
    by_article = {str(one.data["article"]): one for one in found}
    assert len(by_article) == len(found)
    return by_article


def ask(studio: Studio, method: str, path: str, body: Any = None) -> Any:
    """Ask a server for what Studio has no method for, and return its answer."""
    answer = studio.sdk._client_wrapper.httpx_client.request(path, method=method, json=body)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def draft(studio: Studio, task: int, results: Iterable[Value] = (), annotation: int | None = None) -> None:
    """Leave unsubmitted work on a task, or on an annotation of it."""
    path = f"api/tasks/{task}/annotations/{annotation}/drafts" if annotation else f"api/tasks/{task}/drafts"
    ask(studio, "POST", path, {"result": list(results), "lead_time": 1.0})


def annotate(studio: Studio, task: int, results: Iterable[Value] = (), seconds: float | None = 1.0) -> None:
    """Submit an annotation."""
    studio.annotate(task, list(results), seconds, str(uuid4()))


def round_trip(
    owner: Studio,
    title: str,
    articles: Sequence[Article],
    annotations: Sequence[Annotation],
    scheme: Scheme,
    folder: Path,
) -> Import:
    """Send articles and annotations to a new project and return the import of its export, not yet run."""
    project = owner.create_project(Setup(title, render_config(scheme)))
    ids = owner.import_tasks(project, [task(article, scheme, "none") for article in articles])
    by_id = {article.id: (article, number) for article, number in zip(articles, ids, strict=True)}
    for number, annotation in enumerate(annotations):
        article, identity = by_id[annotation.article]
        unique = f"00000000-0000-4000-8000-{abs(hash(title)) % 10**8:08d}{number:04d}"
        owner.annotate(
            identity, results(annotation.spans, annotation.arguments, article, scheme), 1.5, unique
        )
    owner.export(project, folder / "export.json")
    return Import(find_exports([folder / "export.json"]), {a.id: a for a in articles}, scheme)
