"""The structure that the code promises: who may import whom, what --help loads, how long things are."""

import ast
import inspect
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from conftest import ROOT
from miyar.commands import COMMANDS, STAGES, load_command

SOURCE = ROOT / "scripts" / "miyar"
SCRIPTS = ROOT / "scripts"

# A module imports only from the rows above its own; what lies in one package is one noun.
ROWS = (
    ("errors",),
    ("offsets", "output", "terminal", "records"),
    ("arabic",),
    ("scheme", "article", "annotation"),
    ("spantable", "tokens", "validation", "cleaning"),
    ("spanchecks", "spanedges"),
    ("predictions", "matching", "overlaps", "bio", "resampling", "conll"),
    ("guidelines", "dataset", "scoring", "extractors"),
    ("labelstudio", "comparison", "agreement", "adjudication"),
    ("report",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
RANK = {noun: rank for rank, row in enumerate(ROWS) for noun in row}
# The rooms of labelstudio, likewise.
ROOMS = (("results", "server"), ("page",), ("exports", "tasks"), ("sync",))
HEAVY = (
    "label_studio_sdk",
    "datasets",
    "seqeval",
    "sklearn",
    "scipy",
    "pandas",
    "ijson",
    "httpx",
    "matplotlib",
    "torch",
    "numpy",
    "pyarrow",
    "rich",
)


def noun(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def imported_modules(path: Path) -> Iterator[str]:
    """Yield the modules that a module imports from, those that it imports as a whole too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("miyar."):
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def imported(path: Path) -> Iterator[str]:
    return (module.split(".")[1] for module in imported_modules(path))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_import_from_the_rows_above_only(path: Path) -> None:
    own = noun(path)
    wrong = {other for other in imported(path) if other != own and RANK[other] >= RANK[own]}
    assert not wrong, f"{own} (row {RANK[own]}) imports {wrong}"


def test_rooms_import_from_the_floors_below_only() -> None:
    floors = {room: floor for floor, row in enumerate(ROOMS) for room in row}
    folder = SOURCE / "labelstudio"
    assert floors.keys() == {path.name for path in folder.iterdir() if (path / "__init__.py").is_file()}
    arrows = {
        (path.parent.name, module.split(".")[2])
        for path in folder.glob("*/*.py")
        for module in imported_modules(path)
        if module.startswith("miyar.labelstudio.")
    }
    assert [(one, other) for one, other in arrows if one != other and floors[other] >= floors[one]] == []


def test_no_module_is_imported_in_a_circle() -> None:
    names = {
        path.relative_to(SCRIPTS).with_suffix("").as_posix().replace("/", "."): path for path in modules()
    }
    graph = {name: set(imported_modules(path)) & names.keys() for name, path in names.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(names)


def test_packages_say_in_a_sentence_what_lives_in_them() -> None:
    for path in SOURCE.rglob("__init__.py"):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert said.partition("\n")[0].endswith("."), path


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_and_functions_stay_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") < 300
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            assert body[-1].end_lineno is not None
            assert body[-1].end_lineno - body[0].lineno < 40, f"{path.name}: {node.name}"


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--help"], {}),
        ([], {"_MIYAR_COMPLETE": "complete_bash", "COMP_WORDS": "miyar sc", "COMP_CWORD": "1"}),
        ([], {"_MIYAR_COMPLETE": "complete_bash", "COMP_WORDS": "miyar --", "COMP_CWORD": "1"}),
    ],
    ids=["help", "a command's name", "options of miyar itself"],
)
def test_help_and_completion_load_nothing_heavy(arguments: list[str], environment: dict[str, str]) -> None:
    code = (
        f"import sys\nsys.argv = {['miyar', *arguments]!r}\nfrom miyar.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', sorted(set(sys.modules) & set({HEAVY!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=SCRIPTS,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    shown, _, heavy = done.stdout.partition("HEAVY ")
    assert "score-extractors" in shown or "--version" in shown
    assert heavy == "[]\n"


def test_help_takes_less_than_a_quarter_of_a_second() -> None:
    """Of the processor, at the quickest of five: a busy machine is not our slowness."""
    assert min(seconds_of_help() for _ in range(5)) < 0.25


def seconds_of_help() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "miyar", "--help"], cwd=SCRIPTS, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def test_help_lists_the_commands_by_stage_as_their_modules_describe_them() -> None:
    for commands in STAGES.values():
        for name, line in commands.items():
            paragraph, *_ = (inspect.getdoc(load_command(name)) or "").split("\n\n")
            assert line == " ".join(paragraph.split())


def test_scripts_commands_and_readme_sections_are_the_same() -> None:
    scripts = {path.stem.replace("_", "-") for path in SCRIPTS.glob("*.py")}
    sections = re.findall(
        r"^### `?([a-z-]+)`?$", (SCRIPTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert scripts == set(COMMANDS)
    assert sections == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_and_works_as_a_script(name: str, tmp_path: Path) -> None:
    script = SCRIPTS / f"{name.replace('-', '_')}.py"
    done = subprocess.run(
        [sys.executable, str(script), "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert f"Usage: miyar {name}" in done.stdout
    assert f"Example: miyar {name}" in done.stdout


def test_top_level_holds_nothing_else() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in done.stdout.splitlines()}
    visible = {name for name in top if not name.startswith(".")}
    assert visible <= {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "Makefile",
        "annotation_config",
        "corpus",
        "scripts",
        "tests",
    }
