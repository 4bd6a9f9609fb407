"""A connection to a Label Studio server as one user, by its SDK."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from miyar.errors import MiyarError, UsageError, plain
from miyar.labelstudio.server.accounts import access_token
from miyar.labelstudio.server.answers import NoAnswerError, asked, read, repeated
from miyar.labelstudio.server.process import TOKEN_FILE, Server
from miyar.labelstudio.server.remote import Project, ServerTask, Setup, project_from, task_from
from miyar.output import private_file

if TYPE_CHECKING:
    import httpx

TIMEOUT, LARGEST = 120, 512
PAGE = 2000
MOVED = 100  # projects that a listing may give twice, since others were made meanwhile
COLUMNS = ("id", "updated_at", "total_annotations", "cancelled_annotations", "draft_exists")


@dataclass(frozen=True, slots=True)
class Studio:
    """One user's view of a server; every failure of a request is a MiyarError that says what was asked.

    What only reads is repeated where the connection fails; what writes is sent once, since a repeated
    import makes duplicates.
    """

    url: str
    sdk: Any
    http: "httpx.Client"

    def close(self) -> None:
        """Close the connection."""
        self.http.close()

    # the server

    def version(self) -> str:
        """Return the server's version."""
        return read("read the server's version", lambda: str(self.sdk.versions.get().release))

    def time(self) -> datetime | None:
        """Return what the server's clock says, to the second; None where it does not tell."""
        said = read("read the server's time", lambda: self.http.get(f"{self.url}/api/version")).headers
        try:
            return parsedate_to_datetime(said["Date"])
        except (KeyError, ValueError):
            return None

    def name(self) -> str:
        """Return a name for the server that outlives its address: a digest of when it was set up."""
        made: str = read("read the server's organisation", self._made)
        return f"label-studio-{hashlib.sha256(made.encode()).hexdigest()[:8]}"

    def _made(self) -> str:
        return str(self.sdk.organizations.list()[0].created_at.isoformat())

    def me(self) -> int:
        """Return this user's id."""
        return read("read the own account", lambda: int(self.sdk.users.whoami().id))

    def accounts(self) -> dict[int, str]:
        """Return the e-mail addresses of all users by their ids."""
        return read(
            "list the accounts", lambda: {int(user.id): str(user.email) for user in self.sdk.users.list()}
        )

    def invitation(self) -> str:
        """Return the token with which new users join the server."""
        invites = self.sdk.organizations.invites
        return read("ask for an invitation", lambda: str(invites.get_invite_link().token))

    # projects

    def projects(self) -> list[Project]:
        """Return all projects; titles need not be unique."""
        return read("list the projects", self._projects)

    def _projects(self) -> list[Project]:
        """List page by page; a server that gives the same page for ever is none that can be asked."""
        found: dict[int, Project] = {}
        for number, project in enumerate(self.sdk.projects.list()):
            found[project.id] = project_from(project)
            if number > len(found) + MOVED:
                raise NoAnswerError("could not list the projects: the same ones come again and again")
        return list(found.values())

    def create_project(self, setup: Setup) -> int:
        """Create a project and return its id; the title has 3 to 50 characters."""
        with asked(f"create the project {setup.title!r}"):
            return int(self.sdk.projects.create(**setup.fields()).id)

    def update_project(self, project: int, setup: Setup) -> None:
        """Give a project another set-up."""
        with asked(f"update the project {setup.title!r}"):
            self.sdk.projects.update(id=project, **setup.fields())

    def delete_project(self, project: int) -> None:
        """Delete a project with everything in it."""
        with asked(f"delete project {project}"):
            self.sdk.projects.delete(id=project)

    # tasks

    def tasks(self, project: int, data: bool = True, suggestions: bool = False) -> list[ServerTask]:
        """Return the tasks of a project, without their data or with their suggestions as asked for."""
        wanted = (("data", data), ("predictions", suggestions))
        columns = ",".join([*COLUMNS, *(name for name, asked_for in wanted if asked_for)])
        return repeated(lambda: self._tasks(project, columns))

    def _tasks(self, project: int, columns: str) -> list[ServerTask]:
        """List page by page; the total tells where a page shifted, since a task was deleted."""
        found: dict[int, ServerTask] = {}
        for page in count(1):
            before = len(found)
            with asked(f"list the tasks of project {project}"):
                listed = self.sdk.tasks.list(
                    project=project, fields="all", include=columns, page=page, page_size=PAGE
                )
                total = int(listed.response.total)
                found.update((int(task.id), task_from(task)) for task in listed.items or [])
            if page * PAGE >= total or len(found) == before:
                break
        if len(found) != total:
            raise NoAnswerError(f"project {project} changed while its tasks were listed")
        return list(found.values())

    def task(self, task: int) -> ServerTask:
        """Return one task."""
        return read(f"read task {task}", lambda: self._task(task))

    def _task(self, task: int) -> ServerTask:
        found = self.sdk.tasks.get(id=str(task))
        return task_from(found)._replace(drafted=bool(found.drafts))

    def import_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Send tasks in one request, which the server takes whole or not at all; return their ids."""
        with asked(f"import {len(tasks)} tasks"):
            answer = self.sdk.projects.import_tasks(id=project, request=tasks, return_task_ids=True)
            ids = [int(one) for one in answer.task_ids or []]
        if len(ids) != len(tasks):
            raise NoAnswerError(f"{self.url}: {len(tasks)} tasks were sent, the server names {len(ids)}")
        return ids

    def update_task(self, task: int, data: Mapping[str, Any]) -> None:
        """Replace a task's data."""
        with asked(f"update task {task}"):
            self.sdk.tasks.update(id=str(task), data=dict(data))

    def delete_task(self, task: int) -> None:
        """Delete a task with everything in it."""
        with asked(f"delete task {task}"):
            self.sdk.tasks.delete(id=str(task))

    def annotate(
        self, task: int, results: Sequence[dict[str, Any]], seconds: float | None, unique: str
    ) -> None:
        """Submit an annotation as this user; the unique id keeps a repeated request from making a second."""
        with asked(f"submit an annotation of task {task}"):
            self.sdk.annotations.create(
                id=task, result=results, lead_time=seconds, unique_id=unique, ground_truth=False
            )

    def export(self, project: int, path: Path, tasks: Sequence[int] = ()) -> None:
        """Write the raw JSON export of some tasks of a project, or of all, as it comes."""
        # the SDK's own `ids` is not what the server reads, and would export everything
        options = {"additional_query_parameters": {"ids[]": list(tasks)}} if tasks else None
        with asked(f"export project {project}"), path.open("wb") as file:
            for part in self.sdk.projects.exports.download_sync(
                id=project, export_type="JSON", download_all_tasks=True, request_options=options
            ):
                file.write(part)


