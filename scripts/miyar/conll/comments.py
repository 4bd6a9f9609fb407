"""Which of the lines that begin with the sign of comments are comments: hashtags begin with # too."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from miyar.conll.columns import DOCSTART, columns_of, content_of, tags_of
from miyar.conll.model import Layout, Note
from miyar.conll.tags import TAG, tag_fault
from miyar.errors import quoted

Shape = tuple[bool, int | None]


class Sorted(NamedTuple):
    """The places of the lines that are comments, and a note for each line that might have been either."""

    comments: frozenset[int]
    notes: tuple[Note, ...]


def sorted_comments(name: str, lines: Sequence[str], layout: Layout) -> Sorted:
    """Return which lines are comments.

    A line with the sign is a token if its columns are like those of the other lines, all of its tags are
    tags, and its token is longer than the sign. One that is the sign alone (`# O`) has to stand behind a
    token of its sentence: in front of a sentence is where comments stand.
    """
    if not layout.comments:
        return Sorted(frozenset(), ())
    contents = [content_of(line) for line in lines]
    sign = layout.comments
    shapes = {_shape(one, layout) for one in contents if one and not one.startswith((sign, DOCSTART))}
    tokens = set(_tokens(contents, shapes, layout))
    signed = [place for place, content in enumerate(contents) if content.startswith(sign)]
    notes = (
        _note(f"{name}:{place + 1}", contents[place], place in tokens)
        for place in signed
        if _has_tags(contents[place], layout)
    )
    return Sorted(frozenset(signed) - tokens, tuple(notes))


def _tokens(contents: Sequence[str], shapes: set[Shape], layout: Layout) -> Iterator[int]:
    """Yield the places of the lines with the sign that are tokens."""
    inside = False
    for place, content in enumerate(contents):
        if layout.comments and content.startswith(layout.comments):
            if _is_token(content, shapes, layout, inside):
                inside = True
                yield place
        else:
            inside = bool(content) and not content.startswith(DOCSTART)


def _is_token(content: str, shapes: set[Shape], layout: Layout, inside: bool) -> bool:
    columns = columns_of(content)
    like_others = not shapes or _shape(content, layout) in shapes
    if layout.token != 1 or " " in columns[0] or not like_others or not _has_tags(content, layout):
        return False
    if layout.comments and len(columns[0]) > len(layout.comments.strip()):
        return True
    return inside and not any(tag_fault(tag, layout.labels) for tag in tags_of(columns, layout))


def _has_tags(content: str, layout: Layout) -> bool:
    return all(map(TAG.fullmatch, tags_of(columns_of(content), layout)))


def _shape(content: str, layout: Layout) -> Shape:
    """Return what the lines of a file have in common; nested entities have any number of columns."""
    return "\t" in content, None if layout.tags == "nested" else len(columns_of(content))


def _note(where: str, content: str, token: bool) -> Note:
    found = f"{quoted(content)} begins like a comment and has tags"
    if token:
        return Note("token_like_comment", where, f"{found}: taken for a token")
    return Note("comment_like_token", where, f"{found}: taken for a comment")
