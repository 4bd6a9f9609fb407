"""Reads the predictions of an extractor release for the articles of a gold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from miyar.errors import DataError, Problem
from miyar.predictions.articles import matched_lines
from miyar.predictions.columns import ARGUMENT_TYPE, attributes_of, typed_lists
from miyar.predictions.faults import argument_faults, span_faults, typed_label, value_faults
from miyar.predictions.lines import (
    ArticleLine,
    Release,
    prediction_lines,
    predictions_file,
    read_release,
    refuse_without_offsets,
    with_codes,
)
from miyar.predictions.model import SCHEME, Policy, Predictions
from miyar.scheme import NO_MAP, Attribute, Inventory, Scheme, inventory
from miyar.spanchecks import Checked, canonical_values, checked_spans, likely_cause
from miyar.spantable import (
    ABSENT,
    SPAN_TYPE,
    ArgumentTable,
    Column,
    Mask,
    SpanTable,
    Views,
    first_of_same,
    indices_in,
    integers,
    smallest_of_same,
    views_of,
)

Lines = Sequence[ArticleLine | None]


def read_predictions(
    path: Path, gold: Views, scheme: Scheme, policy: Policy | None = None, scored: Inventory | None = None
) -> Predictions:
    """Return the predictions of a folder or a JSON Lines file for the articles of the gold.

    `scored` is the inventory that they will be scored in, where it is not the scheme's own. Raises
    DataError for bad JSON, for articles that are missing, unknown, given twice or of another text as far
    as the policy does not allow them, and for predictions in the inventory of another map.
    """
    file = predictions_file(path)
    return checked_predictions(file, prediction_lines(file), gold, scheme, policy or Policy(), scored)


def checked_predictions(
    file: Path,
    found: Sequence[ArticleLine],
    gold: Views,
    scheme: Scheme,
    policy: Policy,
    scored: Inventory | None = None,
) -> Predictions:
    """Return the predictions of lines that were read from a file; raises DataError as `read_predictions`."""
    release, scored = read_release(file, scheme), scored or inventory(scheme)
    _refuse_other_inventory(file, release, scored)
    refuse_without_offsets(file, found)
    if release.labels == SCHEME:
        found = with_codes(found, scheme)
    lines, counts = matched_lines(found, gold, file, policy)
    codes = _known_codes(release, scheme, scored)
    given = _views(release.name, lines, gold, scheme, scored, codes)
    own = _own_texts(lines) if gold.articles.texts is not None else None
    checked = checked_spans(given, len(codes), own)
    views = replace(given, spans=_apart(checked))
    ends = _ends(views, _layers(views.codes, scheme, scored))
    first = _first_of_same(views)
    repeated = first != np.arange(len(views.spans))
    faults = (
        *span_faults(checked.codes, ~repeated, lines, given, codes, likely_cause(given, own) if own else ""),
        *argument_faults(ends.bad, lines, views.arguments.article),
        *value_faults(lines, scheme, scored),
    )
    collapsed = _collapsed(views, first, ends)
    counts.update(
        Counter(fault.code for fault in faults),
        trimmed=int(checked.trimmed.sum()),
        collapsed=int(repeated.sum()),
        collapsed_arguments=len(views.arguments) - len(collapsed.arguments),
    )
    return Predictions(
        views=collapsed,
        faults=faults,
        counts={code: count for code, count in counts.items() if count},
        learnt_from=frozenset() if release.leave_one_out else release.learnt_from,
        inventory=release.labels,
        others_learnt=release.learnt_from if release.leave_one_out else frozenset(),
    )


def _refuse_other_inventory(file: Path, release: Release, scored: Inventory) -> None:
    if release.labels in (SCHEME, scored.map):
        return
    found = f"{release.name} has the labels of the map {release.labels}"
    expected = "the scheme's labels" + ("" if scored.map == NO_MAP else f", or those of {scored.map}")
    problem = Problem("other_inventory", str(file), found, expected, f"score it with --map {release.labels}")
    raise DataError([problem])


def _known_codes(release: Release, scheme: Scheme, scored: Inventory) -> list[str]:
    """Return the codes that are not charged: those of the predictions' inventory and of what is scored."""
    own = [label.code for label in scheme.labels] if release.labels == SCHEME else []
    return list(dict.fromkeys([*own, *scored.codes]))


def _views(
    name: str, lines: Lines, gold: Views, scheme: Scheme, scored: Inventory, codes: Sequence[str]
) -> Views:
    spans = typed_lists([line.spans if line else [] for line in lines], SPAN_TYPE)
    arguments = typed_lists([line.arguments if line else [] for line in lines], ARGUMENT_TYPE)
    return views_of(
        name,
        gold.articles,
        spans,
        codes,
        roles=tuple(role.code for role in scheme.roles),
        arguments=_arguments(arguments, integers(spans.offsets), scheme),
        attributes=_attributes(lines, scheme, scored),
    )


