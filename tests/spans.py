"""Sides of a score that have spans alone, a list for each article."""

import pyarrow as pa

from miyar.scheme import Scheme
from miyar.spantable import SPAN_TYPE, Articles, Views, views_of

Triple = tuple[int, int, str]
Side = list[list[Triple]]


def views(side: Side, scheme: Scheme, name: str = "gold") -> Views:
    rows = [[{"start": s, "end": e, "label": label} for s, e, label in spans] for spans in side]
    lists = pa.array(rows, pa.list_(SPAN_TYPE))
    ids = [f"a{number}" for number in range(len(side))]
    articles = Articles(tuple(ids), (None,) * len(ids))
    return views_of(name, articles, lists, [label.code for label in scheme.labels])
