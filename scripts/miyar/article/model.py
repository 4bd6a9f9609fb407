"""An article: its text of record and its metadata."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from miyar.article.contract import text_faults

ID = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,100}")
METADATA_FIELDS = ("title", "source", "published", "url", "licence")


@dataclass(frozen=True, slots=True)
class Article:
    """A text of record; refuses what the contract refuses with ValueError."""

    id: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        broken = [fault.code for fault in text_faults(self.text)]
        if broken or not ID.fullmatch(self.id):
            raise ValueError(f"article {self.id!r} breaks the contract: {broken or 'bad_id'}")
        object.__setattr__(self, "sha256", text_sha256(self.text))


def text_sha256(text: str) -> str:
    """Return the SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
