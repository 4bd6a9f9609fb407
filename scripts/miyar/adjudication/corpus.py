"""Adjudication in a corpus folder: decisions/*.jsonl are read and added to, gold/<id>.json is made."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from miyar.adjudication.conflicts import Conflict
from miyar.adjudication.decisions import Decision, Decisions, decisions_of, read_decisions
from miyar.adjudication.gold import gold_file
from miyar.adjudication.merging import Merged, merged
from miyar.adjudication.opinions import Opinions
from miyar.dataset.goldfile import gold_annotations, is_gold_folder
from miyar.errors import DataError, Problem
from miyar.output import write_json, written
from miyar.scheme import Scheme

DECISIONS, GOLD = "decisions", "gold"


@dataclass(frozen=True, slots=True)
class Adjudication:
    """All articles with two views or more, merged with the decisions that there are.

    `single` are the articles that one annotator only finished; `idle` decisions whose conflicts are no more.
    """

    merges: tuple[Merged, ...]
    single: tuple[str, ...]
    decisions: Decisions

    @property
    def finished(self) -> list[Merged]:
        """Return the articles in which nothing is open."""
        return [one for one in self.merges if one.finished]

    @property
    def open(self) -> list[tuple[Merged, Conflict]]:
        """Return the conflicts that nobody decided, each with its article."""
        return [(one, conflict) for one in self.merges for conflict in one.open]

    @property
    def idle(self) -> list[Decision]:
        """Return the decisions that answer no conflict of today: their articles or views changed."""
        asked = {conflict.id for one in self.merges for conflict, _ in one.settled}
        here = {one.opinions.article for one in self.merges}
        every = self.decisions.counting.values()
        return [one for one in every if one.article in here and one.conflict not in asked]


def adjudication(
    found: Iterable[Opinions], scheme: Scheme, decisions: Decisions, agree: int | None = None
) -> Adjudication:
    """Return the merges of all articles that at least two annotators finished."""
    layers = {label.code: label.layer for label in scheme.labels}
    merges, single = [], []
    for one in found:
        if len(one.of) < 2:
            single.append(one.article)
        else:
            merges.append(merged(one, layers, decisions.counting, agree))
    return Adjudication(tuple(merges), tuple(single), decisions)


def known_decisions(corpus: Path) -> Decisions:
    """Return the decisions of a corpus; none where it has none yet."""
    folder = corpus / DECISIONS
    return read_decisions(folder) if folder.is_dir() else decisions_of(())


def add_decisions(corpus: Path, batch: str, made: Sequence[tuple[Conflict, Decision]]) -> Path:
    """Add decisions to a batch, whole or not at all; what it had before stays in front."""
    file = corpus / DECISIONS / f"{batch}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    before += "\n" if before and not before.endswith("\n") else ""
    with written(file) as stream:
        stream.write(before)
        for conflict, decision in made:
            stream.write(json.dumps(decision.to_dict(conflict), ensure_ascii=False) + "\n")
    return file


def write_gold(corpus: Path, found: Adjudication, scheme: Scheme) -> list[str]:
    """Write the gold of finished articles and take away that of articles which are open again.

    Returns the ids of the latter.
    """
    folder = corpus / GOLD
    folder.mkdir(parents=True, exist_ok=True)
    for one in found.finished:
        made = gold_file(one.opinions, one.spans, one.arguments, scheme.signature)
        write_json(folder / f"{one.opinions.article}.json", made)
    left = [*(one.opinions.article for one in found.merges if not one.finished), *found.single]
    gone = [name for name in left if (folder / f"{name}.json").exists()]
    for name in gone:
        (folder / f"{name}.json").unlink()
    return gone


def refuse_other_gold(corpus: Path, annotators: Collection[str]) -> None:
    """Raise DataError for files of a gold that cannot be read, or that was made of others' views too.

    Such an article would be replaced, or taken away, by what only some of its annotators say.
    """
    folder = corpus / GOLD
    if not is_gold_folder(folder):
        return
    files = {one.article: folder / f"{one.article}.json" for one in gold_annotations(folder)}
    problems = []
    for article, file in files.items():
        makers = json.loads(file.read_text(encoding="utf-8")).get("annotators", [])
        others = sorted(map(str, set(makers) - set(annotators)))
        if others:
            found = f"gold of {article} that was made of the views of {', '.join(others)} too"
            remedy = "name the annotations of all batches together, or another corpus folder with -o"
            problems.append(Problem("other_gold", str(file), found, "gold of these annotators", remedy))
    if problems:
        raise DataError(problems)
