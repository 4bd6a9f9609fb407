"""The command start-corpus: what it writes works as it stands, and nothing that is there is replaced."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from command import run
from conftest import ROOT
from marked import Marked, marked
from miyar.article import Article
from miyar.commands.start_corpus import Kind, Language
from miyar.guidelines import LANGUAGES
from miyar.labelstudio.server.client import connect
from miyar.labelstudio.server.process import TOKEN_FILE, free_port
from miyar.labelstudio.tasks.task import results
from miyar.scheme import read_scheme
from pages import examples, links, table_rows
from starting import BASELINE, CANDIDATE, fill, in_bash, workflow

Capture = pytest.CaptureFixture[str]
TWICE, SERVED = ("convert", "import", "run", "score", "compare"), ("start", "pull")


@pytest.fixture
def project(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a new project with the news scheme, in which we are."""
    assert run(capsys, "start-corpus", tmp_path / "project").status == 0
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def labelled(project: Path, demo_articles: dict[str, Article]) -> Path:
    """Give a project with articles and the export of what one annotator made of them."""
    fill(project, demo_articles)
    return project


def shell(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what runs a line in bash, where `miyar` is this one."""
    program = tmp_path / "bin" / "miyar"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m miyar "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    ours = {"PATH": path, "PYTHONPATH": str(ROOT / "scripts"), "GITHUB_STEP_SUMMARY": str(tmp_path / "page")}
    return lambda line, **more: in_bash(line, ours | more)


def calls(page: Path = Path("README.md")) -> list[str]:
    """Return the calls of miyar that a page shows, in order."""
    lines = [line for block in examples(page, "sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("miyar ")]


# --- what is written ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Kind)
def test_the_config_is_whole_and_of_one_language(
    kind: str, language: str, tmp_path: Path, capsys: Capture
) -> None:
    folder = tmp_path / "project"
    call = ("start-corpus", folder, "--scheme", kind, "--language", language)
    assert run(capsys, *call).status == 0
    config = folder / "annotation_config"
    assert run(capsys, "render-config", "--config", config, "--check").status == 0
    assert {path.name for path in config.glob("guidelines.*")} == {f"guidelines.{language}.md"}
    text = (config / f"guidelines.{language}.md").read_text(encoding="utf-8")
    assert "| PER" in text
    assert not [other for other in LANGUAGES if other != language and f"guidelines.{other}" in text]
    made = read_scheme(config / "labels.toml")
    assert made.language == language
    ours = read_scheme(ROOT / "annotation_config" / "labels.toml")
    assert (made.signature == ours.signature) == (kind == Kind.NEWS)
    arabic = re.compile("[\u0621-\u064a]")
    assert {bool(arabic.search(label.name)) for label in made.labels} == {language == Language.AR}
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert ("خلاصة" in readme) == (language == Language.AR)


def test_the_short_scheme_is_short(tmp_path: Path, capsys: Capture) -> None:
    assert run(capsys, "start-corpus", tmp_path / "project", "--scheme", "short").status == 0
    file = tmp_path / "project" / "annotation_config" / "labels.toml"
    assert [label.code for label in read_scheme(file).labels] == ["PER", "ORG", "LOC", "DATE"]
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 10


def test_git_keeps_what_the_readme_says(project: Path) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
        return done.stdout

    git("init", "--quiet")
    rows = table_rows(project / "README.md", "What lies where")
    assert {kept for *_, kept in rows} == {"yes", "no"}
    for cell, _, kept in rows:
        for path in re.findall("`([^`]+)`", cell):
            ignored = git("check-ignore", f"{path}x" if path.endswith("/") else path)
            assert bool(ignored) == (kept == "no"), path
    assert git("check-ignore", "corpus/annotations/1/.annotators.json")
    assert git("check-attr", "text", "corpus/articles/a.txt").endswith("text: unset\n")
    assert git("check-attr", "text", "README.md").endswith("text: auto\n")


def test_the_readme_names_what_is_there(project: Path) -> None:
    assert [link for link in links(project / "README.md") if not link.startswith("#")] == []
    made_later = {"dataset/", "tasks.json", ".studio/", "wheels/"}
    for cell, *_ in table_rows(project / "README.md", "What lies where"):
        for path in set(re.findall("`([^`]+)`", cell)) - made_later:
            assert list(project.glob(path)) or list((project / "annotation_config").glob(path)), path


def test_the_workflow_needs_no_secrets_and_names_what_the_readme_names(project: Path) -> None:
    lines, environment = workflow()
    assert environment == {"BASELINE": BASELINE, "CANDIDATE": CANDIDATE}
    assert "${{" not in Path(".github/workflows/gate.yml").read_text(encoding="utf-8")
    named = {line.split()[1] for line in lines if line.startswith("miyar")}
    assert named == {"render-config", "import-annotations", "score-extractors", "compare-releases"}


# --- what is there -----------------------------------------------------------------------------------------


def test_other_things_stay(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "notes.txt").write_text("mine", encoding="utf-8")
    assert run(capsys, "start-corpus", tmp_path).status == 0
    assert (tmp_path / "corpus" / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "annotation_config" / "labels.toml").is_file()


def test_it_starts_where_one_is(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "start-corpus", ".").status == 0
    assert Path("README.md").is_file()  # not so where the folder under our feet was swapped for another


@pytest.mark.parametrize("there", ["README.md", ".gitignore", "annotation_config/labels.toml"])
def test_nothing_is_replaced(there: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / there
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine", encoding="utf-8")
    done = run(capsys, "start-corpus", tmp_path)
    assert (done.status, str(file) in done.err, "nothing was written" in done.err) == (2, True, True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_second_start_names_all_that_is_in_its_way(project: Path, capsys: Capture) -> None:
    before = contents(project)
    done = run(capsys, "start-corpus", project)
    assert done.status == 2
    assert all(name in done.err for name in ("README.md", "gate.toml", "labels.toml"))
    assert contents(project) == before


@pytest.mark.parametrize("there", ["", "corpus"], ids=["the folder", "a folder in it"])
def test_a_file_is_no_folder(there: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "project" / there
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine", encoding="utf-8")
    done = run(capsys, "start-corpus", tmp_path / "project")
    assert (done.status, str(file) in done.err) == (2, True)
    assert contents(tmp_path) == {file: b"mine"}


@pytest.mark.parametrize("name", [".", "project", "new"], ids=["with other things", "empty", "new"])
def test_a_stopped_start_leaves_nothing(
    name: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr("miyar.commands.start_corpus.FILES", {"new/file": "gitignore", "other": "gate.toml"})
    monkeypatch.setattr("miyar.output.written", stopping_at("other"))
    assert run(capsys, "start-corpus", tmp_path / name).status != 0
    assert sorted(tmp_path.rglob("*")) == before


def stopping_at(name: str) -> Callable[[Path], Any]:
    from miyar.output import written

    def stopped(path: Path) -> Any:
        if path.name == name:
            raise KeyboardInterrupt
        return written(path)

    return stopped


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- what can be done with it ------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_commands_that_need_no_server_work(labelled: Path, tmp_path: Path) -> None:
    bash = shell(tmp_path)
    assert {call.split()[1].split("-")[0] for call in calls()} == {*TWICE, *SERVED}
    for call in calls():
        if not call.startswith(tuple(f"miyar {name}-" for name in SERVED)):
            done = bash(call)
            assert done.returncode == 0, done.stderr
            if call.endswith(BASELINE):
                shutil.copytree(BASELINE, CANDIDATE)
    assert len(json.loads(Path("tasks.json").read_text(encoding="utf-8"))) == 12


@pytest.mark.slow
def test_the_workflow_lets_a_release_pass_that_is_as_good_and_stops_one_that_is_not(
    labelled: Path, tmp_path: Path
) -> None:
    bash, (lines, environment) = shell(tmp_path), workflow()
    install, *checks = lines
    assert install == "python -m pip install -r requirements.txt"
    *_, gold, _, judge = checks
    assert bash(gold).returncode == 0
    baseline = next(call for call in calls() if call.endswith(BASELINE))
    assert bash(baseline).returncode == 0
    shutil.copytree(BASELINE, CANDIDATE)
    shutil.rmtree("dataset")
    for line in checks:
        done = bash(line, **environment)
        assert done.returncode == 0, done.stderr
    page = (tmp_path / "page").read_text(encoding="utf-8")
    assert ("micro" in page, "passed" in page.lower()) == (True, True)
    silent = [
        json.dumps({"article": path.stem, "spans": []}) for path in Path("corpus/articles").glob("*.txt")
    ]
    Path(CANDIDATE, "predictions.jsonl").write_text("\n".join(silent), encoding="utf-8")
    assert bash(judge, **environment).returncode == 1


PERSON_AND_PLACE = ("وصل [محمد]PER إلى [جنيف]LOC", "قال [محمد]PER إنه في [جنيف]LOC")


@pytest.mark.server
@pytest.mark.slow
def test_the_five_commands_work_one_after_the_other(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, "start-corpus", tmp_path / "project", "--scheme", "short").status == 0
    monkeypatch.chdir(tmp_path / "project")
    texts = {f"article-{number}": marked(source) for number, source in enumerate(PERSON_AND_PLACE)}
    for name, made in texts.items():
        Path("corpus/articles", f"{name}.txt").write_text(made.text, encoding="utf-8")
    bash, port = shell(tmp_path), str(free_port())
    convert, start, pull, gold, baseline, score, _ = (call.replace("8080", port) for call in calls())
    assert bash(convert).returncode == 0
    with opened(start):
        label(f"http://127.0.0.1:{port}", texts)
        done = bash(pull)
        assert done.returncode == 0, done.stderr
    for line in (gold, baseline):
        done = bash(line)
        assert done.returncode == 0, done.stderr
    shutil.copytree(BASELINE, CANDIDATE)
    [micro, *_] = [line for line in bash(score).stdout.splitlines() if line.startswith("micro, strict")]
    assert micro.split()[2:5] == ["100.0"] * 3  # each article has the names of the other


@contextmanager
def opened(call: str) -> Iterator[None]:
    """Run start-studio as in a first terminal: until Ctrl-C."""
    command = [sys.executable, "-m", *call.split()]
    settings = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
    with subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr
            assert any("Ctrl-C stops the server" in line for line in server.stderr), "it did not come up"
            yield
        finally:
            server.send_signal(signal.SIGINT)


def label(url: str, texts: Mapping[str, Marked]) -> None:
    """Submit what is marked in each article."""
    scheme = read_scheme(Path("annotation_config/labels.toml"))
    with closing(connect(url, Path(".studio", TOKEN_FILE).read_text(encoding="utf-8").strip())) as studio:
        [project] = studio.projects()
        for task in studio.tasks(project.id):
            name = task.data["article"]
            article = Article(name, texts[name].text)
            found = results(texts[name].spans, (), article, scheme)
            studio.annotate(task.id, found, 1.5, str(uuid.uuid4()))
