"""How many actions and seconds the arguments of a demo article take on the page, by what is left unsaid.

python tests/benchmarks/labelling.py [ARTICLE]

The spans are there when it begins, as suggestions. An action is a key, a click, or a pointing without which
the next click has no aim. Seconds are a script's, with 120 ms after each key and none to think.
"""

import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

import page as labelling
from miyar.annotation import Annotation, read_annotations
from miyar.article import read_articles
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import Studio, connect_as_owner
from miyar.labelstudio.server.process import running_server
from miyar.labelstudio.server.remote import Setup
from miyar.labelstudio.tasks.task import results, task, with_suggestion
from miyar.scheme import Scheme, read_scheme

DRAW = 3  # the trigger, which is not selected any more after an arrow, Alt+R, the entity
NAME = 4  # the tab, the row, the three dots, the role


class Taken(NamedTuple):
    """What the arguments of an article took."""

    arguments: int
    named: int
    actions: int
    seconds: float


def measured(page: Page, studio: Studio, annotation: Annotation, scheme: Scheme, every: bool) -> Taken:
    """Draw an article's arguments, naming every role or only those that have to be named, and submit."""
    article = next(a for a in read_articles([ROOT / "corpus" / "articles"]) if a.id == annotation.article)
    setup = Setup(f"labelling {time.time():.0f}", render_config(scheme), suggestions=True)
    project = studio.create_project(setup)
    there = results(annotation.spans, (), article, scheme)
    [identity] = studio.import_tasks(project, [with_suggestion(task(article, scheme, ""), "spans", there)])
    labelling.open_task(page, studio.url, project, identity)
    begun = time.monotonic()
    named = _draw(page, annotation, scheme, every)
    seconds = time.monotonic() - begun
    drawn = [one for one in labelling.submit(page)["result"] if one["type"] == "relation"]
    if len(drawn) != len(annotation.arguments):
        raise RuntimeError(f"{len(drawn)} arrows are there of {len(annotation.arguments)}")
    return Taken(len(drawn), named, DRAW * len(drawn) + NAME * named, seconds)


def _draw(page: Page, annotation: Annotation, scheme: Scheme, every: bool) -> int:
    """Draw the arguments, and return how many roles were named."""
    by_id = {span.id: span for span in annotation.spans}
    names = {role.code: role.name for role in scheme.roles}
    named = 0
    for argument in annotation.arguments:
        trigger, entity = by_id[argument.trigger], by_id[argument.entity]
        implied = scheme.implied_role(trigger.label, entity.label)
        labelling.draw(page, trigger.start, entity.start)
        if every or implied is None or implied.code != argument.role:
            labelling.name_role(page, names[argument.role])
            named += 1
    return named


def main(article: str = "taxi-strike") -> None:
    scheme = read_scheme(ROOT / "annotation_config" / "labels.toml")
    views = read_annotations(ROOT / "corpus" / "annotations" / "demo" / "A1.jsonl")
    annotation = next(one for one in views if one.article == article)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        closing(connect_as_owner(server)) as studio,
        labelling.chromium() as browser,
        labelling.annotator(browser, server.url, server.login) as page,
    ):
        for title, every in (("every role named", True), ("implied roles left unsaid", False)):
            taken = measured(page, studio, annotation, scheme, every)
            print(f"{title}: {taken}")


if __name__ == "__main__":
    main(*sys.argv[1:])
