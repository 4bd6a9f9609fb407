"""The classes that the entities of both sides fall into: by computed properties and by fields of metadata.

Every property but `nesting` looks at a span's own place, text and label and at the articles, never at the
other spans of its side: a match is in the same class on both sides.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from miyar.arabic import WORD, follows_particles, normalised_text, word_start
from miyar.errors import UsageError
from miyar.matching import cells, span_rows
from miyar.predictions import Predictions
from miyar.scheme import one_of
from miyar.scoring.characters import Characters, characters, normalised_texts
from miyar.scoring.nesting import NESTING, nesting
from miyar.scoring.seen import SEEN, seen
from miyar.scoring.sides import Sides
from miyar.spantable import Column, SpanTable, Views
from miyar.tokens import token_table

NONE, FAULTY, NO_MATCH = "(none)", "(faulty)", "(no match)"
ARTICLE_LENGTHS = ("under 500", "500–1,999", "2,000–4,999", "5,000 and more")
ARTICLE_LENGTH_BOUNDS = (500, 2000, 5000)
SPAN_LENGTHS = ("0", "1", "2", "3–4", "5 and more")
SPAN_LENGTH_BOUNDS = (1, 2, 3, 5)
PARTICLE = ("attached", "inside a word", "none")
HAMZA = ("written", "left out", "none")

MANY_LETTERS = 3  # more than any attached particles have
_HAMZA_PARTS = re.compile("[\u0621\u0653-\u0655]")  # NFKD makes أ إ آ ؤ ئ of a carrier and one of these


class Classes(NamedTuple):
    """The names of classes, and for each entity, the gold's first, the index of its class."""

    names: tuple[str, ...]
    of_entity: Column


@dataclass(frozen=True, slots=True)
class Context:
    """What properties are computed from.

    `training` has the annotations of articles that the extractor learnt from, as far as the gold has not.
    """

    sides: Sides
    gold: Views
    predictions: Predictions
    training: Views | None = None

    @property
    def spans(self) -> SpanTable:
        """Return the entities of both sides, the gold's first."""
        tables = (self.sides.gold.entities.spans, self.sides.predicted.entities.spans)
        names = ("article", "start", "end", "label")
        return SpanTable(*(np.concatenate([getattr(table, name) for table in tables]) for name in names))

    @property
    def characters(self) -> Characters:
        """Return the code points of the gold's texts, which are there, with the entities' ranges."""
        inside = [side.entities.inside for side in (self.sides.gold, self.sides.predicted)]
        return characters(self.gold.articles.texts or (), self.spans, np.concatenate(inside))


@dataclass(frozen=True, slots=True)
class Property:
    """How entities are put in classes, and what of the gold that needs."""

    classes: Callable[[Context], Classes]
    needs: Literal["texts", "lengths"] | None = None


def classes(field: str, context: Context) -> Classes:
    """Return the classes of a computed property, or else of a field of metadata.

    Raises UsageError where it is neither, and where the gold has no texts for a property that needs them.
    """
    if field not in PROPERTIES:
        return _metadata(field, context)
    chosen = PROPERTIES[field]
    if chosen.needs and getattr(context.gold.articles, chosen.needs) is None:
        raise UsageError(
            f"--by {field}: the gold {context.gold.name} has no texts; give the articles: --articles PATH"
        )
    return chosen.classes(context)


def _metadata(field: str, context: Context) -> Classes:
    """Return the values of a field of the articles; faulty spans have their article's too."""
    found = context.gold.articles.metadata.get(field)
    if found is None:
        expected = one_of(field, [*PROPERTIES, *context.gold.articles.metadata])
        raise UsageError(
            f"--by {field}: neither a property nor metadata of an article of {context.gold.name}; "
            f"expected {expected}; more metadata may come with --articles PATH"
        )
    values = [value if value and value.strip() else NONE for value in found]
    names = tuple(sorted(set(values)))
    place = {name: number for number, name in enumerate(names)}
    return Classes(names, np.array([place[value] for value in values], np.int64)[context.spans.article])


def _article_length(context: Context) -> Classes:
    """Return classes by the code points of the article; faulty spans have their article's too."""
    of_article = np.digitize(np.asarray(context.gold.articles.lengths, np.int64), ARTICLE_LENGTH_BOUNDS)
    return Classes(ARTICLE_LENGTHS, of_article[context.spans.article])


def _span_length(context: Context) -> Classes:
    """Return classes by the words that a span overlaps; white space (`str.isspace`) parts words."""
    ranges = context.characters
    white = ranges.where(str.isspace)
    begins = np.flatnonzero(white[:-1] & ~white[1:]) + 1
    ends = np.flatnonzero(~white[:-1] & white[1:]) + 1
    words = np.searchsorted(begins, ranges.end) - np.searchsorted(ends, ranges.start, side="right")
    return _faulty_apart(SPAN_LENGTHS, np.digitize(words, SPAN_LENGTH_BOUNDS), ranges)


