"""Files of every kind that is read, how each is built, and what is done with it."""

import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from conftest import ROOT
from imported import Import
from marked import marked
from miyar.annotation import Annotation, read_annotations
from miyar.article import METADATA_FIELDS, Article, chosen_articles, found_articles, read_articles
from miyar.cleaning import clean_articles
from miyar.commands.verification import Places, verify
from miyar.comparison import count_systems, read_gate
from miyar.conll import Layout, read_conll
from miyar.dataset import read_gold, with_articles, write_dataset
from miyar.dataset.layout import parquet_file
from miyar.errors import MiyarError
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.sync.batch import known_pseudonyms, since_when
from miyar.labelstudio.tasks.file import read_task_file
from miyar.labelstudio.tasks.suggestions import suggested_results
from miyar.labelstudio.tasks.task import results, task
from miyar.predictions import Missing, Policy, Unknown, read_predictions
from miyar.scheme import Scheme, read_scheme
from miyar.scoring import Choices, score

CONFIG = ROOT / "annotation_config" / "labels.toml"
A = marked(
    "[هاجم]ATTACK:t [مسلحون]PERS:p 🙂 [الثكنة]FAC:f في [جنيف]GPE:g@Q71 [أمس]DATE:d=2024-05-03",
    "t AGENT p",
    "t PLACE g",
)
B = marked("قال [سالم]PERS:s إن [8]CARDINAL:c=8 وصلوا")
ARTICLES = (Article("a", A.text, {"source": "x"}), Article("b", B.text))
CONLL = "-DOCSTART- O\n\nوصل O\nسالم B-PER\nعلي I-PER\nإلى O\nعدن B-LOC B-X\n\n#وسم O\n. O\n"
GATE = """
[[non_inferiority]]
measure = "entities.strict"
of = ["PERS"]
margin = 0.01
undecided = "pass"
[[floor]]
by = "source"
f1 = 0.6
on = "interval"
"""


class Kind(NamedTuple):
    """A kind of file: its name, how it is built, what is done with it."""

    name: str
    form: str
    data: bytes
    use: Callable[[Path, Scheme], None]


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def lines(*values: Any) -> bytes:
    return b"".join(dumped(value) + b"\n" for value in values)


def exported(scheme: Scheme) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            **task(article, scheme, "g"),
            "annotations": [
                {
                    "id": 10 * number + user,
                    "completed_by": user,
                    "was_cancelled": False,
                    "unique_id": f"u{number}{user}",
                    "lead_time": 2.5,
                    "created_at": "2026-01-01T00:00:00Z",
                    "updated_at": "2026-01-01T00:00:00Z",
                    "result": results(source.spans, source.arguments, article, scheme),
                }
                for user in (1, 2)
            ],
            "drafts": [],
            "project": 1,
        }
        for number, (article, source) in enumerate(zip(ARTICLES, (A, B), strict=True))
    ]


def annotated() -> bytes:
    return lines(
        *(
            Annotation(article.id, article.sha256, "gold", source.spans, arguments=source.arguments).to_dict()
            for article, source in zip(ARTICLES, (A, B), strict=True)
        )
    )


def predicted() -> bytes:
    return lines(
        *(
            {
                "article": article.id,
                "sha256": article.sha256,
                "text": article.text,
                "spans": [{**span.to_dict(), "score": 0.5} for span in source.spans],
                "arguments": [{"trigger": 0, "entity": 1, "role": "AGENT"}] if source is A else [],
            }
            for article, source in zip(ARTICLES, (A, B), strict=True)
        )
    )


def import_export(path: Path, scheme: Scheme) -> None:
    """Import an export, hold its ledger and its offsets, and write it."""
    known = {article.id: article for article in ARTICLES}
    imported = Import(find_exports([path]), known, scheme)
    found = list(imported.annotations())
    list(imported.ledger.entries())
    for one in found:
        assert all(span.text == known[one.article].text[span.start : span.end] for span in one.spans)
    if found:
        folder = path.parent / "dataset"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        counts = write_dataset(folder, found, known, scheme)
        assert pq.read_table(parquet_file(folder)).num_rows == len(found)
        assert counts.total() == sum(len(one.spans) for one in found)
        assert list(read_annotations(folder / "annotations.jsonl")) == found


def use_manifest(path: Path, scheme: Scheme) -> None:
    (path.parent / "A1.json").write_bytes(dumped(exported(scheme)))
    manifest = path.parent / "manifest.json"
    path.replace(manifest)
    try:
        known_pseudonyms(path.parent, "s", None)
        for use in (lambda: since_when(str(path.parent)), lambda: find_exports([path.parent])):
            with suppress(MiyarError):
                use()
    finally:
        manifest.unlink()


def score_gold(path: Path, scheme: Scheme) -> None:
    gold = with_articles(read_gold(path, scheme, None), ARTICLES)
    assert gold.inside.all()
    texts = gold.articles.texts or ()
    for article, start, end in zip(gold.spans.article, gold.spans.start, gold.spans.end, strict=True):
        assert texts[article][start:end].strip() == texts[article][start:end] != ""


def score_predictions(path: Path, scheme: Scheme) -> None:
    file = path.parent / "gold.jsonl"
    file.write_bytes(annotated())
    gold = with_articles(read_gold(file, scheme), ARTICLES)
    policy = Policy(Missing.EMPTY, Unknown.IGNORE)
    found = read_predictions(path, gold, scheme, policy)
    measure = score(gold, found, scheme, Choices(samples=0)).to_dict()
    json.dumps(measure, allow_nan=False)


