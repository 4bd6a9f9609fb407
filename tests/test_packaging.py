"""The wheel, installed into an empty environment, finds scheme and demo corpus from any folder."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT, unavailable
from miyar.article import Article
from starting import BASELINE, CANDIDATE, fill, in_bash, workflow

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    skip_without_index(done)
    assert done.returncode == 0, done.stderr
    [built] = folder.glob("*.whl")
    return built


def skip_without_index(done: subprocess.CompletedProcess[str]) -> None:
    """Skip where pip cannot reach its index; anything else that goes wrong is a failure."""
    if "NewConnectionError" in done.stdout + done.stderr:
        unavailable("the package index is out of reach")


def test_the_wheel_holds_scheme_and_demo_corpus_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "miyar/py.typed",
        "miyar/annotation_config/labels.toml",
        "miyar/annotation_config/label_studio.xml",
        "miyar/annotation_config/guidelines.ar.md",
        "miyar/starter/README.md",
        "miyar/demo/articles/taxi-strike.txt",
        "miyar/demo/articles/metadata.jsonl",
        "miyar/demo/annotations/A1.jsonl",
        "miyar/demo/decisions/demo.jsonl",
    ):
        assert name in names
    assert not [name for name in names if "test" in name]


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the Python of an environment that holds nothing but the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    for packages in (["pip"], [str(wheel)]):
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--upgrade", *packages],
            capture_output=True,
            text=True,
            check=False,
        )
        skip_without_index(done)
        assert done.returncode == 0, done.stderr
    return python


def test_the_wheel_works_in_an_empty_environment(python: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    code = (
        "from miyar.commands.run_demo import demo_folder as f; print(f('corpus/articles', 'demo/articles'))"
    )
    folder = Path(output([python, "-c", code], elsewhere).strip())
    assert folder.is_relative_to(python.parents[1])
    miyar = python.parent / "miyar"
    output([miyar, "start-corpus", "project"], elsewhere)
    output([miyar, "render-config", "--check"], elsewhere / "project")
    output([miyar, "convert-articles", folder, "-o", "tasks.json"], elsewhere)
    gold = folder.parent / "annotations" / "A1.jsonl"
    output(
        [miyar, "run-extractor", "lexicon", folder, "--gold", gold, "--leave-one-out", "-o", "lexicon"],
        elsewhere,
    )
    assert "micro, strict" in output([miyar, "score-extractors", gold, "lexicon"], elsewhere)


def test_the_workflow_of_a_new_corpus_runs_on_a_machine_that_has_nothing_but_python(
    wheel: Path,
    python: Path,
    demo_articles: dict[str, Article],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = tmp_path / "project"
    miyar = python.parent / "miyar"
    output([miyar, "start-corpus", project], tmp_path)
    fill(project, demo_articles)
    monkeypatch.chdir(project)
    Path("wheels").mkdir()
    shutil.copy(wheel, "wheels")
    output(
        [miyar, "import-annotations", "corpus/annotations/1", "--articles", "corpus/articles", "-o", "gold"],
        project,
    )
    for place in (BASELINE, CANDIDATE):
        learnt = ("--gold", "gold", "--leave-one-out", "-o", place)
        output([miyar, "run-extractor", "lexicon", "corpus/articles", *learnt], project)
    lines, environment = workflow()
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    for line in lines:
        done = in_bash(line, environment | {"PATH": path, "GITHUB_STEP_SUMMARY": str(tmp_path / "page")})
        skip_without_index(done)
        assert done.returncode == 0, done.stderr
    assert Path("dataset", "import.json").is_file()


def output(command: list[str | Path], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
