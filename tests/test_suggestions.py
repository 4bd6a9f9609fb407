"""Predictions as suggestions: shown whole or refused whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from marked import Marked, marked
from miyar.annotation import Annotation, read_annotations
from miyar.article import Article
from miyar.errors import DataError
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.results.regions import Conversion
from miyar.labelstudio.tasks.suggestions import Suggestions, suggested_results
from miyar.scheme import Scheme

SOURCE = marked("[هاجم]ATTACK:t [مسلحون]PERS:p 🙂 [الثكنة]FAC:f", "t AGENT p", "t TARGET f", "t PLACE f")
A = Article("a", SOURCE.text)


def line(source: Marked = SOURCE, article: str = "a", **changes: Any) -> dict[str, Any]:
    index = {span.id: number for number, span in enumerate(source.spans)}
    spans = [{"start": span.start, "end": span.end, "label": span.label} for span in source.spans]
    arguments = [
        {"trigger": index[a.trigger], "entity": index[a.entity], "role": a.role} for a in source.arguments
    ]
    return {"article": article, "spans": spans, "arguments": arguments, **changes}


def predicted(path: Path, *lines: Any) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), encoding="utf-8")
    return path


def suggested(
    tmp_path: Path, scheme: Scheme, *lines: Any, articles: tuple[Article, ...] = (A,)
) -> Suggestions:
    return suggested_results(predicted(tmp_path / "rules.jsonl", *lines), articles, scheme)


def refusal(tmp_path: Path, scheme: Scheme, *lines: Any, articles: tuple[Article, ...] = (A,)) -> DataError:
    with pytest.raises(DataError) as refused:
        suggested(tmp_path, scheme, *lines, articles=articles)
    return refused.value


def converted(found: list[dict[str, Any]], scheme: Scheme, article: Article = A) -> Conversion:
    conversion = Conversion(article, scheme, "suggestion")
    conversion.add(found)
    return conversion


def test_what_is_suggested_is_what_was_predicted(tmp_path: Path, scheme: Scheme) -> None:
    conversion = converted(suggested(tmp_path, scheme, line()).results["a"], scheme)
    place = {span.id: (span.start, span.end, span.label) for span in SOURCE.spans + conversion.spans}
    assert [place[span.id] for span in conversion.spans] == [place[span.id] for span in SOURCE.spans]
    assert [(place[a.trigger], place[a.entity], a.role) for a in conversion.arguments] == [
        (place[a.trigger], place[a.entity], a.role) for a in SOURCE.arguments
    ]
    assert conversion.rejects == []


def test_suggestions_bear_the_name_of_the_release(tmp_path: Path, scheme: Scheme) -> None:
    (tmp_path / "release.toml").write_text('name = "rules"\nrelease = "1.2"\n', encoding="utf-8")
    predicted(tmp_path / "predictions.jsonl", line())
    assert suggested_results(tmp_path, (A,), scheme).model_version == "rules@1.2"
    assert suggested(tmp_path, scheme, line()).model_version == "rules"


def test_a_span_given_twice_is_suggested_once_with_the_arguments_of_both(
    tmp_path: Path, scheme: Scheme
) -> None:
    spans = line()["spans"]
    arguments = [
        {"trigger": 0, "entity": end, "role": role} for end in (1, 3) for role in ("AGENT", "TARGET")
    ]
    twice = line(spans=[*spans, spans[1]], arguments=arguments)
    conversion = converted(suggested(tmp_path, scheme, twice).results["a"], scheme)
    assert len(conversion.spans) == 3
    assert len(conversion.arguments) == 2
    assert all(not entry.fates["collapsed"] for entry in conversion.ledger.entries())


def test_a_role_may_be_given_by_its_name(tmp_path: Path, scheme: Scheme) -> None:
    named = line(arguments=[{"trigger": 0, "entity": 1, "role": "الفاعل"}])
    (argument,) = converted(suggested(tmp_path, scheme, named).results["a"], scheme).arguments
    assert argument.role == "AGENT"


def test_a_label_may_be_given_by_its_name(tmp_path: Path, scheme: Scheme) -> None:
    names = {label.code: label.name for label in scheme.labels}
    named = line()
    for span in named["spans"]:
        span["label"] = names[span["label"]]
    found = converted(suggested(tmp_path, scheme, named).results["a"], scheme)
    assert [span.label for span in found.spans] == [span.label for span in SOURCE.spans]


def test_values_and_links_are_suggested_too(tmp_path: Path, scheme: Scheme) -> None:
    text = "زار جنيف"
    value = line(marked("زار [جنيف]GPE"))
    value["spans"][0]["attributes"] = {"link": "Q71"}
    found = suggested(tmp_path, scheme, value, articles=(Article("a", text),)).results["a"]
    (span,) = converted(found, scheme, Article("a", text)).spans
    assert span.attributes == {"link": "Q71"}


def test_an_article_without_predicted_spans_has_no_results(tmp_path: Path, scheme: Scheme) -> None:
    assert suggested(tmp_path, scheme, line(spans=[], arguments=[])).results == {"a": []}


@pytest.mark.parametrize(
    ("span", "code"),
    [
        ({"start": 0, "end": 999, "label": "PERS"}, "bad_offsets"),
        ({"start": 4, "end": 4, "label": "PERS"}, "bad_offsets"),
        ({"start": -1, "end": 4, "label": "PERS"}, "bad_offsets"),
        ({"start": 0.0, "end": 4, "label": "PERS"}, "bad_offsets"),
        ({"start": 0, "end": 4, "label": "إنسان"}, "unknown_label"),
        ({"start": 0, "end": 4}, "unknown_label"),
        ("text", "bad_offsets"),
    ],
)
def test_a_faulty_span_is_refused_and_not_shown(tmp_path: Path, scheme: Scheme, span: Any, code: str) -> None:
    refused = refusal(tmp_path, scheme, line(spans=[span], arguments=[]))
    assert [problem.code for problem in refused.problems] == [code]


@pytest.mark.parametrize(
    "argument",
    [
        {"trigger": 1, "entity": 0, "role": "AGENT"},
        {"trigger": 0, "entity": 0, "role": "AGENT"},
        {"trigger": 1, "entity": 2, "role": "AGENT"},
        {"trigger": 0, "entity": 3, "role": "AGENT"},
        {"trigger": 0, "entity": -1, "role": "AGENT"},
        {"trigger": False, "entity": 1, "role": "AGENT"},
        {"trigger": 0, "entity": "1", "role": "AGENT"},
        {"trigger": 0, "entity": 1, "role": "VICTIM"},
        {"trigger": 0, "entity": 1},
        {"entity": 1, "role": "AGENT"},
        [0, 1, "AGENT"],
        None,
    ],
)
def test_a_faulty_argument_is_refused(tmp_path: Path, scheme: Scheme, argument: Any) -> None:
    refused = refusal(tmp_path, scheme, line(arguments=[argument]))
    assert [problem.code for problem in refused.problems] == ["bad_argument"]
    assert "a, arguments[0]" in refused.problems[0].where


def test_all_faults_of_all_lines_are_refused_together(tmp_path: Path, scheme: Scheme) -> None:
    spans = line()["spans"]
    one = line(spans=[*spans, {"start": 0, "end": 999, "label": "PERS"}], arguments=[{"trigger": 7}])
    two = line(article="b", spans=[{"start": 0, "end": 2, "label": "NOBODY"}], arguments=[])
    refused = refusal(tmp_path, scheme, one, two, articles=(A, Article("b", SOURCE.text)))
    assert sorted(problem.code for problem in refused.problems) == [
        "bad_argument",
        "bad_offsets",
        "unknown_label",
    ]


def test_a_refused_suggestion_says_that_nothing_was_written_and_not_how_it_is_scored(
    tmp_path: Path, scheme: Scheme
) -> None:
    faulty = refusal(tmp_path, scheme, line(spans=[{"start": 0, "end": 999, "label": "PERS"}], arguments=[]))
    missing = refusal(tmp_path, scheme)
    for refused in (faulty, missing):
        assert "Nothing was written." in str(refused)
        assert "score" not in str(refused)
        assert "false positive" not in str(refused)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "missing_article"),
        ([line(), line()], "article_twice"),
        ([line(), line(article="b")], "unknown_article"),
        ([line(sha256="0" * 64)], "other_text"),
    ],
)
def test_predictions_of_other_articles_are_refused(
    tmp_path: Path, scheme: Scheme, lines: list[Any], code: str
) -> None:
    assert [problem.code for problem in refusal(tmp_path, scheme, *lines).problems] == [code]


def complaints(results: list[dict[str, Any]], scheme: Scheme) -> list[str]:
    """Return what the SDK has against results as a prediction."""
    from label_studio_sdk.label_interface.interface import LabelInterface

    interface: Any = LabelInterface(render_config(scheme))
    errors: list[str] = interface.validate_prediction(
        {"model_version": "rules@1", "result": results}, return_errors=True
    )
    return errors


def demo_line(view: Annotation) -> dict[str, Any]:
    return line(Marked("", view.spans, view.arguments), view.article)


@pytest.mark.parametrize("annotator", ["A1", "A2"])
def test_label_studios_own_check_accepts_what_is_suggested(
    tmp_path: Path, scheme: Scheme, demo_articles: dict[str, Article], annotator: str
) -> None:
    views = list(read_annotations(ROOT / "corpus" / "annotations" / "demo" / f"{annotator}.jsonl"))
    articles = tuple(demo_articles[view.article] for view in views)
    found = suggested(tmp_path, scheme, *map(demo_line, views), articles=articles)
    for article in articles:
        assert complaints(found.results[article.id], scheme) == []
        assert converted(found.results[article.id], scheme, article).rejects == []


def test_label_studios_own_check_does_find_faults(tmp_path: Path, scheme: Scheme) -> None:
    found = suggested(tmp_path, scheme, line()).results["a"]
    found[0]["value"]["labels"] = ["هجوم"]
    assert complaints(found, scheme)


@pytest.mark.parametrize("labelled", [{}, {"label": ["GPE"]}, {"label": None}])
def test_an_argument_of_a_span_without_a_label_is_refused_with_it(
    tmp_path: Path, scheme: Scheme, labelled: dict[str, Any]
) -> None:
    spans = [{"start": 0, "end": 3, **labelled}]
    arguments = [{"trigger": 0, "entity": 0, "role": "TIME"}]
    refused = refusal(tmp_path, scheme, line(spans=spans, arguments=arguments))
    assert [problem.code for problem in refused.problems] == ["unknown_label", "bad_argument"]
