"""What a person does in the real page, in a real browser, comes back through export and import."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

import page as labelling
from imported import Import
from marked import marked
from miyar.annotation import Annotation
from miyar.article import Article
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.remote import Setup
from miyar.labelstudio.tasks.task import task
from miyar.scheme import Scheme

pytestmark = [pytest.mark.server, pytest.mark.slow]

STORY = marked(
    "قُتل [٧]CARDINAL:c=7 أشخاص 🚑 في [تفجير]ATTACK:t ب[مقر [بلدية [ألماز]GPE@Q805]ORG]FAC:f.\n"
    "وقال [الرئيس]OCC [نادر  الكيلاني]PERS (North Star) إنه [هدد]THREAT.",
    "t PLACE f",
    "t COUNT c",
)


def test_what_a_person_labels_comes_back_exactly(
    page: Page, owner: Studio, scheme: Scheme, tmp_path: Path
) -> None:
    article = Article("story", STORY.text)
    project = owner.create_project(Setup("miyar page test", render_config(scheme)))
    [identity] = owner.import_tasks(project, [task(article, scheme, "none")])
    labelling.open_task(page, owner.url, project, identity)
    hotkeys = {label.code: label.hotkey for label in scheme.labels}
    for span in STORY.spans:
        labelling.label(page, span.start, span.end, hotkeys[span.label])
    at = {span.id: span.start for span in STORY.spans}
    names = {role.code: role.name for role in scheme.roles}
    for argument in STORY.arguments:
        labelling.relate(page, at[argument.entity], at[argument.trigger], names[argument.role])
    for span in STORY.spans:
        for name, value in span.attributes.items():
            labelling.fill_field(page, span.start, name, value)
    labelling.submit(page)

    [annotation] = imported(owner, project, article, scheme, tmp_path)
    assert contents(annotation) == contents(
        Annotation("story", "", "", spans=STORY.spans, arguments=STORY.arguments)
    )
    assert all(span.text == STORY.text[span.start : span.end] for span in annotation.spans)


def imported(
    owner: Studio, project: int, article: Article, scheme: Scheme, folder: Path
) -> tuple[Annotation, ...]:
    owner.export(project, folder / "export.json")
    process = Import(find_exports([folder / "export.json"]), {article.id: article}, scheme)
    annotations = tuple(process.annotations())
    assert process.problems == []
    return annotations


def contents(annotation: Annotation) -> tuple[object, object]:
    """Return spans and arguments without the ids that the page invents."""
    spans = {span.id: (span.start, span.end, span.label) for span in annotation.spans}
    attributes = {(*spans[span.id], *sorted(span.attributes.items())) for span in annotation.spans}
    return attributes, {(spans[a.trigger], spans[a.entity], a.role) for a in annotation.arguments}


def test_a_second_key_takes_the_place_of_the_first(
    page: Page, owner: Studio, scheme: Scheme, tmp_path: Path
) -> None:
    article = Article("keys", STORY.text)
    keys = {label.code: label.hotkey for label in scheme.labels}
    attack, date = (keys[code] for code in ("ATTACK", "DATE"))
    place = next(span for span in STORY.spans if span.label == "ATTACK")
    project = owner.create_project(Setup("miyar key test", render_config(scheme)))
    [identity] = owner.import_tasks(project, [task(article, scheme, "none")])
    labelling.open_task(page, owner.url, project, identity)
    labelling.leave(page)
    for key in (date, attack):
        labelling.press(page, key)
    labelling.select_text(page, place.start, place.end)
    labelling.leave(page)
    labelling.press(page, date)
    labelling.press(page, "Escape")  # takes the key back: nothing is drawn
    labelling.select_text(page, 0, 3)
    labelling.submit(page)

    [annotation] = imported(owner, project, article, scheme, tmp_path)
    assert [(span.start, span.end, span.label) for span in annotation.spans] == [
        (place.start, place.end, "ATTACK")
    ]
