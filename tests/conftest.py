"""What tests share: the scheme, the demo corpus, one real server per run, one real browser."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page

from miyar.article import Article, read_articles
from miyar.labelstudio.server.client import Studio, connect_as_owner
from miyar.labelstudio.server.process import Server, running_server
from miyar.scheme import Scheme, read_scheme

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
CASES = SHARED / "cases"
LEGACY = "0123456789abcdef0123456789abcdef01234567"  # a token that no server has to renew

# Timed tests fail on a busy machine; in CI every run tries the same examples.
settings.register_profile("miyar", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("miyar")


def unavailable(reason: str) -> NoReturn:
    """Skip a test for a reason that lies in the machine; where nothing may be skipped, fail."""
    if os.environ.get("MIYAR_SKIP_NOTHING"):
        pytest.fail(f"nothing may be skipped here: {reason}")
    pytest.skip(reason)


def case(name: str) -> Path:
    """Return the folder of a case, or skip the test where it is not there."""
    if not (CASES / name).is_dir():
        pytest.skip("the inputs of others are not part of the project")
    return CASES / name


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    return read_scheme(ROOT / "annotation_config" / "labels.toml")


@pytest.fixture(scope="session")
def demo_articles() -> dict[str, Article]:
    return {article.id: article for article in read_articles([ROOT / "corpus" / "articles"])}


@pytest.fixture(scope="session")
def real_articles() -> tuple[Article, ...]:
    folder = SHARED / "articles"
    if not folder.is_dir():
        pytest.skip("the two real articles are under copyright and not part of the project")
    return read_articles(sorted(folder.glob("*.txt")))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not shutil.which("label-studio") and not (Path(sys.executable).parent / "label-studio").is_file():
        unavailable("label-studio is not installed (the studio extra)")
    with running_server(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture(scope="session")
def owner(server: Server) -> Iterator[Studio]:
    with closing(connect_as_owner(server)) as studio:
        yield studio


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    import page as labelling

    with labelling.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def page(chromium: Browser, server: Server) -> Iterator[Page]:
    """Give a page in which the server's owner is logged in."""
    import page as labelling

    with labelling.annotator(chromium, server.url, server.login) as opened:
        yield opened
