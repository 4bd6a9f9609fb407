"""A new corpus project with articles and labels in it, and its workflow, run as in CI."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from conftest import ROOT
from miyar.annotation import Annotation, read_annotations
from miyar.article import Article
from miyar.labelstudio.tasks.task import results, task
from miyar.scheme import Scheme, read_scheme

BASELINE, CANDIDATE = "corpus/predictions/lexicon@1", "corpus/predictions/mine@1"


def fill(project: Path, demo_articles: Mapping[str, Article]) -> None:
    """Put twelve articles into a new project, and the export of what one annotator made of them."""
    scheme = read_scheme(project / "annotation_config" / "labels.toml")
    views = read_annotations(ROOT / "corpus" / "annotations" / "demo" / "A1.jsonl")
    tasks = []
    for number, (view, copy) in enumerate(product(views, range(3))):
        article = replace(demo_articles[view.article], id=f"{view.article}-{copy}")
        file = project / "corpus" / "articles" / f"{article.id}.txt"
        file.write_text(article.text, encoding="utf-8", newline="")
        tasks.append(exported(article, view, scheme, number))
    batch = project / "corpus" / "annotations" / "1"
    batch.mkdir()
    (batch / "export.json").write_text(json.dumps(tasks), encoding="utf-8")


def exported(article: Article, view: Annotation, scheme: Scheme, number: int) -> dict[str, Any]:
    """Return a task as Label Studio exports it."""
    annotation = {
        "id": number,
        "completed_by": 1,
        "was_cancelled": False,
        "lead_time": 2.5,
        "created_at": "2026-11-22T11:00:00Z",
        "updated_at": "2026-11-22T12:00:00.000000Z",
        "result": results(view.spans, view.arguments, article, scheme),
    }
    return {"id": number, **task(article, scheme, ""), "annotations": [annotation], "drafts": []}


def workflow() -> tuple[list[str], dict[str, str]]:
    """Return the lines that the workflow runs, and its environment."""
    document = yaml.safe_load(Path(".github/workflows/gate.yml").read_text(encoding="utf-8"))
    steps = document["jobs"]["gate"]["steps"]
    return [step["run"] for step in steps if "run" in step], document["env"]


def in_bash(line: str, settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a line as a workflow does."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", line]
    return subprocess.run(
        command, env=os.environ | dict(settings), capture_output=True, text=True, check=False
    )