def connect(url: str, token: str, timeout: float = TIMEOUT, largest: float = LARGEST) -> Studio:
    """Return a connection by a personal access token or a legacy token.

    The server may be silent for `timeout` seconds; an answer may have `largest` MiB.
    Raises UsageError for an address to which a token must not go: plain HTTP to another machine.
    """
    import httpx
    from label_studio_sdk import LabelStudio

    from miyar.labelstudio.server.bounds import ACCEPTED, BoundedTransport, Bounds
    from miyar.labelstudio.server.renewal import Renewal

    url = checked_url(url)
    transport = BoundedTransport(Bounds(timeout, largest))
    # a redirect would carry token and articles to an address that nobody has checked
    client = httpx.Client(
        timeout=timeout,
        follow_redirects=False,
        headers=ACCEPTED,
        transport=transport,
        trust_env=False,
        auth=Renewal(url, token),
    )
    make: Any = LabelStudio
    with asked("use the token"):
        # requests are not repeated by the SDK, since a repeated POST duplicates
        sdk = make(base_url=url, api_key=token, timeout=timeout, max_retries=0, httpx_client=client)
    return Studio(url, sdk, client)


def connect_as_owner(server: Server) -> Studio:
    """Return a connection as the owner of a server of one's own; the token is kept in its data folder."""
    file = server.data / TOKEN_FILE
    if not file.is_file():
        token = access_token(server.url, server.login)
        with private_file(file) as stream:
            stream.write(token)
    studio = connect(server.url, file.read_text(encoding="utf-8"))
    try:
        studio.me()
    except MiyarError as error:
        studio.close()
        raise MiyarError(
            *str(error).split("\n"), f"{file}: restore this token, or start with another --data folder"
        ) from error
    return studio


def checked_url(url: str) -> str:
    """Return a server's address without a slash at its end; raises UsageError where it is not safe to use."""
    import httpx

    example = "expected an address such as https://label.example.org"
    if "@" in url:
        raise UsageError("--url holds a password, which others can read there; give the address alone")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        _ = httpx.URL(url).host
    except (ValueError, httpx.InvalidURL) as error:
        raise UsageError(f"--url {plain(url)}: {error}; {example}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(f"--url {url}: {example}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError(f"--url {url}: has a path; Label Studio's API has to lie at the root; {example}")
    if parts.scheme == "http" and not _is_loopback(host):
        raise UsageError(
            f"--url {url}: plain HTTP would show the token and the articles to everybody on the way; "
            "use https, or an SSH tunnel to 127.0.0.1"
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
