"""The formats in which results are printed."""

from enum import StrEnum


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
