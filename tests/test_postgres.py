"""Label Studio as research groups run it, on PostgreSQL: what holds on SQLite holds there too."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from command import run
from conftest import ROOT
from faulty import AGAIN, CHUNK, FIXTURES, IMPORT, NUMBER, User, Work, kill, until
from miyar.annotation import read_annotations
from miyar.article import Article
from miyar.labelstudio.server.client import Studio, connect_as_owner
from miyar.labelstudio.server.process import DATABASE, Server, running_server
from miyar.scheme import Scheme
from postgres import PostgreSQL, running_postgres
from proxy import Fault, running_proxy
from pushing import round_trip

pytestmark = [pytest.mark.server, pytest.mark.slow]

Capture = pytest.CaptureFixture[str]
task_file, work, user, _ = FIXTURES


@pytest.fixture(scope="module")
def database() -> Iterator[PostgreSQL]:
    with tempfile.TemporaryDirectory(prefix="miyar-") as folder, running_postgres(Path(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def server(database: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("studio"), settings=database.settings) as running:
        yield running


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[Studio]:
    with closing(connect_as_owner(server)) as studio:
        yield studio


def test_the_demo_annotations_come_back_the_same(
    owner: Studio,
    server: Server,
    database: PostgreSQL,
    demo_articles: dict[str, Article],
    scheme: Scheme,
    tmp_path: Path,
) -> None:
    sent = list(read_annotations(ROOT / "corpus" / "annotations" / "demo" / "A1.jsonl"))
    process = round_trip(owner, "round trip: postgres", list(demo_articles.values()), sent, scheme, tmp_path)
    back = {annotation.article: annotation for annotation in process.annotations()}
    assert process.problems == []
    assert back.keys() == {annotation.article for annotation in sent} == demo_articles.keys()
    for annotation in sent:
        assert back[annotation.article].spans == annotation.spans
        assert set(back[annotation.article].arguments) == set(annotation.arguments)
        assert back[annotation.article].seconds == 1.5
    assert rows(database, "task") == len(demo_articles)
    assert rows(database, "task_completion") == len(sent)
    assert not (server.data / DATABASE).exists()


def test_a_push_killed_at_any_place_is_completed_by_the_next_which_may_be_repeated(
    work: Work, user: User, database: PostgreSQL, capsys: Capture
) -> None:
    before, annotations = rows(database, "task"), work.begin()
    hanging = Fault("hang", IMPORT, "POST", nth=2)
    with running_proxy(user.url, hanging) as proxy:
        process = user.at(proxy.url).start("push-tasks", *work.arguments)
        until(lambda: proxy.heard("POST", IMPORT) == 2 and work.held == 2 * CHUNK + 2)
        kill(process)
    for _ in range(2):
        done = run(capsys, "push-tasks", *work.arguments, *user.options)
        assert done.status == 0, done.err
        assert rows(database, "task") == before + NUMBER
    assert work.is_whole()
    assert work.annotations == annotations


def test_a_server_killed_in_the_middle_of_an_import_leaves_nothing_of_it(
    work: Work, user: User, server: Server, database: PostgreSQL, tmp_path: Path, capsys: Capture
) -> None:
    shutil.copytree(server.data, tmp_path / "data")
    before, annotations = rows(database, "task"), work.begin()
    with running_server(tmp_path / "data", settings=database.settings) as second:
        with connected(database) as connection:
            connection.execute("LOCK TABLE task IN EXCLUSIVE MODE")  # an import waits, a listing does not
            process = user.at(second.url).start("push-tasks", *work.arguments)
            until(lambda: waits_for_a_lock(database))
            os.killpg(second.process.pid, signal.SIGKILL)
            second.process.wait()
        done = user.end(process)
    assert done.status == 1
    assert "could not import 500 tasks: the connection broke" in done.err
    assert AGAIN in done.err
    assert rows(database, "task") == before + 2
    done = run(capsys, "push-tasks", *work.arguments, *user.options)
    assert done.status == 0, done.err
    assert work.is_whole()
    assert work.annotations == annotations


def waits_for_a_lock(database: PostgreSQL) -> bool:
    with connected(database) as connection:
        return connection.execute("SELECT FROM pg_locks WHERE NOT granted").rowcount > 0


def rows(database: PostgreSQL, table: str) -> int:
    """Return how many rows a table has, asked past Label Studio."""
    with connected(database) as connection:
        found = connection.execute(SQL("SELECT * FROM {}").format(Identifier(table)))
        return found.rowcount


def connected(database: PostgreSQL) -> psycopg.Connection:
    return psycopg.connect(
        host=database.host,
        port=database.port,
        dbname=database.database,
        user=database.user,
        password=database.password,
    )
