"""What a person selects in a hostile text comes back, as do suggestions that a person accepts."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Error, Page

import page as labelling
from conftest import ROOT
from hostile import HOSTILE, REFUSED, Hostile
from imported import Import
from miyar.annotation import Annotation
from miyar.article import Article, text_faults
from miyar.errors import Problem
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import TOKEN_FILE, Server
from miyar.labelstudio.tasks.task import results, task, with_suggestion
from miyar.offsets import stand_in
from miyar.output import write_json
from miyar.scheme import Scheme

pytestmark = [pytest.mark.server, pytest.mark.slow]

ARTICLES = {row.name: Article(row.name, row.text) for row in HOSTILE}
rows = pytest.mark.parametrize("row", HOSTILE, ids=lambda row: row.name)


class Back(NamedTuple):
    """What came back of all rows; `missed` says what a person could not do, by row."""

    annotations: Mapping[str, Annotation]
    problems: list[Problem]
    missed: Mapping[str, str]


@dataclass(frozen=True)
class Way:
    """The way of all rows to the server and back, by the commands that a corpus lead runs."""

    server: Server
    owner: Studio
    scheme: Scheme
    folder: Path
    title: str

    def there(self, *, suggested: bool) -> int:
        """Push all rows and return the project; the spans of the rows go with them where suggested."""
        tasks = [task(article, self.scheme, "none") for article in ARTICLES.values()]
        if suggested:
            tasks = [self._suggested(value, row) for value, row in zip(tasks, HOSTILE, strict=True)]
        write_json(self.folder / "tasks.json", tasks)
        self._run("push_tasks", self.folder / "tasks.json")
        return next(project.id for project in self.owner.projects() if project.setup.title == self.title)

    def back(self, missed: Mapping[str, str]) -> Back:
        """Pull the project and import it."""
        self._run("pull_annotations", "-o", self.folder / "batch")
        process = Import(find_exports([self.folder / "batch"]), ARTICLES, self.scheme)
        annotations = {annotation.article: annotation for annotation in process.annotations()}
        return Back(annotations, process.problems, missed)

    def _suggested(self, value: dict[str, Any], row: Hostile) -> dict[str, Any]:
        suggested = results(row.selections, [], ARTICLES[row.name], self.scheme)
        return with_suggestion(value, "hostile@1", suggested)

    def _run(self, name: str, *arguments: object) -> None:
        at = (
            "--url",
            self.server.url,
            "--token-file",
            self.server.data / TOKEN_FILE,
            "--project",
            self.title,
        )
        script = ROOT / "scripts" / f"{name}.py"
        subprocess.run([sys.executable, script, *map(str, (*arguments, *at))], check=True)


@pytest.fixture(scope="module")
def selected(
    page: Page, server: Server, owner: Studio, scheme: Scheme, tmp_path_factory: pytest.TempPathFactory
) -> Back:
    """Return what came back after a person has selected everything in every row."""
    hotkeys = {label.code: label.hotkey for label in scheme.labels}

    def select(row: Hostile) -> None:
        for span in row.selections:
            labelling.label(page, span.start, span.end, hotkeys[span.label])

    way = Way(server, owner, scheme, tmp_path_factory.mktemp("selected"), "hostile texts: selected")
    return way.back(worked_through(page, owner.url, way.there(suggested=False), select))


@pytest.fixture(scope="module")
def accepted(
    page: Page, server: Server, owner: Studio, scheme: Scheme, tmp_path_factory: pytest.TempPathFactory
) -> Back:
    """Return what came back after a person has submitted the suggestions of every row as they are."""

    def look(row: Hostile) -> None:
        page.locator(labelling.HIGHLIGHT).first.wait_for()

    way = Way(server, owner, scheme, tmp_path_factory.mktemp("accepted"), "hostile texts: accepted")
    return way.back(worked_through(page, owner.url, way.there(suggested=True), look))


def worked_through(page: Page, url: str, project: int, work: Callable[[Hostile], None]) -> dict[str, str]:
    """Work on all rows in the label stream and submit each; return what could not be done, by row."""
    missed: dict[str, str] = {}
    labelling.open_stream(page, url, project)
    for row in HOSTILE:
        try:
            labelling.await_text(page, stand_in(row.text))
            work(row)
        except Error as error:
            missed[row.name] = error.message
        labelling.submit(page)
    return missed


@rows
def test_what_a_person_selects_comes_back(row: Hostile, selected: Back) -> None:
    assert_comes_back(row, selected)


@rows
def test_what_a_person_accepts_comes_back(row: Hostile, accepted: Back) -> None:
    assert_comes_back(row, accepted)


def assert_comes_back(row: Hostile, back: Back) -> None:
    assert back.missed.get(row.name, "") == ""
    spans = back.annotations[row.name].spans
    assert {(span.start, span.end, span.label, span.text) for span in spans} == row.wanted
    assert len(spans) == len(row.wanted)
    assert all(row.text[span.start : span.end] == span.text for span in spans)


def test_nothing_that_a_person_did_is_refused(selected: Back, accepted: Back) -> None:
    assert [*selected.problems, *accepted.problems] == []


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_what_the_page_or_the_server_would_lose_never_becomes_a_task(
    text: str, code: str, scheme: Scheme
) -> None:
    assert [fault.code for fault in text_faults(text)] == [code]
    with pytest.raises(ValueError, match=code):
        task(Article("refused", text), scheme, "none")
