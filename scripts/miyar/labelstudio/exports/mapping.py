"""What the names of a project that miyar did not make mean here: its data, controls, labels and roles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from miyar.errors import DataError, Problem, quoted
from miyar.records import MAPPING, MappingFile, read_toml
from miyar.scheme import Scheme, one_of

MAPPING_NAME = "mapping.toml"
LEFT_OUT = False
Meaning = str | bool


@dataclass(frozen=True, slots=True)
class ForeignNames:
    """Where a project keeps what miyar needs; a meaning is a code of the scheme, or False: left out.

    `labels` has per control the labels that annotators chose, `controls` what else is said of regions,
    `roles` the labels of relations, "" for one without.
    """

    text: str
    id: str | None
    metadata: Mapping[str, str]
    labels: Mapping[str, Mapping[str, Meaning]]
    controls: Mapping[str, Meaning]
    roles: Mapping[str, Meaning]


def read_mapping(path: Path, scheme: Scheme) -> ForeignNames:
    """Return the names of a mapping file; raises DataError with all that the scheme does not know."""
    found = read_toml(path, MAPPING)
    problems = list(_problems(str(path), found, scheme))
    if problems:
        raise DataError(problems)
    data = found.data
    return ForeignNames(data.text, data.id, data.metadata, found.labels, found.controls, found.roles)


def _problems(path: str, found: MappingFile, scheme: Scheme) -> Iterator[Problem]:
    labels = [label.code for label in scheme.labels]
    for control, meanings in found.labels.items():
        yield from _unknown(f"{path}: [labels.{control}]", meanings, labels)
    attributes = [attribute.code for attribute in scheme.attributes]
    yield from _unknown(f"{path}: [controls]", found.controls, attributes)
    yield from _unknown(f"{path}: [roles]", found.roles, [role.code for role in scheme.roles])


def _unknown(where: str, meanings: Mapping[str, Meaning], codes: Iterable[str]) -> Iterator[Problem]:
    known = list(codes)
    for name, meaning in meanings.items():
        if meaning is LEFT_OUT or meaning in known:
            continue
        found = "nothing yet" if meaning == "" else repr(meaning)
        expected = f"{one_of(str(meaning), known)}, or false to leave it out" if known else "false: left out"
        yield Problem("bad_mapping", f"{where} {quoted(name)}", found, expected, "complete the mapping")
