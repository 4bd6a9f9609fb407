"""Token-per-line files: what the tags mean, which offsets they get, and that nothing is swallowed."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import SHARED
from miyar.article import ID
from miyar.conll import (
    Corpus,
    LabelCount,
    Layout,
    Split,
    TokenSpan,
    cut_of,
    nested_spans,
    read_conll,
    spans_of_tags,
    tag_columns,
)
from miyar.errors import Problem, UsageError

LABELS = ("PER", "ORG")
ARABIC = st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهوي،.🙂\u200fAb1\u064e", min_size=1, max_size=6)
LENGTH = 12


def tags(source: str) -> list[list[str]]:
    """Return the tags of a sentence written as "B-PER|B-ORG O": a blank between tokens, a | inside."""
    return [cell.split("|") for cell in source.split()]


def spans(source: str) -> tuple[TokenSpan, ...]:
    """Return spans written as "0-2 PER, 1-2 ORG"."""
    found = re.findall(r"(\d+)-(\d+) (\w+)", source)
    return tuple(TokenSpan(int(start), int(end), label) for start, end, label in found)


# where sentences end


@pytest.mark.parametrize(
    ("cut", "sentences"),
    [
        (None, ["قال سالم . ثم عاد علي ؟ نعم"]),
        ("stops", ["قال سالم .", "ثم عاد علي ؟", "نعم"]),
        ("2", ["قال سالم", ". ثم", "عاد علي", "؟ نعم"]),
        ("5", ["قال سالم . ثم عاد", "علي ؟ نعم"]),
    ],
)
def test_sentences_without_blank_lines_are_cut_where_that_is_asked(
    cut: str | None, sentences: list[str], tmp_path: Path
) -> None:
    lines = "قال O\nسالم B-PER\n. O\nثم O\nعاد O\nعلي B-PER\n؟ O\nنعم O\n"
    corpus = read_conll([write(tmp_path, lines)], Layout(split=Split.SENTENCE, cut=cut))
    assert [article.text for article in corpus.articles] == sentences
    assert sum(len(one.spans) for one in corpus.annotations) == 2


def test_no_entity_is_cut_through(tmp_path: Path) -> None:
    corpus = read_conll([write(tmp_path, "a B-ORG\nb I-ORG\n. I-ORG\nc I-ORG\nd O\n")], Layout(cut="stops"))
    (article,) = corpus.articles
    assert article.text == "a b . c d"
    begun_by_i = read_conll([write(tmp_path, "a O\n. O\nb I-ORG\n. O\nc I-PER\n")], Layout(cut="stops"))
    assert [article.text for article in begun_by_i.articles] == ["a .\nb .\nc"]
    corpus = read_conll([write(tmp_path, "a B-ORG\nb I-ORG\nc I-ORG\nd O\n")], Layout(cut="1"))
    assert [article.text for article in corpus.articles] == ["a b c\nd"]


@pytest.mark.parametrize("text", ["", "0", "x", "1.5", "9" * 9])
def test_what_says_no_place_to_cut_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--cut"):
        cut_of(text)


def test_a_file_without_blank_lines_is_noted_with_what_helps(tmp_path: Path) -> None:
    long = "نص O\n" * 1001
    notes = read_conll([write(tmp_path, long)]).notes
    assert [note.code for note in notes] == ["no_blank_lines"]
    assert "1001 tokens without a blank line" in notes[0].found
    assert "--cut stops" in notes[0].found
    cut = read_conll([write(tmp_path, long)], Layout(cut="50", split=Split.SENTENCE))
    assert (len(cut.articles), cut.notes) == (21, ())


def test_a_label_of_one_entity_is_noted_among_many(tmp_path: Path) -> None:
    many = "سالم B-PER\nقال O\n\n" * 100
    assert "single_entity" not in {note.code for note in read_conll([write(tmp_path, "علي B-MISS1\n")]).notes}
    (note,) = read_conll([write(tmp_path, many + "علي B-MISS1\n")]).notes
    assert (note.code, note.where) == ("single_entity", "MISS1")


# what tags mean


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("O O", ""),
        ("B-PER I-PER O B-ORG", "0-2 PER, 3-4 ORG"),
        ("B-PER B-PER I-PER", "0-1 PER, 1-3 PER"),
        ("B-PER I-ORG I-PER", "0-1 PER, 1-2 ORG, 2-3 PER"),
        ("I-PER I-PER O I-ORG", "0-2 PER, 3-4 ORG"),
        ("I-PER B-PER I-PER", "0-1 PER, 1-3 PER"),
        ("B-PER I-PER E-PER S-ORG", "0-3 PER, 3-4 ORG"),
        ("B-PER E-PER I-PER", "0-2 PER, 2-3 PER"),
        ("E-PER E-PER", "0-1 PER, 1-2 PER"),
        ("S-PER E-PER", "0-1 PER, 1-2 PER"),
        ("B-PER I-PER L-PER U-PER", "0-3 PER, 3-4 PER"),
        ("U-PER I-PER", "0-1 PER, 1-2 PER"),
        ("B-PER L-PER L-PER", "0-2 PER, 2-3 PER"),
        ("B-PER M-PER E-PER", "0-3 PER"),
        ("B-PER O E-PER", "0-1 PER, 2-3 PER"),
    ],
)
def test_flat_tags(source: str, expected: str) -> None:
    assert spans_of_tags(tags(source)).spans == spans(expected)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # each label goes its own way, whatever the column
        ("B-OCC I-OCC|B-ORG I-ORG|I-OCC I-OCC|I-ORG|B-GPE", "0-4 OCC, 1-4 ORG, 3-4 GPE"),
        ("B-ORG|B-GPE I-GPE", "0-2 GPE, 0-1 ORG"),
        # one begins, one goes on; then both go on; then the inner one has ended
        ("B-ORG I-ORG|B-ORG I-ORG|I-ORG I-ORG O", "0-4 ORG, 1-3 ORG"),
        ("B-ORG B-ORG|I-ORG I-ORG|B-ORG I-ORG", "0-4 ORG, 1-2 ORG, 2-3 ORG"),
        ("B-ORG|B-ORG I-ORG", "0-2 ORG, 0-1 ORG"),
        ("B-ORG I-ORG|S-ORG I-ORG", "0-3 ORG, 1-2 ORG"),
        # of two that go on, the one that ends is the inner one
        ("B-ORG B-ORG|I-ORG E-ORG|I-ORG E-ORG", "0-4 ORG, 1-3 ORG"),
        ("B-ORG B-ORG|I-ORG E-ORG|E-ORG", "0-3 ORG, 1-3 ORG"),
        ("B-ORG O|B-PER I-PER", "0-1 ORG, 1-3 PER"),
    ],
)
def test_nested_tags(source: str, expected: str) -> None:
    assert spans_of_tags(tags(source)).spans == spans(expected)


def test_a_tag_that_continues_nothing_begins_an_entity_and_is_told() -> None:
    decoded = spans_of_tags(tags("O I-PER I-PER B-PER|I-PER|I-PER E-ORG"))
    assert decoded.spans == spans("1-4 PER, 3-4 PER, 4-5 ORG")
    assert [(loose.token, loose.tag) for loose in decoded.loose] == [(1, "I-PER"), (3, "I-PER"), (4, "E-ORG")]
    assert decoded.duplicates == spans("3-4 PER")


def test_the_same_entity_twice_is_one_and_a_duplicate() -> None:
    decoded = spans_of_tags(tags("B-ORG|B-ORG|B-ORG|B-PER I-ORG|I-ORG|I-ORG"))
    assert decoded.spans == spans("0-2 ORG, 0-1 PER")
    assert decoded.duplicates == spans("0-2 ORG, 0-2 ORG")


@pytest.mark.parametrize("tag", ["OO", "IO", "", "B", "B-", "X-PER", "b-PER", "B_PER", "o"])
def test_what_is_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match=r"is no tag; expected O, or one of B-"):
        spans_of_tags([["O"], [tag]])


def test_nested_is_strictly_inside() -> None:
    found = spans("0-4 ORG, 0-4 PER, 0-2 GPE, 1-4 LOC, 3-6 FAC, 4-6 ORG, 5-6 PER, 7-8 ORG, 7-8 PER")
    assert list(nested_spans(found)) == list(spans("0-2 GPE, 1-4 LOC, 4-6 ORG, 5-6 PER"))


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4), st.sampled_from(LABELS)), max_size=8))
def test_nested_is_what_some_other_span_contains(ranges: list[tuple[int, int, str]]) -> None:
    found = {TokenSpan(start, start + length, label) for start, length, label in ranges}
    inside = {
        a
        for a, b in product(found, found)
        if b.start <= a.start and a.end <= b.end and (a.start, a.end) != (b.start, b.end)
    }
    assert set(nested_spans(found)) == inside


# what was encoded is decoded


def flat_spans(gaps: Sequence[tuple[int, int, str]]) -> tuple[TokenSpan, ...]:
    made, place = [], 0
    for gap, length, label in gaps:
        made.append(TokenSpan(place + gap, place + gap + length, label))
        place += gap + length
    return tuple(made)


FLAT = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(LABELS)), max_size=8).map(
    flat_spans
)


Encoding = Callable[[TokenSpan, int, TokenSpan | None], str]


def iob2(span: TokenSpan, place: int, before: TokenSpan | None) -> str:
    return "B" if place == span.start else "I"


def iob1(span: TokenSpan, place: int, before: TokenSpan | None) -> str:
    """B- only where an entity follows one of its label at once."""
    touching = before is not None and (before.end, before.label) == (span.start, span.label)
    return "B" if place == span.start and touching else "I"


def bioes(span: TokenSpan, place: int, before: TokenSpan | None) -> str:
    single = span.end - span.start == 1
    return "S" if single else "B" if place == span.start else "E" if place == span.end - 1 else "I"


def bilou(span: TokenSpan, place: int, before: TokenSpan | None) -> str:
    return {"S": "U", "E": "L"}.get(prefix := bioes(span, place, before), prefix)


@pytest.mark.parametrize("encoding", [iob2, iob1, bioes, bilou])
@given(flat=FLAT)
def test_flat_spans_come_back(encoding: Encoding, flat: tuple[TokenSpan, ...]) -> None:
    cells = [["O"] for _ in range(LENGTH * 5)]
    for before, span in zip((None, *flat), flat, strict=False):
        for place in range(span.start, span.end):
            cells[place] = [f"{encoding(span, place, before)}-{span.label}"]
    decoded = spans_of_tags(cells)
    assert decoded.spans == flat
    assert not decoded.duplicates
    assert encoding is iob1 or not decoded.loose


def crosses(one: TokenSpan, other: TokenSpan) -> bool:
    first, second = sorted((one, other))
    return first.label == second.label and first.start < second.start < first.end < second.end


def without_crossing(found: Iterable[TokenSpan]) -> tuple[TokenSpan, ...]:
    """Return the spans without those that overlap an earlier one of their label and do not nest."""
    kept: list[TokenSpan] = []
    for span in dict.fromkeys(found):
        if not any(crosses(span, other) for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: (span.start, -span.end, span.label)))


ANY_SPAN = st.builds(
    lambda start, length, label: TokenSpan(start, min(start + length, LENGTH), label),
    st.integers(0, LENGTH - 1),
    st.integers(1, 6),
    st.sampled_from(LABELS),
)


@pytest.mark.parametrize("encoding", [iob2, bioes, bilou])
@given(found=st.lists(ANY_SPAN, max_size=12).map(without_crossing), seed=st.randoms(use_true_random=False))
def test_nested_spans_come_back_from_any_columns(
    encoding: Encoding, found: tuple[TokenSpan, ...], seed: Random
) -> None:
    """Spans of one label nest or are apart, those of two labels lie anyhow: then tags tell all of them.

    What tags cannot tell is in the next test; IOB1 cannot tell nested ones, as it leaves out most B-.
    """
    cells: list[list[str]] = [[] for _ in range(LENGTH)]
    for span in found:
        for place in range(span.start, span.end):
            cells[place].append(f"{encoding(span, place, None)}-{span.label}")
    for cell in cells:
        seed.shuffle(cell)
        if not cell:
            cell.append("O")
    decoded = spans_of_tags(cells)
    assert decoded.spans == found
    assert not decoded.loose
    assert not decoded.duplicates


def test_spans_of_one_label_that_cross_are_read_as_nested() -> None:
    crossing, nested = spans("0-3 ORG, 1-4 ORG"), spans("0-4 ORG, 1-3 ORG")
    same_tags = tags("B-ORG I-ORG|B-ORG I-ORG|I-ORG I-ORG")
    assert [
        [f"{iob2(s, p, None)}-ORG" for s in crossing if s.start <= p < s.end] for p in range(4)
    ] == same_tags
    assert spans_of_tags(same_tags).spans == nested


@given(st.lists(st.sampled_from(["O", *(f"{p}-{label}" for p in "BIES" for label in LABELS)]), max_size=30))
def test_flat_decoding_is_that_of_seqeval(sentence: list[str]) -> None:
    from seqeval.metrics.sequence_labeling import get_entities

    theirs = {TokenSpan(start, last + 1, label) for label, start, last in get_entities(sentence)}
    assert set(spans_of_tags([[tag] for tag in sentence]).spans) == theirs


# files


def write(folder: Path, text: str | bytes, name: str = "a.txt") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return file


def read(folder: Path, text: str | bytes, layout: Layout | None = None) -> Corpus:
    return read_conll([write(folder, text)], layout)


def found(corpus: Corpus) -> list[list[tuple[str, str]]]:
    """Return label and text of the spans of each article, the text as the offsets say."""
    return [
        [(span.label, article.text[span.start : span.end]) for span in annotation.spans]
        for article, annotation in zip(corpus.articles, corpus.annotations, strict=True)
    ]


def codes(problems: Iterable[Problem]) -> list[str]:
    return [problem.code for problem in problems]


STORY = "قال O\nمحمد B-PERS\nعلي I-PERS\n\nفي O\nجنيف B-GPE\n. O\n"


def test_a_file_is_an_article(tmp_path: Path) -> None:
    corpus = read(tmp_path, STORY)
    (article,), (annotation,) = corpus.articles, corpus.annotations
    assert (article.id, article.text) == ("a", "قال محمد علي\nفي جنيف .")
    assert article.metadata == {"source": "a.txt", "first_line": 1}
    assert (annotation.article, annotation.sha256, annotation.annotator) == ("a", article.sha256, "gold")
    assert [(s.id, s.start, s.end, s.label, s.text) for s in annotation.spans] == [
        ("s1", 4, 12, "PERS", "محمد علي"),
        ("s2", 16, 20, "GPE", "جنيف"),
    ]
    assert (corpus.problems, corpus.notes, corpus.sentences) == ((), (), 2)
    assert corpus.lines == {"token": 6, "blank": 1}
    assert corpus.tags == {"O": 3, "B": 2, "I": 1}
    assert corpus.entities == {"GPE": LabelCount(1, 1, 0, 0), "PERS": LabelCount(1, 1, 0, 0)}


@pytest.mark.parametrize(
    "text",
    [
        STORY.removesuffix("\n"),
        STORY.replace("\n\n", "\n \t\n\n\n"),
        STORY.replace(" ", "\t"),
        STORY.replace(" ", " \t ") + "\n\n",
        STORY.replace("\n", " \n").replace("\n \n", "\n\n"),
    ],
    ids=["no last line feed", "several blank lines", "tabs", "mixed", "blanks at the end"],
)
def test_white_space_between_columns_and_sentences_says_nothing(tmp_path: Path, text: str) -> None:
    corpus = read(tmp_path, text)
    assert corpus.articles[0].text == "قال محمد علي\nفي جنيف ."
    assert found(corpus) == [[("PERS", "محمد علي"), ("GPE", "جنيف")]]
    assert not corpus.problems
    assert corpus.lines.total() == len(text.removesuffix("\n").split("\n"))


def test_line_ends_and_byte_order_mark_are_left_out_and_noted(tmp_path: Path) -> None:
    corpus = read(tmp_path, b"\xef\xbb\xbf" + STORY.replace("\n", "\r\n").encode())
    assert corpus.articles[0].text == "قال محمد علي\nفي جنيف ."
    assert not corpus.problems
    assert [(note.code, note.where) for note in corpus.notes] == [
        ("byte_order_mark", f"{tmp_path / 'a.txt'}:1"),
        ("line_ends", str(tmp_path / "a.txt")),
    ]
    assert corpus.notes[1].found.startswith("7 lines")


def test_docstart_lines_split_a_file_into_articles(tmp_path: Path) -> None:
    start = "-DOCSTART- -X- O O\n\n"
    corpus = read(tmp_path, f"{start}a O\n\nb B-X\n{start}{start}c I-X\n")
    assert [(a.id, a.text, a.metadata["first_line"]) for a in corpus.articles] == [
        ("a-0001", "a\nb", 3),
        ("a-0002", "c", 10),
    ]
    assert found(corpus) == [[("X", "b")], [("X", "c")]]
    assert [(note.code, note.where[-2:]) for note in corpus.notes] == [
        ("empty_document", ":6"),
        ("i_without_b", "10"),
    ]
    assert corpus.lines == {"token": 3, "blank": 4, "docstart": 3}


def test_one_docstart_line_leaves_the_file_one_article(tmp_path: Path) -> None:
    assert [a.id for a in read(tmp_path, f"-DOCSTART- O\n\n{STORY}").articles] == ["a"]


def test_an_entity_ends_with_its_sentence_and_its_document(tmp_path: Path) -> None:
    corpus = read(tmp_path, "a B-X\n\nb I-X\n-DOCSTART- O\nc I-X\n")
    assert found(corpus) == [[("X", "a"), ("X", "b")], [("X", "c")]]


def test_sentences_become_articles(tmp_path: Path) -> None:
    corpus = read(tmp_path, f"{STORY}-DOCSTART- O\nx O\n", Layout(split=Split.SENTENCE))
    assert [(a.id, a.text) for a in corpus.articles] == [
        ("a-0001", "قال محمد علي"),
        ("a-0002", "في جنيف ."),
        ("a-0003", "x"),
    ]
    assert found(corpus) == [[("PERS", "محمد علي")], [("GPE", "جنيف")], []]
    assert [a.id for a in read(tmp_path, "x O\n", Layout(split=Split.SENTENCE)).articles] == ["a-0001"]


def test_numbers_in_ids_are_as_long_as_the_last_needs(tmp_path: Path) -> None:
    corpus = read(tmp_path, "x O\n\n" * 10_001, Layout(split=Split.SENTENCE))
    assert (corpus.articles[0].id, corpus.articles[-1].id) == ("a-00001", "a-10001")


@pytest.mark.parametrize(
    ("layout", "line", "expected"),
    [
        (Layout(), "Geneva B-ORG B-GPE", ["ORG", "GPE"]),
        (Layout(), "Geneva\tB-ORG\t\tB-GPE", ["ORG", "GPE"]),
        (Layout(), "Geneva\tB-ORG B-GPE", ["ORG", "GPE"]),
        (Layout(tags="last"), "Geneva NNP B-NP B-GPE", ["GPE"]),
        (Layout(tags="last"), "Geneva B-GPE", ["GPE"]),
        (Layout(tags=(3, 4), token=2), "7\tGeneva\tB-ORG\tB-GPE", ["ORG", "GPE"]),
        (Layout(tags=(3,), token=2), "7\tGeneva\tB-ORG\tB-GPE", ["ORG"]),
        (Layout(tags=(3,)), "Geneva\t\tB-GPE\tB-ORG", ["GPE"]),
        (Layout(tags="nested", token=2), "7 Geneva B-ORG B-GPE", ["ORG", "GPE"]),
    ],
)
def test_columns(tmp_path: Path, layout: Layout, line: str, expected: list[str]) -> None:
    corpus = read(tmp_path, line, layout)
    assert not corpus.problems
    assert corpus.articles[0].text == "Geneva"
    assert sorted(span.label for span in corpus.annotations[0].spans) == sorted(expected)


def test_comments_are_passed_over_and_counted(tmp_path: Path) -> None:
    corpus = read(tmp_path, "# id 7\nx B-X\n# more\ny I-X\n#\tO\n", Layout(comments="# "))
    assert corpus.articles[0].text == "x y #"
    assert found(corpus) == [[("X", "x y")]]
    assert corpus.lines == {"token": 3, "comment": 2}


HASHTAGS = "# id 3\nكتب O\n#حلب B-LOC\n#سعاد B-PER\n# O\nبيروت B-LOC\n"


def test_hashtags_with_tags_are_tokens_where_their_sign_is_that_of_comments(tmp_path: Path) -> None:
    corpus = read(tmp_path, HASHTAGS, Layout(comments="#"))
    assert corpus.articles[0].text == "كتب #حلب #سعاد # بيروت"
    assert found(corpus) == [[("LOC", "#حلب"), ("PER", "#سعاد"), ("LOC", "بيروت")]]
    assert corpus.lines == {"token": 5, "comment": 1}
    assert [(note.code, note.where[-2:]) for note in corpus.notes] == [
        ("token_like_comment", ":3"),
        ("token_like_comment", ":4"),
        ("token_like_comment", ":5"),
    ]
    assert not corpus.problems


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("# sent_id = B-1", None),
        ("# text = كتب سعاد", None),
        ("#", None),
        ("# newdoc O", None),
        ("#حلب B_LOC", None),
        ("# B-LOC!", "comment_like_token"),
        ("# O", "comment_like_token"),
        ("#\tO", "comment_like_token"),
        ("#حلب\tB-LOC", "comment_like_token"),
    ],
)
def test_what_stands_where_comments_stand_or_is_no_token_is_a_comment(
    tmp_path: Path, line: str, code: str | None
) -> None:
    corpus = read(tmp_path, f"{line}\nكتب O\n\n{line}\nسعاد B-PER\n", Layout(comments="#"))
    assert corpus.articles[0].text == "كتب\nسعاد"
    assert corpus.lines["comment"] == 2
    assert [note.code for note in corpus.notes] == [code] * 2 * bool(code)
    assert not corpus.problems


@pytest.mark.parametrize(
    ("text", "layout", "token"),
    [
        ("كتب V O\n#حلب N B-LOC\n", Layout("last", comments="#"), True),
        ("كتب V O\n# SYM O\n", Layout("last", comments="#"), True),
        ("كتب V O\n#حلب B-LOC\n", Layout("last", comments="#"), False),
        ("كتب V O\n# text = في حلب O\n", Layout("last", comments="#"), False),
        ("كتب\tO\n#\tO\n", Layout(comments="#"), True),
        ("كتب\tO\n# O\n", Layout(comments="#"), False),
        ("كتب\tO\n# حلب\tO\n", Layout(comments="#"), False),
        ("كتب O\n# more\n# O\n", Layout(comments="#"), True),
        ("كتب O\n\n# O\n# O\n", Layout(comments="#"), False),
        ("-DOCSTART- O\n# O\nكتب O\n", Layout(comments="#"), False),
        ("كتب O B-X\n#حلب B-LOC\n", Layout(comments="#"), True),
        ("1 كتب O\n# حلب O\n", Layout((3,), 2, "#"), False),
        ("كتب O\n%%حلب B-LOC\n", Layout(comments="%%"), True),
        ("كتب O\n# O\n", Layout(comments="# "), True),
    ],
)
def test_a_token_has_the_columns_of_the_other_lines(
    tmp_path: Path, text: str, layout: Layout, token: bool
) -> None:
    corpus = read(tmp_path, text, layout)
    codes_of_notes = {note.code for note in corpus.notes}
    assert codes_of_notes == {"token_like_comment" if token else "comment_like_token"}
    assert corpus.lines["token"] == 1 + token
    assert not corpus.problems


def test_a_hashtag_with_a_bad_label_is_a_slip_and_no_comment(tmp_path: Path) -> None:
    corpus = read(tmp_path, "كتب O\n#حلب B-creative-work\n", Layout(comments="#"))
    assert codes(corpus.problems) == ["bad_label"]
    assert corpus.lines["comment"] == 0


@pytest.mark.parametrize("text", ["first", "0", "2,", "2,2", "1", "3,1", "²", "-1", ""])
def test_columns_that_cannot_be_are_a_wrong_call(text: str) -> None:
    with pytest.raises(UsageError, match=r"--tags"):
        tag_columns(text, 1)


def test_columns_are_named_or_numbered() -> None:
    assert [tag_columns(text, 2) for text in ("nested", "last", "3,1")] == ["nested", "last", (3, 1)]


def test_labels_are_in_order_of_frequency_or_as_told(tmp_path: Path) -> None:
    text = "a B-X\nb B-Z\nc B-Y\nd B-Z\n"
    assert read(tmp_path, text).labels == ("Z", "X", "Y")
    told = read(tmp_path, text, Layout(labels=("Y", "Q", "Z")))
    assert (told.labels, told.entities["Q"]) == (("Y", "Q", "Z"), LabelCount())
    assert codes(told.problems) == ["unknown_label"]
    assert "one of Q, Y, Z" in told.problems[0].expected


# slips


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        ("x OO", "bad_tag", "x"),
        ("x IO", "bad_tag", "x"),
        ("x NNP", "bad_tag", "x"),
        ("x B-", "bad_tag", "x"),
        ("x I--ORG", "bad_label", "x"),
        ("x B-MIS-1", "bad_label", "x"),
        ("x B-شخص", "bad_label", "x"),
        ("x", "no_tag", "x"),
        ("\tB-X", "no_token", None),
        (" B-X", "no_token", None),
        ("New York\tO", "blank_in_token", "New York"),
        ("\u00a0\u2003 O", "empty_text", "\ufffd\ufffd"),
        ("\u00a0 B-X", "only_white_space", "\ufffd"),
        ("\u3000\tI-A", "only_white_space", "\ufffd"),
        ("a\u0000b\u0085 O", "control_character", "a\ufffdb\ufffd"),
        ("a\rb O", "carriage_return", "a\ufffdb"),
        ("\ufeffx O", "byte_order_mark", "\ufffdx"),
    ],
)
def test_a_slip_is_named_with_its_place_and_the_rest_of_its_line_stays(
    tmp_path: Path, line: str, code: str, text: str | None
) -> None:
    corpus = read(tmp_path, f"first B-A\n{line}\nlast B-B\n")
    ((problem, found_line),) = corpus.slips
    assert (problem.code, problem.where) == (code, f"{tmp_path / 'a.txt'}:2")
    assert all((problem.found, problem.expected, problem.remedy))
    assert found_line == line
    assert corpus.problems == (problem,)
    assert corpus.articles[0].text == " ".join(filter(None, ["first", text, "last"]))
    assert found(corpus) == [[("A", "first"), ("B", "last")]]
    assert corpus.lines.total() == 3


def test_a_token_with_a_slip_keeps_its_tag(tmp_path: Path) -> None:
    corpus = read(tmp_path, "a\u0000 B-X\nb I-X B-X|\n")
    assert codes(corpus.problems) == ["control_character", "bad_label"]
    assert found(corpus) == [[("X", "a\ufffd b")]]


def test_all_slips_of_a_line_and_of_all_files_are_told(tmp_path: Path) -> None:
    files = [write(tmp_path, "x OO IO\n", "a.txt"), write(tmp_path, "y\n", "b.txt")]
    problems = read_conll(files).problems
    assert codes(problems) == ["bad_tag", "bad_tag", "no_tag"]
    assert "--tags" in problems[0].remedy


def test_a_missing_column_among_numbered_ones_is_told(tmp_path: Path) -> None:
    corpus = read(tmp_path, "x B-X\n", Layout(tags=(2, 3)))
    assert codes(corpus.problems) == ["no_tag"]
    assert found(corpus) == [[("X", "x")]]


def test_a_tag_on_a_docstart_line_is_told(tmp_path: Path) -> None:
    corpus = read(tmp_path, "-DOCSTART- -X- B-X\nx O\n", Layout(tags="last"))
    assert codes(corpus.problems) == ["docstart_tag"]


def test_duplicates_are_collapsed_and_noted(tmp_path: Path) -> None:
    corpus = read(tmp_path, "x B-X B-X\ny I-X I-X\n")
    assert found(corpus) == [[("X", "x y")]]
    assert corpus.entities == {"X": LabelCount(begun=2, entities=1, duplicates=1)}
    assert [(note.code, note.where) for note in corpus.notes] == [("duplicate", f"{tmp_path / 'a.txt'}:1")]


@pytest.mark.parametrize(
    ("line", "text"),
    [("\tI-X", "a b"), (" I-X", "a b"), ("c I--X", "a c b"), ("c IX", "a c b"), ("\u00a0 I-X", "a \ufffd b")],
)
def test_no_entity_goes_on_over_a_line_that_is_taken_aside(tmp_path: Path, line: str, text: str) -> None:
    corpus = read(tmp_path, f"a B-X\n{line}\nb I-X\n")
    assert corpus.articles[0].text == text
    assert found(corpus) == [[("X", "a"), ("X", "b")]]
    assert corpus.entities == {"X": LabelCount(begun=2, entities=2)}
    assert [note.code for note in corpus.notes] == ["i_without_b"]
    assert corpus.notes[0].where.endswith(":3")


def test_what_stands_behind_a_line_without_a_token_is_decoded_as_ever(tmp_path: Path) -> None:
    text = "a B-X\n\tO\nb B-X B-Y\nc I-X I-Y\n# x\n\tI-X\n# y\nd I-Y I-Y\n"
    corpus = read(tmp_path, text, Layout(comments="#"))
    assert corpus.articles[0].text == "a b c d"
    assert found(corpus) == [[("X", "a"), ("X", "b c"), ("Y", "b c"), ("Y", "d")]]
    assert corpus.entities["Y"] == LabelCount(begun=3, entities=2, duplicates=1, nested=0)
    assert codes(corpus.problems) == ["no_token", "no_token"]


def test_lines_without_a_token_alone_are_no_sentence(tmp_path: Path) -> None:
    corpus = read(tmp_path, "\tB-X\n\na O\n\n\tO\n")
    assert (corpus.articles[0].text, corpus.sentences) == ("a", 1)
    assert corpus.articles[0].metadata["first_line"] == 3


# white space at the edges

WHITE = [chr(code) for code in range(0x3001) if chr(code).isspace() and chr(code).isprintable() is False]
KEPT_WHITE = [character for character in WHITE if character not in " \t\n\r" and ord(character) > 0x9F]


@pytest.mark.parametrize("white", KEPT_WHITE, ids=ascii)
def test_white_space_at_the_edges_of_an_entity_is_trimmed_and_noted(tmp_path: Path, white: str) -> None:
    corpus = read(tmp_path, f"إلى O\n{white}حلب\tB-LOC\nالشهباء{white} I-LOC\nليلا{white} O\n")
    (article,) = corpus.articles
    assert article.text == f"إلى {white}حلب الشهباء{white} ليلا{white}"
    assert found(corpus) == [[("LOC", "حلب الشهباء")]]
    assert corpus.annotations[0].spans[0].text == "حلب الشهباء"
    assert [(note.code, note.where) for note in corpus.notes] == [("trimmed", f"{tmp_path / 'a.txt'}:2")]
    assert not corpus.problems


# what no file of slips takes


def test_files_that_are_not_utf8_or_empty_are_refused_with_all_others(tmp_path: Path) -> None:
    text = "".join(STORY.splitlines(keepends=True) * 20)
    files = [
        write(tmp_path, b"x O\n" + text.encode("cp1256"), "old.txt"),
        write(tmp_path, "", "empty.txt"),
        write(tmp_path, "-DOCSTART- O\n\n# x\n", "hollow.txt"),
        write(tmp_path, STORY, "good.txt"),
    ]
    corpus = read_conll(files, Layout(comments="#"))
    assert codes(corpus.refusals) == ["not_utf8", "no_tokens", "no_tokens"]
    assert corpus.refusals[0].where == f"{files[0]}:2"
    assert "iconv -f cp1256 -t UTF-8" in corpus.refusals[0].remedy
    assert corpus.problems == corpus.refusals
    assert [article.id for article in corpus.articles] == ["good"]


def test_ids_that_differ_in_case_alone_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    files = [write(tmp_path, STORY, "A.txt"), write(tmp_path / "b", STORY, "a.conll")]
    (problem,) = read_conll(files).refusals
    assert (problem.code, problem.where) == ("id_twice", f"{files[1]}:1")
    assert str(files[0]) in problem.found


def test_a_number_may_not_make_the_id_of_another_file(tmp_path: Path) -> None:
    files = [write(tmp_path, "x O\n-DOCSTART- O\ny O\n", "a.txt"), write(tmp_path, STORY, "a-0002.txt")]
    assert codes(read_conll(files).refusals) == ["id_twice"]


@pytest.mark.parametrize("name", ["أخبار.txt", ".hidden", f"{'long' * 30}.txt", "a b.txt"])
def test_a_name_that_is_no_id_becomes_one_and_the_title(tmp_path: Path, name: str) -> None:
    (article,) = read_conll([write(tmp_path, STORY, name)]).articles
    (again,) = read_conll([write(tmp_path, STORY + STORY, name)]).articles
    assert article.id == again.id
    assert article.metadata["title"] == Path(name).stem
    assert article.metadata["source"] == name


def test_names_that_are_no_ids_stay_apart(tmp_path: Path) -> None:
    files = [write(tmp_path, STORY, f"{name}.txt") for name in ("أخبار", "كتاب", "a b", "a-b", "a_ب")]
    assert len({article.id for article in read_conll(files).articles}) == 5


def test_a_long_name_leaves_room_for_a_number(tmp_path: Path) -> None:
    (article,) = read_conll(
        [write(tmp_path, "x O\n", f"{'n' * 98}.txt")], Layout(split=Split.SENTENCE)
    ).articles
    assert article.id.endswith("-0001")
    assert ID.fullmatch(article.id)


def test_an_id_can_be_given_in_place_of_the_name(tmp_path: Path) -> None:
    file = write(tmp_path, STORY, "أخبار.txt")
    (article,) = read_conll([file], identity="news").articles
    assert (article.id, article.metadata) == ("news", {"source": "أخبار.txt", "first_line": 1})
    for identity, files in (("news", [file, file]), ("أ", [file]), ("x" * 81, [file])):
        with pytest.raises(UsageError, match=r"--id"):
            read_conll(files, identity=identity)


def test_what_is_no_file_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder; name the files in it"):
        read_conll([tmp_path])
    with pytest.raises(UsageError, match="cannot be read"):
        read_conll([tmp_path / "nowhere.txt"])


# what holds for all files

TAG_LISTS = st.lists(
    st.sampled_from(["O", *(f"{p}-{label}" for p in "BIES" for label in LABELS)]), min_size=1, max_size=3
)
SENTENCES = st.lists(st.lists(st.tuples(ARABIC, TAG_LISTS), min_size=1, max_size=8), min_size=1, max_size=4)


@given(sentences=SENTENCES)
def test_each_span_covers_exactly_its_tokens(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[list[tuple[str, list[str]]]]
) -> None:
    blocks = ("".join(f"{token} {' '.join(cell)}\n" for token, cell in sentence) for sentence in sentences)
    corpus = read(tmp_path_factory.mktemp("corpus"), "\n".join(blocks))
    (article,), (annotation,) = corpus.articles, corpus.annotations
    assert article.text == "\n".join(" ".join(token for token, _ in sentence) for sentence in sentences)
    expected = [
        (number, *span)
        for number, sentence in enumerate(sentences)
        for span in spans_of_tags([cell for _, cell in sentence]).spans
    ]
    assert [
        (*in_tokens(article.text, span.start, span.end), span.label) for span in annotation.spans
    ] == expected
    assert all(span.text == article.text[span.start : span.end] for span in annotation.spans)
    assert sum(count.entities for count in corpus.entities.values()) == len(expected)


def in_tokens(text: str, start: int, end: int) -> tuple[int, int, int]:
    """Return the sentence and the tokens that a range covers; its edges have to be edges of tokens."""
    assert start == 0 or text[start - 1] in " \n"
    assert end == len(text) or text[end] in " \n"
    line_start = text.rfind("\n", 0, start) + 1
    assert "\n" not in text[start:end]
    first = text.count(" ", line_start, start)
    return text.count("\n", 0, start), first, first + text.count(" ", start, end) + 1


# real corpora

AQMAR = sorted((SHARED / "data" / "aqmar").glob("*.txt"))
WOJOOD = [SHARED / "data" / "wojood" / name for name in ("train.txt", "val.txt")]


def sentences_of(file: Path) -> Iterator[list[list[str]]]:
    for block in file.read_text(encoding="utf-8").split("\n\n"):
        lines = [line.split(" ") for line in block.split("\n") if line]
        if lines:
            yield lines


@pytest.mark.skipif(not AQMAR, reason="the corpora of other people are not part of the project")
def test_aqmar_has_as_many_entities_as_conlleval_would_count() -> None:
    corpus = read_conll(AQMAR)
    expected = Counter[str]()
    for file in AQMAR:
        for sentence in sentences_of(file):
            before = "O"
            for _, tag in sentence:
                read_as = tag if tag == "O" or tag[2:].isalnum() else "O"
                begins = read_as[0] == "B" or (read_as[0] == "I" and before[2:] != read_as[2:])
                expected[read_as[2:]] += begins
                before = read_as
    assert {code: count.entities for code, count in corpus.entities.items()} == +expected
    assert Counter(span.label for a in corpus.annotations for span in a.spans) == +expected
    assert list(expected)  # the texts were there
    assert [(Path(p.where).name, p.code) for p in corpus.problems] == [
        ("Crusades.txt:2145", "bad_tag"),  # IO
        ("Enrico_Fermi.txt:2268", "bad_label"),  # I--ORG
        ("Internet.txt:708", "bad_label"),  # B-MIS-2
        ("Linux.txt:2255", "bad_label"),  # B-MIS-1
        ("Linux.txt:2257", "bad_label"),
    ]


@pytest.mark.skipif(not WOJOOD[0].is_file(), reason="the corpora of other people are not part of the project")
def test_every_tag_of_wojood_is_in_an_entity() -> None:
    """With every B- beginning an entity and every tag in exactly one, nested ones have but one reading."""
    corpus = read_conll(WOJOOD)
    begun = sum(file.read_text(encoding="utf-8").count(" B-") for file in WOJOOD)
    loose = [note for note in corpus.notes if note.code == "i_without_b"]
    assert (begun, len(loose)) == (3352, 1)
    assert sum(len(annotation.spans) for annotation in corpus.annotations) == begun + len(loose)
    assert not corpus.problems
    for file in WOJOOD:
        for sentence in sentences_of(file):
            cells = [cell for _, *cell in sentence]
            decoded = spans_of_tags(cells).spans
            for place, cell in enumerate(cells):
                covering = Counter(span.label for span in decoded if span.start <= place < span.end)
                assert covering == Counter(tag[2:] for tag in cell if tag != "O")


@pytest.mark.skipif(not WOJOOD[0].is_file(), reason="the corpora of other people are not part of the project")
def test_entities_of_wojood_that_share_a_token_with_one_of_their_label_are_there() -> None:
    """One tag per label and token, as the corpus's own scorer keeps them, would lose these."""
    sharing = 0
    for file in WOJOOD:
        for sentence in sentences_of(file):
            cells = [cell for _, *cell in sentence]
            decoded = spans_of_tags(cells).spans
            for place, cell in enumerate(cells):
                for label, times in Counter(tag[2:] for tag in cell if tag != "O").items():
                    if times == 2 and f"B-{label}" in cell:
                        outer, inner = (s for s in decoded if s.label == label and s.start <= place < s.end)
                        assert outer.start < inner.start == place
                        assert inner.end <= outer.end
                        sharing += 1
    assert sharing == 31
