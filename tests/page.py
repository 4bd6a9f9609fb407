"""The labelling page driven as a person drives it: mouse and keyboard only, offsets in code points."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Error, Locator, Page, Response, sync_playwright

from conftest import unavailable
from miyar.labelstudio.server.process import Login

TEXT = ".lsf-richtext__container"
HIGHLIGHT = ".htx-highlight"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# How many code points of the text lie before a place in the page; line breaks are elements of their own.
COUNTED = """
  const counted = (node, offset) => {
    const before = document.createRange();
    before.setStart(root, 0);
    before.setEnd(node, offset);
    const part = before.cloneContents();
    return [...part.textContent].length + part.querySelectorAll("br").length;
  };
"""

# Where on the screen the browser itself puts the caret at a code point boundary of the text: a person
# aims, a script has to ask. Gives points to try for the start and for the end of a range, and the middle
# of its first character for a click.
POINTS = (
    f"""
([start, end, selector, scroll]) => {{
  const root = document.querySelector(selector);
  {COUNTED}"""
    + r"""
  const characters = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node; (node = walker.nextNode());) {
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.tagName === "BR") characters.push([node, 0, 0]);
      continue;
    }
    for (let i = 0; i < node.data.length;) {
      const length = String.fromCodePoint(node.data.codePointAt(i)).length;
      characters.push([node, i, i + length]);
      i += length;
    }
  }
  const isText = character => character?.[0].nodeType === Node.TEXT_NODE;
  const boundary = new Map();
  characters.forEach(([node, from, to], index) => {
    if (!boundary.has(node)) boundary.set(node, new Map());
    boundary.get(node).set(from, index).set(to, index + 1);
  });
  const box = ([node, from, to]) => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return [...range.getClientRects()].filter(rect => rect.width > 0).pop();
  };
  const caret = ([x, y]) => {
    const range = document.caretRangeFromPoint(x, y);
    if (!range || !root.contains(range.startContainer)) return undefined;
    const {startContainer: node, startOffset: offset} = range;
    return node.nodeType === Node.TEXT_NODE ? boundary.get(node).get(offset) : counted(node, offset);
  };
  const visible = ([x, y]) => root.contains(document.elementFromPoint(x, y));
  const within = character => {
    const rect = box(character);
    const shares = [0.1, 0.9, 0.25, 0.75, 0.02, 0.98, -0.1, 1.1];
    return !rect ? [] : [0.5, 0.7, 0.35].flatMap(down => shares.map(
      across => [rect.left + rect.width * across, rect.top + rect.height * down]));
  };
  const beside = ([lineBreak]) => {
    const rect = lineBreak.getBoundingClientRect(), line = parseFloat(getComputedStyle(root).lineHeight);
    return [0, line].map(down => [rect.left - 3, rect.top + rect.height / 2 + down]);
  };
  const points = (wanted, indices) => {
    const near = indices.filter(index => characters[index]).map(index => characters[index])
      .flatMap(character => isText(character) ? within(character) : beside(character)).filter(visible);
    return [...near.filter(point => caret(point) === wanted).slice(0, 2), ...near.slice(0, 2)];
  };
  if (scroll) characters[start][0].parentElement.scrollIntoView({block: "center"});
  const rect = isText(characters[start]) && box(characters[start]);
  const middle = rect && [rect.left + rect.width / 2, rect.top + rect.height / 2];
  return {
    start: points(start, [start, start - 1]),
    end: points(end, [end - 1, end]),
    click: middle && visible(middle) ? middle : null,
  };
}
"""
)

SELECTED = f"""
selector => {{
  const root = document.querySelector(selector);
  {COUNTED}
  const range = getSelection().rangeCount && getSelection().getRangeAt(0);
  return range && root.contains(range.commonAncestorContainer)
    ? [counted(range.startContainer, range.startOffset), counted(range.endContainer, range.endOffset)] : null;
}}
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give Debian's Chromium, or else Playwright's own; skips where there is neither."""
    path = shutil.which("chromium") or None
    with sync_playwright() as playwright:
        try:
            running = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        except Error as error:
            unavailable(f"no browser: {error.message.splitlines()[0]}")
        yield running
        running.close()


@contextmanager
def annotator(browser: Browser, url: str, login: Login) -> Iterator[Page]:
    """Give a page of its own in which somebody is logged in."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    log_in(page, url, login)
    yield page
    context.close()


def log_in(page: Page, url: str, login: Login) -> None:
    page.goto(f"{url}/user/login/")
    page.fill("input[name=email]", login.email)
    page.fill("input[name=password]", login.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)


def open_task(page: Page, url: str, project: int, task: int) -> None:
    page.goto(f"{url}/projects/{project}/data?task={task}")
    page.wait_for_selector(TEXT)
    page.wait_for_timeout(800)  # highlights and hotkeys come after the text


def open_stream(page: Page, url: str, project: int) -> None:
    """Start to label all tasks of a project, one after the other."""
    page.goto(f"{url}/projects/{project}/data?labeling=1")
    page.wait_for_selector(TEXT)
    page.wait_for_timeout(800)  # highlights and hotkeys come after the text


