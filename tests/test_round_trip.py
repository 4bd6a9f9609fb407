"""Articles go through conversion and a real server and come back as they were."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from miyar.annotation import Annotation, Argument, Span, read_annotations
from miyar.arabic import WORD
from miyar.article import Article
from miyar.labelstudio.page.config import render_config
from miyar.labelstudio.server.client import Studio
from miyar.labelstudio.server.process import Server
from miyar.labelstudio.server.remote import Setup
from miyar.offsets import stand_in
from miyar.scheme import Scheme
from pushing import round_trip

pytestmark = pytest.mark.server


def test_the_demo_annotations_come_back_the_same(
    owner: Studio, demo_articles: dict[str, Article], scheme: Scheme, tmp_path: Path
) -> None:
    sent = list(read_annotations(ROOT / "corpus" / "annotations" / "demo" / "A1.jsonl"))
    process = round_trip(owner, "round trip: demo", list(demo_articles.values()), sent, scheme, tmp_path)
    back = {annotation.article: annotation for annotation in process.annotations()}
    assert process.problems == []
    for annotation in sent:
        assert back[annotation.article].spans == annotation.spans
        assert set(back[annotation.article].arguments) == set(annotation.arguments)
        assert back[annotation.article].seconds == 1.5
    for entry in process.ledger.entries():
        assert entry.came_in == entry.fates["out"]


def test_real_articles_come_back_the_same(
    owner: Studio, real_articles: tuple[Article, ...], scheme: Scheme, tmp_path: Path
) -> None:
    sent = [every_word(article) for article in real_articles]
    process = round_trip(owner, "round trip: real", real_articles, sent, scheme, tmp_path)
    back = {annotation.article: annotation for annotation in process.annotations()}
    assert process.problems == []
    assert len(back) == len(real_articles) == 2
    for article, annotation in zip(real_articles, sent, strict=True):
        assert back[article.id].spans == annotation.spans
        assert set(back[article.id].arguments) == set(annotation.arguments)
    values = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))
    assert [value["data"]["text"] for value in values] == [
        stand_in(article.text) for article in real_articles
    ]


def every_word(article: Article) -> Annotation:
    """Label each word as a person, each line as an organisation, and join the first verb to its neighbour."""
    words = [(match.span(), "PERS") for match in WORD.finditer(article.text)]
    lines = [(match.span(), "ORG") for match in re.finditer(r"\S[^\n]*\S", article.text)]
    places = sorted([*words, *lines, (words[0][0], "ATTACK")], key=lambda p: (p[0][0], -p[0][1], p[1]))
    spans = tuple(
        Span(f"r{number}", start, end, label, article.text[start:end])
        for number, ((start, end), label) in enumerate(places)
    )
    trigger = next(span.id for span in spans if span.label == "ATTACK")
    person = next(span.id for span in spans if span.label == "PERS")
    roles = tuple(Argument(trigger, person, role) for role in ("AGENT", "TARGET"))
    return Annotation(article.id, article.sha256, "A1", spans=spans, arguments=roles)


def test_the_server_accepts_the_configuration(owner: Studio, server: Server, scheme: Scheme) -> None:
    from label_studio_sdk.label_interface.interface import LabelInterface

    interface: Any = LabelInterface(render_config(scheme))
    assert sorted(interface.get_control("span").labels) == sorted(label.code for label in scheme.labels)
    assert "config accepted" not in titles(owner)
    owner.create_project(Setup("config accepted", render_config(scheme)))
    assert "config accepted" in titles(owner)


def titles(studio: Studio) -> set[str]:
    return {project.setup.title for project in studio.projects()}
