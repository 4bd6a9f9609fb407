"""One set of articles on a server of one's own for each annotator, where nobody can look at another's work.

All are planned together: names are those of one corpus, and loads are even.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from miyar.errors import DataError, MiyarError, Problem, UsageError
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.sync.plan import Order, Target, planned
from miyar.labelstudio.sync.preflight import UNTESTED, config_problems, server_problems
from miyar.labelstudio.sync.projects import owner
from miyar.labelstudio.sync.push import places


class Site(NamedTuple):
    """A server and what a push is to bring about there."""

    studio: Studio
    order: Order


class Checked(NamedTuple):
    """What a push would do on each server, and what speaks against it."""

    targets: list[list[Target]]
    problems: list[Problem]


def sites(studios: Sequence[Studio], order: Order) -> list[Site]:
    """Return what goes to which server: all to a single one, or an annotator to each.

    Raises UsageError where there are several servers and not as many annotators.
    """
    if len(studios) == 1:
        return [Site(studios[0], order)]
    if len(order.emails) != len(studios):
        raise UsageError(
            f"{len(studios)} servers for {len(order.emails)} annotators: "
            "give --annotators and --url as often, in one order"
        )
    pairs = zip(studios, order.emails, strict=True)
    return [Site(studio, replace(order, emails=(email,))) for studio, email in pairs]


def checked_plan(found: Sequence[Site], order: Order, update_config: bool) -> Checked:
    """Return what a push would do on each server and all that speaks against it; nothing is changed.

    Raises DataError at once for a server on which even the questions may fail.
    """
    problems = [problem for site in found for problem in server_problems(site.studio)]
    if any(problem.code == UNTESTED for problem in problems):
        raise DataError(problems, "Nothing was sent.")
    targets = planned_sites(found, order)
    for site, there in zip(found, targets, strict=True):
        problems += config_problems(site.studio, there, update_config)
        problems += [problem for target in there for problem in target.problems]
    return Checked(targets, problems)


def planned_sites(found: Sequence[Site], order: Order) -> list[list[Target]]:
    """Return what happens on each server.

    Raises MiyarError where two servers know a name already: they would be two people of one name.
    """
    taken = _names(found) if len(found) > 1 else set()
    there = []
    for site in found:
        there.append(places(site.studio, site.order, taken))
        taken |= {place.annotator.name for place in there[-1] if place.annotator}
    targets = iter(planned(order, [place for one in there for place in one]))
    return [list(islice(targets, len(one))) for one in there]


def _names(found: Sequence[Site]) -> set[str]:
    """Return the names that the servers know; raises MiyarError where two know one."""
    known = [{whose.name for p in site.studio.projects() if (whose := owner(p))} for site in found]
    counts = Counter(name for names in known for name in names)
    twice = ", ".join(sorted(name for name, count in counts.items() if count > 1))
    if twice:
        servers = " and ".join(site.studio.url for site in found)
        raise MiyarError(
            f"{twice}: the name of somebody on more than one of {servers}; "
            "take servers on which nothing was pushed yet (start-studio --data NEW_FOLDER)"
        )
    return set(counts)
