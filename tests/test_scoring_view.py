"""The comparison view is what seqeval says of tags that a naive reading of the definition makes."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from described import described
from marked import marked
from miyar.article import Article
from miyar.dataset import with_articles
from miyar.errors import DataError
from miyar.offsets import trim
from miyar.scheme import Scheme
from miyar.scoring import CHARGED, PRF, Choices, Score, score
from miyar.spantable import Views
from miyar.tokens import tokens
from sides import FAULTS, Labelled, Side, gold_of, predicted_of, spans_of

VIEW = Choices(samples=0)
LOSSES = ("spans", "kept", "nested", "crossing", "without_token", "widened")

# Words with particles, punctuation, numbers and an invisible mark, of some length.
TEXTS = st.text("ابو 1،.\u200f\u064b\n", min_size=6, max_size=16)


def viewed(
    gold: Side, predicted: Side, texts: Sequence[str], scheme: Scheme, choices: Choices = VIEW
) -> Score:
    views = gold_of(gold, scheme, texts=texts)
    return score(views, predicted_of(predicted, views, scheme, choices.map), scheme, choices)


# --- a naive implementation --------------------------------------------------------------------------------


def naive_tags(spans: Sequence[Any], text: str, order: Sequence[str]) -> tuple[list[str], dict[str, int]]:
    """Return one IOB2 tag per word token, and what became of the spans, one span at a time.

    A label that `order` has not is charged, and comes after all others.
    """
    words = [*zip(*token_columns(text), strict=True)]
    rows = [
        (span[0], span[1], span[2], [at for at, word in enumerate(words) if meets(span, word)])
        for span in spans
        if in_text(span, text)
    ]
    rows = [row for row in rows if row[3]]
    rows.sort(key=lambda row: (row[0], -row[1], order.index(row[2]) if row[2] in order else len(order)))
    lost = dict.fromkeys(LOSSES, 0) | {"spans": len(spans), "without_token": len(spans) - len(rows)}
    tags, free = ["O"] * len(words), set(range(len(words)))
    for start, end, label, covered in rows:
        if any(inside((start, end), other[:2]) for other in rows):
            lost["nested"] += 1
        elif not free.issuperset(covered):
            lost["crossing"] += 1
        else:
            lost["kept"] += 1
            lost["widened"] += words[covered[0]][0] < start or words[covered[-1]][1] > end
            code = label if label in order else CHARGED
            for at in covered:
                tags[at] = f"{'B' if at == covered[0] else 'I'}-{code}"
            free -= set(covered)
    return tags, lost


def token_columns(text: str) -> tuple[list[int], list[int]]:
    found = tokens(text)
    return found.start.tolist(), found.end.tolist()


def in_text(span: Any, text: str) -> bool:
    return type(span[0]) is int and type(span[1]) is int and 0 <= span[0] < span[1] <= len(text)


def meets(span: Any, word: tuple[int, int]) -> bool:
    return bool(span[0] < word[1] and word[0] < span[1])


def inside(span: Any, other: Any) -> bool:
    return bool(span != other and other[0] <= span[0] and span[1] <= other[1])


def seqeval_says(gold: list[list[str]], predicted: list[list[str]], strict: bool) -> dict[str, Any]:
    """Return seqeval's own report, empty where there is no entity at all, on which it crashes."""
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2

    if not any(tag != "O" for side in (gold, predicted) for article in side for tag in article):
        return {}
    more = {"mode": "strict", "scheme": IOB2} if strict else {}
    report = classification_report(gold, predicted, output_dict=True, zero_division=0, **more)
    assert isinstance(report, dict)
    return report


def check_view(gold: Side, predicted: Side, texts: Sequence[str], scheme: Scheme) -> None:
    order = [label.code for label in scheme.entities]
    triggers = {label.code for label in scheme.triggers}
    result = viewed(gold, predicted, texts, scheme)
    made = [
        [
            naive_tags([span for span in one.spans if span[2] not in triggers], text, order)
            for one, text in zip(side, texts, strict=True)
        ]
        for side in (gold, predicted)
    ]
    for name, side in zip(("gold", "predicted"), made, strict=True):
        expected = {loss: sum(lost[loss] for _, lost in side) for loss in LOSSES}
        assert result.flattened[name]._asdict() == expected
    tags = [[article for article, _ in side] for side in made]
    for mode in ("default", "strict"):
        report = seqeval_says(tags[0], tags[1], mode == "strict")
        measure = result.layers["comparison"][mode]
        rows = {"micro avg": measure.micro, **measure.labels}
        for name, counted in rows.items():
            assert isinstance(counted, PRF)
            theirs = report.get(name, {"precision": 0, "recall": 0, "f1-score": 0, "support": 0})
            ours = (counted.precision or 0, counted.recall or 0, counted.f1 or 0, counted.gold)
            assert ours == pytest.approx(
                [theirs[key] for key in ("precision", "recall", "f1-score", "support")], abs=1e-12
            ), (mode, name)
        assert set(report) - {"macro avg", "weighted avg"} <= set(rows)


