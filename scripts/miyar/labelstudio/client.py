"""A connection to a Label Studio server as one user, by HTTP for accounts and by the SDK for the rest."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from miyar.errors import MiyarError
from miyar.labelstudio.server import TOKEN_FILE, Login, Server
from miyar.output import private_file

if TYPE_CHECKING:
    import httpx

CHUNK = 500
TIMEOUT = 600
SHORTEST_TITLE, LONGEST_TITLE = 3, 50


@dataclass(frozen=True, slots=True)
class Studio:
    """One user's view of a server; every failure of a request is a MiyarError that says what was asked."""

    url: str
    sdk: Any
    http: "httpx.Client"

    def close(self) -> None:
        """Close the connection."""
        self.http.close()

    def projects(self) -> dict[str, int]:
        """Return the ids of the projects by title."""
        with _asked("list the projects"):
            return {project.title or "": project.id for project in self.sdk.projects.list()}

    def create_project(self, title: str, config: str, instruction: str) -> int:
        """Create a project and return its id; the title has 3 to 50 characters."""
        with _asked(f"create the project {title!r}"):
            project = self.sdk.projects.create(
                title=title,
                label_config=config,
                expert_instruction=instruction,
                show_instruction=True,
                show_skip_button=True,
                enable_empty_annotation=True,
                show_collab_predictions=False,
            )
        return int(project.id)

    def delete_project(self, project: int) -> None:
        """Delete a project with everything in it."""
        with _asked(f"delete project {project}"):
            self.sdk.projects.delete(id=project)

    def import_tasks(self, project: int, tasks: Sequence[dict[str, Any]]) -> list[int]:
        """Send tasks in chunks and return their ids in the same order."""
        ids: list[int] = []
        for first in range(0, len(tasks), CHUNK):
            chunk = tasks[first : first + CHUNK]
            with _asked(f"import {len(chunk)} tasks"):
                answer = self.sdk.projects.import_tasks(id=project, request=chunk, return_task_ids=True)
            ids.extend(answer.task_ids or [])
        if len(ids) != len(tasks):
            raise MiyarError(f"{self.url}: {len(tasks)} tasks were sent, the server names {len(ids)}")
        return ids

    def annotate(
        self, task: int, results: Sequence[dict[str, Any]], seconds: float | None, unique: str
    ) -> None:
        """Submit an annotation as this user; the unique id keeps a repeated request from making a second."""
        with _asked(f"submit an annotation of task {task}"):
            self.sdk.annotations.create(
                id=task, result=results, lead_time=seconds, unique_id=unique, ground_truth=False
            )

    def me(self) -> int:
        """Return this user's id."""
        with _asked("read the own account"):
            return int(self.sdk.users.whoami().id)

    def export(self, project: int, path: Path) -> None:
        """Write the raw JSON export of all tasks as it comes."""
        with _asked(f"export project {project}"), path.open("wb") as file:
            for part in self.sdk.projects.exports.download_sync(
                id=project, export_type="JSON", download_all_tasks=True
            ):
                file.write(part)


def connect(url: str, token: str) -> Studio:
    """Return a connection by access token; requests are not repeated, since a repeated POST duplicates."""
    import httpx
    from label_studio_sdk import LabelStudio

    client = httpx.Client(timeout=TIMEOUT, follow_redirects=True, trust_env=False)
    make: Any = LabelStudio
    sdk = make(base_url=url, api_key=token, max_retries=0, httpx_client=client)
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
            f"{error}\n{file}: restore this token, or start with another --data folder"
        ) from error
    return studio


def access_token(url: str, login: Login) -> str:
    """Log in and return a new personal access token; the server shows each user one, once."""
    with _session(url) as session:
        form = {"email": login.email, "password": login.password}
        _submit(session, "/user/login/", form)
        return _new_token(session, login)


def sign_up(url: str, admin: Login, email: str) -> tuple[Login, str]:
    """Create an account by the administrator's invitation; return its login and its access token."""
    with _session(url) as session:
        _submit(session, "/user/login/", {"email": admin.email, "password": admin.password})
        with _asked("make an invitation"):
            invitation = session.get("/api/invite").raise_for_status().json()["token"]
    login = Login(email, secrets.token_urlsafe(12))
    with _session(url) as session:
        form = {"email": email, "password": login.password}
        _submit(session, f"/user/signup/?token={invitation}", form)
        return login, _new_token(session, login)


def _new_token(session: "httpx.Client", login: Login) -> str:
    answer = session.post("/api/token/")
    if answer.status_code != 201:
        raise MiyarError(
            f"{session.base_url}: no access token for {login.email}: status {answer.status_code}"
        )
    token: str = answer.json()["token"]
    return token


@contextmanager
def _session(url: str) -> Iterator["httpx.Client"]:
    import httpx

    with httpx.Client(base_url=url, follow_redirects=True, timeout=60, trust_env=False) as session:
        yield session


def _submit(session: "httpx.Client", path: str, form: dict[str, str]) -> None:
    """Send a form of the server's pages; a page that shows the form again refused it."""
    with _asked(f"open {path.partition('?')[0]}"):
        session.get(path).raise_for_status()
    token = session.cookies["csrftoken"]
    headers = {"Referer": str(session.base_url)}
    with _asked(f"log in as {form['email']}"):
        answer = session.post(path, data={**form, "csrfmiddlewaretoken": token}, headers=headers)
        answer.raise_for_status()
    if answer.url.path == path.partition("?")[0]:
        raise MiyarError(f"{session.base_url}: the server refused the account {form['email']}")


@contextmanager
def _asked(action: str) -> Iterator[None]:
    """Turn a failed request into a message without headers, which may hold cookies and tokens."""
    import httpx
    from label_studio_sdk.core.api_error import ApiError

    try:
        yield
    except ApiError as error:
        raise MiyarError(f"could not {action}: status {error.status_code}: {error.body}") from None
    except httpx.HTTPStatusError as error:
        raise MiyarError(f"could not {action}: status {error.response.status_code}") from None
    except httpx.TransportError as error:
        raise MiyarError(f"could not {action}: no answer from the server: {error}") from None