def _own_texts(lines: Lines) -> list[str | None]:
    """Return the text that each span brings, None where it brings none."""
    spans = (span for line in lines if line for span in line.spans)
    texts = (span.get("text") if isinstance(span, dict) else None for span in spans)
    return [text if isinstance(text, str) else None for text in texts]


def _apart(checked: Checked) -> SpanTable:
    """Return the spans, those without offsets that bring another text than theirs, or cover none."""
    spans = checked.spans
    wrong = np.isin(checked.codes, ("other_text", "only_white_space"))
    start, end = (np.where(wrong, ABSENT, column) for column in (spans.start, spans.end))
    return SpanTable(spans.article, start, end, spans.label)


def _arguments(lists: pa.ListArray, offsets: Column, scheme: Scheme) -> ArgumentTable:
    """Return the arguments with the rows of their ends in the table of all spans; roles by code or name."""
    flat = lists.flatten()
    articles = np.asarray(pc.list_parent_indices(lists), dtype=np.int64)
    first, following = offsets[articles], offsets[articles + 1]

    def rows(name: str) -> Column:
        index = integers(pc.struct_field(flat, name))
        return np.where((index >= 0) & (index < following - first), first + index, ABSENT)

    role = pc.struct_field(flat, "role")
    codes, names = ([getattr(one, key) for one in scheme.roles] for key in ("code", "name"))
    by_code, by_name = indices_in(role, codes), indices_in(role, names)
    return ArgumentTable(
        articles, rows("trigger"), rows("entity"), np.where(by_code != ABSENT, by_code, by_name)
    )


def _attributes(lines: Lines, scheme: Scheme, scored: Inventory) -> dict[str, pa.Array]:
    """Return the scheme's attributes in their canonical form; a value that has none stays as it is."""
    spans = [span for line in lines if line for span in line.spans]
    if not any(isinstance(span, dict) and "attributes" in span for span in spans):
        return {}
    found = [attributes_of(span) for span in spans]
    labels = pa.array(
        [str(span.get("label")) if isinstance(span, dict) else "" for span in spans], pa.string()
    )

    def column(attribute: Attribute) -> pa.Array:
        def canonical(label: str, value: str) -> str:
            typed = typed_label(attribute, label, scored)
            return value if typed is None else attribute.canonical(typed, value) or value

        values = pa.array([values.get(attribute.code) for values in found], pa.string())
        return canonical_values(labels, values, canonical)

    return {attribute.code: column(attribute) for attribute in scheme.attributes}


class _Layers(NamedTuple):
    """Which label indices are entities and which triggers; the last one stands for ABSENT."""

    entity: Mask
    trigger: Mask


def _layers(codes: Sequence[str], scheme: Scheme, scored: Inventory) -> _Layers:
    entities = {*scored.entities, *(label.code for label in scheme.entities)}
    triggers = {*scored.triggers, *(label.code for label in scheme.triggers)}
    return _Layers(*(np.array([*(code in layer for code in codes), False]) for layer in (entities, triggers)))


class _Ends(NamedTuple):
    """Which arguments have a trigger for a trigger, and which join none to an entity in a known role."""

    triggers: Mask
    bad: Mask


def _ends(views: Views, layers: _Layers) -> _Ends:
    """Return what the arguments join; a span that is no range in its text is no end."""
    arguments = views.arguments
    labels, inside = np.append(views.spans.label, ABSENT), np.append(views.inside, False)
    triggers: Mask = layers.trigger[labels[arguments.trigger]] & inside[arguments.trigger]
    entities: Mask = layers.entity[labels[arguments.entity]] & inside[arguments.entity]
    return _Ends(triggers, ~(triggers & entities & (arguments.role != ABSENT)))


def _first_of_same(views: Views) -> Column:
    """Return for each span the first row with the same span; unreadable ones are never the same."""
    spans = views.spans
    readable = (spans.start >= 0) & (spans.end >= 0) & (spans.label >= 0)
    alone = np.where(readable, ABSENT, np.arange(len(spans)))
    return first_of_same(spans.article, spans.start, spans.end, spans.label, alone)


def _collapsed(views: Views, first: Column, ends: _Ends) -> Views:
    """Return the views without repeated spans and arguments; a bad argument keeps at most its trigger.

    Of the values of one attribute that a span was given the first in alphabetical order stays.
    """
    stays = first == np.arange(len(views.spans))
    moved = np.append((np.cumsum(stays) - 1)[first], ABSENT)
    arguments = views.arguments
    trigger = np.where(ends.triggers, moved[arguments.trigger], ABSENT)
    entity = np.where(ends.bad, ABSENT, moved[arguments.entity])
    own = np.where(ends.bad, np.arange(len(arguments)), ABSENT)
    _, places = np.unique(np.stack([trigger, entity, arguments.role, own], axis=1), axis=0, return_index=True)
    table = ArgumentTable(arguments.article, trigger, entity, arguments.role)
    return replace(
        views,
        spans=views.spans.where(stays),
        arguments=table.where(np.sort(places)),
        attributes={
            code: smallest_of_same(column, first).filter(pa.array(stays))
            for code, column in views.attributes.items()
        },
    )
