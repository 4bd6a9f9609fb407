"""From several views of an article to one gold: conflicts, the decisions of people about them, and the merge.

>>> found = adjudication(opinions(read_annotators([path], scheme)), scheme, known_decisions(corpus))
>>> [conflict.id for one in found.merges for conflict in one.open]
"""

from miyar.adjudication.conflicts import Candidate, Conflict
from miyar.adjudication.corpus import (
    DECISIONS,
    GOLD,
    Adjudication,
    add_decisions,
    adjudication,
    known_decisions,
    refuse_other_gold,
    write_gold,
)
from miyar.adjudication.decisions import (
    ADJUDICATOR,
    REASONS,
    Decision,
    Decisions,
    decided_by,
    decisions_of,
    second_opinions,
)
from miyar.adjudication.handfile import Asked, asked, hand_file, read_hand_file
from miyar.adjudication.merging import Merged, merged
from miyar.adjudication.opinions import Joint, Key, Opinion, Opinions, opinions
from miyar.adjudication.reference import human_reference

__all__ = [
    "ADJUDICATOR",
    "DECISIONS",
    "GOLD",
    "REASONS",
    "Adjudication",
    "Asked",
    "Candidate",
    "Conflict",
    "Decision",
    "Decisions",
    "Joint",
    "Key",
    "Merged",
    "Opinion",
    "Opinions",
    "add_decisions",
    "adjudication",
    "asked",
    "decided_by",
    "decisions_of",
    "hand_file",
    "human_reference",
    "known_decisions",
    "merged",
    "opinions",
    "read_hand_file",
    "refuse_other_gold",
    "second_opinions",
    "write_gold",
]