def await_text(page: Page, text: str) -> None:
    """Wait until the page shows a text, character by character; line breaks are elements of their own."""
    shown = "([selector, text]) => document.querySelector(selector)?.textContent === text"
    page.wait_for_function(shown, arg=[TEXT, text.replace("\n", "")])
    page.wait_for_timeout(100)  # hotkeys come after the text


def select_text(page: Page, start: int, end: int) -> None:
    """Drag over the code points [start, end), and let go when the page shows them as selected.

    Where the direction of the writing changes, one place on the screen is two in the text, and the browser
    takes the one or the other in view of the whole selection.
    """
    points = _points(page, start, end, "start", "end")
    for first in points["start"]:
        page.mouse.move(*first)
        page.mouse.down()
        for last in points["end"]:
            page.mouse.move(*last, steps=8)
            if page.evaluate(SELECTED, TEXT) == [start, end]:
                page.mouse.up()
                page.wait_for_timeout(120)
                return
        page.mouse.move(*first)  # nothing is selected again: no region is made
        page.mouse.up()
    raise Error(f"no drag selects [{start}, {end})")


def show_handles(page: Page) -> None:
    """Show the handles of spans, which Chromium's own style hides, where they are in the line."""
    page.add_style_tag(content=f"{HIGHLIGHT} area {{ display: inline-block !important }}")


def resize_end(page: Page, start: int, end: int) -> None:
    """Drag the handle at the end of the selected span, which begins at `start`, to `end`."""
    _drag_handle(page, "area.__resize_right", _points(page, start, end, "end")["end"], (start, end))


def resize_start(page: Page, start: int, end: int) -> None:
    """Drag the handle at the start of the selected span, which stops at `end`, to `start`."""
    _drag_handle(page, "area.__resize_left", _points(page, start, end, "start")["start"], (start, end))


def click_text(page: Page, start: int) -> None:
    """Click on a character, which selects the innermost region there."""
    page.mouse.click(*_points(page, start, start + 1, "click")["click"])
    page.wait_for_timeout(150)


def press(page: Page, key: str) -> None:
    page.keyboard.press(key)
    page.wait_for_timeout(120)


def leave(page: Page) -> None:
    """Leave a field, since hotkeys are off inside, and unselect the region."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    press(page, "Escape")


def label(page: Page, start: int, end: int, hotkey: str) -> None:
    """Make a region: first the label's key, then the drag."""
    leave(page)
    press(page, hotkey)
    select_text(page, start, end)
    leave(page)


def draw(page: Page, first: int, second: int) -> None:
    """Draw an arrow between the regions at two characters."""
    leave(page)
    click_text(page, first)
    press(page, "Alt+r")
    click_text(page, second)


def relate(page: Page, first: int, second: int, role: str) -> None:
    """Join the regions at two characters and choose a role."""
    draw(page, first, second)
    name_role(page, role)


def name_role(page: Page, role: str) -> None:
    """Choose the role of the arrow that was drawn last."""
    page.locator(".lsf-panel-tabs__tab", has_text="Relations").first.click()
    relation = page.locator(".lsf-relations__item").last
    if not relation.locator(".lsf-relation-meta").count():
        relation.hover()
        relation.locator("button[aria-label$='Relation Labels']").click()
    relation.locator(".lsf-relation-meta button").first.click()
    page.get_by_role("option", name=role, exact=True).first.click()
    press(page, "Escape")
    leave(page)


def fill_field(page: Page, start: int, name: str, value: str) -> None:
    """Type a value for the region at a character."""
    leave(page)
    click_text(page, start)
    field = page.locator(f'.miyar-fields input[name="{name}"]')
    field.fill(value)
    field.press("Enter")
    leave(page)


def submit(page: Page) -> Any:
    """Submit, and return the annotation that the server answered with."""
    with page.expect_response(_is_annotation) as answer:
        _button(page, "Submit").or_(_button(page, "Update")).last.click()
    return answer.value.json()


def _drag_handle(page: Page, handle: str, places: list[tuple[float, float]], wanted: tuple[int, int]) -> None:
    """Drag a handle and let go when the page shows the wanted code points as selected."""
    page.locator(f"{HIGHLIGHT} {handle}").hover()
    page.mouse.down()
    for place in places:
        page.mouse.move(*place, steps=8)
        if tuple(page.evaluate(SELECTED, TEXT)) == wanted:
            break
    else:
        raise Error(f"no drag of a handle selects {wanted}")
    page.mouse.up()
    page.wait_for_timeout(150)


def _is_annotation(response: Response) -> bool:
    return "/annotations" in response.url and response.request.method in ("POST", "PATCH", "PUT")


def _button(page: Page, name: str) -> Locator:
    return page.locator("button", has_text=name)


def _points(page: Page, start: int, end: int, *wanted: str) -> Any:
    for scroll in (False, True, False):
        points = page.evaluate(POINTS, [start, end, TEXT, scroll])
        if not scroll and all(points[name] for name in wanted):
            return points
        page.wait_for_timeout(150)
    raise Error(f"no caret at {start} or {end}: {points}")
