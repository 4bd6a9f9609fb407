"""Projects that miyar did not make: their names are drafted and translated, and nothing is lost."""

import json
import re
import shlex
from copy import deepcopy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import Done, run
from exporting import ARTICLE, exported
from imported import Import
from miyar.annotation import Annotation, read_annotations
from miyar.article import read_articles
from miyar.dataset import JSON_LINES
from miyar.labelstudio.exports.finding import find_exports
from miyar.labelstudio.exports.foreign import Translator
from miyar.labelstudio.exports.mapping import ForeignNames
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.remote import Setup
from miyar.scheme import Scheme

Capture = pytest.CaptureFixture[str]
TEXT = "زار سالم علي عدن أمس وهاجم رجال مبنى"
PAGE = """<View>
  <Labels name="ner" toName="t"><Label value="Person"/><Label value="Chief"/><Label value="Ship"/></Labels>
  <Labels name="events" toName="t"><Label value="هجوم" alias="Attack!"/></Labels>
  <Relations><Relation value="by"/></Relations>
  <Choices name="topic" toName="t"><Choice value="war"/></Choices>
  <Text name="t" value="$body"/>
</View>"""


def region(start: int, end: int, *labels: str, control: str = "ner", **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": list(labels)}
    found = {"from_name": control, "to_name": "t", "type": "labels", "value": value}
    return {"id": f"r{start}", **found, **more}


RESULTS = [
    region(4, 12, "Person", "Chief"),
    {key: value for key, value in region(13, 16, "Ship").items() if key != "id"},
    region(21, 26, "Attack!", control="events"),
    region(27, 31, "Person"),
    {"from_id": "r21", "to_id": "r27", "type": "relation", "direction": "right", "labels": ["by"]},
    {"id": "c", "from_name": "topic", "to_name": "t", "type": "choices", "value": {"choices": ["war"]}},
]


def foreign(*results: Any, number: int = 7, key: str = "annotations", **data: Any) -> dict[str, Any]:
    annotation = {
        "id": number,
        "completed_by": {"id": 4, "email": "x@example.org"},
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "result": list(results or RESULTS),
    }
    known = {"body": TEXT, "doc_id": f"خبر {number}", "title": "t", **data}
    return {"id": number, "data": known, key: [annotation], "drafts": []}


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(*tasks: Any) -> Path:
    path = Path("export.json")
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    return path


def draft_and_import(capsys: Capture, *more: object) -> Done:
    drafted = run(capsys, "import-annotations", "export.json", "--draft", "m", *more)
    assert drafted.status == 0
    call = shlex.split(re.findall(r"look it through, then: miyar (.*)", drafted.err)[0])
    return run(capsys, *call)


def imported(folder: str = "dataset") -> list[Annotation]:
    return list(read_annotations(Path(folder) / JSON_LINES))


def test_a_foreign_project_becomes_a_scored_dataset_in_two_commands(work: Path, capsys: Capture) -> None:
    (work / "page.xml").write_text(PAGE, encoding="utf-8")
    written(foreign(), foreign(number=8))
    done = draft_and_import(capsys, "--labelling-config", "page.xml")
    assert done.status == 0
    one, other = imported()
    assert one.article != other.article
    found = [(span.start, span.end, span.label) for span in one.spans]
    assert found[:2] == [(4, 12, "Chief"), (4, 12, "Person")]
    assert found[2:] == [(13, 16, "Ship"), (21, 26, "Attack"), (27, 31, "Person")]
    assert len({span.id for span in one.spans}) == 5
    assert [(a.trigger, a.entity, a.role) for a in one.arguments] == [("r21", "r27", "by")]
    assert re.search(r"other +2 .* 2$", done.out, re.MULTILINE)  # two choices, left out
    articles = read_articles([work / "dataset" / "articles"])
    assert [article.text for article in articles] == [TEXT, TEXT]
    assert {article.metadata["title"] for article in articles} == {"t"}
    scored = run(capsys, "score-extractors", "dataset", f"dataset/{JSON_LINES}", "--samples", 0)
    assert scored.status == 0
    assert re.search(r"micro, strict +100.0 +100.0 +100.0", scored.out)
    assert "Person" in (work / "dataset" / "labels.toml").read_text(encoding="utf-8")


def test_labels_of_the_scheme_need_no_scheme_of_their_own(work: Path, capsys: Capture) -> None:
    written(foreign(region(4, 12, "PER"), region(13, 16, "GPE"), region(27, 31, "شخص")))
    assert draft_and_import(capsys).status == 0
    assert not (work / "m" / "labels.toml").exists()
    assert [span.label for span in imported()[0].spans] == ["PERS", "GPE", "PERS"]


def test_a_refusal_of_a_foreign_project_names_the_call_that_drafts(work: Path, capsys: Capture) -> None:
    path = written(foreign())
    (work / "a.txt").write_text(TEXT, encoding="utf-8")
    done = run(
        capsys, "import-annotations", path, "--articles", "a.txt", "-o", "dataset", "--quarantine", "q"
    )
    assert done.status == 1
    call = shlex.split(re.findall(r"draft what its names mean: miyar (.*)", done.err)[-1])
    assert run(capsys, *call).status == 0
    assert (work / "mapping" / "mapping.toml").is_file()
    assert run(capsys, *call).status == 2  # no file is replaced


def test_a_mapping_is_refused_with_all_that_is_open_or_unknown(work: Path, capsys: Capture) -> None:
    path = written(foreign())
    labels = 'Person = ""\nChief = "PERSON"\nShip = true'
    text = f'[data]\ntext = "body"\n[labels.ner]\n{labels}\n[roles]\nby = "BY"\n'
    Path("m.toml").write_text(text, encoding="utf-8")
    done = run(capsys, "import-annotations", path, "--mapping", "m.toml", "-o", "dataset")
    assert done.status == 1
    assert "4 problems: 4 bad_mapping" in done.err
    assert "nothing yet" in done.err


@pytest.mark.parametrize("kind", ["hypertextlabels", "paragraphlabels"])
def test_regions_of_other_objects_are_refused_by_name(kind: str, work: Path, capsys: Capture) -> None:
    written(foreign({**region(4, 12, "Person"), "type": kind}))
    done = draft_and_import(capsys)
    assert done.status == 1
    assert {"hypertextlabels": "HyperText", "paragraphlabels": "Paragraphs"}[kind] in done.err
    assert not (work / "dataset").exists()


def test_a_text_that_breaks_the_contract_is_refused_with_what_to_do(work: Path, capsys: Capture) -> None:
    written(foreign(body="زار\r\nسالم"), foreign(number=8, body=None))
    done = draft_and_import(capsys)
    assert done.status == 1
    assert "[carriage_return]" in done.err
    assert "[no_text]" in done.err


def test_exports_of_before_version_1_and_texts_of_record_are_read(work: Path, capsys: Capture) -> None:
    old = foreign(region(4, 12, "Person"), key="completions", doc_id="a")
    old["completions"][0]["created_at"] = 1580000000
    written(old)
    (work / "a.txt").write_text(TEXT, encoding="utf-8")
    assert draft_and_import(capsys).status == 0
    call = ("import-annotations", "export.json", "--mapping", "m/mapping.toml", "--config", "m")
    assert run(capsys, *call, "--articles", "a.txt", "-o", "other").status == 0
    assert imported("other") == imported()
    assert not (work / "other" / "articles").exists()
    (work / "a.txt").write_text(f"{TEXT}.", encoding="utf-8")
    assert run(capsys, *call, "--articles", "a.txt", "-o", "third").status == 1


NAMES = {"span": "ner", "entity": "ner", "trigger": "ner", "value": "norm", "link": "wiki"}


def renamed(value: dict[str, Any]) -> dict[str, Any]:
    """Return a task of miyar's as a foreign project has it: other keys, controls, labels and roles."""
    made = deepcopy(value)
    made["data"] = {"body": value["data"]["text"], "doc_id": value["data"]["article"]}
    for annotation in made["annotations"]:
        for result in annotation["result"]:
            if result["type"] == "relation":
                result["labels"] = [f"r-{name}" for name in result["labels"]]
                continue
            if result["type"] == "labels":
                result["value"]["labels"] = [f"{name}!" for name in result["value"]["labels"]]
            result["from_name"] = NAMES[result["from_name"]]
    return made


def with_roles(value: dict[str, Any]) -> dict[str, Any]:
    """Return a task without relations that name no role: a mapping does not say what they mean."""
    for annotation in value["annotations"]:
        annotation["result"] = [
            one for one in annotation["result"] if one["type"] != "relation" or "labels" in one
        ]
    return value


def names(scheme: Scheme) -> ForeignNames:
    return ForeignNames(
        text="body",
        id="doc_id",
        metadata={},
        labels={NAMES["span"]: {f"{label.code}!": label.code for label in scheme.labels}},
        controls={NAMES[attribute.code]: attribute.code for attribute in scheme.attributes},
        roles={f"r-{role.name}": role.code for role in scheme.roles},
    )


@settings(max_examples=60)
@given(data=st.data())
def test_other_names_make_no_difference(
    scheme: Scheme, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "renamed.json"
    tasks = [with_roles(one) for one in data.draw(exported(scheme, changes=False))]
    outcomes = []
    for found, translator in (
        (tasks, None),
        ([renamed(one) for one in tasks], Translator(names(scheme), scheme)),
    ):
        path.write_text(json.dumps(found), encoding="utf-8")
        process = Import(find_exports([path]), {ARTICLE.id: ARTICLE}, scheme, translator)
        annotations = list(process.annotations())
        outcomes.append((annotations, [entry.to_dict() for entry in process.ledger.entries()], process.views))
    assert outcomes[0] == outcomes[1]


@pytest.mark.server
def test_a_project_made_by_hand_on_a_real_server_becomes_a_scored_dataset(
    owner: Studio, work: Path, capsys: Capture
) -> None:
    project = owner.create_project(Setup("by hand", PAGE))
    owner.import_tasks(project, [{"data": {"body": TEXT, "doc_id": f"d{n}", "title": "t"}} for n in range(2)])
    tasks = [task.id for task in owner.tasks(project)]
    for task in tasks:
        owner.annotate(task, RESULTS, 2.0, str(uuid4()))
    owner.export(project, work / "export.json", tasks)
    assert draft_and_import(capsys).status == 0
    assert [len(one.spans) for one in imported()] == [5, 5]
    learnt = ("--gold", "dataset", "--leave-one-out", "-o", "p")
    assert run(capsys, "run-extractor", "lexicon", "dataset/articles", *learnt).status == 0
    scored = run(capsys, "score-extractors", "dataset", "p", "--samples", 0, "--format", "json")
    assert scored.status == 0
    assert json.loads(scored.out)["layers"]["entities"]["strict"]["micro"]["gold"] == 8
