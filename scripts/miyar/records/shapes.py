"""The shapes of what comes in, one structure each; a field that is not named here is not read."""

from typing import Annotated, Any, Literal, TypedDict

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


TASKS = Kind(list[dict[str, Any]], "bad_task", '[{"data": {"article": "…", "text": "…", …}}, …]', halves=True)


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


class DataHead(TypedDict, total=False):
    """What of a task's data says which article it is."""

    article: Any


class AnnotationHead(TypedDict, total=False):
    """What of an annotation says whose it is and whether it counts."""

    id: Any
    completed_by: Any
    was_cancelled: Any
    updated_at: Any
    unique_id: Any


class TaskHead(TypedDict, total=False):
    """A task without its results."""

    id: Any
    project: Any
    updated_at: Any
    data: DataHead
    annotations: list[AnnotationHead]
    drafts: list[msgspec.Raw] | None


class RegionValue(msgspec.Struct, gc=False):
    """Where a region is, and what the annotator chose or typed there."""

    start: Whole
    end: Whole
    text: str | list[str] | None = None
    labels: list[str] = []


class RegionResult(msgspec.Struct, tag_field="type", tag="labels", gc=False):
    """A region with its label."""

    id: str
    from_name: str
    value: RegionValue


class TypedResult(msgspec.Struct, tag_field="type", tag="textarea", gc=False):
    """A text that was typed for a region."""

    id: str
    from_name: str
    value: RegionValue


class RelationResult(msgspec.Struct, tag_field="type", tag="relation", gc=False):
    """A relation between two regions."""

    from_id: str
    to_id: str
    labels: list[str] | None = None
    direction: Literal["right", "left", "bi"] = "right"


Result = RegionResult | TypedResult | RelationResult


class SubmittedAnnotation(msgspec.Struct):
    """An annotation as the server exports it, with nothing unusual in it."""

    result: list[Result]
    id: int
    completed_by: int
    was_cancelled: Literal[False] = False
    lead_time: float | None = None
    created_at: str | None = None
    updated_at: str | None = None


class TaskData(msgspec.Struct):
    """The data of a task that miyar made."""

    article: str
    sha256: str
    text: str
    scheme: str


class LabelledTask(msgspec.Struct):
    """A task as the server exports it, with nothing unusual in it."""

    data: TaskData
    annotations: list[SubmittedAnnotation]
    id: int
    project: int | None = None


class PulledProject(msgspec.Struct):
    """What a manifest says of a project that was pulled."""

    file: str | None = None
    sha256: str | None = None
    id: int | None = None
    title: str | None = None
    newest: str | None = None


class ManifestFile(msgspec.Struct):
    """What manifest.json says of a batch; one that was made by hand need not list projects.

    `asked` is when the server was asked, by its own clock; `pulled` is the same by the client's.
    `url` is the address of the server at that time.
    """

    server: str
    annotators: dict[str, str]
    asked: str | None = None
    pulled: str | None = None
    since: str | None = None
    url: str | None = None
    projects: list[PulledProject] | None = None


MANIFEST_FILE = Kind(
    ManifestFile,
    "bad_manifest",
    '{"server": "…", "annotators": {"USER ID": "A1"}}, who is who in the exports beside it',
)


class MadeOf(msgspec.Struct):
    """What import.json says of the exports that a dataset was made of."""

    exports: list[dict[str, Any]] = []


MADE_OF = Kind(MadeOf, "bad_json", "import.json as import-annotations writes it")


class MappedData(msgspec.Struct, forbid_unknown_fields=True):
    """Which fields of a task's data hold its text, its id and metadata."""

    text: str = "text"
    id: str | None = None
    metadata: dict[str, str] = {}


class MappingFile(msgspec.Struct, forbid_unknown_fields=True):
    """What the names of a foreign project mean; false leaves out."""

    data: MappedData = msgspec.field(default_factory=MappedData)
    labels: dict[str, dict[str, str | bool]] = {}
    controls: dict[str, str | bool] = {}
    roles: dict[str, str | bool] = {}


MAPPING = Kind(
    MappingFile,
    "bad_mapping",
    '[data] text = "…", [labels.CONTROL] "NAME" = "CODE", [controls] NAME = false, [roles] "NAME" = "CODE"',
)
