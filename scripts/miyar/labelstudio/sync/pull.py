"""Brings the annotations of projects into a batch folder: raw exports, a manifest, and nobody's address.

Each task is stored as it came, one a line, but for the e-mail addresses in its drafts.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from miyar.labelstudio.exports.manifest import MANIFEST
from miyar.labelstudio.exports.selection import moment
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.sync.batch import Batch, Pulled, Since, known_pseudonyms, refuse_other_batch
from miyar.labelstudio.sync.checking import Check
from miyar.labelstudio.sync.download import downloaded
from miyar.labelstudio.sync.projects import Member, next_names
from miyar.labelstudio.sync.survey import Survey
from miyar.output import private_file, write_json, written
from miyar.terminal import tracked

ACCOUNTS = ".annotators.json"
SHARED = "export.json"
NEVER = "1970-01-01T00:00:00+00:00"


def pull(studio: Studio, members: Sequence[Member], folder: Path, batch: Path, since: Since | None) -> Batch:
    """Write the exports of projects, manifest.json and the private list of accounts to a folder.

    `batch` is the folder's place in the end: pseudonyms in the manifests beside it are kept. Raises
    UsageError where it holds something that a pull of the same projects would not replace.
    """
    asked = studio.time()
    server, accounts = studio.name(), studio.accounts()
    refuse_other_batch(batch, server, [member.project.setup.title for member in members], since)
    names = _owners(members, known_pseudonyms(batch, server, since))
    pulled = [_pulled(studio, member, folder, names, accounts, since) for member in members]
    users = sorted({user for one in pulled for user in (*one.survey.users, *_account(one))})
    free = next_names(names.values())
    annotators = {user: names.get(user) or next(free) for user in users}
    whole = Batch(server, studio.url, studio.version(), asked, since, annotators, pulled)
    write_json(folder / MANIFEST, whole.manifest())
    _write_accounts(folder, {str(user): accounts.get(user) for user in users})
    return whole


def survey(studio: Studio, member: Member, accounts: Mapping[int, str], folder: Path, check: Check) -> Survey:
    """Return what there is to see in a project, and have it checked on the way.

    The folder is for what is downloaded meanwhile.
    """
    project, numbers = member.project, _numbers(accounts)
    seen = _survey(member)
    ids = [task.id for task in studio.tasks(project.id, data=False)]
    tasks = downloaded(studio, project.id, ids, folder / "part.json")
    for task in tracked(tasks, f"reading {project.setup.title}", len(ids)):
        seen.see(_without_addresses(task, numbers))
        check.see(task)
    return seen


def _pulled(
    studio: Studio,
    member: Member,
    folder: Path,
    names: Mapping[int, str],
    accounts: Mapping[int, str],
    since: Since | None,
) -> Pulled:
    project, seen = member.project, _survey(member)
    file = f"{names[seen.account]}.json" if seen.account else SHARED
    listed = studio.tasks(project.id, data=False)
    ids = [task.id for task in listed if since is None or since.wants(task, project.id)]
    numbers = _numbers(accounts)
    with (folder / file).open("x", encoding="utf-8", newline="\n") as out:
        out.write("[")
        tasks = downloaded(studio, project.id, ids, folder / f".{file}.part")
        for task in tracked(tasks, f"pulling {project.setup.title}", len(ids)):
            out.write(",\n" if seen.tasks else "\n")
            stored_task = _without_addresses(task, numbers)
            out.write(json.dumps(stored_task, ensure_ascii=False))
            seen.see(stored_task)
        out.write("\n]\n")
    with (folder / file).open("rb") as stored:
        digest = hashlib.file_digest(stored, "sha256").hexdigest()
    newest = max((task.updated for task in listed), key=moment, default=NEVER)
    return Pulled(project, file, digest, newest, seen)


def _owners(members: Sequence[Member], known: Mapping[int, str]) -> dict[int, str]:
    """Return the pseudonyms of the projects' annotators: those of earlier batches, or of the projects.

    A name that an earlier batch gave to somebody else is not given twice: the next free one is taken.
    """
    owners = {m.annotator.account: m.annotator.name for m in members if m.annotator and m.annotator.account}
    names = dict(known)
    free = next_names([*known.values(), *owners.values()])
    for account, name in owners.items():
        if account not in names:
            names[account] = next(free) if name in names.values() else name
    return names


def _survey(member: Member) -> Survey:
    account = member.annotator.account if member.annotator else None
    return Survey(account, member.project.setup.settings["maximum_annotations"])


def _account(pulled: Pulled) -> list[int]:
    return [pulled.survey.account] if pulled.survey.account else []


def _numbers(accounts: Mapping[int, str]) -> dict[str, int]:
    return {email: account for account, email in accounts.items()}


def _without_addresses(task: Mapping[str, Any], numbers: Mapping[str, int]) -> Mapping[str, Any]:
    """Return a task with users as numbers: a draft names its user by e-mail address."""
    drafts = [
        {name: value for name, value in draft.items() if name != "created_username"}
        | {"user": numbers.get(draft.get("user"))}
        for draft in task.get("drafts") or []
    ]
    return {**task, "drafts": drafts} if drafts else task


def _write_accounts(folder: Path, addresses: Mapping[str, str | None]) -> None:
    """Write who is who, for its owner's eyes, and keep it out of any repository."""
    with private_file(folder / ACCOUNTS) as file:
        json.dump(addresses, file, ensure_ascii=False, indent=2)
    with written(folder / ".gitignore") as file:
        file.write(f"{ACCOUNTS}\n.gitignore\n")
