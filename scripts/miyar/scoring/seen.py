"""Which texts an extractor had seen labelled in the articles that it learnt from."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from miyar.article import text_sha256
from miyar.errors import UsageError
from miyar.predictions import Predictions
from miyar.scheme import Inventory
from miyar.scoring.characters import Texts, characters, normalised_texts
from miyar.spantable import Column, Mask, SpanTable, Views

SEEN = ("seen", "seen with another label", "unseen")

ALWAYS = 0  # the number of an article that the extractor knew whatever it read


class Mentions(NamedTuple):
    """Labelled texts as columns: numbers of the normalised text, of the label, of the article."""

    form: Column
    label: Column
    article: Column


class _Source(NamedTuple):
    """Annotations that the extractor learnt from: those of the chosen articles of the views."""

    views: Views
    chosen: Mask


def seen(
    spans: SpanTable,
    texts: Texts,
    inventory: Inventory,
    predictions: Predictions,
    gold: Views,
    training: Views | None = None,
) -> Column:
    """Return for each span the index in SEEN of what the extractor had seen when it read the article.

    Its text was labelled in an article that the extractor knew then: with the span's label, only with
    others, not at all. Texts are compared normalised and with single spaces, labels as they are scored;
    what is not scored as an entity is another label. An article is known by its SHA-256. The annotations
    are those of `training`, and the gold's for the articles that `training` has not; raises UsageError
    where an article has none.
    """
    known, others = predictions.learnt_from, predictions.others_learnt
    numbers = {sha256: number for number, sha256 in enumerate(sorted(others), 1)}
    numbers |= dict.fromkeys(known, ALWAYS)
    nobody = len(numbers) + 1
    own = np.array([numbers.get(sha256) or nobody for sha256 in _sha256s(gold)], np.int64)
    forms: dict[str, int] = {}
    asked = Mentions(_forms(texts, forms), spans.label, own[spans.article])
    sources = _sources(known | others, predictions, gold, training)
    held = _joined([_mentions(source, inventory, numbers, forms) for source in sources])
    labels = len(inventory.entities) + 1
    held_pair, asked_pair = (one.form * labels + one.label for one in (held, asked))
    same = _others_have(held_pair, asked_pair, held.article, asked.article)
    any_label = _others_have(held.form, asked.form, held.article, asked.article)
    return np.select([same, any_label], [0, 1], 2)


def _sources(
    learnt: frozenset[str], predictions: Predictions, gold: Views, training: Views | None
) -> Iterator[_Source]:
    """Yield where the learnt articles are annotated, each article once; raises UsageError if one is not."""
    left = set(learnt)
    for views in (training, gold):
        if views is None or not left:
            continue
        sha256s = _sha256s(views)
        chosen = np.array([sha256 in left for sha256 in sha256s], dtype=bool)
        if chosen.any() and views.articles.texts is None:
            raise UsageError(f"--training {views.name}: has no texts; give a dataset that has them")
        left.difference_update(sha256s)
        yield _Source(views, chosen)
    if left:
        raise UsageError(
            f"--by seen: {predictions.views.name} learnt from articles that are not annotated here: "
            f"{len(left)} of {len(learnt)}, such as the one with SHA-256 {min(left)[:12]}…; give a dataset "
            "that has them: --training GOLD"
        )


def _sha256s(views: Views) -> list[str]:
    """Return the SHA-256 of each article, that of its text where none is written, "" where none is known."""
    texts = views.articles.texts or [None] * len(views.articles)
    both = zip(views.articles.sha256s, texts, strict=True)
    return [sha256 or ("" if text is None else text_sha256(text)) for sha256, text in both]


def _mentions(
    source: _Source, inventory: Inventory, numbers: Mapping[str, int], forms: dict[str, int]
) -> Mentions:
    """Return what is labelled in the source; what is scored as no entity has a label of its own."""
    views, place = source.views, {code: index for index, code in enumerate(inventory.entities)}
    other = len(place)
    targets = [place.get(inventory.targets.get(code, ""), other) for code in views.codes]
    spans = views.spans.where(views.inside & source.chosen[views.spans.article])
    article = np.array([numbers.get(sha256, ALWAYS) for sha256 in _sha256s(views)], np.int64)
    found = characters(views.articles.texts or (), spans).texts
    return Mentions(_forms(found, forms), np.array([*targets, other])[spans.label], article[spans.article])


def _joined(parts: Sequence[Mentions]) -> Mentions:
    none = Mentions(*(np.zeros(0, np.int64) for _ in Mentions._fields))
    return Mentions(*(np.concatenate(columns) for columns in zip(none, *parts, strict=True)))


def _forms(texts: Texts, numbers: dict[str, int]) -> Column:
    """Return the number of the normalised text of each range; new texts get the next ones."""
    forms = (" ".join(form.split()) for form in normalised_texts(texts.distinct))
    return np.array([numbers.setdefault(form, len(numbers)) for form in forms], np.int64)[texts.of_range]


def _others_have(held: Column, asked: Column, holders: Column, own: Column) -> Mask:
    """Return which of the asked numbers are held in an article that is not the own one."""
    width = max(holders.max(initial=0), own.max(initial=0)) + 1
    distinct = np.unique(held * width + holders)
    number = np.bincount(distinct // width, minlength=int(asked.max(initial=0)) + 1)
    return number[asked] > np.isin(asked * width + own, distinct)
