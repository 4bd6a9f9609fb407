"""The gold: one view per article, read from a dataset, an adjudicated gold or annotation JSON Lines."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from miyar.article import METADATA_FIELDS, Article, first_difference
from miyar.dataset.columns import keys_in_rows
from miyar.dataset.goldfile import gold_decisions, is_gold_folder
from miyar.dataset.table import annotation_table
from miyar.errors import DataError, Problem, UsageError, in_number, quoted
from miyar.scheme import Attribute, Scheme, one_of
from miyar.spanchecks import Checked, Codes, canonical_values, checked_spans, likely_cause, text_fault
from miyar.spantable import (
    ArgumentTable,
    Articles,
    Column,
    Views,
    article_table,
    indices_in,
    views_of,
    with_others,
)
from miyar.validation import Fault, bad_offsets


def read_gold(path: Path, scheme: Scheme, annotator: str | None = None) -> Views:
    """Return one view per article from a dataset folder, a folder of gold files or annotation JSON Lines.

    Skipped articles are left out and counted. Raises DataError where an article has several annotations and
    no annotator is chosen, where a label or role is not the scheme's, where a span, argument or value could
    not be matched by anything, and where nothing is left.
    """
    table = annotation_table(path, scheme)
    annotators = sorted(set(table["annotator"].to_pylist()))
    if annotator is not None:
        if annotator not in annotators:
            raise UsageError(f"{path}: no annotator {annotator!r}; {one_of(annotator, annotators)}")
        table = table.filter(pc.equal(table["annotator"], annotator))
    finished = table.filter(pc.equal(table["status"], "finished"))
    problems = [*_several_views(path, finished, annotators), *_no_views(path, finished)]
    if problems:
        raise DataError(problems)
    decisions = gold_decisions(path) if is_gold_folder(path) else None
    views = checked_views(path, finished, scheme)
    return replace(views, skipped=table.num_rows - finished.num_rows, decisions=decisions)


def checked_views(path: Path, table: pa.Table, scheme: Scheme) -> Views:
    """Return the rows of an annotation table as views, in their order.

    Raises DataError where a label or role is not the scheme's, and where a span, argument or value could not
    be matched by anything.
    """
    views = _views(path, table, scheme)
    unknown = [*_unknown(path, "label", views.codes, len(scheme.labels))]
    unknown += [*_unknown(path, "role", views.roles, len(scheme.roles))]
    if unknown:
        raise DataError(unknown)
    checked = checked_spans(views, len(views.codes), views.own)
    wrong = [
        *_bad_spans(path, views, checked.codes),
        *_bad_arguments(path, views, scheme),
        *_bad_values(path, table, views),
    ]
    if wrong:
        raise DataError(wrong)
    return _trimmed(views, checked)


def with_articles(gold: Views, articles: Sequence[Article], where: str = "--articles") -> Views:
    """Return the gold with texts, lengths and all metadata from the articles of record, given as `where`.

    Raises DataError for an article of the gold that is missing among them or has another text.
    """
    by_id = {article.id: article for article in articles}
    problems = []
    for identity, digest in zip(gold.articles.ids, gold.articles.sha256s, strict=True):
        if identity not in by_id:
            found, expected = f"no article {identity}", "each article of the gold"
            problems.append(Problem("missing_article", where, found, expected))
        elif digest not in (None, by_id[identity].sha256):
            found = f"{identity} with another text{_where_it_parts(gold, identity, by_id[identity])}"
            expected = f"the text with sha256 {str(digest)[:12]}…"
            problems.append(Problem("other_text", where, found, expected))
    if problems:
        raise DataError(problems)
    chosen = article_table([by_id[identity] for identity in gold.articles.ids])
    metadata = {**gold.articles.metadata, **chosen.metadata}
    made = replace(gold, articles=replace(chosen, sha256s=gold.articles.sha256s, metadata=metadata))
    checked = checked_spans(made, len(made.codes), made.own)
    wrong = list(_bad_spans(Path(gold.name), made, checked.codes))
    if wrong:
        raise DataError(wrong)
    return _trimmed(made, checked)


def _where_it_parts(gold: Views, identity: str, article: Article) -> str:
    if gold.articles.texts is None:
        return ""
    text = gold.articles.texts[gold.articles.ids.index(identity)]
    return f"; the texts part {first_difference(article.text, text)}"


def _several_views(path: Path, table: pa.Table, annotators: Sequence[str]) -> Iterator[Problem]:
    times = Counter(table["article"].to_pylist())
    several = [article for article, count in times.items() if count > 1]
    if several:
        found = f"{in_number(len(several), 'article')} with several annotations, such as {several[0]}"
        remedy = f"adjudicate, or say whose view is the reference: --annotator {annotators[0]}"
        yield Problem("not_gold", str(path), found, "one annotation per article", remedy)


def _no_views(path: Path, table: pa.Table) -> Iterator[Problem]:
    if not table.num_rows:
        yield Problem("no_gold", str(path), "no finished annotation", "at least one annotated article")


def _unknown(path: Path, what: str, codes: Sequence[str], known: int) -> Iterator[Problem]:
    remedy = "name the scheme of the gold with --config"
    for code in codes[known:]:
        yield Problem(f"unknown_{what}", str(path), code, one_of(code, codes[:known]), remedy)


def _trimmed(gold: Views, checked: Checked) -> Views:
    """Return the gold with the spans as they were checked; where there were no texts, they will be again."""
    own = gold.own if gold.articles.texts is None else None
    return replace(gold, spans=checked.spans, own=own, trimmed=gold.trimmed + int(checked.trimmed.sum()))


def _bad_spans(path: Path, gold: Views, codes: Codes) -> Iterator[Problem]:
    faulty = np.flatnonzero(codes != "")
    cause = likely_cause(gold, gold.own) if len(faulty) and gold.own and gold.articles.texts else ""
    for row in faulty.tolist():
        where = f"{path}: {gold.articles.ids[gold.spans.article[row]]}"
        fault = _span_fault(str(codes[row]), row, gold)
        yield Problem(fault.code, where, fault.found, fault.expected, cause)


def _span_fault(code: str, row: int, gold: Views) -> Fault:
    if code != "bad_offsets":
        return text_fault(code, row, gold, (gold.own or ())[row])
    return bad_offsets(f"start {gold.spans.start[row]}, end {gold.spans.end[row]}", gold.length_at(row))


def _bad_arguments(path: Path, gold: Views, scheme: Scheme) -> Iterator[Problem]:
    is_trigger = np.array([scheme.layer(code) == "triggers" for code in gold.codes])[gold.spans.label]
    arguments = gold.arguments
    joins = is_trigger[arguments.trigger] & ~is_trigger[arguments.entity]
    for row in np.flatnonzero(~joins).tolist():
        ends = [gold.codes[gold.spans.label[end[row]]] for end in (arguments.trigger, arguments.entity)]
        where = f"{path}: {gold.articles.ids[arguments.article[row]]}"
        found = f"{gold.roles[arguments.role[row]]} from {ends[0]} to {ends[1]}"
        yield Problem("bad_argument", where, found, "an argument from a trigger to an entity")


def _bad_values(path: Path, table: pa.Table, gold: Views) -> Iterator[Problem]:
    """Yield the values that have no canonical form, which reading left out."""
    given = table["spans"].combine_chunks().flatten()
    for code, column in gold.attributes.items():
        values = pc.struct_field(given, code)
        for row in np.flatnonzero(np.asarray(pc.and_(values.is_valid(), column.is_null()))).tolist():
            where = f"{path}: {gold.articles.ids[gold.spans.article[row]]}"
            label, value = gold.codes[gold.spans.label[row]], quoted(values[row].as_py())
            yield Problem("bad_value", where, f"{code} {value} of a {label}", "a value of the label's type")


def _views(path: Path, table: pa.Table, scheme: Scheme) -> Views:
    spans, texts = table["spans"].combine_chunks(), table["text"].combine_chunks()
    arguments = table["arguments"].combine_chunks()
    roles = with_others([role.code for role in scheme.roles], pc.struct_field(arguments.flatten(), "role"))
    whole = not texts.null_count
    articles = Articles(
        tuple(table["article"].to_pylist()),
        tuple(table["sha256"].to_pylist()),
        np.asarray(pc.utf8_length(texts), dtype=np.int64) if whole else None,
        tuple(texts.to_pylist()) if whole else None,
        _metadata(table),
    )
    return views_of(
        path.resolve().name,
        articles,
        spans,
        [label.code for label in scheme.labels],
        roles=roles,
        arguments=_argument_table(arguments, spans, roles),
        attributes=_attributes(spans.flatten(), scheme),
        own=tuple(pc.struct_field(spans.flatten(), "text").to_pylist()),
    )


def _argument_table(arguments: pa.ListArray, spans: pa.ListArray, roles: Sequence[str]) -> ArgumentTable:
    """Return the arguments with the rows of their ends, which are named by ids that hold in one article."""
    known = keys_in_rows(spans, "id")
    flat = arguments.flatten()
    return ArgumentTable(
        np.asarray(pc.list_parent_indices(arguments), dtype=np.int64),
        _rows(keys_in_rows(arguments, "trigger"), known),
        _rows(keys_in_rows(arguments, "entity"), known),
        indices_in(pc.struct_field(flat, "role"), roles),
    )


def _rows(keys: pa.Array, known: pa.Array) -> Column:
    return np.asarray(pc.index_in(keys, value_set=known), dtype=np.int64)


def _attributes(flat: pa.StructArray, scheme: Scheme) -> Mapping[str, pa.Array]:
    """Return the attributes in their canonical form, null where a value has none."""
    labels = pc.struct_field(flat, "label")

    def column(attribute: Attribute) -> pa.Array:
        def canonical(label: str, value: str) -> str | None:
            return attribute.canonical(label, value) if label in attribute.on else value

        return canonical_values(labels, pc.struct_field(flat, attribute.code), canonical)

    return {attribute.code: column(attribute) for attribute in scheme.attributes}


def _metadata(table: pa.Table) -> Mapping[str, tuple[str | None, ...]]:
    """Return the fields of metadata of which at least one article has a value."""
    columns = {name: table[name] for name in METADATA_FIELDS}
    return {
        name: tuple(column.to_pylist())
        for name, column in columns.items()
        if column.null_count < table.num_rows
    }
