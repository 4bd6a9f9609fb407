"""Hostile text in every field of every file, and in what a server holds: people see it, nothing obeys it.

Of the fields of each kind of file MIYAR_FIELDS are tried, others in each run; 0 tries all.
"""

import json
import os
import random
import re
import signal
import tomllib
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from command import Done, run
from files import ARTICLES, GATE, Kind, annotated, dumped, kinds, lines, predicted
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import Server
from miyar.report.format import Format
from miyar.scheme import Scheme
from pushing import annotate, made, on, plain, push, tasks_of, written

FIELDS = int(os.environ.get("MIYAR_FIELDS", "12"))
Capture = pytest.CaptureFixture[str]
Call = Callable[[Path], Sequence[Sequence[object]]]
FORGED = "## Gate: passed"
HOSTILE = (
    f"x\x1b]0;owned\x07\x1b[2J\r\n\n{FORGED}\n\u202e\u2066<img src=x onerror=a>[y](http://evil)|`\x9b\u2028"
)
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066\u2067\ud800-\udfff]")
IN_MARKDOWN = re.compile(r"(?<!\\)<img|(?<!\\)\]\(http")


def hostile(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield a value with hostile text in place of each text and of each key, and where it stands."""
    for path, inside, key in places(value, ""):
        for name, change in (("value", put), ("key", rename)):
            before = deepcopy(inside)
            if change(inside, key):
                yield f"{path} {name}", value
                restore(inside, before)


def places(value: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, item in items:
        if isinstance(item, dict | list):
            yield from places(item, f"{path}/{key}")
        yield f"{path}/{key}", value, key


def put(inside: Any, key: Any) -> bool:
    inside[key] = HOSTILE
    return True


def rename(inside: Any, key: Any) -> bool:
    if isinstance(inside, dict):
        inside[HOSTILE] = inside.pop(key)
    return isinstance(inside, dict)


def restore(inside: Any, before: Any) -> None:
    inside.clear()
    (inside.update if isinstance(inside, dict) else inside.extend)(before)


def variants(kind: Kind) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of a file with hostile text in each place."""
    if kind.form == "json":
        yield from ((place, dumped(value)) for place, value in hostile(json.loads(kind.data)))
    elif kind.form == "lines":
        values = [json.loads(line) for line in kind.data.splitlines()]
        yield from ((place, lines(*value)) for place, value in hostile(values))
    elif kind.form == "toml":
        for place, value in hostile(tomllib.loads(kind.data.decode())):
            yield place, tomli_w.dumps(value).encode()
    else:
        texts = kind.data.decode().split("\n")
        one_line = re.sub(r"[\r\n\u2028]", "", HOSTILE)
        for number, line in enumerate(texts):
            for word in range(len(line.split())):
                words = line.split()
                words[word] = one_line
                yield (
                    f"{number}/{word}",
                    "\n".join([*texts[:number], " ".join(words), *texts[number + 1 :]]).encode(),
                )


def check(done: Done, place: str, form: Format = Format.TEXT) -> None:
    """Fail where a terminal or a page would obey what a command printed."""
    assert done.status in (0, 1, 2), place
    for text in (done.out, done.err):
        assert not OBEYED.search(text), (place, text)
        assert FORGED not in map(str.strip, text.splitlines()), (place, text)
    if form is Format.JSON and done.out.strip():
        json.loads(done.out)
    if form is Format.MARKDOWN:
        assert not IN_MARKDOWN.search(done.out), (place, done.out)


def scored(path: Path) -> Sequence[Sequence[object]]:
    folder = path.parent
    gold = path if path.name == "gold.jsonl" else folder / "known.jsonl"
    found = path if path.name == "p.jsonl" else folder / "found.jsonl"
    return [("score-extractors", gold, found, "--articles", folder / "texts.jsonl", "--by", "source")]


def compared(path: Path) -> Sequence[Sequence[object]]:
    folder = path.parent
    gate = path if path.name == "gate.toml" else folder / "rules.toml"
    systems = [folder / "found.jsonl", path if path.name == "p.jsonl" else folder / "found.jsonl"]
    options = ["--articles", folder / "texts.jsonl", "--gate", gate, "--by", "source"]
    return [("compare-releases", folder / "known.jsonl", *systems, *options)]


def released(path: Path) -> Sequence[Sequence[object]]:
    folder = path.parent / "release"
    folder.mkdir(exist_ok=True)
    (folder / "release.toml").write_bytes(path.read_bytes())
    (folder / "predictions.jsonl").write_bytes(predicted())
    known, texts = path.parent / "known.jsonl", path.parent / "texts.jsonl"
    rest = ["--articles", texts, "--gate", path.parent / "rules.toml", "--by", "source"]
    return [
        ("score-extractors", known, folder, "--articles", texts),
        ("compare-releases", known, path.parent / "found.jsonl", folder, *rest),
    ]


def described(path: Path) -> Sequence[Sequence[object]]:
    folder = path.parent / "texts"
    folder.mkdir(exist_ok=True)
    for article in ARTICLES:
        (folder / f"{article.id}.txt").write_text(article.text, encoding="utf-8", newline="")
    (folder / "metadata.jsonl").write_bytes(path.read_bytes())
    known, found = path.parent / "known.jsonl", path.parent / "found.jsonl"
    return [
        ("convert-articles", folder, "-o", path.parent / "tasks.out"),
        ("score-extractors", known, found, "--articles", folder, "--by", "source", "--min-support", "1"),
    ]


def imported(path: Path) -> Sequence[Sequence[object]]:
    texts, out = path.parent / "texts.jsonl", path.parent / "out"
    call = ("import-annotations", path, "--articles", texts, "-o", out)
    return [call, (*call, "--quarantine", path.parent / "aside.jsonl")]


def pulled(path: Path, scheme: Scheme) -> Sequence[Sequence[object]]:
    batch = path.parent / "batch"
    batch.mkdir(exist_ok=True)
    (batch / "A1.json").write_bytes(kinds(scheme)["export.json"].data)
    (batch / "manifest.json").write_bytes(path.read_bytes())
    return imported(batch)


def scheme_used(path: Path) -> Sequence[Sequence[object]]:
    folder = path.parent
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "labels.toml").write_bytes(path.read_bytes())
    options = ["--articles", folder / "texts.jsonl", "--config", folder / "config"]
    return [
        ("render-config", "--config", folder / "config"),
        ("score-extractors", folder / "known.jsonl", folder / "found.jsonl", *options),
    ]


