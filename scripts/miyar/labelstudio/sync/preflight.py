"""What has to be right before tasks go to a server: the server itself, and the projects' configurations.

The server accepts a configuration that drops labels which annotations use, and says nothing.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from miyar.errors import Problem
from miyar.labelstudio.page.interface import Choice, choices
from miyar.labelstudio.results.result import LABEL_CONTROL
from miyar.labelstudio.server.accounts import has_open_sign_up
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.remote import Project, same_config
from miyar.labelstudio.sync.download import downloaded
from miyar.labelstudio.sync.plan import Target
from miyar.terminal import tracked

UNTESTED = "untested_version"
TESTED = "1.23.2 to 1.23.x"
TESTED_VERSION = re.compile(r"1\.23\.(?:[2-9]|[1-9][0-9]+)(?:[^0-9].*)?")


def server_problems(studio: Studio) -> list[Problem]:
    """Return what makes a server unfit: a version that was never tried, and doors that stand open."""
    problems = []
    version = studio.version()
    if not TESTED_VERSION.fullmatch(version):
        remedy = "install that Label Studio, or a miyar that was tested with this one"
        problems.append(Problem(UNTESTED, studio.url, f"Label Studio {version}", TESTED, remedy))
    if has_open_sign_up(studio.url):
        remedy = "start the server with LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK=true"
        found = "sign-up is open: anybody who finds the server can read and change everything"
        problems.append(Problem("open_sign_up", studio.url, found, "sign-up by invitation only", remedy))
    return problems


def config_problems(studio: Studio, targets: Iterable[Target], update: bool) -> list[Problem]:
    """Return what speaks against giving projects the configuration of the scheme.

    Another configuration is replaced only where `update` says so, and never where annotations or drafts
    use what it would take away.
    """
    return [
        problem
        for target in targets
        if target.named
        and (project := target.place.project)
        and not same_config(project.setup.config, target.setup.config)
        for problem in _project_problems(studio, project, target, update)
    ]


def _project_problems(studio: Studio, project: Project, target: Target, update: bool) -> Iterator[Problem]:
    where, fatal = f"project {project.setup.title}", False
    old, new = choices(project.setup.config), choices(target.setup.config)
    used = _used(studio, project) if old - new else {}
    for choice in sorted(old - new):
        if used[choice]:
            remedy = (
                "keep it in labels.toml, or push to a new project; a [changes] table of labels.toml "
                "says what becomes of old labels at import"
            )
            fatal = True
            found = f"{_named(choice)} is used {used[choice]} × and missing in the scheme"
            yield Problem("orphaned_labels", where, found, "a scheme with all labels in use", remedy)
    if old != new and target.stale:
        fatal = True
        found = f"{target.stale} unfinished tasks that keep the record of another scheme"
        remedy = (
            "push all articles of the project, have what is begun finished first, or push to a new project"
        )
        yield Problem(
            "mixed_schemes", where, found, "what is still to be labelled made for this scheme", remedy
        )
    if not (update or fatal):
        added, removed = (", ".join(map(_named, sorted(part))) for part in (new - old, old - new))
        differences = [f"without {added}"] * bool(added) + [f"with {removed}"] * bool(removed)
        found = f"another labelling page: {' and '.join(differences) or 'the same labels in another form'}"
        remedy = "add --update-config to replace it, or name the scheme that it was made from with --config"
        yield Problem("other_config", where, found, "the page of this scheme", remedy)


def _used(studio: Studio, project: Project) -> Counter[Choice]:
    """Count what annotations and drafts use; the server's own counters miss what was imported."""
    ids = [task.id for task in studio.tasks(project.id, data=False)]
    with tempfile.TemporaryDirectory() as folder:
        tasks = downloaded(studio, project.id, ids, Path(folder) / "part.json")
        return Counter(
            choice
            for task in tracked(tasks, f"reading {project.setup.title}", len(ids))
            for annotation in [*task["annotations"], *task["drafts"]]
            for result in annotation.get("result") or []
            for choice in _choices_of(result)
        )


def _choices_of(result: Mapping[str, Any]) -> Iterator[Choice]:
    if result.get("type") == "relation":
        yield from (Choice("relation", str(name)) for name in result.get("labels") or [])
        return
    control, value = str(result.get("from_name")), result.get("value") or {}
    given = value.get(str(result.get("type")))
    codes = given if result.get("type") in ("labels", "choices") and isinstance(given, list) else [""]
    yield from (Choice(control, str(code)) for code in codes)


def _named(choice: Choice) -> str:
    control = "label" if choice.control == LABEL_CONTROL else choice.control
    return f"{control} {choice.code}".strip()
