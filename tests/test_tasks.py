"""What goes to Label Studio."""

import json

import pytest

from conftest import ROOT
from marked import marked
from miyar.annotation import Argument, Span
from miyar.article import Article, text_sha256
from miyar.labelstudio.tasks.task import digest, results, task, tasks_of, with_suggestion
from miyar.scheme import Configured, Scheme


def test_the_text_is_the_stand_in_and_the_sha256_is_of_the_text_of_record(scheme: Scheme) -> None:
    text = "نشر محمد 🙂 صورة\nفي جنيف 👩\u200d🚀"
    data = task(Article("a", text), scheme, "fdf7014d")["data"]
    assert data["text"] == "نشر محمد □ صورة\nفي جنيف □\u200d□"
    assert len(data["text"]) == len(text)
    assert data["sha256"] == text_sha256(text) != text_sha256(data["text"])


def test_a_task_has_the_fields_of_the_contract(scheme: Scheme) -> None:
    metadata = {
        "title": "عنوان",
        "source": "وكالة",
        "published": "2024-05-13",
        "url": "https://x",
        "licence": "CC0",
    }
    data = task(Article("a", "نص", metadata), scheme, "fdf7014d")["data"]
    contract = ["text", "article", "sha256", "scheme", "guidelines", "title", "source", "published", "byline"]
    assert list(data) == contract
    assert (data["article"], data["scheme"], data["guidelines"]) == ("a", scheme.signature, "fdf7014d")
    assert data["byline"] == "وكالة · 2024-05-13"
    dated = task(Article("a", "نص", {"published": "2024-05-13"}), scheme, "")["data"]
    assert dated["byline"] == "2024-05-13"


@pytest.mark.parametrize("metadata", [{}, {"title": ""}, {"title": None, "note": "x"}])
def test_metadata_that_is_not_there_is_not_shown(scheme: Scheme, metadata: dict[str, object]) -> None:
    data = task(Article("a", "نص", metadata), scheme, "")["data"]
    assert list(data) == ["text", "article", "sha256", "scheme", "guidelines"]


def test_nothing_is_suggested_unless_asked_for(scheme: Scheme) -> None:
    plain = task(Article("a", "نص"), scheme, "")
    assert list(plain) == ["data"]
    assert with_suggestion(plain, "lexicon@1", [])["predictions"] == [
        {"model_version": "lexicon@1", "result": []}
    ]
    assert list(plain) == ["data"]


def test_the_digest_names_a_version_of_the_guidelines() -> None:
    assert digest("abc") == "ba7816bf"  # FIPS 180-2, example B.1
    assert digest("دليل") != digest("دليل ")


def test_tasks_are_stamped_with_the_guidelines_of_the_schemes_language(
    scheme: Scheme, demo_articles: dict[str, Article]
) -> None:
    folder = ROOT / "annotation_config"
    made = tasks_of(tuple(demo_articles.values()), Configured(scheme, folder))
    expected = digest((folder / "guidelines.ar.md").read_text(encoding="utf-8"))
    assert {value["data"]["guidelines"] for value in made} == {expected}
    assert [value["data"]["article"] for value in made] == list(demo_articles)
    assert json.loads(json.dumps(made)) == made


def test_a_span_is_a_region_of_the_labels_with_the_text_that_the_page_shows(scheme: Scheme) -> None:
    source = marked("[هاجم]ATTACK:t [محمد 🙂]PERS:p")
    found = results(source.spans, (), Article("a", source.text), scheme)
    assert [(r["id"], r["from_name"], r["type"]) for r in found] == [
        ("t", "span", "labels"),
        ("p", "span", "labels"),
    ]
    assert found[1]["value"] == {"start": 5, "end": 11, "text": "محمد □", "labels": ["PERS"]}
    assert {r["to_name"] for r in found} == {"text"}


def test_an_attribute_is_a_field_of_its_region(scheme: Scheme) -> None:
    source = marked("زار [جنيف]GPE:g@Q71")
    place, link = results(source.spans, (), Article("a", source.text), scheme)
    assert (link["id"], link["from_name"], link["type"]) == ("g", "link", "textarea")
    assert link["value"] == {"start": place["value"]["start"], "end": place["value"]["end"], "text": ["Q71"]}


def test_several_roles_between_one_pair_are_one_relation(scheme: Scheme) -> None:
    source = marked("[هاجم]ATTACK:t [الثكنة]FAC:f [جنيف]GPE:g", "t TARGET f", "t PLACE g", "t PLACE f")
    found = results(source.spans, source.arguments, Article("a", source.text), scheme)
    relations = [result for result in found if result["type"] == "relation"]
    assert relations == [
        {
            "from_id": "t",
            "to_id": "f",
            "type": "relation",
            "direction": "right",
            "labels": ["الهدف", "المكان"],
        },
        {"from_id": "t", "to_id": "g", "type": "relation", "direction": "right", "labels": ["المكان"]},
    ]


def test_relations_come_behind_all_regions(scheme: Scheme) -> None:
    source = marked("[هاجم]ATTACK:t [محمد]PERS:p", "t AGENT p")
    kinds = [r["type"] for r in results(source.spans, source.arguments, Article("a", source.text), scheme)]
    assert kinds == ["labels", "labels", "relation"]


def test_a_label_that_the_scheme_does_not_have_is_refused(scheme: Scheme) -> None:
    with pytest.raises(ValueError, match="NOBODY"):
        results([Span("s", 0, 2, "NOBODY")], (), Article("a", "نص"), scheme)


def test_a_role_that_the_scheme_does_not_have_is_refused(scheme: Scheme) -> None:
    source = marked("[هاجم]ATTACK:t [محمد]PERS:p")
    with pytest.raises((KeyError, ValueError), match="NOTHING"):
        results(source.spans, [Argument("t", "p", "NOTHING")], Article("a", source.text), scheme)
