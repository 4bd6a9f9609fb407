"""Why the text of a task has a stand-in for emoji: the page miscounts them when a span is resized.

It stores UTF-16 units as code points, and the text of the wrong range with them, so that no check can
find it afterwards. Chromium hides the handles of spans at present; here they are shown.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

import page as labelling
from hostile import Hostile, hostile
from miyar.article import Article
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.remote import Setup
from miyar.labelstudio.tasks.task import results, task, with_suggestion
from miyar.offsets import stand_in
from miyar.scheme import Scheme

pytestmark = [pytest.mark.server, pytest.mark.slow]

Resize = Callable[[Page, int, int], None]

# the inner span is there, and a person drags one end of it so that it becomes the outer one
AT_THE_END = hostile("end", "🔴 عاجل: قصف ⟦⟦مستشفى⟧ 🏥🏥 ألماز⟧ العام ليلا في ساعة متأخرة.")
AT_THE_START = hostile("start", "🚨🚨 أعلن مدير ⟦مستشفى ⟦ألماز⟧⟧ انتهاء 🏥 الحصار ليلا.")


@pytest.mark.parametrize(
    ("row", "resize", "shift"),
    [(AT_THE_END, labelling.resize_end, (0, 2)), (AT_THE_START, labelling.resize_start, (2, 0))],
    ids=["end", "start"],
)
def test_the_page_shifts_a_resized_span_by_the_emoji_and_not_by_their_stand_in(
    row: Hostile, resize: Resize, shift: tuple[int, int], page: Page, owner: Studio, scheme: Scheme
) -> None:
    there, wanted = row.selections
    article = Article(row.name, row.text)
    suggested = with_suggestion(task(article, scheme, "none"), "t@1", results([there], [], article, scheme))
    unmended = {**suggested, "data": {**suggested["data"], "text": row.text}}
    project = owner.create_project(Setup(f"miyar handles: {row.name}", render_config(scheme)))
    stored = []
    for identity in owner.import_tasks(project, [unmended, suggested]):
        labelling.open_task(page, owner.url, project, identity)
        labelling.show_handles(page)
        labelling.click_text(page, there.start)
        resize(page, wanted.start, wanted.end)
        [region] = labelling.submit(page)["result"]
        stored.append((region["value"]["start"], region["value"]["end"], region["value"]["text"]))

    start, end = wanted.start + shift[0], wanted.end + shift[1]
    assert stored == [
        (start, end, row.text[start:end]),
        (wanted.start, wanted.end, stand_in(row.text[wanted.start : wanted.end])),
    ]
