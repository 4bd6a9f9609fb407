"""What was not imported, in flat memory: counts, the first ones, and all of them in a file."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO

from miyar.errors import SHOWN_PROBLEMS, Problem
from miyar.labelstudio.results.result import Reject


@dataclass(slots=True)
class Rejects:
    """Results and annotations that cannot be imported; `file` gets a line for each, if there is one.

    `counts` has them by code, `first` the first ones, as many as are ever shown.
    """

    file: IO[str] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    first: list[Reject] = field(default_factory=list)

    def __len__(self) -> int:
        return self.counts.total()

    @property
    def problems(self) -> list[Problem]:
        """Return what is wrong with the first ones."""
        return [reject.problem for reject in self.first]

    def extend(self, rejects: Iterable[Reject]) -> None:
        """Take in what was refused."""
        for reject in rejects:
            self.add(reject)

    def add(self, reject: Reject) -> None:
        """Take in one that was refused; half a character is written as JSON escapes it."""
        self.counts[reject.problem.code] += 1
        if len(self.first) < SHOWN_PROBLEMS:
            self.first.append(reject)
        if self.file:
            line = json.dumps(
                {"problem": reject.problem.to_dict(), "result": reject.result}, ensure_ascii=False
            )
            self.file.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
