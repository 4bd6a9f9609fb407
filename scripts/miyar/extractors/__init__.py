"""Extractors: anything that reads articles and returns spans. Those of other packages come in by entry point.

To add one here, write a function like `lexicon` in a module of its own and name it in EXTRACTORS; from
another package, name it in the entry point group `miyar.extractors`.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points

from miyar.article import Article
from miyar.errors import UsageError
from miyar.extractors.lexicon import lexicon
from miyar.extractors.model import Extraction, Settings
from miyar.extractors.running import write_extraction

GROUP = "miyar.extractors"

Extractor = Callable[[Sequence[Article], Settings], Extraction]

EXTRACTORS: Mapping[str, Extractor] = {"lexicon": lexicon}


def extractor_names() -> list[str]:
    """Return the names of miyar's own extractors, then those of installed packages."""
    installed = {point.name for point in entry_points(group=GROUP)}
    return [*EXTRACTORS, *sorted(installed - EXTRACTORS.keys())]


def find_extractor(name: str) -> Extractor:
    """Return the extractor with this name; raises UsageError that lists those that there are."""
    if name in EXTRACTORS:
        return EXTRACTORS[name]
    installed = {point.name: point for point in entry_points(group=GROUP)}
    if name not in installed:
        raise UsageError(f"no extractor {name!r}; there are: {', '.join(extractor_names())}")
    extractor: Extractor = installed[name].load()
    return extractor


__all__ = [
    "EXTRACTORS",
    "Extraction",
    "Extractor",
    "Settings",
    "extractor_names",
    "find_extractor",
    "write_extraction",
]
