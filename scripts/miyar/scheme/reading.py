"""Finds and reads `labels.toml`.

Only `version` and the codes are required: names default to the codes, colours to a palette, hotkeys to
the free keys in order.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

from miyar.errors import DataError, Problem, UsageError
from miyar.scheme.changes import changes_of
from miyar.scheme.checks import scheme_problems
from miyar.scheme.model import Attribute, Label, Layer, Role, Scheme

PACKAGE = Path(__file__).parents[1]
CHECKOUT = PACKAGE.parents[1]
SCHEME_FILE = "labels.toml"
PALETTE = ("#0000ff", "#558844", "#990000", "#99dd88", "#bb88aa", "#bbcc55", "#8877bb", "#880099", "#aa33ff",
           "#771122", "#553355", "#ff0044", "#6600bb", "#ee6600", "#5577dd", "#ddcc00", "#bb0088", "#55ddee",
           "#995566", "#aaaaff", "#dd8888")  # fmt: skip
ENTITY_KEYS, TRIGGER_KEYS = "qwertyiopzxcv", "asdfghjklnbm"


def find_config(config: Path | None, gold: Path | None = None) -> Path:
    """Return the folder of the scheme.

    That is `config`, else the gold's own, ./annotation_config, the checkout's, the wheel's copy. Raises
    UsageError where none of them holds a labels.toml.
    """
    own = [gold if gold.is_dir() else gold.parent] if gold else []
    others = [Path("annotation_config"), *own_folders("annotation_config")]
    candidates = [config] if config else [*own, *others]
    for candidate in candidates:
        if (candidate / SCHEME_FILE).is_file():
            return candidate
    looked = ", ".join(map(str, candidates))
    raise UsageError(f"no labels.toml in {looked}; name the folder that holds it with --config")


def own_folders(name: str, in_wheel: str = "") -> tuple[Path, ...]:
    """Return where miyar's own folder may be: in its checkout, then in the installed package."""
    return (*([CHECKOUT / name] if _is_checkout() else []), PACKAGE / (in_wheel or name))


def _is_checkout() -> bool:
    pyproject = CHECKOUT / "pyproject.toml"
    return pyproject.is_file() and '\nname = "miyar"\n' in pyproject.read_text(encoding="utf-8")


class Configured(NamedTuple):
    """A scheme and the folder that it came from, where its guidelines lie too."""

    scheme: Scheme
    folder: Path


def read_scheme(path: Path) -> Scheme:
    """Return the scheme of a `labels.toml`; raises DataError with all that is wrong in it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}; name a folder with --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = Problem("bad_toml", str(path), str(error), "a label scheme in TOML (UTF-8)")
        raise DataError([problem]) from error
    problems = list(scheme_problems(document, str(path)))
    if problems:
        raise DataError(problems)
    return _scheme(document)


def _scheme(document: Mapping[str, Any]) -> Scheme:
    tables = {kind: document.get(kind, {}) for kind in ("entities", "triggers", "roles", "attributes")}
    used = {table.get("hotkey") for kind in ("entities", "triggers") for table in tables[kind].values()}
    painted = {table.get("colour") for kind in ("entities", "triggers") for table in tables[kind].values()}
    colours = cycle([colour for colour in PALETTE if colour not in painted] or PALETTE)
    return Scheme(
        version=document["version"],
        language=document.get("language", "ar"),
        entities=tuple(_labels("entities", tables["entities"], colours, _free(ENTITY_KEYS, used))),
        triggers=tuple(_labels("triggers", tables["triggers"], colours, _free(TRIGGER_KEYS, used))),
        roles=tuple(_role(code, table) for code, table in tables["roles"].items()),
        attributes=tuple(
            Attribute(code, table.get("name", code), dict(table["on"]), _definitions(table))
            for code, table in tables["attributes"].items()
        ),
        maps={name: dict(targets) for name, targets in document.get("maps", {}).items()},
        changes=changes_of(document.get("changes", {})),
        implied_roles=document.get("implied_roles", ""),
    )


def _labels(
    layer: Layer, tables: Mapping[str, Any], colours: Iterator[str], keys: Iterator[str]
) -> Iterator[Label]:
    for code, table in tables.items():
        yield Label(
            code=code,
            layer=layer,
            name=table.get("name", code),
            colour=table["colour"] if "colour" in table else next(colours),
            hotkey=table["hotkey"] if "hotkey" in table else next(keys, ""),
            definitions=_definitions(table),
        )


def _role(code: str, table: Mapping[str, Any]) -> Role:
    triggers, entities, usual = (tuple(table.get(end, ())) for end in ("triggers", "entities", "usual"))
    return Role(code, table.get("name", code), triggers, entities, usual, _definitions(table))


def _definitions(table: Mapping[str, Any]) -> dict[str, str]:
    definition = table.get("definition", {})
    return {"": definition} if isinstance(definition, str) else dict(definition)


def _free(keys: str, used: Iterable[str | None]) -> Iterator[str]:
    taken = set(used)
    return (key for key in keys if key not in taken)