def use_release(path: Path, scheme: Scheme) -> None:
    release, predictions = path.parent / "release.toml", path.parent / "predictions.jsonl"
    path.replace(release)
    predictions.write_bytes(predicted())
    try:
        score_predictions(predictions, scheme)
    finally:
        release.unlink()


def clean(path: Path, scheme: Scheme) -> None:
    for one in clean_articles(found_articles([path], "text", "id"), None):
        json.dumps([str(one)], ensure_ascii=False)


def use_articles(path: Path, scheme: Scheme) -> None:
    with suppress(MiyarError):
        clean(path, scheme)
    for article in read_articles([path]):
        json.dumps({**article.metadata, "text": article.text}, ensure_ascii=False).encode()


def use_metadata(path: Path, scheme: Scheme) -> None:
    folder = path.parent / "texts"
    folder.mkdir(exist_ok=True)
    for article in ARTICLES:
        (folder / f"{article.id}.txt").write_text(article.text, encoding="utf-8", newline="")
    path.replace(folder / "metadata.jsonl")
    use_articles(folder, scheme)


def use_conll(path: Path, scheme: Scheme) -> None:
    for layout in (Layout(), Layout(comments="#")):
        corpus = read_conll([path], layout)
        texts = {article.id: article.text for article in corpus.articles}
        for one in corpus.annotations:
            assert all(span.text == texts[one.article][span.start : span.end] for span in one.spans)


def use_gate(path: Path, scheme: Scheme) -> None:
    read_gate(path, rows(path.parent))


@cache
def rows(folder: Path) -> Mapping[str, Any]:
    """Return what a gate can be about, counted once."""
    scheme = read_scheme(CONFIG)
    (folder / "gold.jsonl").write_bytes(annotated())
    (folder / "p.jsonl").write_bytes(predicted())
    gold = with_articles(read_gold(folder / "gold.jsonl", scheme), ARTICLES)
    found = read_predictions(folder / "p.jsonl", gold, scheme)
    choices = Choices(samples=0, comparison=False, by=("source",))
    return count_systems(gold, [found, found], scheme, choices).rows


def use_score(path: Path, scheme: Scheme) -> None:
    verify(path, CONFIG.parent, Places())


INPUTS = {"gold": "g", "predictions": "p", "by": ["source"], "seed": 5}
SCORED = {"layers": {"entities": {}}, "inputs": INPUTS}
KNOWN = dict.fromkeys(METADATA_FIELDS, "x")
METADATA = tuple({"id": one.id, **KNOWN, "sha256": one.sha256} for one in ARTICLES)
LINES = tuple({"id": one.id, "text": one.text, "by": {"n": ["x"]}} for one in ARTICLES)
RELEASE = b'name = "m"\nrelease = "1"\nlearnt_from = ["0"]\nlabels = "scheme"\n'
LISTED = lines({"article": "a", "sha256": ARTICLES[0].sha256})


def kinds(scheme: Scheme) -> Mapping[str, Kind]:
    suggested = [{"model_version": "x@1", "result": results(A.spans, A.arguments, ARTICLES[0], scheme)}]
    tasks = [task(article, scheme, "g") for article in ARTICLES]
    tasks[0] = {"data": {**tasks[0]["data"], "blind": False}, "predictions": suggested}
    manifest = {
        "server": "s",
        "annotators": {"1": "A1", "2": "A2"},
        "pulled": "2026-01-01T00:00:00+00:00",
        "since": None,
        "projects": [{"file": "A1.json", "sha256": "0", "id": 1, "title": "T", "newest": "2026-01-01"}],
    }
    found = (
        Kind("export.json", "json", dumped(exported(scheme)), import_export),
        Kind("batch.json", "json", dumped(manifest), use_manifest),
        Kind("gold.jsonl", "lines", annotated(), score_gold),
        Kind("p.jsonl", "lines", predicted(), score_predictions),
        Kind(
            "r.toml",
            "toml",
            b'name = "m"\nrelease = "1"\nlearnt_from = ["0"]\nlabels = "scheme"\n',
            use_release,
        ),
        Kind("s.jsonl", "lines", predicted(), lambda path, of: void(suggested_results(path, ARTICLES, of))),
        Kind(
            "x.jsonl",
            "lines",
            lines(*({"id": a.id, "text": a.text, "by": {"n": ["x"]}} for a in ARTICLES)),
            use_articles,
        ),
        Kind("m.jsonl", "lines", lines(*METADATA), use_metadata),
        Kind(
            "only.jsonl",
            "lines",
            lines({"article": "a", "sha256": ARTICLES[0].sha256}),
            lambda path, of: void(chosen_articles(ARTICLES, path)),
        ),
        Kind("tasks.json", "json", dumped(tasks), lambda path, of: void(read_task_file(path, of))),
        Kind("c.txt", "text", CONLL.encode(), use_conll),
        Kind("labels.toml", "toml", CONFIG.read_bytes(), lambda path, of: void(read_scheme(path))),
        Kind("gate.toml", "toml", GATE.encode(), use_gate),
        Kind("scores.json", "json", dumped([SCORED]), use_score),
    )
    return {kind.name: kind for kind in found}


def void(value: object) -> None:
    """Take a value and forget it."""
