"""A first mapping for a project that miyar did not make, and a scheme where its labels are not known.

What is drafted works as it is; people complete or correct it.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from miyar.errors import UsageError
from miyar.labelstudio.exports.export import Export
from miyar.labelstudio.exports.foreign import all_results
from miyar.labelstudio.exports.reading import foreign_tasks
from miyar.records import read_bytes
from miyar.scheme import Scheme

NOT_IN_CODE = re.compile(r"[^A-Za-z0-9_.]+")
TRIGGER_LIKE = re.compile("trig|event|حدث|أحداث", re.IGNORECASE)
ID_LIKE = ("id", "doc_id", "docid", "article", "article_id", "document_id", "uid", "guid")
TEXT_LIKE = ("text", "body", "content", "article_text")
METADATA_LIKE = ("title", "source", "published", "url", "licence")


@dataclass(slots=True)
class Found:
    """What an export, and its labelling configuration, hold: names with how often they occur."""

    labels: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    controls: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    fields: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    lengths: Counter[str] = field(default_factory=Counter)
    tasks: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a mapping file, and that of a scheme where the labels are not those of the known one."""

    mapping: str
    scheme: str | None


def drafted(exports: Sequence[Export], config: Path | None, scheme: Scheme) -> Draft:
    """Return a mapping for the exports; raises UsageError for a configuration that is none."""
    found = Found()
    for export in exports:
        for value in foreign_tasks(export):
            _look_at(value, found)
    if config:
        _read_config(config, found)
    names = [name for counts in found.labels.values() for name in counts]
    if all(_known_code(name, scheme) for name in names):
        return Draft(
            _mapping(found, lambda control, name: _known_code(name, scheme), _roles(found, scheme)), None
        )
    codes = _new_codes(found)
    roles = _new_roles(found, set(codes.values()))
    mapping = _mapping(found, lambda control, name: codes[control, name], roles)
    return Draft(mapping, _scheme(found, codes, roles))


def _look_at(value: Mapping[str, Any], found: Found) -> None:
    found.tasks += 1
    data = value.get("data")
    for name, one in data.items() if isinstance(data, dict) else ():
        found.fields[name][str(one)[:100]] += 1
        found.lengths[name] += len(one) if isinstance(one, str) else 0
    for result in all_results(value):
        if result.get("type") == "relation":
            names = result.get("labels")
            found.roles.update(map(str, names) if isinstance(names, list) and names else [""])
            continue
        control, inner = str(result.get("from_name")), result.get("value")
        labels = inner.get("labels") if isinstance(inner, dict) else None
        if result.get("type") == "labels" or (isinstance(labels, list) and "type" not in result):
            found.labels[control].update(map(str, labels) if isinstance(labels, list) else ())
        else:
            found.controls[control] += 1


def _read_config(path: Path, found: Found) -> None:
    """Add the names of a labelling configuration, also those that nobody has used yet."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(read_bytes(path))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UsageError(f"{path}: no labelling configuration in XML: {error}") from error
    for control in root.iter("Labels"):
        names = (label.get("alias") or label.get("value") for label in control.iter("Label"))
        found.labels[str(control.get("name"))].update({name: 0 for name in names if name})
    found.roles.update({str(one.get("value")): 0 for one in root.iter("Relation") if one.get("value")})


def _known_code(name: str, scheme: Scheme) -> str | None:
    """Return the code of the scheme that a name stands for: its own, its label's name, or one of a map."""
    for label in scheme.labels:
        if name.casefold() in (label.code.casefold(), label.name.casefold()):
            return label.code
    sources = [code for targets in scheme.maps.values() for code, there in targets.items() if there == name]
    return sources[0] if len(set(sources)) == 1 else None


def _roles(found: Found, scheme: Scheme) -> dict[str, str]:
    known = {name: scheme.role(name) for name in found.roles if name}
    return {name: role.code for name, role in known.items() if role}


def _new_codes(found: Found) -> dict[tuple[str, str], str]:
    """Return a code for each label of each control; one name has one code."""
    codes: dict[tuple[str, str], str] = {}
    by_name: dict[str, str] = {}
    for control, counts in found.labels.items():
        for name in counts:
            if name not in by_name:
                by_name[name] = _free_code(name, "LABEL", set(by_name.values()))
            codes[control, name] = by_name[name]
    return codes


def _free_code(name: str, instead: str, taken: set[str]) -> str:
    made = NOT_IN_CODE.sub("_", name).strip("_.")
    made = made if re.match("[A-Za-z]", made) else instead
    number, code = 1, made
    while code.casefold() in {one.casefold() for one in taken}:
        number += 1
        code = f"{made}_{number}"
    return code


def _new_roles(found: Found, taken: set[str]) -> dict[str, str]:
    """Return a code for each label of relations, none where no control looks like one of events."""
    roles: dict[str, str] = {}
    if any(TRIGGER_LIKE.search(control) for control in found.labels):
        for name in (name for name in found.roles if name):
            roles[name] = _free_code(name, "ROLE", taken | set(roles.values()))
    return roles


def _mapping(found: Found, code: Callable[[str, str], str | None], roles: Mapping[str, str]) -> str:
    lines = ["# What the names of this project mean; false leaves out.", "[data]", *_data(found), ""]
    for control, counts in found.labels.items():
        lines.append(f"[labels.{_key(control)}]")
        lines += [
            f"{_key(name)} = {_key(code(control, name) or '')}  # {count}"
            for name, count in counts.most_common()
        ]
        lines.append("")
    if found.controls:
        lines += ["[controls]  # the code of an attribute, or false"]
        lines += [f"{_key(name)} = false  # {count}" for name, count in found.controls.most_common()]
        lines.append("")
    if found.roles:
        lines += ["[roles]  # the code of a role, or false"]
        lines += [
            f"{_key(name)} = {_key(roles[name]) if name in roles else 'false'}  # {count}"
            for name, count in found.roles.most_common()
        ]
    return "\n".join(lines).rstrip() + "\n"


def _data(found: Found) -> Iterator[str]:
    """Yield which fields seem to hold text, id and metadata."""
    longest = max(found.lengths, key=lambda name: found.lengths[name], default="text")
    text = next((name for name in TEXT_LIKE if found.lengths[name]), longest)
    yield f"text = {_key(text)}"
    unique = [name for name, counts in found.fields.items() if len(counts) == found.tasks and name != text]
    identity = next((name for name in unique if name.casefold() in ID_LIKE), None)
    yield f"id = {_key(identity)}" if identity else '# id = "…"  # without it: the ids of the tasks'
    known = [name for name in METADATA_LIKE if name in found.fields and name != text]
    if known:
        yield f"metadata = {{ {', '.join(f'{name} = {_key(name)}' for name in known)} }}"


def _scheme(found: Found, codes: Mapping[tuple[str, str], str], roles: Mapping[str, str]) -> str:
    """Return a scheme with the project's labels; controls that look like those of events give triggers."""
    lines = ["# Made from the labels of a project.", 'version = "1.0.0"']
    seen = set()
    for kind, wanted in (("entities", False), ("triggers", True)):
        for (control, name), code in codes.items():
            if code not in seen and bool(TRIGGER_LIKE.search(control)) is wanted:
                seen.add(code)
                lines += [f"[{kind}.{_key(code)}]", f"name = {_key(name)}"]
    for name, code in roles.items():
        lines += [f"[roles.{_key(code)}]", f"name = {_key(name)}"]
    return "\n".join(lines) + "\n"


def _key(text: str) -> str:
    """Return a text as a quoted TOML key or value."""
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")
