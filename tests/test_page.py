"""What a person does in the real page, in a real browser, comes back through export and import."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import page as labelling
from conftest import ROOT
from imported import Import
from marked import marked
from miyar.annotation import Annotation
from miyar.article import Article
from miyar.commands.options import setup
from miyar.guidelines import MORE, WHOLE
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.remote import Setup
from miyar.labelstudio.tasks.task import task
from miyar.scheme import Configured, Scheme

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


def test_arrows_without_a_role_come_back_with_the_one_that_is_implied(
    page: Page, owner: Studio, scheme: Scheme, tmp_path: Path
) -> None:
    article = Article("implied", STORY.text)
    keys = {label.code: label.hotkey for label in scheme.labels}
    project = owner.create_project(Setup("miyar arrow test", render_config(scheme)))
    [identity] = owner.import_tasks(project, [task(article, scheme, "none")])
    labelling.open_task(page, owner.url, project, identity)
    ends = {span.id: span for span in STORY.spans if span.id in ("t", "f", "c")}
    for span in ends.values():
        labelling.label(page, span.start, span.end, keys[span.label])
    for argument in STORY.arguments:
        labelling.draw(page, ends[argument.trigger].start, ends[argument.entity].start)
    labelling.submit(page)

    [annotation] = imported(owner, project, article, scheme, tmp_path)
    places = {span.id: (span.start, span.end, span.label) for span in STORY.spans}
    assert contents(annotation)[1] == {(places[a.trigger], places[a.entity], a.role) for a in STORY.arguments}
    assert [argument.implied for argument in annotation.arguments] == [True, True]


def test_guidelines_wait_for_a_click_and_then_show_a_card_first(
    page: Page, owner: Studio, scheme: Scheme
) -> None:
    wanted = setup(Configured(scheme, ROOT / "annotation_config"), "miyar card test")
    project = owner.create_project(wanted)
    article = Article("card", STORY.text, {"title": "عنوان", "source": "وكالة", "published": "2024-05-13"})
    owner.import_tasks(project, [task(article, scheme, "none")])
    labelling.open_stream(page, owner.url, project)
    expect(page.locator(".miyar-head")).to_contain_text("وكالة · 2024-05-13")
    whole = page.locator(f".{WHOLE}")
    expect(whole).to_have_count(0)
    page.get_by_role("button", name="Instructions").click()
    card = whole.bounding_box()
    page.locator(f".{MORE}").click()
    opened = whole.bounding_box()
    assert card is not None
    assert opened is not None
    assert card["height"] < 60 < 1_000 < opened["height"]
    page.keyboard.press("Escape")


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
