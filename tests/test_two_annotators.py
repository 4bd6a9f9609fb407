"""Two people label at once, each in a browser of their own, and see nothing of each other."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import page as labelling
from command import run
from conftest import ROOT
from miyar.article import Article
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import TOKEN_FILE, Login, Server
from miyar.labelstudio.sync.projects import existing_family
from miyar.offsets import stand_in
from miyar.scheme import Scheme

pytestmark = [pytest.mark.server, pytest.mark.slow]

Capture = pytest.CaptureFixture[str]
TITLE = "Two at once"
EMAILS = ("noor@example.com", "huda@example.com")


@dataclass
class Annotator:
    """Somebody in front of a page, and the articles that were shown there, in order."""

    page: Page
    name: str
    project: int
    assigned: int
    served: list[str]


@pytest.fixture
def arguments(server: Server) -> tuple[object, ...]:
    return "--url", server.url, "--project", TITLE, "--token-file", server.data / TOKEN_FILE


@pytest.fixture
def annotators(
    server: Server,
    chromium: Browser,
    owner: Studio,
    arguments: tuple[object, ...],
    tmp_path: Path,
    capsys: Capture,
) -> Iterator[list[Annotator]]:
    """Give each annotator a browser in which they have logged in with the password they were told."""
    tasks, passwords = tmp_path / "tasks.json", tmp_path / "passwords"
    assert run(capsys, "convert-articles", ROOT / "corpus" / "articles", "-o", tasks).status == 0
    asked = ("--annotators", ",".join(EMAILS), "--per-article", 2, "--share", 0.5)
    assert run(capsys, "push-tasks", tasks, *arguments, *asked, "--passwords", passwords).status == 0
    logins = [Login(*line.split("\t")) for line in passwords.read_text(encoding="utf-8").splitlines()]
    assert [login.email for login in logins] == list(EMAILS)
    members = existing_family(owner.projects(), TITLE)
    with ExitStack() as stack:
        pages = [stack.enter_context(labelling.annotator(chromium, server.url, login)) for login in logins]
        yield [
            Annotator(page, member.annotator.name, member.project.id, len(owner.tasks(member.project.id)), [])
            for page, member in zip(pages, members, strict=True)
            if member.annotator
        ]


def test_two_at_once_see_each_of_their_articles_once_and_nothing_of_the_other(
    annotators: list[Annotator],
    demo_articles: Mapping[str, Article],
    scheme: Scheme,
    arguments: tuple[object, ...],
    tmp_path: Path,
    capsys: Capture,
) -> None:
    assert sum(annotator.assigned for annotator in annotators) == len(demo_articles) * 1.5
    shown = {stand_in(article.text).replace("\n", ""): article.id for article in demo_articles.values()}
    hotkeys = {label.code: label.hotkey for label in scheme.labels}
    for annotator in annotators:
        labelling.open_stream(annotator.page, str(arguments[1]), annotator.project)
    while waiting := [one for one in annotators if len(one.served) < one.assigned]:
        for annotator, code in zip(waiting, ("PERS", "ORG"), strict=False):
            label_next(annotator, shown, hotkeys[code])
    for annotator in annotators:
        annotator.page.get_by_text("No More Tasks Left in Queue").wait_for()
        assert len(set(annotator.served)) == annotator.assigned

    done = run(capsys, "pull-annotations", *arguments, "-o", tmp_path / "batch")
    assert done.status == 0, done.err
    dataset = ("--articles", ROOT / "corpus" / "articles", "-o", tmp_path / "dataset")
    assert run(capsys, "import-annotations", tmp_path / "batch", *dataset).status == 0
    lines = (tmp_path / "dataset" / "annotations.jsonl").read_text(encoding="utf-8").splitlines()
    views = Counter((line["article"], line["annotator"]) for line in map(json.loads, lines))
    assert set(views.values()) == {1}
    assert {article: {who for a, who in views if a == article} for article in demo_articles} == {
        article: {one.name for one in annotators if article in one.served} for article in demo_articles
    }


def label_next(annotator: Annotator, shown: Mapping[str, str], hotkey: str) -> None:
    """Note the article that is shown, which nobody has labelled here, label a word of it and submit."""
    page = annotator.page
    page.wait_for_function(
        "([selector, known]) => known.includes(document.querySelector(selector)?.textContent)",
        arg=[labelling.TEXT, [text for text, article in shown.items() if article not in annotator.served]],
    )
    page.wait_for_timeout(500)
    annotator.served.append(shown[page.locator(labelling.TEXT).first.text_content() or ""])
    assert page.locator(labelling.HIGHLIGHT).count() == 0
    labelling.label(page, 0, 4, hotkey)
    labelling.submit(page)
