"""Tasks of a project that miyar did not make, as the tasks that its import reads.

Only names and shapes are translated here; what is right and what is not is said by the import itself.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from miyar.article import Article, text_faults, text_sha256
from miyar.cleaning import acceptable_id
from miyar.errors import DataError, Problem, quoted
from miyar.labelstudio.exports.export import Export, ExportedTask
from miyar.labelstudio.exports.mapping import LEFT_OUT, ForeignNames
from miyar.labelstudio.exports.reading import foreign_tasks
from miyar.labelstudio.results.result import CONTROLS
from miyar.offsets import stand_in
from miyar.scheme import Scheme

OTHER_OBJECTS = {"hypertextlabels": "HyperText", "paragraphlabels": "Paragraphs"}
LEFT_OUT_KEY = "miyar_left_out"
OF_TEXT = "only regions of a plain <Text> have offsets in it; label such a project again from its texts"


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates the tasks of a foreign project; texts are those of record where there are any."""

    names: ForeignNames
    scheme: Scheme

    def tasks(self, export: Export) -> Iterator[ExportedTask]:
        """Yield the tasks of an export as if miyar had made them."""
        return (ExportedTask(export, self.translated(value)) for value in foreign_tasks(export))

    def translated(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Return a task in miyar's names; `LEFT_OUT_KEY` counts in each annotation what is left out."""
        text = text_of(value, self.names)
        data = {"article": self.identity(value), "scheme": self.scheme.signature, "text": text}
        if isinstance(text, str):
            data |= {"text": stand_in(text), "sha256": text_sha256(text.encode(errors="replace").decode())}
        annotations = value.get("annotations", value.get("completions"))
        made = (
            [self._annotation(one) for one in annotations] if isinstance(annotations, list) else annotations
        )
        kept = {key: value.get(key) for key in ("id", "project", "drafts")}
        return {**kept, "data": data, "annotations": made}

    def identity(self, value: Mapping[str, Any]) -> str:
        """Return the id of a task's article: that of its data, made acceptable, or the task's own."""
        return acceptable_id(self._given_id(value))

    def metadata(self, value: Mapping[str, Any]) -> dict[str, str]:
        """Return the metadata that the mapping names; an id that had to be changed becomes the title."""
        data, given = _data(value), self._given_id(value)
        found = {name: data[field] for name, field in self.names.metadata.items() if data.get(field)}
        kept = {} if acceptable_id(given) == given else {"title": given}
        return kept | {name: str(one) for name, one in found.items()}

    def _given_id(self, value: Mapping[str, Any]) -> str:
        found = _data(value).get(self.names.id) if self.names.id else None
        usable = isinstance(found, str | int) and not isinstance(found, bool) and str(found)
        return str(found) if usable else f"task-{value.get('id')}"

    def _annotation(self, annotation: Any) -> Any:
        if not isinstance(annotation, dict) or not isinstance(annotation.get("result"), list):
            return annotation
        results, left_out = self._results(annotation["result"])
        created = annotation.get("created_at")
        when = {"created_at": created if isinstance(created, str) else None}  # a number before version 1
        return {**annotation, **when, "result": results, LEFT_OUT_KEY: left_out}

    def _results(self, results: Sequence[Any]) -> tuple[list[Any], int]:
        made: list[Any] = []
        left_out, numbers = 0, count(1)
        for result in results:
            if not isinstance(result, dict):
                made.append(result)
            elif result.get("type") == "relation":
                kept, lost = self._relation(result)
                made.extend(kept)
                left_out += lost
            elif result.get("from_name") in self.names.labels:
                kept, lost = self._region(result, f"no-id-{next(numbers)}")
                made.extend(kept)
                left_out += lost
            else:
                meaning = self.names.controls.get(str(result.get("from_name")))
                left_out += meaning is LEFT_OUT
                made.extend([] if meaning is LEFT_OUT else [_as_typed(result, meaning)])
        return made, left_out

    def _region(self, result: Mapping[str, Any], identity: str) -> tuple[list[Any], int]:
        """Return a region once for each label; the first keeps its id, relations go by that."""
        value = result.get("value")
        names = value.get("labels") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(names, list) or not names:
            return [{**result, "from_name": "entity"}], 0
        meanings = self.names.labels[result["from_name"]]
        codes = [meanings.get(name, name) if isinstance(name, str) else name for name in names]
        kept = [str(code) for code in codes if code is not LEFT_OUT]
        own = result.get("id") or identity
        layers = Counter[str]()
        made = []
        for code in kept:
            control = next((c for c, layer in CONTROLS.items() if layer == self.scheme.layer(code)), "entity")
            layers[control] += 1
            name = own if layers[control] == 1 else f"{own}~{layers[control]}"
            place = {**value, "labels": [code]}
            made.append({**result, "id": name, "from_name": control, "type": "labels", "value": place})
        return made, len(codes) - len(kept)

    def _relation(self, result: Mapping[str, Any]) -> tuple[list[Any], int]:
        names = result.get("labels") or [""]
        if not isinstance(names, list):
            return [result], 0
        roles = [self.names.roles.get(name, name) if isinstance(name, str) else name for name in names]
        kept = [role for role in roles if role is not LEFT_OUT]
        labels = {"labels": [role for role in kept if role != ""]}
        return ([{**result, **labels}] if kept else []), len(roles) - len(kept)


def own_articles(exports: Sequence[Export], translator: Translator) -> tuple[Article, ...]:
    """Return the texts of the tasks as articles.

    Raises DataError with all that cannot be one: a text that breaks the contract, two texts under one id.
    """
    articles: dict[str, Article] = {}
    problems: list[Problem] = []
    for export in exports:
        for value in foreign_tasks(export):
            where, identity = f"{export.path}: task {value.get('id')}", translator.identity(value)
            text = text_of(value, translator.names)
            faults = list(_text_problems(where, text, translator.names.text))
            problems.extend(faults)
            if faults or not isinstance(text, str):
                continue
            article = Article(identity, text, translator.metadata(value))
            if articles.setdefault(identity, article).text != text:
                expected = "one text for each id; without [data] id in the mapping, task ids are taken"
                problems.append(Problem("id_twice", where, f"{identity} with another text", expected))
    if problems:
        raise DataError(problems)
    return tuple(articles.values())


def refuse_other_objects(exports: Sequence[Export]) -> None:
    """Raise DataError where regions are of other objects than a plain text."""
    counts: Counter[tuple[str, str]] = Counter()
    for export in exports:
        for value in foreign_tasks(export):
            for result in all_results(value):
                if kind := OTHER_OBJECTS.get(str(result.get("type"))):
                    counts[str(export.path), kind] += 1
    problems = [
        Problem("other_object", path, f"{number} regions of {kind}", "regions of <Text>", OF_TEXT)
        for (path, kind), number in counts.items()
    ]
    if problems:
        raise DataError(problems)


def all_results(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the results of all annotations of a task that are objects."""
    annotations = value.get("annotations", value.get("completions"))
    for annotation in annotations if isinstance(annotations, list) else ():
        found = annotation.get("result") if isinstance(annotation, dict) else None
        yield from (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def text_of(value: Mapping[str, Any], names: ForeignNames) -> Any:
    """Return what stands where a task should have its text."""
    return _data(value).get(names.text)


def _data(value: Mapping[str, Any]) -> Mapping[str, Any]:
    data = value.get("data")
    return data if isinstance(data, dict) else {}


def _text_problems(where: str, text: Any, field: str) -> Iterator[Problem]:
    if not isinstance(text, str):
        remedy = "name the field of the text in the mapping: [data] text"
        yield Problem("no_text", f"{where}: data.{field}", quoted(text), "a text in quotes", remedy)
        return
    for fault in text_faults(text):
        remedy = "give the texts of record with --articles, or label the cleaned text again"
        yield Problem(fault.code, f"{where}, offset {fault.offset}", fault.found, fault.expected, remedy)


def _as_typed(result: Mapping[str, Any], meaning: str | bool | None) -> Mapping[str, Any]:
    """Return what was chosen or typed for a region as a typed attribute; what has no meaning stays."""
    value = result.get("value")
    if not isinstance(meaning, str) or not isinstance(value, dict):
        return result
    given = value.get(str(result.get("type")), value.get("text"))
    texts = [str(one) for one in given] if isinstance(given, list) else [str(given)]
    return {**result, "from_name": meaning, "type": "textarea", "value": {**value, "text": texts}}
