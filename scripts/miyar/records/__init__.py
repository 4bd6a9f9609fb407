"""Wire records: what comes in as JSON, JSON Lines or TOML, decoded into typed structures.

What has the shape is decoded at the parser's speed; what has not goes to a second lane that names every
place of the record which is wrong, with what was found there and what was expected.
"""

from miyar.records.decoding import Decoded, Kind, decode, decode_value, halves, named
from miyar.records.files import Line, read_json, read_lines, read_toml
from miyar.records.shapes import (
    LISTED,
    MANIFEST_FILE,
    MAPPING,
    OBJECT,
    PREDICTION,
    RELEASE,
    SCORE,
    SCORES,
    TASKS,
    LabelledTask,
    ListedArticle,
    ManifestFile,
    MappingFile,
    PredictionLine,
    RegionResult,
    RelationResult,
    ReleaseFile,
    StoredInputs,
    StoredScore,
    SubmittedAnnotation,
    TaskHead,
    TypedResult,
    Whole,
)
from miyar.records.stream import values

__all__ = [
    "LISTED",
    "MANIFEST_FILE",
    "MAPPING",
    "OBJECT",
    "PREDICTION",
    "RELEASE",
    "SCORE",
    "SCORES",
    "TASKS",
    "Decoded",
    "Kind",
    "LabelledTask",
    "Line",
    "ListedArticle",
    "ManifestFile",
    "MappingFile",
    "PredictionLine",
    "RegionResult",
    "RelationResult",
    "ReleaseFile",
    "StoredInputs",
    "StoredScore",
    "SubmittedAnnotation",
    "TaskHead",
    "TypedResult",
    "Whole",
    "decode",
    "decode_value",
    "halves",
    "named",
    "read_json",
    "read_lines",
    "read_toml",
    "values",
]
