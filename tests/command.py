"""A command run as a user runs it, in this process."""

import sys
from typing import NamedTuple

import pytest

from miyar.cli import main


class Done(NamedTuple):
    """What a command left: its exit status, stdout and stderr."""

    status: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Done:
    """Run `miyar` with these arguments."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["miyar", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
    captured = capsys.readouterr()
    return Done(int(stopped.value.code or 0), captured.out, captured.err)
