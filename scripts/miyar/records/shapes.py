"""The shapes of what comes in, one structure each; a field that is not named here is not read."""

from typing import Annotated, Any, Literal

import msgspec

from miyar.records.decoding import Kind

LONGEST_TEXT = 2**31 - 1

Whole = Annotated[int, msgspec.Meta(ge=0, le=LONGEST_TEXT)]


class PredictionLine(msgspec.Struct):
    """A line of predictions; what is wrong with a span or an argument is charged, not refused."""

    article: str
    spans: list[Any]
    arguments: list[Any] = []
    sha256: str | None = None
    text: str | None = None


PREDICTION = Kind(
    PredictionLine,
    "bad_prediction",
    '{"article": "…", "spans": [{"start": 0, "end": 5, "label": "…"}]} on one line',
)


class ReleaseFile(msgspec.Struct):
    """What release.toml says of an extractor release."""

    name: str
    release: str
    labels: str = "scheme"
    learnt_from: list[str] = []
    leave_one_out: bool = False


RELEASE = Kind(
    ReleaseFile,
    "bad_release",
    'name = "…", release = "…" and, where it learnt, learnt_from = ["SHA-256", …]',
)


OBJECT = Kind(dict[str, Any], "bad_json", "one JSON object per line (UTF-8)", halves=True)


class ListedArticle(msgspec.Struct):
    """A line that names an article, whatever else it says."""

    article: str
    sha256: str | None = None


LISTED = Kind(
    ListedArticle,
    "no_article",
    '{"article": "ID"} on each line, such as the list of import-annotations --again',
)


class StoredInputs(msgspec.Struct, forbid_unknown_fields=True):
    """What a stored score was made from, as far as it is not the default."""

    gold: str
    predictions: str
    annotator: str | None = None
    articles: list[str] | None = None
    missing: Literal["refuse", "empty"] | None = None
    unknown: Literal["refuse", "ignore"] | None = None
    map: str | None = None
    by: list[str] | None = None
    min_support: Whole | None = None
    training: str | None = None
    samples: Whole | None = None
    seed: Whole | None = None
    comparison: bool | None = None


class StoredScore(msgspec.Struct):
    """A score in JSON, as far as computing it again has to know it."""

    layers: dict[str, Any]
    inputs: StoredInputs


PRINTED = "what score-extractors --format json printed, one score or a list"
SCORE = Kind(StoredScore, "no_score", PRINTED)
SCORES: Kind[Any] = Kind(Any, "bad_json", PRINTED)
