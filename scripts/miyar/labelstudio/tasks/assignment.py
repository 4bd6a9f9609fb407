"""Who labels which article, and which articles stay blind: by seed, and the same whoever asks.

An article's place in a seeded order is a digest of seed, purpose and id, so it does not depend on the
order of the articles or on Python's random numbers.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence


def seeded_order(ids: Iterable[str], seed: int, purpose: str) -> list[str]:
    """Return the ids in an order that looks random and is always the same for seed and purpose."""
    return sorted(ids, key=lambda identity: hashlib.sha256(f"{seed}:{purpose}:{identity}".encode()).digest())


def seeded_share(
    ids: Sequence[str], share: float, seed: int, purpose: str, already: Collection[str] = ()
) -> frozenset[str]:
    """Return a share of the ids, rounded to whole ones, at least one where the share is not 0.

    What is in it already stays in it, and counts.
    """
    size = max(round(share * len(ids)), 1 if share > 0 else 0)
    order = sorted(seeded_order(ids, seed, purpose), key=lambda identity: identity not in already)
    return frozenset(order[: max(size, sum(identity in already for identity in ids))])


def assigned(
    wanted: Mapping[str, int],
    annotators: Sequence[str],
    placed: Mapping[str, Collection[str]],
    seed: int,
) -> dict[str, tuple[str, ...]]:
    """Return the annotators of each article: those it is placed with, and as many more as are wanted.

    Each further annotator is the one with the fewest articles, then the one who shares the fewest with
    the article's others, so that loads and pairs stay even; `placed` keeps what an earlier push did.
    """
    load = Counter(name for names in placed.values() for name in names)
    pairs = Counter(pair for names in placed.values() for pair in _pairs(names))
    chosen: dict[str, tuple[str, ...]] = {}
    for article in seeded_order(wanted, seed, "assignment"):
        names = sorted(placed.get(article, ()))
        while len(names) < wanted[article]:
            free = seeded_order((name for name in annotators if name not in names), seed, article)
            name = min(
                free, key=lambda one: (load[one], sum(pairs[frozenset((one, other))] for other in names))
            )
            load[name] += 1
            pairs.update(frozenset((name, other)) for other in names)
            names.append(name)
        chosen[article] = tuple(sorted(names))
    return chosen


def _pairs(names: Collection[str]) -> list[frozenset[str]]:
    ordered = sorted(names)
    return [frozenset((a, b)) for number, a in enumerate(ordered) for b in ordered[number + 1 :]]
