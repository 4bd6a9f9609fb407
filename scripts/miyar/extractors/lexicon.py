"""A first, honest baseline: names learnt from annotations, found again in normalised Arabic.

An entry is a sequence of normalised words, the first without ال. It is looked up at every word, with and
without attached particles, longest entry first; entries may nest, and crossing ones are left out.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from miyar.arabic import WORD, Normalised, normalise, stems, without_article
from miyar.article import Article
from miyar.errors import DataError, Problem, UsageError
from miyar.extractors.model import Extraction, PredictedSpan, Settings
from miyar.offsets import Range
from miyar.records import read_bytes
from miyar.spantable import Views

RELEASE = "1"
MINIMUM_SHARE = 0.5

Key = tuple[str, ...]


class Word(NamedTuple):
    """A normalised word and its normalised offsets."""

    form: str
    start: int
    end: int


class Match(NamedTuple):
    """An entry found in an article, at original offsets."""

    key: Key
    place: Range


@dataclass(frozen=True, slots=True)
class Evidence:
    """How often an article has each entry with each label, and how often it has it at all."""

    labelled: Mapping[Key, Counter[str]]
    occurrences: Counter[Key]


def lexicon(articles: Sequence[Article], settings: Settings) -> Extraction:
    """Return what the lexicon finds; it is learnt from `settings.gold` or read from `settings.lexicon`.

    With `leave_one_out` each article's own annotation is left out of what its lexicon is learnt from.
    An entry counts when at least half of its occurrences in the annotated articles carry its label.
    """
    if (settings.gold is None) == (settings.lexicon is None):
        raise UsageError("the lexicon learns from --gold or reads --lexicon: give one of the two")
    if settings.lexicon:
        entries = _read_entries(settings.lexicon)
        digest = hashlib.sha256(settings.lexicon.read_bytes()).hexdigest()
        spans = (_find(article, entries) for article in articles)
        return Extraction("lexicon", RELEASE, spans, {"lexicon_sha256": digest})
    if settings.gold is None:
        raise TypeError("neither a gold nor a file, which is refused above")
    evidence = _evidence(settings.gold)
    return Extraction(
        "lexicon",
        RELEASE,
        _learnt(articles, evidence, settings.leave_one_out),
        {
            "leave_one_out": settings.leave_one_out,
            "minimum_share": MINIMUM_SHARE,
            "gold": settings.gold.digest,
        },
        tuple(sorted(digest for digest in settings.gold.articles.sha256s if digest)),
    )


def _learnt(
    articles: Sequence[Article], evidence: Mapping[str, Evidence], leave_one_out: bool
) -> Iterator[tuple[PredictedSpan, ...]]:
    total = _total(evidence.values())
    everything = _entries(total)
    for article in articles:
        own = evidence.get(article.id)
        entries = _entries(_without(total, own)) if leave_one_out and own else everything
        yield _find(article, entries)


def _evidence(gold: Views) -> dict[str, Evidence]:
    """Return the evidence of each annotated article, by its id, for every entry of any of them."""
    spans, texts = gold.spans, gold.articles.texts or ()
    labelled: list[dict[Key, Counter[str]]] = [defaultdict(Counter) for _ in texts]
    columns = (column.tolist() for column in (spans.article, spans.start, spans.end, spans.label))
    for article, start, end, label in zip(*columns, strict=True):
        key = _key(texts[article][start:end])
        if key:
            labelled[article][key][gold.codes[label]] += 1
    keys = {key for counts in labelled for key in counts}
    return {
        identity: Evidence(counts, _occurrences(text, keys))
        for identity, text, counts in zip(gold.articles.ids, texts, labelled, strict=True)
    }


def _occurrences(text: str, keys: set[Key]) -> Counter[Key]:
    """Return how often each key stands in a text, whatever other keys there are."""
    words = _words(normalise(text).text)
    longest = max(map(len, keys), default=0)
    return Counter(
        key for index in range(len(words)) for _, _, key in _keys_at(index, words, longest) if key in keys
    )


def _total(evidence: Iterable[Evidence]) -> Evidence:
    labelled: dict[Key, Counter[str]] = defaultdict(Counter)
    occurrences = Counter[Key]()
    for one in evidence:
        occurrences.update(one.occurrences)
        for key, counts in one.labelled.items():
            labelled[key].update(counts)
    return Evidence(labelled, occurrences)


def _without(total: Evidence, own: Evidence) -> Evidence:
    """Return the evidence of all articles but one."""
    labelled = {
        key: counts - own.labelled[key] if key in own.labelled else counts
        for key, counts in total.labelled.items()
    }
    return Evidence(labelled, total.occurrences - own.occurrences)


def _entries(evidence: Evidence) -> dict[Key, tuple[str, ...]]:
    """Return the labels of each entry that carries them in at least MINIMUM_SHARE of its occurrences."""
    entries = {}
    for key, counts in evidence.labelled.items():
        seen = evidence.occurrences[key]
        labels = tuple(sorted(label for label, count in counts.items() if count >= MINIMUM_SHARE * seen))
        if labels:
            entries[key] = labels
    return entries


def _find(article: Article, entries: Mapping[Key, tuple[str, ...]]) -> tuple[PredictedSpan, ...]:
    return tuple(
        PredictedSpan(match.place.start, match.place.end, label)
        for match in _matches(article.text, entries.keys())
        for label in entries[match.key]
    )


def _matches(text: str, keys: Iterable[Key]) -> list[Match]:
    """Return where entries stand, longest first at each word, without those that cross one before them."""
    wanted = set(keys)
    longest = max(map(len, wanted), default=0)
    normalised = normalise(text)
    words = _words(normalised.text)
    found: list[Match] = []
    open_matches: list[Match] = []
    for index in range(len(words)):
        for match in _matches_at(index, words, wanted, longest, normalised):
            open_matches = [other for other in open_matches if other.place.end > match.place.start]
            if not any(_crosses(match.place, other.place) for other in open_matches):
                found.append(match)
                open_matches.append(match)
    return found


def _matches_at(
    index: int, words: Sequence[Word], wanted: set[Key], longest: int, normalised: Normalised
) -> Iterator[Match]:
    """Yield the entries that begin in a word, the longest first; one reading of each length."""
    lengths = set[int]()
    for offset, end, key in _keys_at(index, words, longest):
        if key in wanted and len(key) not in lengths:
            lengths.add(len(key))
            yield Match(key, normalised.original(words[index].start + offset, end))


def _keys_at(index: int, words: Sequence[Word], longest: int) -> Iterator[tuple[int, int, Key]]:
    """Yield what may begin in a word, longest first: its offset in the word, its end, its key."""
    readings = list(stems(words[index].form))
    following = tuple(word.form for word in words[index + 1 : index + longest])
    for length in range(len(following) + 1, 0, -1):
        for stem in readings:
            yield stem.offset, words[index + length - 1].end, (stem.form, *following[: length - 1])


def _key(surface: str) -> Key:
    """Return the entry of a labelled text, empty where it has no word."""
    first, *rest = [word.form for word in _words(normalise(surface).text)] or [""]
    return (without_article(first), *rest) if first else ()


def _words(text: str) -> list[Word]:
    return [Word(word[0], *word.span()) for word in WORD.finditer(text)]


def _crosses(one: Range, other: Range) -> bool:
    """Return whether two ranges overlap and neither lies in the other."""
    overlap = max(one.start, other.start) < min(one.end, other.end)
    nested = (one.start <= other.start and other.end <= one.end) or (
        other.start <= one.start and one.end <= other.end
    )
    return overlap and not nested


def _read_entries(path: Path) -> dict[Key, tuple[str, ...]]:
    """Return the entries of a lexicon file: tab-separated name and label, one entry per line."""
    entries: dict[Key, tuple[str, ...]] = {}
    problems = []
    try:
        lines = read_bytes(path).decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, label = line.partition("\t")
        key = _key(name)
        if key and label.strip():
            entries[key] = tuple(sorted({*entries.get(key, ()), label.strip()}))
        else:
            problems.append(Problem("bad_entry", f"{path}:{number}", repr(line), "NAME, a tab, LABEL"))
    if problems:
        raise DataError(problems)
    return entries
