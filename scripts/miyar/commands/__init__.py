"""The commands, one module each; the module's `run` is the command, its docstring the help.

A module is loaded when its command is run or its help is asked, so that `miyar --help` is quick.
"""

from collections.abc import Callable, Mapping
from importlib import import_module

STAGES: Mapping[str, Mapping[str, str]] = {
    "Prepare": {
        "start-corpus": "Start a corpus project of your own in a folder.",
        "clean-articles": "Make acceptable copies of refused articles.",
        "convert-articles": "Turn articles into Label Studio tasks.",
        "render-config": "Make the page and the tables from labels.toml.",
    },
    "Label": {
        "start-studio": "Open a Label Studio server of your own.",
        "push-tasks": "Send tasks to a server, every article once.",
        "project-status": "Show how far the annotators are.",
        "pull-annotations": "Fetch the annotations of a project.",
    },
    "Gold": {
        "import-annotations": "Turn exports into a Hugging Face dataset.",
        "import-conll": "Turn token-per-line files (CoNLL, BIO) into a corpus.",
        "measure-agreement": "Measure how far annotators agree.",
        "adjudicate-annotations": "Make one gold of several annotators' views.",
    },
    "Extract and score": {
        "run-extractor": "Run an extractor and write its predictions.",
        "score-extractors": "Score extractors against the gold with seqeval.",
        "compare-releases": "Compare releases of an extractor with a baseline on the same gold.",
    },
    "All of it": {
        "run-demo": "Go the whole way once, on a real server.",
    },
}
"""To add a command: a module here, in this table its name and the first paragraph of its docstring, a script
in scripts/, a section in scripts/README.md, a row in README.md."""

COMMANDS: tuple[str, ...] = tuple(name for commands in STAGES.values() for name in commands)


def load_command(name: str) -> Callable[..., None]:
    """Return the function of one of the COMMANDS; this loads its module."""
    run: Callable[..., None] = import_module(f"{__name__}.{name.replace('-', '_')}").run
    return run
