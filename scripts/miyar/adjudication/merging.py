"""From the views of an article to its gold: what is accepted, what was decided, and what is still open.

It works as a merge does: made again after a change, it keeps the decisions whose conflicts are as they
were, and asks again about the others only.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from miyar.adjudication.conflicts import Candidate, Conflict, span_conflicts
from miyar.adjudication.decisions import Decision
from miyar.adjudication.gold import GoldArgument, GoldSpan, Verdict
from miyar.adjudication.opinions import Joint, Key, Opinions
from miyar.errors import DataError, Problem


@dataclass(frozen=True, slots=True)
class Merged:
    """What the views of an article give with the decisions that there are.

    `open` are conflicts without a decision, `settled` those with one. `lost` counts arguments of an annotator
    that went with one of their ends. The spans and arguments are the gold where nothing is open.
    """

    opinions: Opinions
    spans: tuple[GoldSpan, ...]
    arguments: tuple[GoldArgument, ...]
    open: tuple[Conflict, ...]
    settled: tuple[tuple[Conflict, Decision], ...]
    lost: int = 0

    @property
    def finished(self) -> bool:
        """Return whether all of it is decided."""
        return not self.open


@dataclass(slots=True)
class _Merge:
    opinions: Opinions
    need: int
    layers: Mapping[str, str]
    decisions: Mapping[str, Decision]
    open: list[Conflict] = field(default_factory=list)
    settled: list[tuple[Conflict, Decision]] = field(default_factory=list)
    verdicts: dict[Key, Verdict] = field(default_factory=dict)
    became: dict[Key, Key] = field(default_factory=dict)
    waiting: set[Key] = field(default_factory=set)

    def decided(self, conflict: Conflict) -> Decision | None:
        """Return the decision of a conflict, and note whether it has one."""
        decision = self.decisions.get(conflict.id)
        if decision is None:
            self.open.append(conflict)
        elif not self.answers(decision, conflict):
            where = f"decision of {conflict.id} ({conflict.article}) by {decision.by}"
            expected = "candidates of the conflict, or spans of one's own in its place and of its layer"
            remedy = "mend or remove its line in decisions/"
            raise DataError([Problem("other_answer", where, "an answer that is none", expected, remedy)])
        else:
            self.settled.append((conflict, decision))
        return decision

    def answers(self, decision: Decision, conflict: Conflict) -> bool:
        """Return whether a decision says something that this conflict asks."""
        candidates = [candidate.answer for candidate in conflict.candidates]
        keys = [one for one in candidates if isinstance(one, Key)]
        layers = {self.layers[key.label] for key in keys}
        last = len(self.opinions.text) if self.opinions.text is not None else None
        return (
            set(decision.taken) <= set(candidates)
            and (conflict.kind != "value" or len(decision.taken) <= 1)
            and all(
                self.layers.get(own.label) in layers
                and own.start < own.end
                and (last is None or own.end <= last)
                and any(own.start < key.end and key.start < own.end for key in keys)
                for own in decision.own
            )
        )

    def has(self, name: str) -> set[Key]:
        """Return the spans of the gold that an annotator had, or had in another form."""
        return {self.became[key] for key in self.opinions.of[name].spans if key in self.became}

    def verdict(self, support: Sequence[str]) -> Verdict | None:
        """Return how something is decided that these annotators have, None where it is not enough."""
        if len(support) < self.need or 2 * len(support) <= len(self.opinions.of):
            return None
        unanimous = len(support) == len(self.opinions.of)
        return Verdict("unanimous" if unanimous else "majority", tuple(support))


def merged(
    opinions: Opinions,
    layers: Mapping[str, str],
    decisions: Mapping[str, Decision],
    agree: int | None = None,
) -> Merged:
    """Return the merge of an article's views; `layers` has the layer of each label code.

    What all annotators of the article have is accepted, or what `agree` of them have. Arguments wait for
    conflicts of their ends; where one candidate alone was taken, it stands for the others of its conflict.
    """
    need = len(opinions.of) if agree is None else min(agree, len(opinions.of))
    merge = _Merge(opinions, need, layers, decisions)
    _merge_spans(merge)
    values = {key: _values(merge, key) for key in merge.verdicts}
    lost, arguments = _merge_arguments(merge)
    spans = [GoldSpan(key, values[key], verdict) for key, verdict in sorted(merge.verdicts.items())]
    spans.sort(key=lambda one: (one.key.start, -one.key.end, one.key.label))
    return Merged(opinions, tuple(spans), tuple(arguments), tuple(merge.open), tuple(merge.settled), lost)


def _merge_spans(merge: _Merge) -> None:
    """Accept what enough annotators have; decide the rest, group by group."""
    support: dict[Key, list[str]] = defaultdict(list)
    for name, opinion in sorted(merge.opinions.of.items()):
        for key in opinion.spans:
            support[key].append(name)
    rest: dict[Key, Sequence[str]] = {}
    for key, names in support.items():
        verdict = merge.verdict(names)
        if verdict:
            merge.verdicts[key] = verdict
            merge.became[key] = key
        else:
            rest[key] = names
    one = merge.opinions
    for conflict in span_conflicts(one.article, one.sha256, rest, merge.layers):
        keys = [candidate.answer for candidate in conflict.candidates if isinstance(candidate.answer, Key)]
        decision = merge.decided(conflict)
        if decision is None:
            merge.waiting.update(keys)
            continue
        _take(merge, conflict, decision, keys)


def _take(merge: _Merge, conflict: Conflict, decision: Decision, keys: Sequence[Key]) -> None:
    support = {candidate.answer: candidate.support for candidate in conflict.candidates}
    taken = [key for key in (*decision.taken, *decision.own) if isinstance(key, Key)]
    for key in taken:
        merge.verdicts.setdefault(key, Verdict("adjudicated", support.get(key, ()), conflict.id, decision))
        merge.became[key] = key
    if len(taken) == 1:
        stands = taken[0]
        merge.became.update(
            (key, stands) for key in keys if key.start < stands.end and stands.start < key.end
        )


def _values(merge: _Merge, key: Key) -> dict[str, str]:
    """Return the attributes of a span of the gold; those who have it have to have the same values."""
    sources = {
        name: opinion.spans[own]
        for name, opinion in sorted(merge.opinions.of.items())
        for own in sorted(opinion.spans, key=lambda one: one == key)  # the span itself last
        if merge.became.get(own) == key and own.label == key.label
    }
    found = {}
    for attribute in sorted({code for values in sources.values() for code in values}):
        value = _value(merge, key, attribute, {name: of.get(attribute) for name, of in sources.items()})
        if value is not None:
            found[attribute] = value
    return found


def _value(merge: _Merge, key: Key, attribute: str, given: Mapping[str, str | None]) -> str | None:
    support: dict[str | None, list[str]] = defaultdict(list)
    for name, value in given.items():
        support[value].append(name)
    if len(support) == 1:
        return next(iter(support))
    candidates = tuple(
        Candidate(value, tuple(names)) for value, names in sorted(support.items(), key=_value_order)
    )
    one = merge.opinions
    about = {"span": key, "attribute": attribute}
    decision = merge.decided(Conflict("value", one.article, one.sha256, candidates, about))
    taken = decision.taken[0] if decision and decision.taken else None
    return taken if isinstance(taken, str) else None


def _value_order(given: tuple[str | None, list[str]]) -> tuple[bool, str]:
    value, _ = given
    return value is not None, value or ""


def _merge_arguments(merge: _Merge) -> tuple[int, list[GoldArgument]]:
    """Return how many arguments went with an end, and the gold's arguments."""
    support: dict[Joint, list[str]] = defaultdict(list)
    lost = 0
    for name, opinion in sorted(merge.opinions.of.items()):
        for joint in sorted(opinion.arguments):
            if joint.trigger in merge.waiting or joint.entity in merge.waiting:
                continue
            trigger, entity = merge.became.get(joint.trigger), merge.became.get(joint.entity)
            if trigger is None or entity is None:
                lost += 1
            elif name not in support[Joint(trigger, entity, joint.role)]:
                support[Joint(trigger, entity, joint.role)].append(name)
    found = []
    rest: dict[tuple[Key, Key], list[Candidate]] = defaultdict(list)
    for joint, names in sorted(support.items()):
        verdict = _argument_verdict(merge, joint, names)
        if verdict:
            found.append(GoldArgument(joint, verdict))
        else:
            rest[joint.trigger, joint.entity].append(Candidate(joint.role, tuple(names)))
    for (trigger, entity), candidates in rest.items():
        found += _decided_arguments(merge, trigger, entity, candidates)
    return lost, sorted(found, key=lambda one: one.joint)