# --- against it --------------------------------------------------------------------------------------------


@st.composite
def articles(draw: st.DrawFn) -> tuple[list[Labelled], list[Labelled], list[str]]:
    texts = draw(st.lists(TEXTS, min_size=1, max_size=3))
    spans = st.lists(spans_of(("PERS", "ORG", "GPE", "ATTACK")), max_size=6, unique=True)
    gold = [[span for span in draw(spans) if span[1] <= len(text)] for text in texts]
    faults = st.lists(FAULTS, max_size=2, unique=True)
    predicted = [[*draw(spans), *draw(faults)] for _ in texts]
    sides = [
        [Labelled(without_edges(found, text)) for found, text in zip(side, texts, strict=True)]
        for side in (gold, predicted)
    ]
    return sides[0], sides[1], texts


def without_edges(spans: Sequence[Any], text: str) -> list[Any]:
    """Return the spans as reading leaves them: no white space at edges, none that is nothing else."""
    free = [(*trim(text, *span[:2]), span[2]) if in_text(span, text) else span for span in spans]
    return [*dict.fromkeys(span for span in free if span[0] != span[1])]


@given(drawn=articles())
def test_the_view_is_seqeval_on_naive_tags(
    scheme: Scheme, drawn: tuple[list[Labelled], list[Labelled], list[str]]
) -> None:
    check_view(*drawn, scheme)


@given(drawn=articles())
@settings(max_examples=25)
def test_gold_against_itself_is_one(
    scheme: Scheme, drawn: tuple[list[Labelled], list[Labelled], list[str]]
) -> None:
    for measure in viewed(drawn[0], drawn[0], drawn[2], scheme).layers["comparison"].values():
        assert measure.micro.to_dict()["f1"] in (1, None)


def test_the_view_of_real_articles(scheme: Scheme, real_articles: tuple[Article, ...]) -> None:
    texts = [article.text for article in real_articles]
    starts = [[*range(number, len(text) - 20, 23)] for number, text in enumerate(texts)]
    gold = [Labelled([(at, at + 7 + at % 9, "PERS") for at in one]) for one in starts]
    predicted = [Labelled([(at, at + 7 + at % 5, ("PERS", "ORG")[at % 2]) for at in one]) for one in starts]
    check_view(gold, predicted, texts, scheme)


# --- by hand -----------------------------------------------------------------------------------------------


def test_the_view_of_a_worked_example(scheme: Scheme) -> None:
    # tokens: زار | محمد | علي | وزارة | الخارجية | السورية | ، | وبالقدس | .
    text = "زار محمد علي وزارة الخارجية السورية، وبالقدس."
    gold, predicted = (
        marked(source)
        for source in (
            "زار [محمد علي]PERS [وزارة الخارجية [السورية]NORP]ORG، وب[القدس]GPE.",
            "زار [محمد [علي]PERS]PERS [وزارة]OCC [الخارجية السورية]ORG، [وبالقدس]GPE.",
        )
    )
    assert text == gold.text == predicted.text
    sides = [
        [Labelled([(span.start, span.end, span.label) for span in one.spans])] for one in (gold, predicted)
    ]
    result = viewed(sides[0], sides[1], [text], scheme)
    # gold: PERS, ORG, GPE (widened to وبالقدس); NORP is nested
    # predicted: PERS, OCC, ORG, GPE; the second PERS is nested; PERS and GPE are right
    for mode in ("default", "strict"):
        measure = result.layers["comparison"][mode]
        assert measure.micro.to_dict() == {
            "tp": 2,
            "predicted": 4,
            "gold": 3,
            "precision": 2 / 4,
            "recall": 2 / 3,
            "f1": 2 * 2 / (4 + 3),
        }
        assert f"|measure:{mode}|layer:comparison|" in measure.signature
    assert result.flattened["gold"] == (4, 3, 1, 0, 0, 1)
    assert result.flattened["predicted"] == (5, 4, 1, 0, 0, 0)
    # by offsets GPE is wrong, so is all that is nested
    assert result.layers["entities"]["strict"].micro.to_dict()["tp"] == 1


def test_two_spans_in_one_word_and_in_none(scheme: Scheme) -> None:
    # the one token is taken by the earlier span; the white space has no token
    side = [Labelled([(0, 2, "ORG"), (2, 5, "GPE"), (5, 6, "PERS")])]
    result = viewed(side, side, ["بيروت "], scheme)
    assert result.flattened["gold"] == (3, 1, 0, 1, 1, 1)
    assert list(result.layers["comparison"]["default"].labels) == [label.code for label in scheme.entities]