def _decision(context: Context) -> Classes:
    """Return how the gold's spans were decided; a predicted one has the class of its match, or none."""
    decisions = context.gold.decisions
    if decisions is None:
        raise UsageError(
            f"--by decision: {context.gold.name} does not say how its spans were decided; "
            "an adjudicated gold does"
        )
    names = (*sorted(set(decisions)), NO_MATCH)
    place = {name: number for number, name in enumerate(names)}
    gold, predicted = context.sides.gold.entities, context.sides.predicted.entities
    of_gold = np.array([place[one] for one in decisions], np.int64)[gold.rows]
    both = cells(span_rows(gold.spans), span_rows(predicted.spans))
    both = both.where(both.gold & both.predicted)
    of_predicted = np.full(len(predicted.spans), place[NO_MATCH])
    of_predicted[both.predicted_row] = of_gold[both.gold_row]
    return Classes(names, np.concatenate([of_gold, of_predicted]))


def _nesting(context: Context) -> Classes:
    """Return how the spans of each side nest; a faulty one is flat, as it is in the measure `nesting`."""
    sides = (context.sides.gold, context.sides.predicted)
    return Classes(NESTING, np.concatenate([nesting(side.entities) for side in sides]))


def _particle(context: Context) -> Classes:
    """Return what stands before a span in its word: only attached particles, other letters, or nothing.

    Marks, tatweel and whatever else normalisation drops are no letters.
    """
    ranges = context.characters
    outside = np.flatnonzero(ranges.where(lambda character: word_start(character, 1) == 1))
    letters = np.flatnonzero(ranges.where(lambda character: normalised_text(character) != ""))
    word = outside[np.searchsorted(outside, ranges.start) - 1] + 1
    far = np.append(np.zeros(MANY_LETTERS, np.int64), letters)[np.searchsorted(letters, ranges.start)]
    found = ranges.texts_at(np.maximum(word, far), ranges.start + 1)
    of_text = np.array([PARTICLE.index(_before_last(text)) for text in found.distinct], np.int64)
    return _faulty_apart(PARTICLE, of_text[found.of_range], ranges)


def _before_last(text: str) -> str:
    """Return the class of a span that begins with the text's last character; the others are of one word."""
    start = len(text) - 1
    if follows_particles(text, start):
        return "attached"
    goes_on = word_start(text, len(text)) == 0
    return "inside a word" if goes_on and normalised_text(text[:start]) else "none"


def _hamza(context: Context) -> Classes:
    """Return whether a span has a hamza, or else a word that the gold's texts have with one elsewhere.

    Words are word tokens and are compared normalised. Madda is a hamza, alif wasla is none.
    """
    ranges = context.characters
    forms = _forms_with_hamza(context.gold.articles.texts or ())
    found = ranges.texts
    tokens = token_table(found.distinct)
    words = characters(found.distinct, tokens).texts
    has_one = np.array([form in forms for form in normalised_texts(words.distinct)], bool)[words.of_range]
    left_out = np.bincount(tokens.article[has_one], minlength=len(found.distinct)) > 0
    index = np.select([ranges.have(_is_hamza), left_out[found.of_range]], [0, 1], 2)
    return _faulty_apart(HAMZA, index, ranges)


def _forms_with_hamza(texts: Sequence[str]) -> frozenset[str]:
    """Return the normalised forms of the words in the texts that have a hamza."""
    words = characters(texts, token_table(texts))
    has = words.have(_is_hamza)
    found = words.texts_at(words.start[has], words.end[has])
    return frozenset(filter(WORD.fullmatch, normalised_texts(found.distinct)))


def _is_hamza(character: str) -> bool:
    return _HAMZA_PARTS.search(unicodedata.normalize("NFKD", character)) is not None


def _seen(context: Context) -> Classes:
    """Return whether the extractor had seen a span's text labelled when it read the article."""
    ranges = context.characters
    training = context.training
    known = seen(
        context.spans, ranges.texts, context.sides.inventory, context.predictions, context.gold, training
    )
    return _faulty_apart(SEEN, known, ranges)


def _faulty_apart(names: tuple[str, ...], index: Column, ranges: Characters) -> Classes:
    return Classes((*names, FAULTY), np.where(ranges.inside, index, len(names)))


PROPERTIES: Mapping[str, Property] = {
    "article_length": Property(_article_length, needs="lengths"),
    "span_length": Property(_span_length, needs="texts"),
    "nesting": Property(_nesting),
    "seen": Property(_seen, needs="texts"),
    "particle": Property(_particle, needs="texts"),
    "hamza": Property(_hamza, needs="texts"),
    "decision": Property(_decision),
}
"""To add a property, write a function from a Context to Classes and name it here with what it needs."""