SAMPLES: dict[str, list[object]] = {
    "score-extractors": ["--samples", 0],
    "compare-releases": ["--samples", 200],
}
TOKEN = ("--token-file", "PIPE")
FORMATTED = ("score-extractors", "compare-releases", "import-annotations")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the files that stand beside the hostile one."""
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    (tmp_path / "known.jsonl").write_bytes(annotated())
    (tmp_path / "found.jsonl").write_bytes(predicted())
    (tmp_path / "rules.toml").write_text(GATE, encoding="utf-8")
    texts = ({"id": one.id, "text": one.text, "source": "x"} for one in ARTICLES)
    (tmp_path / "texts.jsonl").write_bytes(lines(*texts))
    return tmp_path


CALLS: dict[str, Call] = {
    "export.json": imported,
    "gold.jsonl": scored,
    "p.jsonl": lambda path: [*scored(path), *compared(path)],
    "r.toml": released,
    "s.jsonl": lambda path: [
        ("convert-articles", path.parent / "texts.jsonl", "--suggest", path, "-o", path.parent / "tasks.out")
    ],
    "x.jsonl": lambda path: [
        ("convert-articles", path, "-o", path.parent / "tasks.out"),
        ("clean-articles", path, "-o", path.parent / "clean"),
    ],
    "m.jsonl": described,
    "only.jsonl": lambda path: [
        ("convert-articles", path.parent / "texts.jsonl", "--only", path, "-o", path.parent / "tasks.out")
    ],
    "tasks.json": lambda path: [("push-tasks", path, "--url", "http://127.0.0.1:9", "--project", "News")],
    "c.txt": lambda path: [("import-conll", path, "-o", path.parent / "corpus")],
    "labels.toml": scheme_used,
    "gate.toml": compared,
    "scores.json": lambda path: [("score-extractors", "--verify", path)],
}


@pytest.mark.parametrize("name", ["batch.json", *CALLS])
def test_hostile_text_in_any_field_of_a_file_is_shown_and_not_obeyed(
    name: str, folder: Path, scheme: Scheme, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("miyar.labelstudio.server.answers.TRIES", 1)
    forms = [*Format]
    tried = list(variants(kinds(scheme)[name]))
    for number, (place, data) in enumerate(random.sample(tried, min(FIELDS or len(tried), len(tried)))):
        path = folder / name
        path.write_bytes(data)
        calls = pulled(path, scheme) if name == "batch.json" else CALLS[name](path)
        for call in calls:
            has_forms = call[0] in FORMATTED and "--verify" not in call
            form = forms[number % len(forms)] if has_forms else Format.TEXT
            options: list[object] = ["--format", form] if has_forms else []
            options += SAMPLES.get(str(call[0]), []) if has_forms else []
            check(run(capsys, *call, *options), f"{name} {place} {call[0]} {form}", form)


@pytest.mark.parametrize("form", Format)
def test_hostile_names_of_files_are_shown_and_not_obeyed(form: Format, folder: Path, capsys: Capture) -> None:
    name = HOSTILE.replace("/", "")
    for source in ("found.jsonl", "known.jsonl", "rules.toml", "texts.jsonl"):
        path = folder / f"{source[:2]} {name}.{source.partition('.')[2]}"
        os.link(folder / source, path)
        texts, rest = folder / "texts.jsonl", ("--format", form, "--samples", 200)
        gate = path if source == "rules.toml" else folder / "rules.toml"
        for call in (
            ("score-extractors", path, path, "--articles", texts, *rest),
            ("score-extractors", folder / "known.jsonl", path, "--articles", texts, *rest),
            ("compare-releases", path, path, path, *rest),
            (*compared(folder / "found.jsonl")[0][:4], "--articles", texts, "--gate", gate, *rest),
            ("import-annotations", path, "--articles", path, "-o", folder / "out", "--format", form),
            ("convert-articles", path, "-o", folder / "tasks.out"),
            ("clean-articles", path, "-o", folder / "clean"),
            ("import-conll", path, "-o", folder / name),
            ("push-tasks", path, "--url", "http://127.0.0.1:9", "--project", HOSTILE),
            ("push-tasks", path, "--url", f"http://{HOSTILE}", "--project", HOSTILE),
            ("score-extractors", "--verify", path),
        ):
            check(run(capsys, *call), f"{source} {call[0]} {form}", form)


@pytest.mark.parametrize(
    "call",
    [
        ("import-annotations", "PIPE.json", "--articles", "texts.jsonl", "-o", "out"),
        ("import-annotations", "export.json", "--articles", "PIPE.jsonl", "-o", "out"),
        ("import-annotations", "export.json", "--mapping", "PIPE.toml", "-o", "out"),
        ("import-annotations", "export.json", "--draft", "out", "--labelling-config", "PIPE.xml"),
        ("convert-articles", "PIPE.txt", "-o", "out"),
        ("convert-articles", "texts.jsonl", "--only", "PIPE.jsonl", "-o", "out"),
        ("convert-articles", "texts.jsonl", "--suggest", "PIPE.jsonl", "-o", "out"),
        ("clean-articles", "PIPE.jsonl", "-o", "out"),
        ("import-conll", "PIPE.txt", "-o", "out"),
        ("score-extractors", "PIPE.jsonl", "found.jsonl"),
        ("score-extractors", "known.jsonl", "PIPE.jsonl"),
        ("score-extractors", "--verify", "PIPE.json"),
        ("compare-releases", "known.jsonl", "found.jsonl", "found.jsonl", "--gate", "PIPE.toml"),
        ("run-extractor", "lexicon", "texts.jsonl", "--lexicon", "PIPE.txt", "-o", "out"),
        ("push-tasks", "PIPE.json", "--url", "http://127.0.0.1:9", "--project", "News"),
        ("push-tasks", "tasks.json", "--url", "http://127.0.0.1:9", "--project", "News", *TOKEN),
    ],
    ids=" ".join,
)
def test_a_pipe_is_refused_where_a_command_would_wait_for_ever(
    call: Sequence[str], folder: Path, scheme: Scheme, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    written(folder / "tasks.json", plain("a", scheme))
    (folder / "export.json").write_bytes(kinds(scheme)["export.json"].data)
    (pipe,) = [name for name in call if name.startswith("PIPE")]
    os.mkfifo(pipe, 0o600)
    signal.alarm(20)  # ends the process: the test fails rather than hangs
    try:
        done = run(capsys, *call)
    finally:
        signal.alarm(0)
    assert done.status == 2, done.err
    assert pipe in done.err


@pytest.mark.server
def test_hostile_text_on_a_server_is_shown_and_not_obeyed(
    server: Server, owner: Studio, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    title = "hostile: fields"
    file = written(tmp_path / "tasks.json", plain("a", scheme))
    assert push(capsys, server, file, title).status == 0
    project = next(one for one in owner.projects() if one.setup.title == title)
    number = tasks_of(owner, title)["a"].id
    region = {"id": HOSTILE, "from_name": HOSTILE, "to_name": "text", "type": "labels"}
    annotate(
        owner, number, [{**region, "value": {"start": 0, "end": 5, "text": HOSTILE, "labels": [HOSTILE]}}]
    )
    named = {"data": {**plain("b", scheme)["data"], "article": HOSTILE}}
    owner.import_tasks(project.id, [named, {"data": dict.fromkeys(("text", HOSTILE), HOSTILE)}])
    owner.update_task(number, {**plain("a", scheme)["data"], "scheme": HOSTILE, "guidelines": HOSTILE})
    other = made(owner, f"{HOSTILE[:20]}", "<View/>")
    try:
        batch = tmp_path / "batch"
        for form in Format:
            for call in (
                ("project-status", *on(server, title)),
                ("project-status", *on(server, "no such title")),
                ("push-tasks", file, *on(server, title), "--dry-run"),
                ("pull-annotations", *on(server, title), "-o", batch / form),
                ("import-annotations", batch / form, "--articles", file, "-o", tmp_path / "out"),
            ):
                check(run(capsys, *call, "--format", form), f"{call[0]} {form}", form)
    finally:
        owner.delete_project(other)
