"""What became of all lines and tags: as a record, and as the rows of a table."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from miyar.conll.model import Corpus

LEDGER_HEAD = ("", "count", "nested", "")


def summary(corpus: Corpus) -> dict[str, Any]:
    """Return the counts of a corpus and its sources, without the places of slips and notes."""
    return {
        "sources": [source._asdict() for source in corpus.sources],
        "articles": len(corpus.articles),
        "sentences": corpus.sentences,
        "lines": dict(corpus.lines),
        "tags": dict(corpus.tags),
        "entities": {code: count._asdict() for code, count in corpus.entities.items()},
        "slips": dict(_codes(corpus)["slip"]),
        "notes": dict(_codes(corpus)["note"]),
    }


def ledger_rows(corpus: Corpus) -> Iterator[tuple[str, str, str, str]]:
    """Yield the rows under LEDGER_HEAD: a kind, its count, how many of them are nested, what they are."""
    counts = corpus.entities.values()
    begun, same = sum(count.begun for count in counts), sum(count.duplicates for count in counts)
    entities, nested = sum(count.entities for count in counts), sum(count.nested for count in counts)
    yield ("articles", str(len(corpus.articles)), "", "")
    yield ("sentences", str(corpus.sentences), "", "")
    yield ("lines", str(corpus.lines.total()), "", _parts(corpus.lines))
    yield ("tags", str(corpus.tags.total()), "", _parts(corpus.tags))
    yield ("entities", str(entities), str(nested), f"{begun} begun, {same} the same as another")
    for code, count in corpus.entities.items():
        yield (code, str(count.entities), str(count.nested), "")
    for kind, codes in _codes(corpus).items():
        for code, number in codes.most_common():
            yield (kind, str(number), "", code)


LOST = {
    "bad_label": ("label that is no code", "labels that are no codes"),
    "unknown_label": ("label that is not of the scheme", "labels that are not of the scheme"),
    "only_white_space": ("tag of white space", "tags of white space"),
    "bad_tag": ("tag that is none", "tags that are none"),
    "no_token": ("tag without a token", "tags without a token"),
}
SURELY_ENTITIES = ("bad_label", "unknown_label", "only_white_space")


def lost_entities(corpus: Corpus) -> str:
    """Return in words what was taken aside where that may have been all entities; "" where some are left.

    Where labels are known, a tag that is none may as well have been an O that is misspelt.
    """
    counts = Counter(slip.problem.code for slip in corpus.slips)
    if any(count.entities for count in corpus.entities.values()):
        return ""
    if corpus.labels and not any(counts[code] for code in SURELY_ENTITIES):
        return ""
    lost = ((counts[code], words) for code, words in LOST.items() if counts[code])
    return ", ".join(f"{count} {words[count != 1]}" for count, words in lost)


def _codes(corpus: Corpus) -> Mapping[str, Counter[str]]:
    return {
        "slip": Counter(slip.problem.code for slip in corpus.slips),
        "note": Counter(note.code for note in corpus.notes),
    }


def _parts(counts: Counter[Any]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
