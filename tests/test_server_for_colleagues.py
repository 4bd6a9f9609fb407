"""The server of compose.yaml as far as it goes without Docker: its variables, https, PostgreSQL.

TLS ends in front of the studio, which hears plain HTTP with the Host that the browser named, as behind Caddy.
"""

import asyncio
import importlib.util
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
import yaml
from playwright.sync_api import Browser
from psycopg.sql import SQL

import page as labelling
from command import run
from conftest import ROOT, unavailable
from miyar.annotation import Annotation, read_annotations
from miyar.labelstudio.server.accounts import access_token, has_open_sign_up
from miyar.labelstudio.server.process import CLOSED, HOST, Login, Server, free_port, running_server
from pages import COMMANDS_PAGE, examples
from postgres import programs, running_postgres

Capture = pytest.CaptureFixture[str]
COMPOSE: Any = yaml.safe_load((ROOT / "scripts" / "server" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
VARIABLE = re.compile(r"\$\{(\w+)(?::\?[^}]*)?\}")
INSIDE = "docker compose exec -T database "
DUMP = "backup.dump"
EMAILS = ("amal@example.org", "badr@example.org")
PREFIX = "LABEL_STUDIO_"


# --- the file ----------------------------------------------------------------------------------------------


def shown(beginning: str) -> list[str]:
    """Return the lines of the one example of the page that has a line which begins so."""
    [found] = [text.splitlines() for text in examples(COMMANDS_PAGE, "sh") if f"\n{beginning}" in f"\n{text}"]
    return found


def secrets_of_the_page(folder: Path) -> dict[str, str]:
    """Return what .env holds when the page is followed."""
    lines = [line for line in shown("cat > .env") if not line.startswith("docker")]
    subprocess.run(["bash", "-e"], cwd=folder, input="\n".join(lines), text=True, check=True)
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_secrets_of_the_page_are_those_of_the_file(tmp_path: Path) -> None:
    secrets = secrets_of_the_page(tmp_path)
    assert set(VARIABLE.findall(yaml.safe_dump(SERVICES))) == secrets.keys()
    assert all(secrets.values())


def test_volumes_and_services_that_are_named_are_there() -> None:
    mounted = {volume.partition(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert mounted == COMPOSE["volumes"].keys()
    awaited = {name for service in SERVICES.values() for name in service.get("depends_on", ())}
    assert awaited < SERVICES.keys()
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["https"]
    assert SERVICES["https"]["command"].endswith("--to studio:8080")
    pages = "\n".join(examples(COMMANDS_PAGE, "sh"))
    assert set(re.findall(r"docker compose (?:exec -T|stop|up -d --wait) (\w+)", pages)) <= SERVICES.keys()


def test_studio_and_database_agree() -> None:
    studio, database = (SERVICES[name]["environment"] for name in ("studio", "database"))
    for what, name in (("NAME", "DB"), ("USER", "USER")):
        assert studio[f"POSTGRE_{what}"] == database[f"POSTGRES_{name}"] == "labelstudio"
    secret = database["POSTGRES_PASSWORD"].strip("${}")
    assert studio["POSTGRE_PASSWORD"].startswith(f"${{{secret}:")
    assert studio["POSTGRE_HOST"] in SERVICES


def test_it_is_closed_as_a_server_of_ones_own_is() -> None:
    assert CLOSED.items() <= SERVICES["studio"]["environment"].items()


@pytest.mark.server
def test_label_studio_reads_every_variable() -> None:
    found = importlib.util.find_spec("label_studio")
    if found is None or found.origin is None:
        unavailable("label-studio is not installed (the studio extra)")
    folder = Path(found.origin).parent
    files = [
        folder / "server.py",
        *(folder / "core").glob("settings/*.py"),
        folder / "core/utils/secret_key.py",
    ]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    unread = [
        name for name in SERVICES["studio"]["environment"] if f"'{name.removeprefix(PREFIX)}'" not in source
    ]
    assert unread == []


# --- the server --------------------------------------------------------------------------------------------


@contextmanager
def https(target: int, certificate: Path) -> Iterator[int]:
    """Give a port on which TLS is taken off and what is inside goes to a port of this machine, and back.

    It has a thread of its own, since Playwright keeps a loop in the one of the test.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    ports: Queue[int] = Queue()
    done = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(target, context, ports, done)))
    thread.start()
    try:
        yield ports.get(timeout=10)
    finally:
        done.set()
        thread.join()


async def _serve(target: int, context: ssl.SSLContext, ports: Queue[int], done: threading.Event) -> None:
    carry = partial(_carry, target)
    listening = await asyncio.start_server(carry, HOST, 0, ssl=context, ssl_shutdown_timeout=1)
    ports.put(listening.sockets[0].getsockname()[1])
    while not done.is_set():
        await asyncio.sleep(0.1)
    listening.close()
    await _ended()


async def _carry(target: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    answer, question = await asyncio.open_connection(HOST, target)
    await asyncio.gather(_copy(reader, question), _copy(answer, writer))


async def _copy(source: asyncio.StreamReader, goal: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await source.read(1 << 16):
            goal.write(part)
            await goal.drain()
    with suppress(OSError):
        goal.close()
        await goal.wait_closed()


async def _ended() -> None:
    """Let what is open end: a browser keeps connections for later."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(1.2)  # until TLS has said goodbye


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a certificate of this machine with its key, which miyar trusts."""
    if not shutil.which("openssl"):
        unavailable("openssl is not installed")
    file = tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{HOST}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", file, "-out", tmp_path / "own.pem"], capture_output=True, check=True)
    file.write_text(file.read_text() + (tmp_path / "own.pem").read_text())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    return file


class Colleagues(NamedTuple):
    """A server with the variables of the file, its database, and the address at which its users reach it."""

    url: str
    server: Server
    environment: Mapping[str, str]


@contextmanager
def database_of(password: str) -> Iterator[Mapping[str, str]]:
    """Give an empty database as the image makes it: how its programs reach it."""
    with tempfile.TemporaryDirectory(prefix="miyar-") as folder, running_postgres(Path(folder)) as made:
        login: Any = {"host": made.host, "port": made.port, "user": made.user, "password": made.password}
        with psycopg.connect(dbname=made.database, autocommit=True, **login) as connection:
            connection.execute(SQL("CREATE ROLE labelstudio SUPERUSER LOGIN PASSWORD {}").format(password))
            connection.execute("CREATE DATABASE labelstudio OWNER labelstudio")
        yield {"PGHOST": made.host, "PGPORT": str(made.port), "PGPASSWORD": password}


@contextmanager
def colleagues(
    data: Path, secrets: Mapping[str, str], database: Mapping[str, str], certificate: Path
) -> Iterator[Colleagues]:
    """Start Label Studio with the variables of the file; only where the database lies is another place."""
    target = free_port()
    with https(target, certificate) as port:
        values = {**secrets, "DOMAIN": f"{HOST}:{port}"}
        settings = {
            name: VARIABLE.sub(lambda found: values[found[1]], value)
            for name, value in SERVICES["studio"]["environment"].items()
        }
        settings |= {"POSTGRE_HOST": database["PGHOST"], "POSTGRE_PORT": database["PGPORT"]}
        with running_server(data, target, settings=settings) as server:
            yield Colleagues(f"https://{HOST}:{port}", server, database)


def inside(line: str, folder: Path, database: Mapping[str, str]) -> None:
    """Run a command of the page in the database's container: here beside its programs."""
    path = f"{programs()}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {**database, "PATH": path}
    done = subprocess.run(
        ["bash", "-c", line.removeprefix(INSIDE)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.server
@pytest.mark.slow
def test_what_colleagues_labelled_is_there_after_a_restore(
    chromium: Browser, certificate: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = secrets_of_the_page(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "convert-articles", ROOT / "corpus" / "articles", "-o", "tasks.json").status == 0
    with (
        database_of(secrets["DATABASE_PASSWORD"]) as database,
        colleagues(tmp_path / "first", secrets, database, certificate) as first,
    ):
        assert not has_open_sign_up(first.url)
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", access_token(first.url, first.server.login))
        logins = pushed(first.url, capsys)
        assert log_in_from(first.url, first.url, logins[0]) == httpx.codes.FOUND
        assert log_in_from(first.url, "https://elsewhere.example.org", logins[0]) == httpx.codes.FORBIDDEN
        label_in_a_browser(chromium, first.url, logins[0])
        before = pulled(first.url, "before", capsys)
        [backup] = shown(f"{INSIDE}pg_dump")
        inside(backup, tmp_path, database)
    [restore] = [line for line in shown(f"{INSIDE}pg_restore") if line.startswith(INSIDE)]
    with database_of(secrets["DATABASE_PASSWORD"]) as empty:
        inside(restore, tmp_path, empty)
        inside(restore, tmp_path, empty)  # over what is there
        with colleagues(tmp_path / "second", secrets, empty, certificate) as second:
            assert pulled(second.url, "after", capsys) == before
            for login in logins:
                assert log_in_from(second.url, second.url, login) == httpx.codes.FOUND
            assert not has_open_sign_up(second.url)
    assert [(len(one.spans), one.spans[0].label) for one in before] == [(1, "PERS")]


def pushed(url: str, capsys: Capture) -> list[Login]:
    """Push the tasks to annotators with new accounts, whose logins are returned; the server is fit for it."""
    call = ("push-tasks", "tasks.json", "--url", url, "--project", "News")
    done = run(capsys, *call, "--check")
    assert done.status == 0, done.err
    done = run(capsys, *call, "--annotators", ",".join(EMAILS), "--passwords", "passwords")
    assert done.status == 0, done.err
    logins = [Login(*line.split("\t")) for line in Path("passwords").read_text(encoding="utf-8").splitlines()]
    assert [login.email for login in logins] == list(EMAILS)
    return logins


def log_in_from(url: str, origin: str, login: Login) -> int:
    """Return the status of a login that a page of some origin sends."""
    with httpx.Client(base_url=url, verify=ssl.create_default_context(), trust_env=False) as browser:
        form = {"csrfmiddlewaretoken": browser.get("/user/login/").cookies["csrftoken"]}
        form |= {"email": login.email, "password": login.password}
        answer = browser.post("/user/login/", data=form, headers={"Origin": origin, "Referer": f"{origin}/"})
    if answer.status_code == httpx.codes.FOUND:
        assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))
    return answer.status_code


def label_in_a_browser(chromium: Browser, url: str, login: Login) -> None:
    """Log in, label a word of the first article of the stream, and submit."""
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    labelling.log_in(page, url, login)
    labelling.open_stream(page, url, 1)
    page.wait_for_timeout(500)
    labelling.label(page, 0, 4, "q")
    labelling.submit(page)
    context.close()


def pulled(url: str, name: str, capsys: Capture) -> list[Annotation]:
    """Return what a pull brings, imported."""
    done = run(capsys, "pull-annotations", "--url", url, "--project", "News", "-o", f"{name}/batch")
    assert done.status == 0, done.err
    articles = ROOT / "corpus" / "articles"
    done = run(capsys, "import-annotations", f"{name}/batch", "--articles", articles, "-o", f"{name}/dataset")
    assert done.status == 0, done.err
    return list(read_annotations(Path(name, "dataset", "annotations.jsonl")))
