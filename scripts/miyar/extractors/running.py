"""Runs an extractor over articles and writes what it found as a predictions folder."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from miyar.article import Article
from miyar.extractors.model import Extraction, PredictedSpan
from miyar.predictions import write_predictions
from miyar.terminal import tracked


def write_extraction(extraction: Extraction, articles: Sequence[Article], output: Path) -> Counter[str]:
    """Write the predictions folder of an extraction from these articles; return the spans of each label."""
    labels = Counter[str]()
    lines = _lines(articles, tracked(extraction.spans, "extracting", len(articles)), labels)
    write_predictions(output, _release(extraction), lines)
    return labels


def _lines(
    articles: Sequence[Article], spans: Iterable[tuple[PredictedSpan, ...]], labels: Counter[str]
) -> Iterator[dict[str, Any]]:
    for article, found in zip(articles, spans, strict=True):
        labels.update(span.label for span in found)
        yield {"article": article.id, "sha256": article.sha256, "spans": [span.to_dict() for span in found]}


def _release(extraction: Extraction) -> dict[str, Any]:
    return {
        "name": extraction.name,
        "release": extraction.release,
        "leave_one_out": bool(extraction.parameters.get("leave_one_out")),
        "learnt_from": list(extraction.learnt_from),
        "parameters": dict(extraction.parameters),
    }
