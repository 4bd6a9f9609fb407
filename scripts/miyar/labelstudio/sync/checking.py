"""What an import would refuse or note, seen while people label: the import's own checks, task by task."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from miyar.article import Article
from miyar.errors import Problem, in_number
from miyar.labelstudio.exports.export import AnnotatorKey, Export, ExportedTask
from miyar.labelstudio.exports.importing import Import, Outcome
from miyar.labelstudio.exports.remarks import Remark
from miyar.labelstudio.exports.selection import Selection
from miyar.scheme import Scheme
from miyar.spanedges import faults_at

MEND_SPAN = "select the region in the task, drag its edges or mark it again, press Update"
MEND_ROLE = "look whether the role or a label is the wrong one, and press Update"


class Finding(NamedTuple):
    """One thing to mend: a problem, which an import refuses, or a note; whose it is and in which article.

    The annotator is empty where it is the task itself.
    """

    annotator: str
    article: str
    is_note: bool
    problem: Problem

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON."""
        kind = "note" if self.is_note else "problem"
        named = {"kind": kind, "annotator": self.annotator or None, "article": self.article}
        return {**named, **self.problem.to_dict()}


@dataclass(frozen=True, slots=True)
class Check:
    """Looks at the submitted annotations of a project as an import would.

    `texts` are the texts of record as far as they are at hand; else the text of the task stands for them.
    `names` are those of the annotators by account.
    """

    title: str
    url: str
    scheme: Scheme
    names: Mapping[int, str]
    texts: Mapping[str, Article] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def see(self, task: Mapping[str, Any]) -> None:
        """Take in one task of an export."""
        export = Export(Path(f"project {self.title}"), "", url=self.url)
        exported = self._with_text(ExportedTask(export, task))
        selection, article = Selection(), str(exported.data.get("article"))
        selection.offer(exported)
        names = {slot.annotator: self._name(slot.annotator) for slot in selection.chosen}
        text = self.texts.get(article) or _text_of(exported)
        known = {article: text} if text else {}
        imported = Import([export], known, self.scheme, None, selection, names)
        outcome = imported.outcome(exported, 0)
        imported.look_at_edges([outcome])
        self.findings.extend(_findings(article, text, outcome))

    def _with_text(self, exported: ExportedTask) -> ExportedTask:
        """Return a task whose text is taken for the text of record, where nobody has that one."""
        text = None if exported.data.get("article") in self.texts else _text_of(exported)
        if text is None:
            return exported
        return exported._replace(value={**exported.value, "data": {**exported.data, "sha256": text.sha256}})

    def _name(self, key: AnnotatorKey) -> str:
        return self.names.get(int(key.user), f"user {key.user}") if key.user.isdecimal() else key.user


def count_in_words(findings: Sequence[Finding]) -> str:
    """Return how many problems and notes there are, such as "1 problem, 2 notes"."""
    notes = sum(one.is_note for one in findings)
    counts = {"problem": len(findings) - notes, "note": notes}
    return ", ".join(in_number(count, noun) for noun, count in counts.items() if count)


def _text_of(exported: ExportedTask) -> Article | None:
    identity, text = exported.data.get("article"), exported.data.get("text")
    if not isinstance(identity, str) or not isinstance(text, str):
        return None
    try:
        return Article(identity, text)
    except ValueError:  # of such a task the check says that there is no article
        return None


def _findings(article: str, text: Article | None, outcome: Outcome) -> Iterator[Finding]:
    for reject in outcome.rejects:
        yield Finding(reject.annotator, article, False, reject.problem)
    for remark in outcome.remarks:
        for problem in _as_problems(remark, text.text if text else "", outcome):
            yield Finding(remark.annotator, article, True, problem)


def _as_problems(remark: Remark, text: str, outcome: Outcome) -> Iterator[Problem]:
    """Yield a remark as what is to be mended; of some notes nothing is."""
    code, _, ends = remark.code.partition(": ")
    where = f"{outcome.export.path}: {remark.place} of {remark.annotator}"
    if ends:
        yield Problem(code, where, ends, "ends that the scheme allows", MEND_ROLE, remark.address)
    for fault in faults_at(text, remark.start, remark.end) if remark.text else ():
        if fault.code == code:
            yield Problem(code, where, fault.found, fault.expected, MEND_SPAN, remark.address)
