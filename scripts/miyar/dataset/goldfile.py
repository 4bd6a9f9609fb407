"""The adjudicated gold on disk: a folder with a JSON file for each article, an annotation with decisions."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from miyar.annotation import ANNOTATION, Annotation
from miyar.dataset.layout import DATA
from miyar.errors import DataError, Problem
from miyar.records import read_bytes, read_json

NOT_SAID = "(not said)"


class _Decided(msgspec.Struct):
    decision: str | None = None


class _File(msgspec.Struct):
    spans: list[_Decided]
    status: str = "finished"


def is_gold_folder(path: Path) -> bool:
    """Return whether a folder holds a gold: JSON files and no dataset."""
    return path.is_dir() and not (path / DATA).is_dir() and any(path.glob("*.json"))


def gold_annotations(folder: Path) -> Iterator[Annotation]:
    """Yield the articles of a gold in the order of their files; raises DataError with all that is wrong."""
    problems: list[Problem] = []
    for file in sorted(folder.glob("*.json")):
        try:
            annotation = read_json(file, ANNOTATION)
        except DataError as error:
            problems.extend(error.problems)
            continue
        if annotation.article != file.stem:
            found, expected = f"the article {annotation.article}", f"{file.stem}, as the file's name says"
            remedy = "give the file its article's name"
            problems.append(Problem("other_article", str(file), found, expected, remedy))
        yield annotation
    if problems:
        raise DataError(problems)


def gold_decisions(folder: Path) -> tuple[str, ...]:
    """Return how each span of a gold was decided, in the order of the files and of their spans."""
    files = sorted(folder.glob("*.json"))
    read = (msgspec.json.decode(read_bytes(file), type=_File) for file in files)
    return tuple(span.decision or NOT_SAID for one in read if one.status == "finished" for span in one.spans)
