"""Label Studio as research groups run it, on PostgreSQL: what holds on SQLite holds there too."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from conftest import ROOT
from miyar.annotation import read_annotations
from miyar.article import Article
from miyar.labelstudio.client import Studio, connect_as_owner
from miyar.labelstudio.server import DATABASE, Server, running_server
from miyar.scheme import Scheme
from postgres import PostgreSQL, running_postgres
from test_round_trip import round_trip

pytestmark = [pytest.mark.server, pytest.mark.slow]


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


def rows(database: PostgreSQL, table: str) -> int:
    """Return how many rows a table has, asked past Label Studio."""
    with psycopg.connect(
        host=database.host,
        port=database.port,
        dbname=database.database,
        user=database.user,
        password=database.password,
    ) as connection:
        found = connection.execute(SQL("SELECT * FROM {}").format(Identifier(table)))
        return found.rowcount
