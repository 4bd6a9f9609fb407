"""Pushing and pulling 10,000 articles of 2 KB on SQLite, against the SDK's plain import and export.

    python tests/benchmarks/studio.py

Every run is a process of its own against one real server: seconds, peak memory of the process, and peak
memory of the server meanwhile (Linux only). What is pulled has 20 spans and 5 arguments per article.
The peers do less: they neither ask what is there nor read back, and the export is not written to disk.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from importing import TEXT, exported

from miyar.article import Article
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import connect_as_owner
from miyar.labelstudio.server.process import Server, running_server
from miyar.labelstudio.server.remote import Setup
from miyar.labelstudio.tasks.task import task
from miyar.output import write_json
from miyar.scheme import find_config, read_scheme

ARTICLES, RUNS = 10_000, 3
COMMAND = [sys.executable, "-m", "miyar"]
CONNECTED = (
    "import json, os, sys\nfrom label_studio_sdk import LabelStudio\n"
    "sdk = LabelStudio(base_url=os.environ['LABEL_STUDIO_URL'], timeout=600, max_retries=0)\n"
)
PLAIN_IMPORT = CONNECTED + (
    "project = sdk.projects.create(title=sys.argv[2], label_config=open(sys.argv[3]).read())\n"
    "sdk.projects.import_tasks(id=project.id, request=json.load(open(sys.argv[1])))\n"
)
PLAIN_EXPORT = CONNECTED + "print(len(sdk.projects.exports.as_json(int(sys.argv[1]))))\n"


class Cost(NamedTuple):
    """What a run took: seconds, and mebibytes of the client and of the server at their peaks."""

    seconds: float
    client: float
    server: float


def main() -> None:
    """Run miyar and the SDK in turn and print what they took."""
    with tempfile.TemporaryDirectory() as name, running_server(Path(name) / "studio") as server:
        folder = Path(name)
        annotated = prepared(folder, server)
        config, tasks = folder / "config.xml", folder / "tasks.json"
        pushes: list[Cost] = []
        imports: list[Cost] = []
        pulls: list[Cost] = []
        exports: list[Cost] = []
        for number in range(RUNS):
            push = [*COMMAND, "push-tasks", str(tasks), "--project", f"pushed {number}"]
            pushes.append(cost(push, server))
            plain = [sys.executable, "-c", PLAIN_IMPORT, str(tasks), f"plain {number}", str(config)]
            imports.append(cost(plain, server))
            pull = [*COMMAND, "pull-annotations", "--project", "annotated", "-o", str(folder / f"b{number}")]
            pulls.append(cost(pull, server))
            exports.append(cost([sys.executable, "-c", PLAIN_EXPORT, str(annotated)], server))
    show("push", pushes, "SDK import", imports)
    show("pull", pulls, "SDK export", exports)


def prepared(folder: Path, server: Server) -> int:
    """Write the tasks, and return a project in which all of them are annotated."""
    scheme = read_scheme(find_config(None) / "labels.toml")
    source = random.Random(12345)
    articles = [
        Article(f"a{number}", " ".join(source.choices(TEXT.split(), k=230))) for number in range(ARTICLES)
    ]
    write_json(folder / "tasks.json", [task(article, scheme, "none") for article in articles])
    (folder / "config.xml").write_text(render_config(scheme), encoding="utf-8")
    studio = connect_as_owner(server)
    project = studio.create_project(Setup("annotated", render_config(scheme)))
    for first in range(0, ARTICLES, 500):
        studio.import_tasks(project, [sent(a, scheme, source) for a in articles[first : first + 500]])
    studio.close()
    os.environ["LABEL_STUDIO_URL"] = server.url
    os.environ["LABEL_STUDIO_API_KEY"] = (server.data / "token").read_text(encoding="utf-8")
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2] / "scripts")
    return project


def sent(article: Article, scheme: Any, source: random.Random) -> dict[str, Any]:
    """Return a task with an annotation in the shape in which it can be imported."""
    value = exported(article, scheme, source, spans=20, arguments=5)
    annotations = [{"result": one["result"], "ground_truth": False} for one in value["annotations"]]
    return {"data": value["data"], "annotations": annotations}


def cost(command: list[str], server: Server) -> Cost:
    """Run a command and return what it took."""
    memory = Path(f"/proc/{server.process.pid}")
    (memory / "clear_refs").write_text("5", encoding="ascii")  # forgets the server's peak
    started = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(command[:4])} … ended with {status}")
    peak = next(line for line in (memory / "status").read_text().splitlines() if line.startswith("VmHWM"))
    return Cost(seconds, used.ru_maxrss / 1024, int(peak.split()[1]) / 1024)


def show(name: str, ours: list[Cost], peer: str, theirs: list[Cost]) -> None:
    """Print the medians of both and the ratio of their times."""
    for label, costs in ((f"miyar {name}", ours), (peer, theirs)):
        seconds, client, server = (median(column) for column in zip(*costs, strict=True))
        print(f"{label:12} {seconds:6.1f} s   client {client:5.0f} MiB   server {server:5.0f} MiB")
    ratio = median(one.seconds for one in ours) / median(one.seconds for one in theirs)
    print(f"ratio of the medians: {ratio:.2f}")


if __name__ == "__main__":
    main()
