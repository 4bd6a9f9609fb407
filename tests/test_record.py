"""seqeval holds every measure of sets: a count that is wrong by one is found, for each of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from miyar.article import Article
from miyar.dataset import read_gold, with_articles
from miyar.matching import Cells, Counts, counts
from miyar.predictions import Predictions
from miyar.scheme import Scheme
from miyar.scoring import PRF, Choices, Measure, Table, count, measures, record
from miyar.scoring.record import MICRO, check_all_with_seqeval, check_with_seqeval

VIEWS = ROOT / "corpus" / "annotations" / "demo"
SETS = (
    "entities.strict",
    "entities.untyped",
    "triggers.trig_i",
    "triggers.trig_c",
    "arguments.arg_i",
    "arguments.arg_c",
    "arguments.arg_i_attached",
    "arguments.arg_c_attached",
    "arguments.arg_i_conditional",
    "arguments.arg_c_conditional",
    "arguments.arg_i_attached_conditional",
    "arguments.arg_c_attached_conditional",
    "attributes.link",
    "comparison.default",
    "comparison.strict",
)
CODES = ("A", "B-b", "Z.1")

Tables = dict[str, Table]


@pytest.fixture(scope="module")
def tables(scheme: Scheme, demo_articles: dict[str, Article]) -> Tables:
    """Return the tables of one annotator's views against the other's."""
    read = [read_gold(VIEWS / f"{name}.jsonl", scheme) for name in ("A1", "A2")]
    gold, predicted = (with_articles(one, tuple(demo_articles.values())) for one in read)
    counted = count(gold, Predictions(predicted), scheme, Choices())
    return {f"{table.layer}.{table.name}": table for table in counted.tables}


def reported(table: Table) -> Measure:
    return measures.measure(table, None, "", 0.95)


def wrong_by_one(prf: PRF) -> list[PRF]:
    return [replace(prf, **{name: getattr(prf, name) + 1}) for name in ("tp", "predicted", "gold")]


def test_these_are_the_measures_of_sets(tables: Tables) -> None:
    assert [name for name, table in tables.items() if table.cells] == list(SETS)


@pytest.mark.parametrize("name", SETS)
def test_a_reported_count_that_is_wrong_by_one_is_found(name: str, tables: Tables) -> None:
    right = reported(tables[name])
    check_with_seqeval(tables[name], right)
    wrong = [replace(right, micro=prf) for prf in wrong_by_one(right.micro)]
    for code, label in right.labels.items():
        wrong += [replace(right, labels={**right.labels, code: prf}) for prf in wrong_by_one(label)]
    for measure in wrong:
        with pytest.raises(RuntimeError, match="seqeval confirmed"):
            check_with_seqeval(tables[name], measure)


def test_tables_of_the_same_cells_are_checked_once_and_others_each(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(record, "check_with_seqeval", lambda table, _: asked.append(table.name))
    table = tables["entities.strict"]
    right = reported(table)
    wrong = replace(right, micro=wrong_by_one(right.micro)[0])
    others = replace(table, cells=replace(table.cells)) if table.cells else table
    check_all_with_seqeval([(table, right), (table, right), (table, wrong), (others, right)])
    assert len(asked) == 3


@pytest.mark.parametrize("column", ["tp", "predicted", "gold"])
@pytest.mark.parametrize("name", SETS)
def test_own_counts_that_are_wrong_by_one_are_found_by_seqeval(
    name: str, column: str, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tables[name]
    assert table.cells
    for code in np.unique(table.cells.label):

        def miscounted(part: Cells, labels: int, code: int = code) -> Counts:
            right = counts(part, labels)
            return replace(right, **{column: getattr(right, column) + (np.arange(labels) == code)})

        monkeypatch.setattr(record, "counts", miscounted)
        with pytest.raises(RuntimeError, match="seqeval disagrees"):
            check_with_seqeval(table, reported(table))


@given(
    cells=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([(True, True), (True, False), (False, True)])),
        min_size=1,
    )
)
def test_all_cells_under_one_tag_are_the_micro_average_of_seqeval(
    cells: Sequence[tuple[int, tuple[bool, bool]]],
) -> None:
    from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

    label = np.array([code for code, _ in cells])
    gold, predicted = np.array([sides for _, sides in cells]).T
    part = Cells(np.zeros_like(label), label, (), np.where(gold, 0, -1), np.where(predicted, 0, -1))
    sides = [record._tags(part, side, CODES) for side in (gold, predicted)]
    names = sorted({MICRO, *(CODES[code] for code in label)})
    theirs = record._seqeval(*sides)[:, names.index(MICRO)]
    micro = precision_recall_fscore_support(*([own] for _, own in sides), average="micro", zero_division=0)
    assert theirs.tolist() == [float(number) for number in micro]
