"""Label Studio's raw JSON exports, and who annotated in them."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from miyar.errors import DataError, Problem

HOW_TO_EXPORT = "export the project in Label Studio as JSON, the first format in its list"


class AnnotatorKey(NamedTuple):
    """Who annotated: a user id means something only on its server, or in its file."""

    source: str
    user: str


class Slot(NamedTuple):
    """An article, and who annotated it."""

    article: str
    annotator: AnnotatorKey


@dataclass(frozen=True, slots=True)
class Export:
    """An export file; `source` is what its user ids belong to, `pseudonyms` what a manifest says of them.

    `sha256` is empty where the file cannot be read, which `read_tasks` says. `as_of` is the moment of its
    server, in UTC, whose state the file shows: when the server was asked, or the newest change that it told
    of; empty where no pull made the file. `pulled` is what the client's clock said, which orders nothing.
    `since` says what a partial pull began with, `url` where the server was found.
    """

    path: Path
    source: str
    pseudonyms: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    as_of: str = ""
    pulled: str = ""
    since: str = ""
    url: str = ""

    def address(self, project: Any, task: Any) -> str:
        """Return where a browser shows a task, empty where no pull says on which server it is."""
        known = self.url and isinstance(project, int) and isinstance(task, int)
        return f"{self.url}/projects/{project}/data?task={task}" if known else ""

    @property
    def name(self) -> str:
        """Return file and folder, which tell exports apart without telling where they lie."""
        return short_name(self.path)


class ExportedTask(NamedTuple):
    """One task of an export and its place."""

    export: Export
    value: Mapping[str, Any]

    @property
    def where(self) -> str:
        """Return file, task and article for messages."""
        return f"{self.export.path}: task {self.value.get('id')} ({self.data.get('article')})"

    @property
    def address(self) -> str:
        """Return where a browser shows the task, empty where that is not known."""
        return self.export.address(self.value.get("project"), self.value.get("id"))

    @property
    def data(self) -> Mapping[str, Any]:
        """Return the task's data, empty where it is not an object."""
        data = self.value.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def annotations(self) -> list[Mapping[str, Any]]:
        """Return the task's annotations, submitted and cancelled ones."""
        found = self.value.get("annotations")
        return [value for value in found if isinstance(value, dict)] if isinstance(found, list) else []

    @property
    def broken_annotations(self) -> list[Any]:
        """Return what stands where annotations should, and is none."""
        found = self.value.get("annotations")
        return (
            [value for value in found if not isinstance(value, dict)] if isinstance(found, list) else [found]
        )

    @property
    def drafts(self) -> list[Any]:
        """Return the task's drafts."""
        found = self.value.get("drafts") or []
        return found if isinstance(found, list) else [found]

    def slot(self, annotation: Mapping[str, Any]) -> Slot:
        """Return whose view of what an annotation is; a task without an article is a thing of its own."""
        article = self.data.get("article")
        return Slot(article if isinstance(article, str) else self.where, self.key(annotation))

    def key(self, annotation: Mapping[str, Any]) -> AnnotatorKey:
        """Return who made an annotation; exports give an id or an object with one.

        Where the server does not say (the account is gone), each annotation has an annotator of its own.
        """
        user = annotation.get("completed_by")
        if isinstance(user, dict):
            user = user.get("id") or user.get("email")
        if user is not None and not str(user).isdecimal():
            user = _account(str(user))
        nobody = f"nobody, annotation {annotation.get('id')}"
        return AnnotatorKey(self.export.source, nobody if user is None else str(user))


def short_name(path: Path) -> str:
    """Return the last two parts of a path."""
    return "/".join(path.parts[-2:])


def pseudonyms(keys: Iterable[AnnotatorKey], exports: Sequence[Export]) -> dict[AnnotatorKey, str]:
    """Return a pseudonym per annotator: the manifests', or the next free one of A1, A2, …

    Raises DataError where manifests give one name to two annotators or two names to one.
    """
    known = _known_pseudonyms(exports)
    order = {export.source: number for number, export in enumerate(exports)}
    ranked = sorted(set(keys), key=lambda key: (order[key.source], key.user.zfill(20)))
    taken = set(known.values())
    free = (name for number in count(1) if (name := f"A{number}") not in taken)
    return {key: known[key] if key in known else next(free) for key in ranked}


def _known_pseudonyms(exports: Sequence[Export]) -> dict[AnnotatorKey, str]:
    said = {
        (AnnotatorKey(export.source, user), name)
        for export in exports
        for user, name in export.pseudonyms.items()
    }
    keys, names = Counter(key for key, _ in said), Counter(name for _, name in said)
    clashes = sorted((name, key) for key, name in said if keys[key] > 1 or names[name] > 1)
    if clashes:
        expected = "one pseudonym for each annotator, one annotator for each pseudonym"
        remedy = "mend the manifest.json files, or import the batches apart"
        raise DataError(
            Problem("pseudonym_clash", key.source, f"{name} for user {key.user}", expected, remedy)
            for name, key in clashes
        )
    return dict(said)


def _account(name: str) -> str:
    """Return a key that stands for an address: addresses are stored nowhere."""
    return f"account {hashlib.sha256(name.encode(errors='replace')).hexdigest()[:8]}"
