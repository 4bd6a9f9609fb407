"""Where things lie in a dataset folder."""

from pathlib import Path

from miyar.errors import UsageError

DATA, JSON_LINES, MARK = "data", "annotations.jsonl", "import.json"
SPLIT = "annotations"


def parquet_file(folder: Path) -> Path:
    """Return the folder's one Parquet file; raises UsageError where it is no dataset folder."""
    found = sorted((folder / DATA).glob("annotations-*.parquet"))
    if len(found) != 1:
        expected = (
            f"a dataset folder ({DATA}/annotations-….parquet), a folder of gold files (ID.json) or an "
            "annotation JSON Lines file"
        )
        raise UsageError(f"{folder}: not {expected}")
    return found[0]
