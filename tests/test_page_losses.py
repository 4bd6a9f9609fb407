"""What a crash of the browser takes from somebody who works as the guidelines say."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, sync_playwright

import page as labelling
from conftest import unavailable
from marked import marked
from miyar.article import Article
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import Server
from miyar.labelstudio.server.remote import Setup
from miyar.labelstudio.tasks.task import task
from miyar.scheme import Scheme

pytestmark = [pytest.mark.server, pytest.mark.slow]

STORY = marked(
    "[هاجم]ATTACK:t مسلحون [الثكنة]FAC:f [أمس]DATE:d و[قتلوا]DIE:s [٨]CARDINAL:c جنود.",
    "t PLACE f",
    "t TIME d",
    "s COUNT c",
)
AUTOSAVE = 7_000  # the page saves 5 s after a change


@contextmanager
def killable(folder: Path) -> Iterator[tuple[Page, subprocess.Popen[bytes]]]:
    """Give a page in a browser that is a process of its own."""
    program = shutil.which("chromium")
    if program is None:
        unavailable("no chromium to start as a process")
    options = [*labelling.QUIET, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([program, *options, "about:blank"], stdout=quiet, stderr=quiet)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port_of(process, folder)}")
            yield browser.new_context(viewport={"width": 1280, "height": 800}).new_page(), process
    finally:
        process.kill()
        process.wait()


def port_of(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Wait until the browser says where it can be reached."""
    said, until = folder / "DevToolsActivePort", time.monotonic() + 60
    while not (said.is_file() and said.read_text("utf-8")):
        if process.poll() is not None or time.monotonic() > until:
            unavailable("chromium does not start as a process")
        time.sleep(0.1)
    return said.read_text("utf-8").splitlines()[0]


def is_draft(response: Response) -> bool:
    return "/drafts" in response.url and response.request.method in ("POST", "PATCH")


def drafted(owner: Studio, project: int, identity: int, folder: Path) -> list[dict[str, Any]]:
    """Return what the server has of work that was never submitted."""
    file = folder / "export.json"
    owner.export(project, file, [identity])
    [exported] = json.loads(file.read_text("utf-8"))
    assert exported["annotations"] == []
    [draft] = exported["drafts"]
    results: list[dict[str, Any]] = draft["result"]
    return results


def arrows(results: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return where the arrows begin and end."""
    at = {one["id"]: one["value"]["start"] for one in results if one["type"] == "labels"}
    return [(at[one["from_id"]], at[one["to_id"]]) for one in results if one["type"] == "relation"]


def test_a_killed_browser_takes_only_the_arrows_after_the_last_label(
    server: Server, owner: Studio, scheme: Scheme, tmp_path: Path
) -> None:
    spans = {span.id: span for span in STORY.spans}
    keys = {label.code: label.hotkey for label in scheme.labels}
    project = owner.create_project(Setup("miyar crash test", render_config(scheme)))
    [identity] = owner.import_tasks(project, [task(Article("story", STORY.text), scheme, "none")])

    with killable(tmp_path / "browser") as (page, process):

        def mark(*names: str) -> None:
            for name in names:
                labelling.label(page, spans[name].start, spans[name].end, keys[spans[name].label])

        labelling.log_in(page, server.url, server.login)
        labelling.open_task(page, server.url, project, identity)
        with page.expect_response(is_draft):
            mark("f", "d", "c", "t")
        for entity in ("f", "d"):
            labelling.draw(page, spans["t"].start, spans[entity].start)
        page.wait_for_timeout(AUTOSAVE)
        before = drafted(owner, project, identity, tmp_path)
        with page.expect_response(is_draft):
            mark("s")  # the next event
        labelling.draw(page, spans["s"].start, spans["c"].start)
        page.wait_for_timeout(AUTOSAVE)
        process.kill()

    assert arrows(before) == []  # were they saved by themselves, the rule would not be needed
    left = drafted(owner, project, identity, tmp_path)
    assert sorted(arrows(left)) == [(spans["t"].start, spans[one].start) for one in ("f", "d")]
    assert {one["value"]["start"] for one in left if one["type"] == "labels"} == {
        span.start for span in STORY.spans
    }
