"""What a user can cause, and how it is said: where, what was found, what was expected, what to do.

    MiyarError          anything that a user can cause; exit status 1
    ├── DataError       the data are wrong: all Problems of a run together
    └── UsageError      the call is wrong; exit status 2

Any other exception is a bug and keeps its traceback.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
SHOWN_PROBLEMS = 200
# what a terminal obeys, what breaks lines, and what turns the direction of all that follows
COMMANDING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066\u2067\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the data; `code` names the rule that it breaks.

    `address` is where a browser shows it, if anywhere.
    """

    code: str
    where: str
    found: str
    expected: str
    remedy: str = ""
    address: str = ""

    def __str__(self) -> str:
        """Return the problem as lines for a person."""
        told = {"expected": self.expected, "to do": self.remedy, "at": self.address}
        lines = [f"    {name + ':':<9} {said}" for name, said in told.items() if said or name == "expected"]
        return "\n".join(map(plain, [f"{self.where}: {self.found} [{self.code}]", *lines]))

    def to_dict(self) -> dict[str, str]:
        """Return the fields under their names, without an address that there is not."""
        fields: dict[str, str] = asdict(self)
        return fields if self.address else {name: fields[name] for name in fields if name != "address"}


class MiyarError(Exception):
    """Something that a user can cause and mend, told in lines; line breaks from data make no further ones."""

    status = 1

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(map(plain, lines)))


class UsageError(MiyarError):
    """The call itself is wrong."""

    status = 2


class DataError(MiyarError):
    """The data are wrong; carries every problem that was found, not the first one.

    Of very many problems it carries the first ones, and `counts` of all by code.
    """

    def __init__(
        self,
        problems: Iterable[Problem],
        outcome: str = "Nothing was written.",
        counts: Counter[str] | None = None,
    ) -> None:
        self.problems = tuple(problems)
        self.outcome = outcome
        self.counts = Counter(problem.code for problem in self.problems) if counts is None else counts
        super().__init__(*self._lines())

    def _lines(self) -> list[str]:
        shown = self.problems[:SHOWN_PROBLEMS]
        hidden = self.counts.total() - len(shown)
        more = [f"… and {hidden} more."] if hidden else []
        told = [line for problem in shown for line in str(problem).split("\n")]
        return [*told, *more, f"{in_words(self.counts)}. {self.outcome}"]


def in_number(count: int, noun: str) -> str:
    """Return "1 article", "2 articles"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def count_by_code(problems: Iterable[Problem]) -> str:
    """Return "3 problems: 2 unknown_label, 1 out_of_range"."""
    return in_words(Counter(problem.code for problem in problems))


def in_words(counts: Counter[str]) -> str:
    """Return counts by code in words, as `count_by_code` does."""
    kinds = ", ".join(f"{count} {code}" for code, count in counts.most_common())
    return f"{in_number(counts.total(), 'problem')}: {kinds}"


def safe(text: str) -> str:
    """Return lines for a terminal: of data in them nothing is obeyed, controls are shown by their codes."""
    return COMMANDING.sub(lambda found: _visible(found[0]), text)


def plain(text: str) -> str:
    """Return a text from data as a part of one line, made safe to print."""
    return safe(text).replace("\n", "\\n").replace("\t", "\\t")


def quoted(text: object, limit: int = 60) -> str:
    """Return a value in quotes, made safe to print: controls escaped, Arabic isolated, long text cut."""
    shown = "".join(_visible(character) for character in str(text)[:limit])
    cut = "…" if len(str(text)) > limit else ""
    return f"“{FIRST_STRONG_ISOLATE}{shown}{cut}{POP_ISOLATE}”"


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
