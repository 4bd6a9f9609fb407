"""Label Studio's results written short, and what came of their conversion."""

from collections.abc import Sequence
from typing import Any

from marked import Marked
from miyar.article import Article
from miyar.labelstudio.results.ledger import Kind
from miyar.labelstudio.results.regions import Conversion
from miyar.labelstudio.tasks.task import results
from miyar.scheme import Scheme

ATTACK = "[هاجم]ATTACK:t [مسلحون]PERS:p [الثكنة]FAC:f قرب [جنيف]GPE:g"


def converted(text: str, scheme: Scheme, found: Sequence[Any]) -> Conversion:
    conversion = Conversion(Article("a", text), scheme, "export.json: task 1, annotation 1")
    conversion.add(found)
    return conversion


def drawn(source: Marked, scheme: Scheme) -> list[dict[str, Any]]:
    return results(source.spans, source.arguments, Article("a", source.text), scheme)


def region(text: str, covered: str, label: str, identity: str = "r", control: str = "span") -> dict[str, Any]:
    start = text.index(covered)
    value = {"start": start, "end": start + len(covered), "labels": [label]}
    return {"id": identity, "from_name": control, "to_name": "text", "type": "labels", "value": value}


def field(name: str, typed: Any, identity: str = "r") -> dict[str, Any]:
    return {
        "id": identity,
        "from_name": name,
        "to_name": "text",
        "type": "textarea",
        "value": {"text": typed},
    }


def relation(first: Any, second: Any, direction: str = "right", **labels: Any) -> dict[str, Any]:
    return {"from_id": first, "to_id": second, "type": "relation", "direction": direction, **labels}


def codes(conversion: Conversion) -> list[str]:
    return [reject.problem.code for reject in conversion.rejects]


def fates(conversion: Conversion, kind: Kind) -> dict[str, int]:
    entry = next(entry for entry in conversion.ledger.entries() if entry.kind == kind)
    return {fate: count for fate, count in entry.fates.items() if count}


def places(conversion: Conversion) -> list[tuple[str | None, str]]:
    return [(span.text, span.label) for span in conversion.spans]
