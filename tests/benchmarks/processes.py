"""What a process takes, as a whole."""

import os
import subprocess
import time
from collections.abc import Sequence
from typing import NamedTuple


class Run(NamedTuple):
    """What a process took: seconds by the clock, seconds of the processor, and memory at its peak."""

    seconds: float
    processor: float
    mebibytes: float


def process(call: Sequence[str]) -> Run:
    """Return what a process took; raises RuntimeError where it failed."""
    started = time.perf_counter()
    with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as running:
        assert running.stderr is not None
        said = running.stderr.read()
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise RuntimeError(said.decode())
    seconds = time.perf_counter() - started
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
