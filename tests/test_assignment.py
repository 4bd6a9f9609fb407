"""Who labels what: the wanted number, evenly, by seed, and never taken away again."""

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.labelstudio.tasks.assignment import assigned, seeded_order, seeded_share

Who = Mapping[str, tuple[str, ...]]

seeds = st.integers(0, 1000)
teams = st.integers(1, 6).map(lambda size: [f"A{number}" for number in range(1, size + 1)])
articles = st.sets(st.text("abcdef0123456789-", min_size=1, max_size=6), max_size=40).map(sorted)


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[str], dict[str, int]]:
    """Draw a team and how many of it each article is to have."""
    team = draw(teams)
    return team, {identity: draw(st.integers(1, len(team))) for identity in draw(articles)}


def loads(who: Who, team: list[str]) -> list[int]:
    counts = Counter(name for names in who.values() for name in names)
    return [counts[name] for name in team]


def pairs(who: Who, team: list[str]) -> list[int]:
    counts = Counter(pair for names in who.values() for pair in combinations(sorted(names), 2))
    return [counts[pair] for pair in combinations(team, 2)]


def spread(counts: list[int]) -> int:
    return max(counts) - min(counts) if counts else 0


@given(orders(), seeds)
def test_each_article_gets_the_wanted_number_of_different_annotators(
    order: tuple[list[str], dict[str, int]], seed: int
) -> None:
    team, wanted = order
    who = assigned(wanted, team, {}, seed)
    assert {article: len(set(names)) for article, names in who.items()} == wanted
    assert all(set(names) <= set(team) and len(set(names)) == len(names) for names in who.values())


@given(orders(), seeds)
def test_nobody_has_more_than_one_article_more_than_another(
    order: tuple[list[str], dict[str, int]], seed: int
) -> None:
    team, wanted = order
    assert spread(loads(assigned(wanted, team, {}, seed), team)) <= 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [0.3, 1])
@pytest.mark.parametrize(("people", "per_article"), [(3, 2), (4, 2), (4, 3), (5, 2), (6, 2), (6, 3)])
def test_everybody_shares_about_as_many_articles_with_everybody_else(
    people: int, per_article: int, share: float, seed: int
) -> None:
    team = [f"A{number}" for number in range(people)]
    ids = [f"a-{number}" for number in range(120)]
    several = seeded_share(ids, share, seed, "several")
    wanted = {identity: per_article if identity in several else 1 for identity in ids}
    who = assigned(wanted, team, {}, seed)
    assert spread(pairs(who, team)) <= 4
    assert spread(loads(who, team)) <= 1


@given(orders(), seeds, st.data())
def test_the_order_of_articles_and_annotators_does_not_matter(
    order: tuple[list[str], dict[str, int]], seed: int, data: st.DataObject
) -> None:
    team, wanted = order
    turned = dict(data.draw(st.permutations(list(wanted.items()))))
    assert assigned(wanted, team, {}, seed) == assigned(turned, team[::-1], {}, seed)


def test_another_seed_deals_otherwise() -> None:
    wanted, team = {f"a-{number}": 1 for number in range(20)}, ["A1", "A2", "A3"]
    assert len({tuple(sorted(assigned(wanted, team, {}, seed).items())) for seed in range(5)}) == 5
    assert spread(loads(assigned(wanted, team, {}, 1), team)) <= 1


@given(orders(), seeds, seeds, st.data())
def test_what_is_placed_stays(
    order: tuple[list[str], dict[str, int]], seed: int, other: int, data: st.DataObject
) -> None:
    team, wanted = order
    known = {article: wanted[article] for article in wanted if data.draw(st.booleans())}
    before = assigned(known, team, {}, seed)
    placed = {
        article: kept
        for article, names in before.items()
        if (kept := [n for n in names if data.draw(st.booleans())])
    }
    after = assigned(wanted, [*team, "A9"], placed, other)
    for article, names in placed.items():
        assert set(names) <= set(after[article])
    assert {article: len(names) for article, names in after.items()} == wanted


@given(orders(), seeds)
def test_dealing_again_changes_nothing(order: tuple[list[str], dict[str, int]], seed: int) -> None:
    team, wanted = order
    who = assigned(wanted, team, {}, seed)
    assert assigned(wanted, team, who, seed + 1) == who
    assert assigned(dict.fromkeys(wanted, 1), team, who, seed) == who


@given(articles, articles, teams, seeds)
def test_who_is_behind_gets_the_next_articles(
    first: list[str], second: list[str], team: list[str], seed: int
) -> None:
    """All of the first lot lies with one annotator; the others catch up as far as the second lot goes."""
    new = [f"new-{article}" for article in second]
    placed = {article: [team[0]] for article in first}
    who = assigned(dict.fromkeys([*first, *new], 1), team, placed, seed)
    of_new = loads({article: who[article] for article in new}, team)
    if len(new) <= len(first) * (len(team) - 1):
        assert of_new[0] == 0
    assert spread(of_new[1:]) <= 1


@given(articles, st.floats(0, 1), seeds)
def test_a_share_is_exact(ids: list[str], share: float, seed: int) -> None:
    chosen = seeded_share(ids, share, seed, "blind")
    assert chosen <= set(ids)
    at_least = 1 if share > 0 and ids else 0
    assert len(chosen) == max(round(share * len(ids)), at_least)
    assert chosen == seeded_share(ids[::-1], share, seed, "blind")


@given(articles, st.floats(0, 1), seeds, st.data())
def test_what_is_in_a_share_already_stays_in_it_and_counts(
    ids: list[str], share: float, seed: int, data: st.DataObject
) -> None:
    already = {identity for identity in ids if data.draw(st.booleans())}
    chosen = seeded_share(ids, share, seed, "blind", already)
    assert already <= chosen <= set(ids)
    assert len(chosen) == max(len(already), len(seeded_share(ids, share, seed, "blind")))


@given(articles, st.floats(0, 1), st.floats(0, 1), seeds)
def test_a_larger_share_holds_the_smaller_one(ids: list[str], one: float, other: float, seed: int) -> None:
    smaller, larger = sorted([one, other])
    assert seeded_share(ids, smaller, seed, "blind") <= seeded_share(ids, larger, seed, "blind")


def test_seed_and_purpose_decide_the_order() -> None:
    ids = [f"a-{number}" for number in range(20)]
    orders = [seeded_order(ids, seed, purpose) for seed in (1, 2) for purpose in ("blind", "assignment")]
    assert len({tuple(order) for order in orders}) == 4
    assert all(sorted(order) == sorted(ids) for order in orders)
