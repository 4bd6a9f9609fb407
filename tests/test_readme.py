"""What the pages for people promise: links lead somewhere, examples work, tables are whole."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import needed
import pytest
import typer

import miyar
from command import run
from conftest import ROOT
from miyar.annotation import read_annotations
from miyar.article import Article, read_articles
from miyar.cli import app
from miyar.commands import STAGES
from miyar.comparison.counts import Rows
from miyar.comparison.gatefile import read_gate
from miyar.dataset import write_card, write_dataset
from miyar.labelstudio.exports.mapping import read_mapping
from miyar.predictions import prediction_lines
from miyar.scheme import Scheme, read_scheme
from pages import (
    COMMANDS_PAGE,
    CORPUS_PAGE,
    PAGES,
    README,
    SCHEME_PAGE,
    examples,
    headings,
    links,
    prose,
    table_rows,
)
from test_architecture import RANK

VIEWS = ROOT / "corpus" / "annotations" / "demo"
ARTICLES = ROOT / "corpus" / "articles"
CHANGES = ROOT / "scripts" / "CHANGELOG.md"

Capture = pytest.CaptureFixture[str]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# --- pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        goal = page.parent / path if path else page
        if link.startswith("https://"):
            continue
        if not goal.exists() or (anchor and anchor not in {one.anchor for one in headings(goal)}):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_contents_name_every_section(page: Path) -> None:
    sections = [f"#{one.anchor}" for one in headings(page) if one.depth == 2 and one.title != "Contents"]
    listed = [link for link in links(page) if link.startswith("#")]
    assert [link for link in dict.fromkeys(listed) if link in sections] == sections


def test_the_readme_is_read_in_five_minutes() -> None:
    english, _, arabic = prose(README).partition("\n## خلاصة")
    assert len(english.split()) < 1_600
    assert len(arabic.split()) < 300


def test_the_readme_lists_the_commands_by_stage_as_help_does() -> None:
    rows = [
        [stage if number == 0 else "", f"[`{name}`](scripts/README.md#{name})", line]
        for stage, commands in STAGES.items()
        for number, (name, line) in enumerate(commands.items())
    ]
    assert table_rows(README, "All commands") == rows


def test_the_map_has_every_noun_in_its_row() -> None:
    row, found = 0, {}
    for number, noun, _ in table_rows(COMMANDS_PAGE, "A map of the package"):
        row = int(number or row)
        found[noun.strip("`")] = row - 1
    assert found == {noun: rank for noun, rank in RANK.items() if noun != "__main__"}


def test_rules_in_the_table_of_symptoms_are_rules() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "scripts" / "miyar").rglob("*.py"))
    said = [row[0] for row in table_rows(COMMANDS_PAGE, "When something goes wrong")]
    codes = {code for cell in said for code in re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", cell)}
    assert len(codes) > 20
    assert {code for code in codes if f'"{code}"' not in sources} == set()


def test_the_citation_names_this_version() -> None:
    [example] = examples(README, "bibtex")
    assert f"{{{miyar.__version__}}}" in example


def test_the_rows_of_articles_are_those_of_the_benchmark() -> None:
    rows = [(f"{100 * f1:.0f}", f"{100 * luck:.0f} %") for f1 in needed.F1S for luck in needed.SAME_LUCKS]
    assert [tuple(row[:2]) for row in table_rows(COMMANDS_PAGE, "How many articles")] == rows


def test_the_changes_begin_with_this_version_and_name_commands_that_there_are() -> None:
    assert headings(CHANGES)[1].title == miyar.__version__
    named = set(re.findall(r"`([a-z]+-[a-z]+)`", CHANGES.read_text(encoding="utf-8")))
    assert named <= {name for commands in STAGES.values() for name in commands}
    assert len(named) > 10
    for link in links(CHANGES):
        path, _, anchor = link.partition("#")
        assert anchor in {one.anchor for one in headings(CHANGES.parent / path)}


@pytest.mark.slow
def test_a_row_of_articles_is_what_is_computed() -> None:
    """One of six; all of them take minutes."""
    with ThreadPool(2) as pool:
        computed = needed.row(pool, needed.F1S[-1], needed.SAME_LUCKS[-1])
    shown = table_rows(COMMANDS_PAGE, "How many articles")[-1]
    assert shown[2:] == [needed.rounded(articles) for articles in computed.articles]


# --- calls -------------------------------------------------------------------------------------------------


def calls() -> Iterator[Any]:
    for page in PAGES:
        for text in examples(page, "sh"):
            for line in text.splitlines():
                if line.startswith("miyar "):
                    yield pytest.param(shlex.split(line, comments=True)[1:], id=f"{name_of(page)} {line}")


@pytest.mark.parametrize("call", calls())
def test_calls_are_understood(call: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "https://label.example.org")
    group: Any = typer.main.get_command(app)
    name, *arguments = call
    if name.startswith("-"):
        assert name in {option for one in group.params for option in one.opts} | {"--help"}
        return
    command = group.get_command(None, name)
    assert command is not None
    command.make_context(name, arguments).close()


def test_make_has_the_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", pages, re.MULTILINE))
    assert {"demo", "test", "studio", "check"} <= targets
    assert {target for target in targets if f"\n{target}:" not in makefile} == set()


# --- examples ----------------------------------------------------------------------------------------------


def example(page: Path, language: str, beginning: str) -> str:
    """Return the one example of a page that begins so."""
    [found] = [text for text in examples(page, language) if text.startswith(beginning)]
    return found


def written(folder: Path, text: str) -> Path:
    file = folder / "example"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_short_scheme_is_a_scheme(tmp_path: Path) -> None:
    made = read_scheme(written(tmp_path, example(SCHEME_PAGE, "toml", 'version = "1.0.0"')))
    assert [label.code for label in made.labels] == ["PER", "ORG", "LOC", "ATTACK"]


def test_the_label_map_is_a_part_of_ours(scheme: Scheme) -> None:
    shown = tomllib.loads(example(SCHEME_PAGE, "toml", "[maps.conll]"))["maps"]["conll"]
    assert shown.items() <= dict(scheme.maps["conll"]).items()


def test_the_mapping_is_a_mapping(tmp_path: Path, scheme: Scheme) -> None:
    names = read_mapping(written(tmp_path, example(SCHEME_PAGE, "toml", "[data]")), scheme)
    assert (names.text, names.roles, names.labels["ner"]["Other"]) == ("body", {"where": "PLACE"}, False)


def test_the_gate_is_a_gate(tmp_path: Path, scheme: Scheme) -> None:
    entities = tuple(label.code for label in scheme.entities)
    measures = {
        "entities.strict": Rows(("micro", "macro"), "labels", entities),
        "triggers.trig_c": Rows(("micro", "macro"), "labels", ("ATTACK",)),
        "slices.source": Rows(("micro",), "slices", ("wire", "agency")),
    }
    gate = read_gate(written(tmp_path, example(COMMANDS_PAGE, "toml", "[[non")), measures)
    assert ([rule.name for rule in gate.rules], len(gate.trade_offs)) == (["no label worse", "floor 1"], 1)


@pytest.mark.parametrize("page", [README, COMMANDS_PAGE], ids=name_of)
def test_prediction_lines_are_read(page: Path, tmp_path: Path) -> None:
    lines = prediction_lines(written(tmp_path, example(page, "json", "")))
    assert lines[0].article == "a-1"
    assert all({"start", "end", "label"} <= span.keys() for line in lines for span in line.spans)


def test_lines_of_metadata_and_annotations_are_read(tmp_path: Path) -> None:
    (tmp_path / "a-1.txt").write_text("قال إن هجوما وقع", encoding="utf-8")
    line = json.loads(example(CORPUS_PAGE, "json", '{"id"')) | {"sha256": None}
    (tmp_path / "metadata.jsonl").write_text(json.dumps(line), encoding="utf-8")
    [article] = read_articles([tmp_path])
    assert article.metadata.keys() >= {"title", "source", "published", "url", "licence"}
    view, gold = (text for text in examples(CORPUS_PAGE, "json") if text.startswith('{"article"'))
    [read] = read_annotations(written(tmp_path, view))
    assert (read.article, len(read.spans), len(read.arguments)) == ("a-1", 2, 1)
    [read] = read_annotations(written(tmp_path, gold))
    assert (read.annotator, len(read.spans)) == ("gold", 1)


@pytest.fixture
def corpus(
    tmp_path: Path, scheme: Scheme, demo_articles: dict[str, Article], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Give a working folder with what the examples name: articles, dataset, predictions."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dataset").mkdir()
    annotations = [one for name in ("A1", "A2") for one in read_annotations(VIEWS / f"{name}.jsonl")]
    write_dataset(tmp_path / "dataset", annotations, demo_articles, scheme)
    write_card(tmp_path / "dataset", "dataset", [], scheme, ROOT / "annotation_config")
    shutil.copytree(ARTICLES, tmp_path / "articles")
    return tmp_path


def test_examples_in_python_run(
    corpus: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, scheme: Scheme
) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", corpus / "cache")
    call = ("run-extractor", "lexicon", "articles", "--gold", "dataset", "--annotator", "A1")
    assert run(capsys, *call, "--leave-one-out", "-o", "predictions/lexicon").status == 0
    shutil.copyfile("predictions/lexicon/predictions.jsonl", "predictions/mine.jsonl")
    for page in (README, CORPUS_PAGE):
        [example] = examples(page, "python")
        found: dict[str, Any] = {}
        exec(example, found)  # noqa: S102 - our own page
        assert found.keys() & {"result", "annotations"}
        if "spans" in found:
            table, labels = found["spans"], {label.code: label.name for label in scheme.labels}
            assert len(table) == sum(map(len, found["annotations"]["spans"]))
            assert [labels[code] for code in table["label"]] == table["name"].tolist()


def test_the_extractor_of_the_example_runs_by_its_entry_point(
    corpus: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = tomllib.loads(example(COMMANDS_PAGE, "toml", "[project.entry-points"))["project"]["entry-points"]
    points = [f"{name} = {place}" for name, place in group["miyar.extractors"].items()]
    files = {
        "words.py": example(COMMANDS_PAGE, "python", ""),
        "words-1.dist-info/METADATA": "Name: words\nVersion: 1\n",
        "words-1.dist-info/entry_points.txt": "\n".join(["[miyar.extractors]", *points]),
    }
    installed = corpus / "installed"
    for place, text in files.items():
        (installed / place).parent.mkdir(parents=True, exist_ok=True)
        (installed / place).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(installed))
    call = ("run-extractor", "words", "articles", "--gold", "dataset", "--annotator", "A1", "-o", "found")
    done = run(capsys, *call)
    assert (done.status, "words@1: found" in done.err) == (0, True)
    assert any(line.spans for line in prediction_lines(corpus / "found" / "predictions.jsonl"))
    alone = run(capsys, "run-extractor", "words", "articles", "-o", "alone")
    assert (alone.status, "words@1: alone" in alone.err) == (0, True)
    paths = {"PYTHONPATH": f"{ROOT / 'scripts'}:{installed}"}
    command = [sys.executable, "-m", "miyar", "run-extractor", "--help"]
    told = subprocess.run(command, env={**os.environ, **paths}, capture_output=True, text=True, check=True)
    assert "The extractor: lexicon, words." in " ".join(told.stdout.split())


def test_the_score_of_the_demo_is_the_one_shown(corpus: Path, capsys: Capture) -> None:
    gold = ROOT / "corpus" / "gold"
    call = ("run-extractor", "lexicon", "articles", "--gold", gold, "--leave-one-out", "-o", "lexicon")
    assert run(capsys, *call).status == 0
    scored = run(capsys, "score-extractors", gold, "lexicon", "--articles", "articles").out
    [shown] = [text for text in examples(README, "text") if text.startswith("lexicon@1")]
    assert {line for line in shown.splitlines() if line != "…"} <= set(scored.splitlines())


def test_two_annotators_differ_as_the_readme_says() -> None:
    views = [
        next(one for one in read_annotations(VIEWS / f"{name}.jsonl") if one.article == "weapons-seizure")
        for name in ("A1", "A2")
    ]
    first, second = ({(one.start, one.end, one.label, one.text) for one in view.spans} for view in views)
    text = " ".join(README.read_text(encoding="utf-8").split())
    assert f"A1 has {len(first)} spans and A2 {len(second)}, and {len(first & second)} are the same" in text
    for places, *cells in table_rows(README, "Two annotators"):
        shown = iter(places.split(", "))
        for cell, only in zip(cells, (first - second, second - first), strict=True):
            if cell:
                start, end = map(int, next(shown).split("–"))
                assert (start, end, *cell.split(" ", 1)) in only
