"""The style sheet of the labelling page.

Descendant selectors only: the page escapes `>`. The page forces its own Latin font, which has to stay in
front of the Arabic ones, else the highlights grow over the lines between.
"""

from miyar.guidelines import MORE, WHOLE
from miyar.scheme import Scheme

TRIGGER_RED = "#b71c1c"
FONTS = 'Figtree, "Noto Naskh Arabic", "Geeza Pro", "Segoe UI", "Noto Sans Arabic", Tahoma, sans-serif'

_GUIDELINES = '.lsf-modal-ls__body [dir="DIRECTION"]'
_RIGHT = ".lsf-sidepanels__wrapper_align_right"
_INFO = ".lsf-tabs-panel:has(#info-history)"
_WHOLE = f"{_GUIDELINES} .{WHOLE}"
_RULES = (
    (".miyar-root", "direction: DIRECTION; text-align: start"),
    # above the relation arrows (100), so that they pass under the bars
    (
        ".miyar-bars",
        "position: sticky; top: 0; z-index: 101; background: var(--color-neutral-background, #fff); "
        "border-bottom: 1px solid var(--color-neutral-border, #ddd); padding: 2px 0; margin-bottom: 6px",
    ),
    (
        ".miyar-row",
        "display: flex; align-items: flex-start; gap: 6px; padding: 2px 6px; margin: 0 0 3px; "
        "border-inline-start: 4px solid #1565c0",
    ),
    (".miyar-trigger", f"border-inline-start-color: {TRIGGER_RED}; background: rgba(183, 28, 28, 0.06)"),
    # of fixed height: choosing a region never moves the text
    (".miyar-fields", "border-inline-start-color: #888; height: 34px; margin-bottom: 0; overflow: hidden"),
    (".miyar-bars h4", "flex: 0 0 52px; font-size: 13px; line-height: 24px; font-weight: 700"),
    (".miyar-bars .lsf-labels", "display: block; margin: 0"),
    (".miyar-labels", "display: flex; flex-flow: row wrap; flex: 1 1 auto; gap: 4px"),
    (
        ".miyar-bars .lsf-label",
        "margin: 0; padding: 1px 5px; border-left: 0; border-right: 0; "
        "border-inline-start: 4px solid var(--color); font-size: 13px; line-height: 22px",
    ),
    (
        ".miyar-bars .lsf-label__hotkey",
        "margin: 0 5px; font-size: 11px; direction: ltr; unicode-bidi: isolate",
    ),
    (
        ".miyar-fields .lsf-text-area",
        "display: flex; align-items: center; gap: 6px; flex: 0 1 auto; margin: 0 !important",
    ),
    (".miyar-fields .lsf-text-area::before", "font-size: 13px; white-space: nowrap"),
    (".miyar-fields .ant-form-item", "margin: 0"),
    (
        ".miyar-fields input.ant-input",
        "height: 28px; min-width: 260px; padding: 0 8px; font-size: 14px; text-align: start",
    ),
    ('.miyar-fields [data-testid="textarea-regions"]', "margin: 0 !important"),
    (
        '.miyar-fields [data-testid="htx-textbox-content"]',
        "width: auto; min-width: 120px; min-height: 28px; padding: 3px 8px",
    ),
    (".miyar-fields .lsf-row", "margin: 0; padding: 0"),
    # in one line: below the value its buttons would be cut off
    (
        ".miyar-fields .lsf-textarea__region",
        "display: flex; flex-direction: row; align-items: center; gap: 4px; width: auto; margin: 0; "
        "padding: 0",
    ),
    (
        ".miyar-fields .lsf-textarea__region input",
        "min-height: 28px; min-width: 260px; padding: 0 40px 0 8px; box-shadow: none",
    ),
    (".miyar-fields .lsf-textarea__region button", "height: 24px; top: 2px"),
    (
        ".miyar-fields .lsf-textarea__actions",
        "position: static; display: flex; flex: 0 0 auto; gap: 4px; margin: 0; opacity: 1; "
        "pointer-events: auto; transform: none !important",
    ),
    (".miyar-text", "padding: 0 6px 40px"),
    (
        ".miyar-head",
        "display: flex; flex-flow: row wrap; align-items: baseline; gap: 0 14px; margin: 0 0 2px",
    ),
    (
        ".miyar-head h4",
        "font-size: 14px; line-height: 22px; color: var(--color-neutral-content-subtle, #555)",
    ),
    (".miyar-head h4:empty", "display: none"),
    # pre-wrap: otherwise runs of spaces collapse on the page and in what it saves
    (
        ".miyar-text .lsf-richtext__container",
        "direction: DIRECTION; text-align: start; white-space: pre-wrap; "
        "font-size: 21px; line-height: 2.5; padding-top: 10px",
    ),
    (".miyar-text .lsf-richtext__container *", f"font-family: {FONTS} !important"),
    (".miyar-text .lsf-richtext__line", "padding-left: 0"),
    # frames keep nested spans of one colour apart; as padding they would lead the arrows astray
    (
        ".miyar-text .htx-highlight",
        "border-radius: 3px; outline: 1px solid rgba(0, 0, 0, 0.3); outline-offset: -1px",
    ),
    (".miyar-text .htx-highlight:has(.htx-highlight)", "outline-offset: 1px"),
    (".miyar-text .htx-highlight:has(.htx-highlight .htx-highlight)", "outline-offset: 3px"),
    (
        ".miyar-text .htx-highlight[data-label]::after",
        f"font-family: {FONTS} !important; font-size: 10.5px; font-weight: 600; padding: 1px 3px; "
        "margin: 0 2px; direction: DIRECTION; unicode-bidi: isolate; white-space: nowrap; "
        "background: rgba(255, 255, 255, 0.82); color: #222; border-radius: 2px",
    ),
    ('rect[fill="#a0a"]', "fill: #37474f; stroke-width: 1px"),
    # the names of roles go into the gap between the lines
    ('rect[fill="#a0a"], rect[fill="#a0a"] + text', "transform: translateY(6px)"),
    ('.relations-overlay path[fill="none"]', "stroke-width: 1.5px"),
    (
        ".lsf-outliner-item .lsf-labels-list",
        "color: var(--color-neutral-content, #222) !important; font-weight: 600; white-space: nowrap; "
        "flex: 0 0 auto",
    ),
    (".lsf-outliner-item__title", "max-width: 215px; overflow: hidden"),
    (
        ".lsf-outliner-item__text",
        "direction: DIRECTION; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap",
    ),
    # the panel that tells of one region opens when pointed at: the list of regions gets the room
    (f"{_RIGHT} {_INFO}:not(:hover)", "height: 68px !important"),
    (f"{_RIGHT} {_INFO}:not(:hover) + .lsf-tabs-panel", "height: calc(100% - 68px) !important"),
    ('.lsf-modal-ls__content:has([dir="DIRECTION"])', "width: min(900px, 92vw) !important; max-width: none"),
    (_GUIDELINES, "font-size: 16px; line-height: 1.75"),
    # what is below the card opens with a click, which gives it the focus
    (
        f"{_WHOLE}:not(:focus-within):not(:focus)",
        "max-height: 44px; overflow: hidden; cursor: pointer; border-top: 1px solid "
        "var(--color-neutral-border, #ddd)",
    ),
    (_WHOLE, "outline: none"),
    (f"{_WHOLE} .{MORE}", "font-weight: 700; color: #1565c0; margin: 8px 0"),
    (f"{_GUIDELINES} table", "width: 100%; border-collapse: collapse; margin: 4px 0 12px"),
    (
        f"{_GUIDELINES} th, {_GUIDELINES} td",
        "text-align: start; vertical-align: top; padding: 3px 8px; "
        "border-bottom: 1px solid var(--color-neutral-border, #ddd)",
    ),
    (f"{_GUIDELINES} td:first-child, {_GUIDELINES} td:nth-child(2)", "white-space: nowrap"),
    ('[role="option"][style]', "background: transparent !important"),
)


