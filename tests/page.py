"""The labelling page driven as a person drives it: mouse and keyboard only, offsets in code points."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Error, Locator, Page, Playwright, Response

from miyar.labelstudio.server import Login

TEXT = ".lsf-richtext__container"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Where on the screen the browser itself puts the caret at a code point boundary of the text: a person
# aims, a script has to ask. Gives points for the start and the end of a range, and the middle of its
# first character for a click.
POINTS = r"""
([start, end, selector, scroll]) => {
  const root = document.querySelector(selector);
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
  const boundary = new Map();
  characters.forEach(([node, from, to], index) => {
    if (node.nodeType !== Node.TEXT_NODE) return;
    if (!boundary.has(node)) boundary.set(node, new Map());
    boundary.get(node).set(from, index).set(to, index + 1);
  });
  const box = ([node, from, to]) => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return [...range.getClientRects()].filter(rect => rect.width > 0).pop();
  };
  const caret = (x, y) => {
    const range = document.caretRangeFromPoint(x, y);
    return range ? boundary.get(range.startContainer)?.get(range.startOffset) : undefined;
  };
  const visible = (x, y) => root.contains(document.elementFromPoint(x, y));
  const point = (wanted, candidates) => {
    for (const index of candidates) {
      const character = characters[index];
      if (!character || character[0].nodeType !== Node.TEXT_NODE) continue;
      const rect = box(character);
      if (!rect) continue;
      const shares = [0.1, 0.9, 0.25, 0.75, 0.02, 0.98, -0.1, 1.1];
      for (const down of [0.5, 0.7, 0.35]) for (const across of shares) {
        const x = rect.left + rect.width * across, y = rect.top + rect.height * down;
        if (caret(x, y) === wanted && visible(x, y)) return [x, y];
      }
    }
    return null;
  };
  if (scroll) characters[start][0].parentElement.scrollIntoView({block: "center"});
  const rect = characters[start][0].nodeType === Node.TEXT_NODE && box(characters[start]);
  const middle = rect && [rect.left + rect.width / 2, rect.top + rect.height / 2];
  return {
    start: point(start, [start, start - 1]),
    end: point(end, [end - 1, end]),
    click: middle && visible(...middle) ? middle : null,
  };
}
"""


@contextmanager
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Give Debian's Chromium, or else Playwright's own; raises playwright's Error where there is neither."""
    path = shutil.which("chromium") or None
    running = playwright.chromium.launch(executable_path=path, args=list(QUIET))
    try:
        yield running
    finally:
        running.close()


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


def select_text(page: Page, start: int, end: int) -> None:
    """Drag over the code points [start, end)."""
    points = _points(page, start, end, "start", "end")
    page.mouse.move(*points["start"])
    page.mouse.down()
    page.mouse.move(*points["end"], steps=8)
    page.mouse.up()
    page.wait_for_timeout(120)


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


def relate(page: Page, first: int, second: int, role: str) -> None:
    """Join the regions at two characters and choose a role."""
    leave(page)
    click_text(page, first)
    press(page, "Alt+r")
    click_text(page, second)
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
