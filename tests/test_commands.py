"""The commands that need no server, as a user runs them: status, output, files, messages."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import miyar
from command import run
from conftest import ROOT
from miyar.article import Article
from miyar.commands import COMMANDS
from miyar.labelstudio.tasks.task import task
from miyar.scheme import Scheme
from miyar.terminal import tracked

ARTICLES = ROOT / "corpus" / "articles"
VIEWS = ROOT / "corpus" / "annotations" / "demo"

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def test_convert_writes_the_tasks(tmp_path: Path, capsys: Capture, scheme: Scheme) -> None:
    done = run(capsys, "convert-articles", ARTICLES, "-o", tmp_path / "tasks.json")
    assert (done.status, done.out) == (0, "")
    assert f"4 tasks: {tmp_path / 'tasks.json'}" in done.err
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    taxi = next(value["data"] for value in tasks if value["data"]["article"] == "taxi-strike")
    assert "□✊□" in taxi["text"]  # a taxi and a skin tone; the fist itself is in the BMP
    assert "🚕" in (ARTICLES / "taxi-strike.txt").read_text(encoding="utf-8")
    assert taxi["scheme"] == scheme.signature
    assert taxi["title"] == "سائقو الأجرة في ألماز يعلنون الإضراب"


def test_convert_reports_all_problems_and_writes_nothing(
    inbox: Path, tmp_path: Path, capsys: Capture
) -> None:
    (inbox / "bom.txt").write_bytes("\ufeffنص".encode())
    (inbox / "crlf.txt").write_bytes("سطر\r\nسطر".encode())
    (inbox / "nul.txt").write_bytes("نص\0".encode())
    done = run(capsys, "convert-articles", inbox, "-o", tmp_path / "tasks.json")
    assert done.status == 1
    for words in ("bom.txt:1:1", "crlf.txt:1:4", "nul.txt:1:3", "3 problems", "Nothing was written."):
        assert words in done.err
    assert f"miyar clean-articles {inbox} -o DIR" in done.err
    assert list(tmp_path.iterdir()) == [inbox]


def test_what_convert_refuses_clean_makes_acceptable(inbox: Path, tmp_path: Path, capsys: Capture) -> None:
    (inbox / "a.txt").write_bytes("\ufeffسطر\r\nسطر\0".encode())
    (inbox / "خبر.txt").write_text("نص", encoding="utf-8")
    (inbox / "notes.docx").write_bytes(b"PK")
    cleaned = run(capsys, "clean-articles", inbox, "-o", tmp_path / "clean")
    assert cleaned.status == 0
    assert "2 articles, 4 changes in 2 of them" in cleaned.err
    assert f"not read as articles: {inbox / 'notes.docx'}" in cleaned.err
    metadata = (tmp_path / "clean" / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line).get("title") for line in metadata] == [None, "خبر"]
    assert (tmp_path / "clean" / "a.txt").read_bytes() == "سطر\nسطر".encode()
    changes = (tmp_path / "clean" / "changes.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(change)["found"] for change in changes] == [
        "U+FEFF",
        "U+000D U+000A",
        "U+0000",
        "id خبر",
    ]
    assert run(capsys, "convert-articles", tmp_path / "clean", "-o", tmp_path / "tasks.json").status == 0


def test_json_lines_with_fields_of_other_names(tmp_path: Path, capsys: Capture) -> None:
    source = tmp_path / "news.jsonl"
    source.write_text(json.dumps({"no": 7, "body": "نص", "title": "عنوان"}) + "\n", encoding="utf-8")
    refused = run(capsys, "convert-articles", source, "-o", tmp_path / "tasks.json")
    assert refused.status == 1
    assert "--text-field" in refused.err
    fields = ("--id-field", "no", "--text-field", "body")
    assert run(capsys, "convert-articles", source, "-o", tmp_path / "tasks.json", *fields).status == 0
    [made] = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    assert (made["data"]["article"], made["data"]["title"]) == ("7", "عنوان")


def test_suggestions_are_in_the_tasks_only_when_asked_for(tmp_path: Path, capsys: Capture) -> None:
    predictions = tmp_path / "lexicon"
    gold = ("--gold", VIEWS / "A1.jsonl", "--leave-one-out")
    assert run(capsys, "run-extractor", "lexicon", ARTICLES, *gold, "-o", predictions).status == 0
    output = ("-o", tmp_path / "tasks.json")
    assert run(capsys, "convert-articles", ARTICLES, *output).status == 0
    assert "predictions" not in (tmp_path / "tasks.json").read_text(encoding="utf-8")
    assert run(capsys, "convert-articles", ARTICLES, *output, "--suggest", predictions).status == 0
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    shown = [value for value in tasks if not value["data"]["blind"]]
    assert {value["predictions"][0]["model_version"] for value in shown} == {"lexicon@1"}
    assert [value.get("predictions") for value in tasks if value["data"]["blind"]] == [None]


@pytest.mark.parametrize(("share", "count"), [(0, 0), (0.5, 2), (1, 4)])
def test_a_seeded_share_of_the_articles_stays_blind(
    share: float, count: int, tmp_path: Path, capsys: Capture
) -> None:
    predictions = tmp_path / "lexicon"
    gold = ("--gold", VIEWS / "A1.jsonl", "--leave-one-out")
    assert run(capsys, "run-extractor", "lexicon", ARTICLES, *gold, "-o", predictions).status == 0
    asked = ("--suggest", predictions, "--blind-share", share)

    def blind(seed: int) -> list[str]:
        file = tmp_path / "tasks.json"
        assert run(capsys, "convert-articles", ARTICLES, "-o", file, *asked, "--seed", seed).status == 0
        tasks = json.loads(file.read_text(encoding="utf-8"))
        return [value["data"]["article"] for value in tasks if value["data"]["blind"]]

    assert len(blind(1)) == count
    assert blind(1) == blind(1)
    assert count in (0, 4) or any(blind(1) != blind(seed) for seed in range(2, 9))


@pytest.mark.parametrize("place", ["file", "folder"])
def test_an_output_that_cannot_be_written_is_said(place: str, tmp_path: Path, capsys: Capture) -> None:
    locked = Path("/proc/miyar") if os.geteuid() == 0 else tmp_path / "locked"
    if os.geteuid() != 0:
        locked.mkdir(mode=0o500)
    if place == "file":
        done = run(capsys, "convert-articles", ARTICLES, "-o", locked / "tasks.json")
    else:
        done = run(capsys, "clean-articles", ARTICLES, "-o", locked / "clean")
    assert done.status == 1
    assert f"{locked}" in done.err
    assert "cannot be written" in done.err
    assert "Traceback" not in done.err


def test_extractor_and_score_in_three_formats(tmp_path: Path, capsys: Capture) -> None:
    gold, predictions = VIEWS / "A1.jsonl", tmp_path / "lexicon"
    made = run(
        capsys, "run-extractor", "lexicon", ARTICLES, "--gold", gold, "--leave-one-out", "-o", predictions
    )
    assert made.status == 0
    text = run(capsys, "score-extractors", gold, predictions)
    assert text.status == 0
    head, *_ = text.out.splitlines()
    assert head == "lexicon@1 on A1.jsonl, 4 articles: micro F1 38.3 (no interval), support 129"
    assert "WARNING" not in text.out
    assert "own counts equal seqeval's" in text.err
    markdown = run(capsys, "score-extractors", gold, predictions, "--format", "markdown")
    assert "| **micro, strict** |" in markdown.out
    value = json.loads(run(capsys, "score-extractors", gold, predictions, "--format", "json").out)
    micro = value["layers"]["entities"]["strict"]["micro"]
    assert micro["gold"] == 129
    assert micro["precision"] == micro["tp"] / micro["predicted"]
    both = json.loads(run(capsys, "score-extractors", gold, predictions, predictions, "--format", "json").out)
    assert both == [value, value]


def test_problems_of_all_predictions_are_reported_together(tmp_path: Path, capsys: Capture) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.jsonl").write_text("{\n", encoding="utf-8")
    done = run(capsys, "score-extractors", VIEWS / "A1.jsonl", tmp_path / "one.jsonl", tmp_path / "two.jsonl")
    assert done.status == 1
    assert "2 problems: 2 bad_prediction. Nothing was scored." in done.err


def test_scoring_on_what_was_learnt_from_is_warned_about(tmp_path: Path, capsys: Capture) -> None:
    gold, predictions = VIEWS / "A1.jsonl", tmp_path / "lexicon"
    assert run(capsys, "run-extractor", "lexicon", ARTICLES, "--gold", gold, "-o", predictions).status == 0
    done = run(capsys, "score-extractors", gold, predictions)
    assert "WARNING: the extractor learnt from 4 of these 4 articles." in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("score-extractor", "gold"), "Did you mean 'score-extractors'"),
        (("run-extractor", "bert", ARTICLES, "--lexicon", "x", "-o", "o"), "there are: lexicon"),
        (("run-extractor", "lexicon", ARTICLES, "-o", "o"), "give one of the two"),
        (("convert-articles", "nowhere", "-o", "o"), "nowhere: there is no such file"),
        (("convert-articles", ARTICLES), "Missing option"),
        (("score-extractors", "nowhere", VIEWS / "A1.jsonl"), "not a dataset folder"),
        (("render-config", "--config", "nowhere"), "no labels.toml in nowhere"),
        (
            ("score-extractors", VIEWS / "A1.jsonl", "nowhere"),
            "nowhere: no such file, and no folder with predictions.jsonl",
        ),
        (("clean-articles", ARTICLES, "-o", ROOT / "scripts"), "was not made by this command"),
        (("clean-articles", ARTICLES, "-o", ROOT / "corpus"), "would overwrite"),
        (("convert-articles", ARTICLES, "-o", ARTICLES / "metadata.jsonl"), "would overwrite"),
    ],
)
def test_wrong_calls_exit_with_2_and_say_what_to_do(
    arguments: tuple[object, ...],
    words: str,
    capsys: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(capsys, *arguments)
    assert done.status == 2
    assert words in done.err
    assert list(tmp_path.iterdir()) == []


def test_render_config_check_fails_where_a_file_is_out_of_date(tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "annotation_config", folder)
    assert run(capsys, "render-config", "--config", folder, "--check").status == 0
    scheme = folder / "labels.toml"
    scheme.write_text(
        scheme.read_text(encoding="utf-8").replace('name = "شخص"', 'name = "إنسان"'), encoding="utf-8"
    )
    stale = run(capsys, "render-config", "--config", folder, "--check")
    assert stale.status == 1
    assert "label_studio.xml" in stale.err
    assert "guidelines.ar.md" in stale.err
    assert run(capsys, "render-config", "--config", folder).status == 0
    assert run(capsys, "render-config", "--config", folder, "--check").status == 0


def test_a_killed_run_leaves_no_half_file_and_can_be_repeated(
    tmp_path: Path, capsys: Capture, scheme: Scheme
) -> None:
    source = tmp_path / "many.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for number in range(20_000):
            file.write(json.dumps({"id": f"a{number}", "text": "خبر عاجل " * 200}, ensure_ascii=False) + "\n")
    output = tmp_path / "tasks.json"
    script = [sys.executable, str(ROOT / "scripts" / "convert_articles.py"), str(source), "-o", str(output)]
    process = subprocess.Popen(script, stderr=subprocess.DEVNULL)
    while not list(tmp_path.glob(".tasks.json.*")):
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not output.exists()
    assert run(capsys, "convert-articles", source, "-o", output).status == 0
    values = json.loads(output.read_text(encoding="utf-8"))
    assert values[-1] == task(Article("a19999", "خبر عاجل " * 200), scheme, values[-1]["data"]["guidelines"])


def test_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "miyar", "--version"],
        cwd=ROOT / "scripts",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "miyar 0.1.0\n"


def test_a_blind_share_without_suggestions_is_refused(tmp_path: Path, capsys: Capture) -> None:
    done = run(capsys, "convert-articles", ARTICLES, "-o", tmp_path / "tasks.json", "--blind-share", 0.5)
    assert done.status == 2
    assert "give --suggest too" in done.err
    assert not (tmp_path / "tasks.json").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_device_and_a_closed_pipe_end_a_run_without_a_traceback(tmp_path: Path) -> None:
    miyar = [sys.executable, "-m", "miyar", "--help"]
    scripts = Path(__file__).parents[1] / "scripts"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(miyar, stdout=full, stderr=subprocess.PIPE, text=True, cwd=scripts)
    assert done.returncode == 1
    assert done.stderr.startswith("miyar: the output cannot be written: No space left on device")
    tokens = tmp_path / "a.txt"
    tokens.write_text("سالم B-PER\n", encoding="utf-8")
    command = [*miyar[:-1], "import-conll", str(tokens), "-o", str(tmp_path / "corpus")]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, cwd=scripts)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode == 0  # the command's own status: a reader may have had enough


def test_output_is_utf8_in_any_locale(tmp_path: Path) -> None:
    """An old locale knows no Arabic; with it Python would break off."""
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    texts = tmp_path / "texts.jsonl"
    texts.write_text('{"id": "خبر", "text": "نص"}', encoding="utf-8")
    call = [sys.executable, "-m", "miyar", "convert-articles", str(texts), "-o", "tasks.json"]
    scripts = Path(__file__).parents[1] / "scripts"
    done = subprocess.run(call, capture_output=True, env=environment, cwd=scripts)
    assert "خبر" in done.stderr.decode("utf-8")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("samples", [1, 199])
def test_too_few_resamples_for_an_interval_are_refused(samples: int, tmp_path: Path, capsys: Capture) -> None:
    done = run(capsys, "score-extractors", tmp_path, tmp_path, "--samples", samples)
    assert (done.status, "give 200 or more" in done.err) == (2, True)


def test_a_progress_bar_shows_a_hostile_title_as_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Every annotator can rename a project: nothing in a title is markup, and no terminal obeys it."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert list(tracked([1, 2], "pulling \x1b]0;owned\x07[/b]\n## Gate: passed", 2)) == [1, 2]
    said = capsys.readouterr().err
    assert "\x1b]0;" not in said
    assert "\n## Gate" not in said


def test_a_bad_byte_in_a_call_is_said_in_any_locale() -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    call = [sys.executable.encode(), b"-m", b"miyar", b"score-extractors", b"--foo\xff"]
    done = subprocess.run(
        call, capture_output=True, env=environment, cwd=Path(__file__).parents[1] / "scripts"
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"--foo" in done.stderr


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """Give an environment with `miyar` on the PATH and an empty home."""
    miyar = tmp_path / "bin" / "miyar"
    miyar.parent.mkdir()
    miyar.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m miyar "$@"\n', encoding="utf-8")
    miyar.chmod(0o755)
    scripts = str(Path(__file__).parents[1] / "scripts")
    path = f"{miyar.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": scripts, "HOME": str(tmp_path)}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("miyar", ""), set(COMMANDS)),
        (("miyar", "sc"), {"score-extractors"}),
        (("miyar", "--v"), {"--version"}),
        (("miyar", "score-extractors", "--un"), {"--unknown"}),
        (("miyar", "score-extractors", "--format", ""), {"text", "markdown", "json"}),
        (("miyar", "push-tasks", "tasks.json", "--per-article", "2", "--u"), {"--url", "--update-config"}),
        (("miyar", "score-extractors", "data"), set()),  # bash goes on with the names of files
        (("miyar", "unheard-of", "--zz"), set()),
    ],
    ids=lambda words: " ".join(sorted(words)) if isinstance(words, set) else " ".join(words),
)
def test_bash_completes_commands_and_their_options(
    words: tuple[str, ...], expected: set[str], shell: dict[str, str]
) -> None:
    line = " ".join(f"'{word}'" for word in words)
    code = (
        f'eval "$(miyar --show-completion)"\nCOMP_WORDS=({line}) COMP_CWORD={len(words) - 1}\n'
        '_miyar_completion miyar\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", code], env=shell, capture_output=True, text=True, check=True)
    assert (set(done.stdout.split()), done.stderr) == (expected, "")


def test_completion_is_installed_once(shell: dict[str, str], tmp_path: Path) -> None:
    for _ in range(2):
        code = "miyar --install-completion; exit $?"
        subprocess.run(["bash", "-c", code], env=shell, capture_output=True, check=True)
    assert (tmp_path / ".bashrc").read_text("utf-8").split() == [
        "source",
        f"'{tmp_path}/.bash_completions/miyar.sh'",
    ]
    assert "_miyar_completion" in (tmp_path / ".bash_completions" / "miyar.sh").read_text("utf-8")


def test_articles_that_need_no_cleaning_are_used_as_they_are(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("قال محمد", encoding="utf-8")
    done = run(capsys, "clean-articles", tmp_path / "in", "-o", tmp_path / "out")
    assert done.status == 0
    assert f"1 article, nothing to change: go on with {tmp_path / 'in'}; the copies in" in done.err
    assert "in place of" not in done.err


def test_one_change_is_told_in_the_singular(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffقال محمد".encode())
    done = run(capsys, "clean-articles", tmp_path / "a.txt", "-o", tmp_path / "out")
    assert "1 article, 1 change in 1 of them" in done.err
    assert f"go on with {tmp_path / 'out'} in place of {tmp_path / 'a.txt'}" in done.err


# what a message leads to


def test_an_extractor_that_is_not_there_is_named_before_anything_is_asked_of_it(
    tmp_path: Path, capsys: Capture
) -> None:
    done = run(capsys, "run-extractor", "spacy", ARTICLES, "-o", tmp_path / "out")
    assert (done.status, "no extractor 'spacy'; there are: lexicon" in done.err) == (2, True)
    assert "--gold" not in done.err


def test_a_folder_that_takes_the_place_of_an_earlier_one_says_so(tmp_path: Path, capsys: Capture) -> None:
    call = ("run-extractor", "lexicon", ARTICLES, "--gold", VIEWS / "A1.jsonl", "-o", tmp_path / "out")
    assert "in place of an earlier one" not in run(capsys, *call).err
    assert f"lexicon@1: {tmp_path / 'out'} (in place of an earlier one)" in run(capsys, *call).err


def test_the_scheme_is_named_by_its_version_where_it_is_miyars_own(
    tmp_path: Path, capsys: Capture, scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(capsys, "convert-articles", ARTICLES, "-o", tmp_path / "tasks.json")
    assert f"scheme {scheme.signature}, of miyar {miyar.__version__}\n" in done.err
    shutil.copytree(ROOT / "annotation_config", tmp_path / "own")
    done = run(capsys, "convert-articles", ARTICLES, "-o", tmp_path / "tasks.json", "--config", "own")
    assert f"scheme {scheme.signature}, of own\n" in done.err


def test_a_file_of_tasks_that_is_not_there_is_named_once(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "missing.json"
    done = run(capsys, "start-studio", "--tasks", file, "--data", tmp_path / "data")
    assert done.status == 2
    assert done.err.count(str(file)) == 1
    assert "No such file or directory" in done.err
    assert "make the tasks again with miyar convert-articles" in done.err


def test_labels_by_their_names_score_as_by_their_codes(
    tmp_path: Path, capsys: Capture, scheme: Scheme
) -> None:
    views = [json.loads(line) for line in (VIEWS / "A1.jsonl").read_text(encoding="utf-8").splitlines()]
    names = {label.code: label.name for label in scheme.labels}
    for name, label in (("codes", str), ("names", names.__getitem__)):
        lines = [
            {
                "article": view["article"],
                "spans": [
                    {
                        "start": one["start"],
                        "end": one["end"],
                        "label": label(one["label"]),
                        "attributes": one.get("attributes", {}),
                    }
                    for one in view["spans"]
                ],
            }
            for view in views
        ]
        text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    files = (tmp_path / "codes.jsonl", tmp_path / "names.jsonl")
    done = run(capsys, "score-extractors", VIEWS / "A1.jsonl", *files, "--format", "json")
    codes, named = json.loads(done.out)
    assert named["layers"] == codes["layers"]
    assert codes["layers"]["entities"]["strict"]["micro"]["f1"] == 1.0
    assert named["charged"] == {}


def test_spans_without_offsets_are_refused_and_not_scored(tmp_path: Path, capsys: Capture) -> None:
    views = [json.loads(line) for line in (VIEWS / "A1.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = [{"article": view["article"], "spans": [{"text": "جنيف", "label": "GPE"}]} for view in views]
    file = tmp_path / "strings.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = run(capsys, "score-extractors", VIEWS / "A1.jsonl", file)
    assert (done.status, done.out) == (1, "")
    assert f"{file}: 4 spans with “text” and no offsets [no_offsets]" in done.err
    lines[0]["spans"][0] |= {"start": 0, "end": 4}
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    some = run(capsys, "score-extractors", VIEWS / "A1.jsonl", file)
    assert (some.status, "Faulty, charged: 3 bad_offsets" in some.out) == (0, True)


def test_a_dead_server_is_told_within_three_seconds(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "token")
    began = time.monotonic()
    done = run(capsys, "project-status", "--url", url, "--project", "News")
    assert time.monotonic() - began < 3
    assert done.status == 1
    assert f"nobody answers at {url.removeprefix('http://')}" in done.err
    assert "mend --url or LABEL_STUDIO_URL" in done.err