def style_sheet(scheme: Scheme, direction: str) -> str:
    """Return the rules of the page, those that set triggers apart included."""
    rules = [*_RULES, *_field_rules(scheme), *_trigger_rules(scheme)]
    lines = [f"    {selector} {{ {body}; }}".replace("DIRECTION", direction) for selector, body in rules]
    return "\n" + "\n".join(lines) + "\n  "


def _field_rules(scheme: Scheme) -> list[tuple[str, str]]:
    """Return the rules that name the fields: a filled one does not say which it is."""
    return [
        (
            f".miyar-fields .lsf-text-area:nth-of-type({number})::before",
            f"content: {_css_string(f'{attribute.name}:')}",
        )
        for number, attribute in enumerate(scheme.attributes, start=1)
    ]


def _trigger_rules(scheme: Scheme) -> list[tuple[str, str]]:
    """Return the rules that underline triggers and turn their badges; a badge ends in the label's name."""
    if not scheme.triggers:
        return []
    names = [_css_string(f":{label.name}") for label in scheme.triggers]
    spans = [f".miyar-text .htx-highlight[data-label$={name}]" for name in names]
    return [
        (", ".join(spans), f"box-shadow: inset 0 -2px 0 {TRIGGER_RED}"),
        (", ".join(f"{span}::after" for span in spans), f"background: {TRIGGER_RED}; color: #fff"),
    ]


def _css_string(text: str) -> str:
    escaped = "".join(c if c.isalnum() or c in ": " else f"\\{ord(c):x} " for c in text)
    return f'"{escaped}"'