def test_of_equal_extents_the_schemes_order_decides(scheme: Scheme) -> None:
    gold = [Labelled([(0, 4, "GPE"), (0, 4, "ORG")])]
    labels = viewed(gold, gold, ["سوريا"], scheme).layers["comparison"]["default"].labels
    assert (labels["ORG"].to_dict()["gold"], labels["GPE"].to_dict()["gold"]) == (1, 0)


def test_faulty_spans_take_part_as_what_is_predicted(scheme: Scheme) -> None:
    # an unknown label takes its tokens; what is no range in the text has none
    gold = [Labelled([(0, 3, "GPE")])]
    predicted = [Labelled([(0, 3, "CITY"), (4, 99, "GPE"), (3, 0, "GPE")])]
    result = viewed(gold, predicted, ["قطر وعمان"], scheme)
    labels = result.layers["comparison"]["default"].labels
    assert labels[CHARGED].to_dict()["predicted"] == 1
    assert labels["GPE"].to_dict()["predicted"] == 0
    assert result.flattened["predicted"] == (3, 1, 0, 0, 2, 0)


def test_the_view_is_of_the_maps_labels(scheme: Scheme) -> None:
    # OCC is left out by the map, and so the PERS in it is outermost
    gold = [Labelled([(0, 9, "OCC"), (5, 9, "PERS")])]
    result = viewed(gold, gold, ["وزير قطري"], scheme, Choices(map="conll", samples=0))
    labels = result.layers["comparison"]["default"].labels
    assert labels["PER"].to_dict()["tp"] == 1
    assert result.flattened["gold"] == (1, 1, 0, 0, 0, 0)


def test_nothing_at_all_is_undefined(scheme: Scheme) -> None:
    for texts in (["", ""], ["قطر", " "]):
        nothing = [Labelled()] * 2
        for measure in viewed(nothing, nothing, texts, scheme).layers["comparison"].values():
            micro = measure.micro.to_dict()
            assert (micro["precision"], micro["recall"], micro["f1"]) == (None, None, None)


# --- left out ----------------------------------------------------------------------------------------------


def test_without_texts_the_view_is_left_out_and_that_is_said(scheme: Scheme) -> None:
    side = [Labelled([(0, 3, "GPE")])]
    gold = gold_of(side, scheme)
    result = score(gold, predicted_of(side, gold, scheme), scheme, VIEW)
    assert "comparison" not in result.layers
    assert "--articles" in result.left_out["comparison"]
    assert not result.flattened


def test_who_does_not_want_the_view_has_none(scheme: Scheme) -> None:
    side = [Labelled([(0, 3, "GPE")])]
    result = viewed(side, side, ["قطر"], scheme, Choices(samples=0, comparison=False))
    assert "comparison" not in result.layers
    assert result.left_out["comparison"] == "not asked for"


def test_the_articles_of_record_give_a_gold_its_view(scheme: Scheme) -> None:
    articles = [Article("one", "زار محمد قطر", {"source": "وكالة", "desk": 7}), Article("two", "لا شيء")]
    side = [Labelled([(4, 8, "PERS"), (9, 12, "GPE")]), Labelled()]
    bare = gold_of(side, scheme, ["one", "two"], length=None)
    gold = with_articles(with_digests(bare, articles), articles[::-1])
    assert gold.articles.texts == ("زار محمد قطر", "لا شيء")
    assert gold.articles.lengths is not None
    assert gold.articles.lengths.tolist() == [12, 6]
    assert gold.articles.metadata == {"source": ("وكالة", None), "desk": ("7", None)}
    result = score(gold, predicted_of(side, gold, scheme), scheme, VIEW)
    assert result.layers["comparison"]["default"].micro.to_dict()["tp"] == 2
    assert gold.digest == with_digests(bare, articles).digest  # the texts are in it by their SHA-256


def with_digests(gold: Views, articles: Sequence[Article]) -> Views:
    return described(gold, sha256s=tuple(article.sha256 for article in articles))


def test_other_articles_than_those_of_record_are_refused_together(scheme: Scheme) -> None:
    articles = [Article("one", "زار محمد قطر"), Article("two", "لا شيء")]
    gold = with_digests(gold_of([Labelled()] * 2, scheme, ["one", "two"]), articles)
    with pytest.raises(DataError) as error:
        with_articles(gold, [Article("one", "زار محمد قطرا")])
    assert [problem.code for problem in error.value.problems] == ["other_text", "missing_article"]


def test_a_gold_span_past_the_end_of_its_text_is_refused(scheme: Scheme) -> None:
    article = Article("a0", "قطر")
    bare = with_digests(gold_of([Labelled([(0, 99, "GPE")])], scheme, length=None), [article])
    with pytest.raises(DataError, match="a0"):
        with_articles(bare, [article])


def test_the_view_says_which_rule_of_tokens_it_is_counted_by(scheme: Scheme) -> None:
    side = [Labelled([(0, 3, "GPE")])]
    for measure in viewed(side, side, ["قطر"], scheme).layers["comparison"].values():
        assert "|tokens:1|" in measure.signature
