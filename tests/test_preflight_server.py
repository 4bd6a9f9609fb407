"""A server or a project's page that is not fit for a push is refused before anything is sent."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from command import Done
from converting import region
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server import process as servers
from miyar.labelstudio.server.client import Studio, connect
from miyar.labelstudio.server.process import LOCK_FILE, Server, running_server
from miyar.labelstudio.server.remote import same_config
from miyar.scheme import Scheme
from pushing import SOURCE, Value, annotate, ask, draft, made, plain, project, push, tasks_of, written

pytestmark = pytest.mark.server

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path, scheme: Scheme) -> Path:
    return written(tmp_path / "tasks.json", plain("a", scheme), plain("b", scheme))


def with_labels(config: str, *codes: str) -> str:
    """Return a page with more entity labels."""
    added = "".join(f'<Label value="{code.lower()}" alias="{code}"/>' for code in codes)
    return config.replace("</Labels>", f"{added}</Labels>", 1)


def labelled(code: str) -> list[Value]:
    return [region(SOURCE.text, "جنيف", code)]


def refused(done: Done, *words: str) -> None:
    assert done.status == 1
    assert "Nothing was sent." in done.err
    for word in words:
        assert word in done.err


def test_a_page_that_was_changed_by_hand_is_refused_and_replaced_where_that_is_said(
    owner: Studio, server: Server, scheme: Scheme, file: Path, capsys: Capture
) -> None:
    title, own = "preflight: by hand", render_config(scheme)
    lacking = own.replace('<Relation value="الفاعل" />', "")
    assert lacking != own
    made(owner, title, with_labels(lacking, "CITY"))
    refused(
        push(capsys, server, file, title), "without relation الفاعل and with label CITY", "--update-config"
    )
    assert tasks_of(owner, title) == {}
    assert same_config(project(owner, title).setup.config, with_labels(lacking, "CITY"))
    assert push(capsys, server, file, title, "--update-config").status == 0
    assert same_config(project(owner, title).setup.config, own)
    assert set(tasks_of(owner, title)) == {"a", "b"}


def test_a_page_with_the_same_labels_in_another_form_is_refused_too(
    owner: Studio, server: Server, scheme: Scheme, file: Path, capsys: Capture
) -> None:
    made(
        owner, "preflight: form", render_config(scheme).replace('granularity="symbol"', 'granularity="word"')
    )
    refused(push(capsys, server, file, "preflight: form"), "the same labels in another form")


def test_labels_in_use_are_never_orphaned(
    owner: Studio, server: Server, scheme: Scheme, file: Path, capsys: Capture
) -> None:
    title, uses = "preflight: used", ("IMPORTED", "DRAFTED", "SUBMITTED", "REDRAFTED")
    page = with_labels(render_config(scheme), *uses, "UNUSED")
    values = {use: plain(use, scheme) for use in uses}
    values["IMPORTED"]["annotations"] = [{"result": labelled("IMPORTED"), "ground_truth": False}]
    made(owner, title, page, *values.values())
    ids = {name: one.id for name, one in tasks_of(owner, title).items()}
    draft(owner, ids["DRAFTED"], labelled("DRAFTED"))
    annotate(owner, ids["SUBMITTED"], labelled("SUBMITTED"))
    annotate(owner, ids["REDRAFTED"], labelled("GPE"))
    (annotation,) = ask(owner, "GET", f"api/tasks/{ids['REDRAFTED']}/annotations/")
    draft(owner, ids["REDRAFTED"], labelled("REDRAFTED"), annotation["id"])
    done = push(capsys, server, file, title, "--update-config")
    refused(done, *(f"label {use} is used 1 ×" for use in uses), "4 problems: 4 orphaned_labels")
    assert same_config(project(owner, title).setup.config, page)
    assert set(tasks_of(owner, title)) == set(uses)


def test_a_label_that_nobody_used_may_go(
    owner: Studio, server: Server, scheme: Scheme, file: Path, capsys: Capture
) -> None:
    made(owner, "preflight: unused", with_labels(render_config(scheme), "CITY"), plain("a", scheme))
    task = tasks_of(owner, "preflight: unused")["a"]
    annotate(owner, task.id, labelled("GPE"))
    assert push(capsys, server, file, "preflight: unused", "--update-config").status == 0
    assert tasks_of(owner, "preflight: unused")["a"].annotations == 1


def test_a_role_and_a_field_in_use_are_not_orphaned(
    owner: Studio, server: Server, scheme: Scheme, file: Path, capsys: Capture
) -> None:
    title, own = "preflight: role", render_config(scheme)
    page = own.replace("</Relations>", '<Relation value="شاهد"/></Relations>').replace(
        "</View>", '<TextArea name="note" toName="text" perRegion="true"/></View>', 1
    )
    made(owner, title, page, plain("a", scheme))
    found = [
        *labelled("GPE"),
        region(SOURCE.text, "هاجم", "ATTACK", "t", "trigger"),
        {"from_id": "t", "to_id": "r", "type": "relation", "direction": "right", "labels": ["شاهد"]},
        {
            **region(SOURCE.text, "جنيف", "GPE"),
            "from_name": "note",
            "type": "textarea",
            "value": {"start": 0, "end": 2, "text": ["x"]},
        },
    ]
    annotate(owner, tasks_of(owner, title)["a"].id, found)
    done = push(capsys, server, file, title, "--update-config")
    refused(done, "relation شاهد is used 1 ×", "note is used 1 ×")


def test_a_choice_that_somebody_added_and_imported_annotations_use_is_not_orphaned(
    owner: Studio, server: Server, scheme: Scheme, file: Path, capsys: Capture
) -> None:
    title, own = "preflight: choice", render_config(scheme)
    added = (
        '<Choices name="tone" toName="text"><Choice value="calm"/><Choice value="angry"/></Choices></View>'
    )
    found = {
        "id": "c",
        "from_name": "tone",
        "to_name": "text",
        "type": "choices",
        "value": {"choices": ["calm"]},
    }
    value = plain("a", scheme) | {"annotations": [{"result": [found], "ground_truth": False}]}
    made(owner, title, own.removesuffix("</View>\n") + added, value)
    refused(push(capsys, server, file, title, "--update-config"), "tone")


def test_another_version_is_refused_before_anything_is_made(
    owner: Studio, server: Server, file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert owner.version().startswith("1.23.")
    monkeypatch.setattr(Studio, "version", lambda self: "1.24.0")
    refused(push(capsys, server, file, "preflight: version"), "Label Studio 1.24.0", "[untested_version]")
    assert "preflight: version" not in [one.setup.title for one in owner.projects()]


@pytest.fixture(scope="module")
def open_server(server: Server, owner: Studio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server with open sign-up on a copy of the session server's data, which saves the migrations."""
    data = tmp_path_factory.mktemp("open") / "data"
    shutil.copytree(server.data, data, ignore=shutil.ignore_patterns(LOCK_FILE, "export"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            servers, "CLOSED", servers.CLOSED | {"LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "false"}
        )
        with running_server(data) as running:
            yield running


@pytest.mark.parametrize("options", [(), ("--check",)])
def test_a_server_with_open_sign_up_is_refused(
    options: tuple[str, ...], open_server: Server, file: Path, capsys: Capture
) -> None:
    done = push(capsys, open_server, file, "preflight: open", *options)
    refused(done, "[open_sign_up]", "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK=true")
    with closing(
        connect(open_server.url, (open_server.data / "token").read_text(encoding="utf-8"))
    ) as studio:
        assert "preflight: open" not in [one.setup.title for one in studio.projects()]


def test_all_that_is_wrong_is_said_at_once(
    open_server: Server, scheme: Scheme, tmp_path: Path, capsys: Capture
) -> None:
    with closing(
        connect(open_server.url, (open_server.data / "token").read_text(encoding="utf-8"))
    ) as studio:
        made(studio, "preflight: all", with_labels(render_config(scheme), "CITY"), plain("a", scheme))
        draft(studio, tasks_of(studio, "preflight: all")["a"].id, labelled("GPE"))
    changed = written(tmp_path / "tasks.json", plain("a", scheme, "نص آخر"))
    done = push(capsys, open_server, changed, "preflight: all")
    refused(done, "[open_sign_up]", "[other_config]", "[refused]", "3 problems")
