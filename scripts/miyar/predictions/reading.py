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
from miyar.predictions.faults import argument_faults, span_codes, span_faults, value_faults
from miyar.predictions.lines import Line, Release, prediction_lines, predictions_file, read_release
from miyar.predictions.model import SCHEME, Policy, Predictions
from miyar.scheme import NO_MAP, Inventory, Scheme, inventory
from miyar.spantable import (
    ABSENT,
    SPAN_TYPE,
    ArgumentTable,
    Column,
    Mask,
    Views,
    indices_in,
    integers,
    views_of,
)

Lines = Sequence[Line | None]


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
    found: Sequence[Line],
    gold: Views,
    scheme: Scheme,
    policy: Policy,
    scored: Inventory | None = None,
) -> Predictions:
    """Return the predictions of lines that were read from a file; raises DataError as `read_predictions`."""
    release, scored = read_release(file, scheme), scored or inventory(scheme)
    _refuse_other_inventory(file, release, scored)
    lines, counts = matched_lines(found, gold, file, policy)
    codes = _known_codes(release, scheme, scored)
    views = _views(release.name, lines, gold, scheme, codes)
    bad = _bad_arguments(views, _layers(views.codes, scheme, scored))
    first = _first_of_same(views)
    repeated = first != np.arange(len(views.spans))
    faults = (
        *span_faults(span_codes(views, len(codes)), ~repeated, lines, views, codes),
        *argument_faults(bad, lines, views.arguments.article),
        *value_faults(lines, scheme),
    )
    collapsed = _collapsed(views, first, bad)
    counts.update(
        Counter(fault.code for fault in faults),
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


def _views(name: str, lines: Lines, gold: Views, scheme: Scheme, codes: Sequence[str]) -> Views:
    spans = typed_lists([line.spans if line else [] for line in lines], SPAN_TYPE)
    arguments = typed_lists([line.arguments if line else [] for line in lines], ARGUMENT_TYPE)
    return views_of(
        name,
        gold.articles,
        gold.sha256s,
        spans,
        codes,
        gold.lengths,
        roles=tuple(role.code for role in scheme.roles),
        arguments=_arguments(arguments, integers(spans.offsets), scheme),
        attributes=_attributes(lines, scheme),
        texts=gold.texts,
        metadata=gold.metadata,
    )


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


def _attributes(lines: Lines, scheme: Scheme) -> dict[str, pa.Array]:
    """Return the scheme's attributes in their canonical form; a value that has none stays as it is."""
    spans = [span for line in lines if line for span in line.spans]
    if not any(isinstance(span, dict) and "attributes" in span for span in spans):
        return {}
    found = [attributes_of(span) for span in spans]
    labels = [str(span.get("label")) if isinstance(span, dict) else "" for span in spans]
    columns = {}
    for attribute in scheme.attributes:
        values = (values.get(attribute.code) for values in found)
        columns[attribute.code] = pa.array(
            [
                (attribute.canonical(label, value) or value) if value and label in attribute.on else value
                for label, value in zip(labels, values, strict=True)
            ],
            pa.string(),
        )
    return columns


class _Layers(NamedTuple):
    """Which label indices are entities and which triggers; the last one stands for ABSENT."""

    entity: Mask
    trigger: Mask


def _layers(codes: Sequence[str], scheme: Scheme, scored: Inventory) -> _Layers:
    entities = {*scored.entities, *(label.code for label in scheme.entities)}
    triggers = {*scored.triggers, *(label.code for label in scheme.triggers)}
    return _Layers(*(np.array([*(code in layer for code in codes), False]) for layer in (entities, triggers)))


def _bad_arguments(views: Views, layers: _Layers) -> Mask:
    """Return which arguments do not join a trigger to an entity with a known role."""
    arguments = views.arguments
    labels = np.append(views.spans.label, ABSENT)
    joins = layers.trigger[labels[arguments.trigger]] & layers.entity[labels[arguments.entity]]
    bad: Mask = ~joins | (arguments.role == ABSENT)
    return bad


def _first_of_same(views: Views) -> Column:
    """Return for each span the first row with the same span; unreadable ones are never the same."""
    spans = views.spans
    own = np.arange(len(spans))
    readable = (spans.start >= 0) & (spans.end >= 0) & (spans.label >= 0)
    rows = np.stack(
        [spans.article, spans.start, spans.end, spans.label, np.where(readable, ABSENT, own)], axis=1
    )
    _, first, same = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    firsts: Column = first[same]
    return firsts


def _collapsed(views: Views, first: Column, bad: Mask) -> Views:
    """Return the views without repeated spans and arguments; bad arguments lose their ends."""
    own = np.arange(len(views.spans))
    stays = first == own
    moved = np.append((np.cumsum(stays) - 1)[first], ABSENT)
    arguments = views.arguments
    ends = [np.where(bad, ABSENT, moved[end]) for end in (arguments.trigger, arguments.entity)]
    rows = np.stack([*ends, arguments.role, np.where(bad, np.arange(len(bad)), ABSENT)], axis=1)
    _, places = np.unique(rows, axis=0, return_index=True)
    distinct = np.sort(places)
    table = ArgumentTable(arguments.article, ends[0], ends[1], arguments.role)
    return replace(
        views,
        spans=views.spans.where(stays),
        arguments=table.where(distinct),
        attributes={code: column.filter(pa.array(stays)) for code, column in views.attributes.items()},
    )
