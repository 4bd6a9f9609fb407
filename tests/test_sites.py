"""A server of one's own for each annotator: one plan, one corpus, and nothing of the other to be seen."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from command import run
from miyar.annotation import read_annotations
from miyar.errors import UsageError
from miyar.labelstudio.server.accounts import access_token
from miyar.labelstudio.server.client import Studio, connect, connect_as_owner
from miyar.labelstudio.server.process import TOKEN_FILE, Login, Server, running_server
from miyar.labelstudio.server.remote import Setup
from miyar.labelstudio.sync.plan import Order
from miyar.labelstudio.sync.projects import existing_family
from miyar.labelstudio.sync.sites import sites
from miyar.scheme import Scheme
from pushing import SOURCE, annotate, articles_of, on, plain, written

Capture = pytest.CaptureFixture[str]
TITLE = "Sites"


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Studio]]:
    """Give a second server and its owner."""
    with running_server(tmp_path_factory.mktemp("other")) as made, closing(connect_as_owner(made)) as studio:
        yield made, studio


@pytest.mark.server
@pytest.mark.slow
def test_two_annotators_on_two_servers_make_one_corpus(
    server: Server,
    owner: Studio,
    other: tuple[Server, Studio],
    scheme: Scheme,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    ids = [f"a-{number}" for number in range(6)]
    file = written(tmp_path / "tasks.json", *(plain(one, scheme) for one in ids))
    servers, studios = (server, other[0]), (owner, other[1])
    push = ["push-tasks", file, "--project", TITLE, "--passwords", tmp_path / "passwords"]
    push += ["--annotators", "sites-a@example.org,sites-b@example.org", "--per-article", 2, "--share", 0.5]
    for one in servers:
        push += ["--url", one.url, "--token-file", one.data / TOKEN_FILE]
    done = run(capsys, *push)
    assert done.status == 0, done.err
    assert "blind as long as" not in done.err
    assert "0 tasks sent" in run(capsys, *push).err
    members = [existing_family(studio.projects(), TITLE) for studio in studios]
    assert [len(found) for found in members] == [1, 1]
    names = [found[0].annotator.name for found in members if found[0].annotator]
    assert len(set(names)) == 2
    held = [studio.tasks(found[0].project.id) for studio, found in zip(studios, members, strict=True)]
    assert set(articles_of(held[0])) | set(articles_of(held[1])) == set(ids)
    assert len(held[0]) + len(held[1]) == len(ids) + 3
    lines = (tmp_path / "passwords").read_text(encoding="utf-8").splitlines()
    logins = [Login(*line.split("\t")) for line in lines]
    for number, (one, login, tasks) in enumerate(zip(servers, logins, held, strict=True)):
        with closing(connect(one.url, access_token(one.url, login))) as annotator:
            for task in tasks:
                annotate(annotator, task.id)
        assert run(capsys, "pull-annotations", *on(one, TITLE), "-o", tmp_path / f"{number}").status == 0
    texts = tmp_path / "texts"
    texts.mkdir()
    for one_id in ids:
        (texts / f"{one_id}.txt").write_text(SOURCE.text, encoding="utf-8", newline="")
    rest = ["--articles", texts, "-o", tmp_path / "dataset"]
    assert run(capsys, "import-annotations", tmp_path / "0", tmp_path / "1", *rest).status == 0
    views = list(read_annotations(tmp_path / "dataset" / "annotations.jsonl"))
    assert len({(view.article, view.annotator) for view in views}) == len(ids) + 3
    assert {view.article for view in views} == set(ids)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--url", "http://127.0.0.1:9", "--url", "http://127.0.0.1:8"], "0 token files for 2 servers"),
        (
            [
                "--url",
                "http://127.0.0.1:9",
                "--annotators",
                "a@x.org",
                "--token-file",
                "1",
                "--token-file",
                "2",
            ],
            "2 token files for 1 servers",
        ),
    ],
)
def test_servers_and_annotators_go_together(
    options: list[str],
    said: str,
    scheme: Scheme,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    file = written(tmp_path / "tasks.json", plain("a", scheme))
    done = run(capsys, "push-tasks", file, "--project", "News", *options)
    assert (done.status, said in done.err) == (2, True), done.err


def test_one_server_takes_all() -> None:
    order = Order((), Setup("News", "<View/>"), ("a@x.org", "b@x.org"))
    studio = Studio("http://127.0.0.1:9", None, None)  # type: ignore[arg-type]
    assert [site.order for site in sites([studio], order)] == [order]
    assert [site.order.emails for site in sites([studio, studio], order)] == [("a@x.org",), ("b@x.org",)]
    with pytest.raises(UsageError):
        sites([studio] * 3, order)
