"""Whatever comes, nothing is lost on the way, and what is written comes back."""

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from converting import codes, converted, drawn, field, places, relation
from exporting import JUNK
from marked import marked
from miyar.annotation import Annotation, Argument, Span
from miyar.article import Article
from miyar.labelstudio.results.ledger import FATES, KINDS, Kind
from miyar.labelstudio.results.regions import REVERSED
from miyar.labelstudio.results.result import kind_of
from miyar.labelstudio.tasks.task import results
from miyar.offsets import stand_in, trim
from miyar.scheme import Scheme

# whatever comes, the ledger balances

TEXT = "قال 🙂 محمد\nعلي إنه زار جنيف"
IDS = st.sampled_from(["r", "s", "t", "r:triggers", "s:entities", "", 5, None])
LABELS = st.sampled_from(["PERS", "GPE", "DATE", "CARDINAL", "ATTACK", "DIE", "NOBODY"])
OFFSETS = st.integers(-1, len(TEXT) + 1)
REGIONS = st.builds(
    lambda identity, control, start, length, labels, text: {
        "id": identity,
        "from_name": control,
        "type": "labels",
        "value": {"start": start, "end": start + length, "labels": labels, **text},
    },
    IDS,
    st.sampled_from(["span", "entity", "trigger"]),
    OFFSETS,
    st.integers(0, 6),
    st.lists(LABELS, min_size=1, max_size=1) | JUNK,
    st.just({}) | st.fixed_dictionaries({"text": st.sampled_from([TEXT[:4], "محمد", "□", ""]) | JUNK}),
)
FIELDS = st.builds(
    field,
    st.sampled_from(["value", "link"]),
    st.lists(st.sampled_from(["٨", "8", "2024", "Q71", " ", "نص"]), max_size=2) | JUNK,
    IDS,
)
RELATIONS = st.builds(
    lambda first, second, direction, labels: relation(first, second, direction, **labels),
    IDS,
    IDS,
    st.sampled_from(["right", "left", "bi"]),
    st.just({})
    | st.fixed_dictionaries({"labels": st.lists(st.sampled_from(["AGENT", "المكان", "X", None])) | JUNK}),
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    result: dict[str, Any] = deepcopy(draw(REGIONS | FIELDS | RELATIONS))
    target = result["value"] if isinstance(result.get("value"), dict) and draw(st.booleans()) else result
    key = draw(st.sampled_from(sorted(target)))
    if draw(st.booleans()):
        del target[key]
    else:
        target[key] = draw(JUNK)
    return result


FOUND = st.lists(REGIONS | FIELDS | RELATIONS | mutated() | JUNK, max_size=12)


def expected_in(found: Sequence[Any], scheme: Scheme) -> Iterator[Kind]:
    for result in found:
        kind = kind_of(result, scheme)
        roles = result.get("labels") if kind == "arguments" else None
        yield from [kind] * (len(roles) if isinstance(roles, list) and roles else 1)


@settings(deadline=None, max_examples=400)
@given(found=FOUND)
def test_whatever_comes_in_is_out_or_accounted_for(scheme: Scheme, found: list[Any]) -> None:
    before = deepcopy(found)
    conversion = converted(TEXT, scheme, found)
    entries = {entry.kind: entry for entry in conversion.ledger.entries()}
    came_in = Counter(expected_in(found, scheme))
    assert found == before
    assert {kind: entries[kind].came_in for kind in KINDS} == {kind: came_in[kind] for kind in KINDS}
    assert all(entry.came_in == sum(entry.fates[fate] for fate in FATES) for entry in entries.values())
    assert len(conversion.spans) == entries["entities"].fates["out"] + entries["triggers"].fates["out"]
    assert len(conversion.arguments) == entries["arguments"].fates["out"]
    assert sum(len(span.attributes) for span in conversion.spans) == entries["attributes"].fates["out"]


@settings(deadline=None, max_examples=400)
@given(found=FOUND)
def test_whatever_comes_in_makes_an_annotation(scheme: Scheme, found: list[Any]) -> None:
    conversion = converted(TEXT, scheme, found)
    Annotation("a", "0" * 64, "A1", spans=conversion.spans, arguments=conversion.arguments)
    assert all(
        span.text == TEXT[span.start : span.end] == str(span.text).strip() for span in conversion.spans
    )
    assert all(str(reject.problem) for reject in conversion.rejects)


@settings(deadline=None, max_examples=200)
@given(found=st.lists(REGIONS, max_size=10), data=st.data())
def test_the_places_of_spans_do_not_depend_on_the_order_of_regions(
    scheme: Scheme, found: list[Any], data: st.DataObject
) -> None:
    unique = list({(result["id"], kind_of(result, scheme)): result for result in found}.values())
    shuffled = data.draw(st.permutations(unique))
    assert places(converted(TEXT, scheme, unique)) == places(converted(TEXT, scheme, shuffled))


# what is written comes back

ARABIC = st.text(st.sampled_from("ابتثمحدعي ،.ًّـ\n🙂👩\u200d٣"), min_size=2, max_size=40).filter(
    lambda text: bool(text.strip())
)


@st.composite
def spans_of(draw: st.DrawFn, text: str, scheme: Scheme) -> list[Span]:
    """Draw spans that trimming leaves as they are, nested and overlapping ones included."""
    ranges = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(
        lambda ends: tuple(sorted(ends))
    )
    kept = ranges.filter(lambda ends: ends[0] < ends[1] and trim(text, *ends) == ends)
    labels = st.sampled_from([label.code for label in scheme.labels])
    drawn_spans = draw(st.lists(st.tuples(kept, labels), max_size=8, unique=True))
    return [
        Span(f"s{number}", start, end, label, text[start:end], draw(attributes_of(label, scheme)))
        for number, ((start, end), label) in enumerate(drawn_spans)
    ]


def attributes_of(label: str, scheme: Scheme) -> st.SearchStrategy[dict[str, str]]:
    values = {"decimal": ["8", "-4.5"], "iso8601": ["2024", "2024-05-13"], "wikidata": ["Q71"]}
    allowed = {a.code: st.sampled_from(values[a.on[label]]) for a in scheme.attributes if label in a.on}
    return st.fixed_dictionaries({}, optional=allowed)


def arguments_of(spans: Sequence[Span], scheme: Scheme) -> st.SearchStrategy[list[Argument]]:
    ends = {
        layer: [s.id for s in spans if scheme.layer(s.label) == layer] for layer in ("triggers", "entities")
    }
    if not all(ends.values()):
        return st.just([])
    roles = st.sampled_from([role.code for role in scheme.roles])
    one = st.builds(Argument, st.sampled_from(ends["triggers"]), st.sampled_from(ends["entities"]), roles)
    return st.lists(one, max_size=8, unique=True)


@settings(deadline=None, max_examples=300)
@given(text=ARABIC, data=st.data())
def test_spans_and_arguments_come_back_as_they_were_written(
    scheme: Scheme, text: str, data: st.DataObject
) -> None:
    spans = data.draw(spans_of(text, scheme))
    arguments = data.draw(arguments_of(spans, scheme))
    written = results(spans, arguments, Article("a", text), scheme)
    conversion = converted(text, scheme, data.draw(st.permutations(written)))
    in_order = sorted(spans, key=lambda span: (span.start, -span.end, span.label))
    assert list(conversion.spans) == in_order
    assert set(conversion.arguments) == set(arguments)
    assert len(conversion.arguments) == len(arguments)
    assert codes(conversion) == []


@settings(deadline=None, max_examples=100)
@given(text=ARABIC, data=st.data())
def test_drawing_relations_the_other_way_changes_only_the_count(
    scheme: Scheme, text: str, data: st.DataObject
) -> None:
    spans = data.draw(spans_of(text, scheme))
    arguments = data.draw(arguments_of(spans, scheme))
    written = results(spans, arguments, Article("a", text), scheme)
    by_pair = {(argument.trigger, argument.entity) for argument in arguments}
    turned = [
        {**result, "from_id": result["to_id"], "to_id": result["from_id"]} if "from_id" in result else result
        for result in written
    ]
    one, other = converted(text, scheme, written), converted(text, scheme, turned)
    assert one.arguments == other.arguments
    assert (one.notes[REVERSED], other.notes[REVERSED]) == (0, len(by_pair))


def test_the_page_sees_the_stand_in_where_the_record_has_an_astral_character(scheme: Scheme) -> None:
    source = marked("نشر [محمد 🙂]PERS صورة 👩 في [جنيف]GPE")
    found = drawn(source, scheme)
    assert [result["value"]["text"] for result in found] == ["محمد □", "جنيف"]
    assert len(stand_in(source.text)) == len(source.text)
    assert converted(source.text, scheme, found).spans == source.spans
