"""Views whose articles are described otherwise."""

from dataclasses import replace
from typing import Any

from miyar.spantable import Views


def described(views: Views, **fields: Any) -> Views:
    """Return the views of articles with other columns."""
    return replace(views, articles=replace(views.articles, **fields))