def _argument_verdict(merge: _Merge, joint: Joint, names: Sequence[str]) -> Verdict | None:
    """Return how an argument is decided by those who have both of its ends; nobody else could have it.

    Where an end was decided in a conflict, the argument follows from that decision.
    """
    verdict = merge.verdict(names)
    asked = [name for name in merge.opinions.of if {joint.trigger, joint.entity} <= merge.has(name)]
    ends = (merge.verdicts[joint.trigger], merge.verdicts[joint.entity])
    decided = next((end for end in ends if end.decided), None)
    if verdict is None and decided and set(names) == set(asked):
        return replace(decided, support=tuple(names))
    return verdict


def _decided_arguments(
    merge: _Merge, trigger: Key, entity: Key, candidates: Sequence[Candidate]
) -> Iterator[GoldArgument]:
    one = merge.opinions
    about = {"trigger": trigger, "entity": entity}
    conflict = Conflict("argument", one.article, one.sha256, tuple(candidates), about)
    decision = merge.decided(conflict)
    support = {candidate.answer: candidate.support for candidate in candidates}
    for role in decision.taken if decision else ():
        if isinstance(role, str):
            verdict = Verdict("adjudicated", support.get(role, ()), conflict.id, decision)
            yield GoldArgument(Joint(trigger, entity, role), verdict)
