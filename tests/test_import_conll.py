"""The command import-conll: a corpus or predictions, whole or not at all, that the other commands read."""

import json
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from command import Done, run
from conftest import SHARED
from miyar.annotation import read_annotations
from miyar.article import read_articles, text_sha256
from miyar.conll import TokenSpan, spans_of_tags
from miyar.dataset import JSON_LINES, MARK, read_gold
from miyar.predictions import PREDICTIONS_FILE, RELEASE_FILE, read_predictions
from miyar.scheme import read_scheme
from miyar.scoring import PRF, score

AQMAR = sorted((SHARED / "data" / "aqmar").glob("*.txt"))
WOJOOD = [SHARED / "data" / "wojood" / name for name in ("train.txt", "val.txt")]
STORY = "قال O\nمحمد B-PERS\nعلي I-PERS\n\nفي O\nجنيف B-GPE\nلجنة B-ORG\nجنيف I-ORG B-GPE\n"
TEXT = "قال محمد علي\nفي جنيف لجنة جنيف"
SPANS = [(4, 12, "PERS"), (16, 20, "GPE"), (21, 30, "ORG"), (26, 30, "GPE")]
SLIP = STORY.replace("في O", "في OO")


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory with one file in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    return tmp_path


def entries(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def records(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def imported(capsys: pytest.CaptureFixture[str], *arguments: object) -> Done:
    done = run(capsys, "import-conll", *arguments)
    assert done.status == 0, done.err
    return done


# a corpus


def test_a_corpus_is_made(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, "story.txt", "-o", "made")
    assert entries(work) == {"story.txt", "made"}
    assert entries(work / "made") == {"articles", "annotation_config", "gold", "conll.json"}
    assert entries(work / "made" / "gold") == {"README.md", JSON_LINES, "data", "labels.toml", MARK}
    (article,) = read_articles([work / "made" / "articles"])
    assert (article.id, article.text) == ("story", TEXT)
    assert (work / "made" / "articles" / "story.txt").read_bytes() == TEXT.encode()
    assert article.metadata == {
        "id": "story",
        "source": "story.txt",
        "first_line": 1,
        "sha256": text_sha256(TEXT),
    }
    scheme = read_scheme(work / "made" / "annotation_config" / "labels.toml")
    assert (scheme.version, scheme.language) == ("1.0.0", "ar")
    assert [label.code for label in scheme.entities] == ["GPE", "ORG", "PERS"]
    (annotation,) = read_annotations(work / "made" / "gold" / JSON_LINES)
    assert (annotation.article, annotation.annotator, annotation.status) == ("story", "gold", "finished")
    assert (annotation.sha256, annotation.scheme) == (article.sha256, scheme.signature)
    assert [(span.start, span.end, span.label) for span in annotation.spans] == SPANS
    assert all(span.text == TEXT[span.start : span.end] for span in annotation.spans)


def test_the_card_says_how_the_texts_were_made(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, "story.txt", "-o", "made")
    card = (work / "made" / "gold" / "README.md").read_text(encoding="utf-8")
    assert "joined by single blanks, with a sentence on each line" in card
    assert "story.txt" in card
    assert "# made" in card


def test_the_manifests_say_how_to_make_it_again(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, "story.txt", "-o", "made", "--split", "sentence")
    manifest = json.loads((work / "made" / "conll.json").read_text(encoding="utf-8"))
    assert manifest == json.loads((work / "made" / "gold" / MARK).read_text(encoding="utf-8"))
    assert manifest["layout"] == {
        "tags": "nested",
        "token_column": 1,
        "comments": None,
        "split": "sentence",
    }
    assert manifest["sources"] == [{"name": "story.txt", "sha256": text_sha256(STORY)}]
    assert (manifest["tags"], manifest["articles"]) == ({"O": 2, "B": 4, "I": 2}, 2)


def test_the_ledger_counts_lines_tags_and_entities(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = imported(capsys, "story.txt", "-o", "made")
    rows = [line.split() for line in done.out.splitlines()]
    assert rows == [
        ["count", "nested"],
        ["articles", "1"],
        ["sentences", "2"],
        ["lines", "8", "7", "token,", "1", "blank"],
        ["tags", "8", "4", "B,", "2", "O,", "2", "I"],
        ["entities", "4", "1", "4", "begun,", "0", "the", "same", "as", "another"],
        ["GPE", "2", "1"],
        ["ORG", "1", "0"],
        ["PERS", "1", "0"],
    ]
    assert done.err.splitlines()[-1] == "score with: miyar score-extractors made/gold PREDICTIONS"


def test_the_ledger_in_other_formats(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "story.txt").write_text(STORY.replace("B-PERS", "I-PERS"), encoding="utf-8")
    markdown = imported(capsys, "story.txt", "-o", "made", "--format", "markdown").out.splitlines()
    assert markdown[:2] == ["|  | count | nested |  |", "| --- | ---: | ---: | --- |"]
    assert "| note | 1 |  | i_without_b |" in markdown
    record = json.loads(imported(capsys, "story.txt", "-o", "made", "--format", "json").out)
    assert record["entities"]["GPE"] == {"begun": 2, "entities": 2, "duplicates": 0, "nested": 1}
    assert (record["lines"], record["notes"], record["slips"]) == (
        {"token": 7, "blank": 1},
        {"i_without_b": 1},
        {},
    )
    assert [(note["code"], note["where"]) for note in record["noted"]] == [("i_without_b", "story.txt:2")]


def test_notes_are_told_but_not_all_on_stderr(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "story.txt").write_text("x I-A\n\n" * 25, encoding="utf-8")
    done = imported(capsys, "story.txt", "-o", "made", "--format", "json")
    assert done.err.count("[i_without_b]") == 20
    assert "… and 5 more notes" in done.err
    assert len(json.loads(done.out)["noted"]) == 25


def test_load_dataset_opens_it_offline(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(capsys, "story.txt", "-o", "made")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    loaded = load_dataset(str(work / "made" / "gold"), split="annotations", cache_dir=str(work / "cache"))
    labels = loaded.features["spans"].feature["label"]
    assert labels.names == ["GPE", "ORG", "PERS"]
    (row,) = loaded
    assert (row["text"], row["source"], row["annotator"]) == (TEXT, "story.txt", "gold")
    assert [(s["start"], s["end"], labels.int2str(s["label"])) for s in row["spans"]] == SPANS


def test_other_commands_go_on_with_it(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, "story.txt", "-o", "made", "--split", "sentence", "--language", "en")
    config = ("--config", "made/annotation_config")
    steps = (
        ("run-extractor", "lexicon", "made/articles", "--gold", "made/gold", *config, "-o", "lexicon"),
        ("score-extractors", "made/gold", "lexicon", *config, "--format", "json"),
        ("convert-articles", "made/articles", *config, "-o", "tasks.json"),
    )
    done = [run(capsys, *step) for step in steps]
    assert [one.status for one in done] == [0, 0, 0], done
    assert json.loads(done[1].out)["articles"] == 2
    assert read_scheme(work / "made" / "annotation_config" / "labels.toml").language == "en"


def test_labels_as_told_are_the_scheme_even_where_none_occurs(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "story.txt").write_text("x O\n", encoding="utf-8")
    refused = run(capsys, "import-conll", "story.txt", "-o", "made")
    assert (refused.status, "[no_entities]" in refused.err) == (1, True)
    imported(capsys, "story.txt", "-o", "made", "--labels", "PER, ORG")
    scheme = read_scheme(work / "made" / "annotation_config" / "labels.toml")
    assert [label.code for label in scheme.labels] == ["PER", "ORG"]
    assert read_gold(work / "made" / "gold", scheme).articles.ids == ("story",)


# what is wrong


def test_slips_of_all_files_are_told_and_nothing_is_written(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "story.txt").write_text(SLIP, encoding="utf-8")
    (work / "old.txt").write_bytes("قال O\n".encode("cp1256"))
    done = run(capsys, "import-conll", "story.txt", "old.txt", "-o", "made")
    assert (done.status, done.out) == (1, "")
    assert "story.txt:5: the tag “\u2068OO\u2069”" in done.err
    assert "old.txt:1: the byte 0xDE" in done.err
    assert "2 problems" in done.err
    assert "--quarantine FILE" in done.err
    assert entries(work) == {"story.txt", "old.txt"}


def test_a_quarantine_takes_slips_and_the_rest_stays(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "story.txt").write_text(SLIP.replace("لجنة B-ORG", "لجنة B-O-RG"), encoding="utf-8")
    done = imported(capsys, "story.txt", "-o", "made", "--quarantine", "aside.jsonl")
    (annotation,) = read_annotations(work / "made" / "gold" / JSON_LINES)
    assert annotation.sha256 == text_sha256(TEXT)
    assert [(span.start, span.end, span.label) for span in annotation.spans] == [
        *SPANS[:2],
        (26, 30, "GPE"),
        (26, 30, "ORG"),
    ]
    aside = records(work / "aside.jsonl")
    assert [(one["problem"]["code"], one["problem"]["where"], one["line"]) for one in aside] == [
        ("bad_tag", "story.txt:5", "في OO"),
        ("bad_label", "story.txt:7", "لجنة B-O-RG"),
    ]
    assert "taken aside: 2 problems: 1 bad_tag, 1 bad_label" in done.err
    assert [line.split() for line in done.out.splitlines()[-3:]] == [
        ["slip", "1", "bad_tag"],
        ["slip", "1", "bad_label"],
        ["note", "1", "i_without_b"],
    ]
    assert "2 problems: 1 bad_tag, 1 bad_label" in (work / "made" / "gold" / "README.md").read_text("utf-8")


def test_a_quarantine_takes_no_files_that_cannot_be_read(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "story.txt").write_text(SLIP, encoding="utf-8")
    (work / "empty.txt").write_text("", encoding="utf-8")
    done = run(capsys, "import-conll", "story.txt", "empty.txt", "-o", "made", "--quarantine", "aside.jsonl")
    assert (done.status, "1 problem: 1 no_tokens" in done.err) == (1, True)
    assert entries(work) == {"story.txt", "empty.txt"}


BAD_LABELS = "x O\ny B-MIS-1\nz B-a-b\n"


@pytest.mark.parametrize(
    ("text", "arguments", "found"),
    [
        (BAD_LABELS, (), "2 labels that are no codes"),
        (f"{BAD_LABELS}v B_X\n", (), "2 labels that are no codes, 1 tag that is none"),
        ("x B_PER\ny I_PER\n", (), "2 tags that are none"),
        ("x B-A\n", ("--labels", "B"), "1 label that is not of the scheme"),
        (BAD_LABELS, ("--predictions", "tagger@1"), "2 labels that are no codes"),
        ("\u00a0 B-A\nx O\n", (), "1 tag of white space"),
        ("\tB-A\nx O\n", (), "1 tag without a token"),
    ],
)
def test_a_quarantine_that_takes_all_entities_is_refused_in_these_words(
    work: Path, capsys: pytest.CaptureFixture[str], text: str, arguments: tuple[str, ...], found: str
) -> None:
    (work / "story.txt").write_text(text, encoding="utf-8")
    done = run(capsys, "import-conll", "story.txt", "-o", "made", "--quarantine", "aside.jsonl", *arguments)
    assert (done.status, entries(work)) == (1, {"story.txt"})
    assert f"story.txt: all entities were taken aside: {found} [no_entities]" in done.err
    assert "nothing but O" not in done.err
    assert done.err.count("story.txt:") == 1 + sum(
        int(number) for number in found.split() if number.isdigit()
    )


@pytest.mark.parametrize("arguments", [("--labels", "A"), ("--predictions", "tagger@1", "--tags", "2")])
def test_what_has_no_entities_of_its_own_is_not_refused_for_that(
    work: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    (work / "story.txt").write_text("x O\ny O\n", encoding="utf-8")
    imported(capsys, "story.txt", "-o", "made", "--quarantine", "aside.jsonl", *arguments)


# what the messages say is done


def test_taking_aside_the_last_column_and_more_labels_do_what_the_messages_say(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "story.txt").write_text("Omar NNP B-NP B-PER\nreads VB O O\n", encoding="utf-8")
    refused = run(capsys, "import-conll", "story.txt", "-o", "made")
    assert (refused.status, "say with --tags which do" in refused.err) == (1, True)
    imported(capsys, "story.txt", "-o", "made", "--tags", "last")
    (annotation,) = read_annotations(work / "made" / "gold" / JSON_LINES)
    assert [(span.text, span.label) for span in annotation.spans] == [("Omar", "PER")]
    refused = run(capsys, "import-conll", "story.txt", "-o", "more", "--tags", "last", "--labels", "ORG")
    assert (refused.status, "name it in --labels" in refused.err) == (1, True)
    imported(capsys, "story.txt", "-o", "more", "--tags", "last", "--labels", "ORG,PER")
    (annotation,) = read_annotations(work / "more" / "gold" / JSON_LINES)
    assert [(span.text, span.label) for span in annotation.spans] == [("Omar", "PER")]


def test_paths_in_messages_can_be_pasted_into_a_shell(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = imported(capsys, "story.txt", "-o", "my corpus")
    advice = done.err.splitlines()[-1].removeprefix("score with: ")
    assert shlex.split(advice) == ["miyar", "score-extractors", "my corpus/gold", "PREDICTIONS"]


def test_white_space_at_edges_is_trimmed_of_gold_and_predictions_alike(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "story.txt").write_text("إلى O\nحلب\u00a0 B-LOC\n", encoding="utf-8")
    done = imported(capsys, "story.txt", "-o", "made")
    assert ["note", "1", "trimmed"] in [line.split() for line in done.out.splitlines()]
    assert json.loads((work / "made" / "conll.json").read_text("utf-8"))["notes"] == {"trimmed": 1}
    imported(capsys, "story.txt", "-o", "tagger", "--predictions", "tagger@1")
    (gold,) = read_annotations(work / "made" / "gold" / JSON_LINES)
    (line,) = records(work / "tagger" / PREDICTIONS_FILE)
    assert [(span.start, span.end) for span in gold.spans] == [(4, 7)]
    assert line["spans"] == [{"start": 4, "end": 7, "label": "LOC"}]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--labels", "A,A"), "--labels A,A"),
        (("--labels", "A,"), "--labels A,"),
        (("--labels", "MIS-1"), "--labels MIS-1"),
        (("--tags", "some"), "--tags some"),
        (("--tags", "1"), "--tags 1"),
        (("--id", "a b"), "--id a b"),
        (("--predictions", "tagger"), "--predictions tagger"),
        (("--predictions", "@1"), "--predictions @1"),
        (("--predictions", "tagger@"), "--predictions tagger@"),
        (("--predictions", "tagger@1", "--labels", "A"), "leave them out with --predictions"),
        (("--predictions", "tagger@1", "--language", "en"), "leave them out with --predictions"),
        (("--quarantine", "story.txt"), "would overwrite"),
        (("--quarantine", "made/aside.jsonl"), "would overwrite"),
    ],
)
def test_wrong_calls(
    work: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: str
) -> None:
    done = run(capsys, "import-conll", "story.txt", "-o", "made", *arguments)
    assert (done.status, expected in done.err) == (2, True), done.err
    assert entries(work) == {"story.txt"}


def test_an_earlier_corpus_is_replaced_but_nothing_beside_it(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(capsys, "story.txt", "-o", "made")
    imported(capsys, "story.txt", "-o", "made", "--id", "other")
    assert entries(work / "made" / "articles") == {"other.txt", "metadata.jsonl"}
    (work / "made" / "predictions").mkdir()
    done = run(capsys, "import-conll", "story.txt", "-o", "made")
    assert (done.status, "made: holds predictions" in done.err) == (2, True)
    (work / "foreign").mkdir()
    (work / "foreign" / "notes.txt").write_text("mine", encoding="utf-8")
    done = run(capsys, "import-conll", "story.txt", "-o", "foreign")
    assert (done.status, "was not made by this command" in done.err) == (2, True)


# predictions


def test_predictions_are_made_for_the_same_articles(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, "story.txt", "-o", "made")
    (work / "tagged").mkdir()
    (work / "tagged" / "story.txt").write_text(STORY.replace("B-PERS", "B-NEW"), encoding="utf-8")
    done = imported(capsys, "tagged/story.txt", "-o", "tagger", "--predictions", "the@tagger@2.1")
    assert entries(work / "tagger") == {PREDICTIONS_FILE, RELEASE_FILE}
    release = tomllib.loads((work / "tagger" / RELEASE_FILE).read_text(encoding="utf-8"))
    assert {key: release[key] for key in ("name", "release", "labels", "learnt_from")} == {
        "name": "the@tagger",
        "release": "2.1",
        "labels": "scheme",
        "learnt_from": [],
    }
    (line,) = records(work / "tagger" / PREDICTIONS_FILE)
    assert (line["article"], line["sha256"], line["text"]) == ("story", text_sha256(TEXT), TEXT)
    assert [tuple(span.values()) for span in line["spans"]] == [
        (4, 8, "NEW"),
        (9, 12, "PERS"),
        *SPANS[1:],
    ]
    assert "the@tagger@2.1: tagger" in done.err
    scored = run(
        capsys,
        "score-extractors",
        "made/gold",
        "tagger",
        "--config",
        "made/annotation_config",
        "--format",
        "json",
    )
    assert scored.status == 0, scored.err
    micro = json.loads(scored.out)["layers"]["entities"]["strict"]["micro"]
    # GPE, ORG, GPE are right; PERS is short of a token, NEW is charged
    assert (micro["tp"], micro["predicted"], micro["gold"]) == (3, 5, 4)


def test_predictions_without_an_entity_are_predictions(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "story.txt").write_text("x O\n", encoding="utf-8")
    imported(capsys, "story.txt", "-o", "tagger", "--predictions", "tagger@1")
    assert [line["spans"] for line in records(work / "tagger" / PREDICTIONS_FILE)] == [[]]


def test_other_tokens_are_another_text(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(capsys, "story.txt", "-o", "made")
    (work / "story.txt").write_text(STORY.replace("قال", "قالت"), encoding="utf-8")
    imported(capsys, "story.txt", "-o", "tagger", "--predictions", "tagger@1")
    done = run(capsys, "score-extractors", "made/gold", "tagger", "--config", "made/annotation_config")
    assert (done.status, "[other_text]" in done.err) == (1, True)


# real corpora


@pytest.mark.skipif(not WOJOOD[0].is_file(), reason="the corpora of other people are not part of the project")
@pytest.mark.parametrize("split", ["document", "sentence"])
def test_wojood_opens_with_every_nested_entity(
    work: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, split: str
) -> None:
    imported(capsys, *WOJOOD, "-o", "made", "--split", split)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    loaded = load_dataset(str(work / "made" / "gold"), split="annotations", cache_dir=str(work / "cache"))
    begun = sum(file.read_text(encoding="utf-8").count(" B-") for file in WOJOOD)
    assert sum(len(spans) for spans in loaded["spans"]) == begun + 1  # one I- continues nothing
    assert loaded.num_rows == {"document": 2, "sentence": 1272}[split]
    for row in loaded:
        assert all(row["text"][span["start"] : span["end"]] == span["text"] for span in row["spans"])


@pytest.mark.skipif(not AQMAR, reason="the corpora of other people are not part of the project")
@pytest.mark.parametrize("seed", range(3))
def test_scores_of_a_degraded_aqmar_are_those_of_seqeval_on_its_tokens(
    work: Path, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    from seqeval.metrics import f1_score, precision_score, recall_score

    (work / "tagged").mkdir()
    gold: list[list[str]] = []
    predicted: list[list[str]] = []
    random = Random(seed)  # noqa: S311 - a test
    for file in AQMAR:
        blocks = []
        for tokens, tags in sentences_of(file):
            tagged = degraded(tags, random)
            blocks.append("".join(f"{token}\t{tag}\n" for token, tag in zip(tokens, tagged, strict=True)))
            gold.append(well_formed(tags))
            predicted.append(well_formed(tagged))
        (work / "tagged" / file.name).write_text("\n".join(blocks), encoding="utf-8")
    imported(capsys, *AQMAR, "-o", "made", "--quarantine", "aside.jsonl")
    files = sorted((work / "tagged").glob("*.txt"))
    imported(capsys, *files, "-o", "tagger", "--predictions", "tagger@1", "--quarantine", "tagged.jsonl")
    scheme = read_scheme(work / "made" / "annotation_config" / "labels.toml")
    views = read_gold(work / "made" / "gold", scheme)
    result = score(views, read_predictions(work / "tagger", views, scheme), scheme)
    micro = result.layers["entities"]["strict"].micro
    assert isinstance(micro, PRF)
    theirs = [measure(gold, predicted) for measure in (precision_score, recall_score, f1_score)]
    assert [micro.precision, micro.recall, micro.f1] == pytest.approx(theirs, abs=1e-12)
    assert micro.f1 is not None
    assert 0.4 < micro.f1 < 0.9
    assert len(records(work / "aside.jsonl")) == 5
    assert records(work / "tagged.jsonl")


def sentences_of(file: Path) -> Iterator[tuple[list[str], list[str]]]:
    """Yield tokens and tags of each sentence."""
    for block in file.read_text(encoding="utf-8").split("\n\n"):
        lines = [line.split(" ") for line in block.split("\n") if line]
        if lines:
            yield [token for token, _ in lines], [tag for _, tag in lines]


def well_formed(tags: list[str]) -> list[str]:
    return [tag if tag == "O" or tag[2:].isalnum() else "O" for tag in tags]


def degraded(tags: list[str], random: Random) -> list[str]:
    """Return tags with entities dropped, relabelled and moved at an edge; faulty tags stay as they are."""
    found = spans_of_tags([[tag] for tag in well_formed(tags)]).spans
    made = ["O"] * len(tags)
    for span in found:
        changed = _changed(span, random, len(tags))
        for place in range(changed.start, changed.end):
            made[place] = f"{'B' if place == changed.start else 'I'}-{changed.label}"
    return [new if well_formed([old]) == [old] else old for old, new in zip(tags, made, strict=True)]


def _changed(span: TokenSpan, random: Random, length: int) -> TokenSpan:
    kind = random.random()
    if kind < 0.1:
        return TokenSpan(span.start, span.start, span.label)
    if kind < 0.2:
        return TokenSpan(span.start, span.end, random.choice(["PER", "LOC", "ORG", "MIS1"]))
    if kind < 0.3:
        return TokenSpan(span.start, min(span.end + 1, length), span.label)
    if kind < 0.4:
        return TokenSpan(max(span.start - 1, 0), span.end, span.label)
    return span
