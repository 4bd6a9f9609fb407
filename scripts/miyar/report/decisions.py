"""The decision log: what adjudicators decided and why, in contexts, as the case law of the guidelines."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from miyar.adjudication import Adjudication, Candidate, Conflict, Decision, Key
from miyar.guidelines import markdown_cell
from miyar.scheme import Scheme

AROUND = 40
NO_RULE = "–"


class Words(NamedTuple):
    """What the log says around the decisions, in one language."""

    title: str
    counts: str
    head: Sequence[str]
    rules: str
    rule_head: Sequence[str]
    taken: str
    left: str
    nothing: str
    reasons: Mapping[str, str]


WORDS: Mapping[str, Words] = {
    "ar": Words(
        "سجل قرارات التحكيم",
        "عدد القرارات بحسب السبب والتصنيف",
        ("السبب", "التصنيف", "العدد"),
        "القواعد التي حسمت أكثر الخلافات",
        ("القاعدة", "العدد"),
        "أُخذ",
        "تُرك",
        "لا شيء",
        {
            "guideline": "الدليل غير واضح",
            "slip": "سهو",
            "boundary": "حدود المقطع",
            "ambiguity": "التباس في النص",
            "other": "سبب آخر",
            "": "بلا سبب مذكور",
        },
    ),
    "en": Words(
        "Decisions of adjudicators",
        "Decisions by reason and label",
        ("reason", "label", "number"),
        "Rules that decided most conflicts",
        ("rule", "number"),
        "taken",
        "left",
        "nothing",
        {
            "guideline": "the guidelines are not clear",
            "slip": "a slip",
            "boundary": "an edge",
            "ambiguity": "an ambiguous text",
            "other": "another reason",
            "": "no reason given",
        },
    ),
}


class Case(NamedTuple):
    """A decided conflict with the text of its article."""

    conflict: Conflict
    decision: Decision
    text: str


def decision_log(found: Adjudication, scheme: Scheme) -> str:
    """Return the log as Markdown, in the language of the scheme where there are words for it."""
    words = WORDS.get(scheme.language, WORDS["en"])
    cases = [
        Case(conflict, decision, one.opinions.text or "")
        for one in found.merges
        for conflict, decision in one.settled
    ]
    return "\n".join([f"# {words.title}", "", *_counts(cases, words), *_cases(cases, words)]) + "\n"


def _counts(cases: Sequence[Case], words: Words) -> Iterator[str]:
    yield f"## {words.counts}"
    yield ""
    yield from _table(words.head)
    counted = Counter((case.decision.reason, label) for case in cases for label in _labels(case.conflict))
    for (reason, label), number in counted.most_common():
        yield f"| {words.reasons.get(reason, reason)} | {label} | {number} |"
    rules = Counter(case.decision.rule or NO_RULE for case in cases)
    yield from ("", f"## {words.rules}", "")
    yield from _table(words.rule_head)
    yield from (f"| {markdown_cell(rule)} | {number} |" for rule, number in rules.most_common())
    yield ""


def _table(head: Sequence[str]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"


def _cases(cases: Sequence[Case], words: Words) -> Iterator[str]:
    by_reason: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_reason[case.decision.reason].append(case)
    for reason, of_reason in sorted(by_reason.items()):
        yield from (f"## {words.reasons.get(reason, markdown_cell(reason))}", "")
        for case in of_reason:
            article = markdown_cell(case.conflict.article)
            yield f"- {markdown_cell(_context(case))} ({article}, `{case.conflict.id}`)"
            yield from (f"  - {line}" for line in _answers(case, words))
        yield ""


def _answers(case: Case, words: Words) -> Iterator[str]:
    decision = case.decision
    shown = [_shown(key, case.text) for key in (*decision.taken, *decision.own)]
    left = [
        _shown(candidate.answer, case.text)
        for candidate in case.conflict.candidates
        if candidate.answer not in decision.taken
    ]
    yield f"{words.taken}: {' ؛ '.join(shown) or words.nothing}"
    if left:
        yield f"{words.left}: {' ؛ '.join(left)}"
    if decision.rule or decision.note:
        yield markdown_cell(" ".join(filter(None, [decision.rule, decision.note])))


def _shown(answer: Key | str | None, text: str) -> str:
    if isinstance(answer, Key):
        return f"{answer.label} «{markdown_cell(text[answer.start : answer.end])}»"
    return "–" if answer is None else markdown_cell(answer)


def _labels(conflict: Conflict) -> list[str]:
    """Return the labels that are in question: those of the candidates, else the attribute or the roles."""
    answers = [candidate.answer for candidate in conflict.candidates]
    labels = {answer.label for answer in answers if isinstance(answer, Key)}
    if labels:
        return sorted(labels)
    about = conflict.about.get("attribute")
    return [about] if isinstance(about, str) else sorted(filter(None, map(_role, conflict.candidates)))


def _role(candidate: Candidate) -> str:
    return candidate.answer if isinstance(candidate.answer, str) else ""


def _context(case: Case) -> str:
    keys = [
        key
        for key in (*(one.answer for one in case.conflict.candidates), *case.conflict.about.values())
        if isinstance(key, Key)
    ]
    first, last = min(key.start for key in keys), max(key.end for key in keys)
    begin, end = max(0, first - AROUND), min(len(case.text), last + AROUND)
    text = case.text
    return f"…{text[begin:first]}**{text[first:last]}**{text[last:end]}…".replace("\n", " ")
