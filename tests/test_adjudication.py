"""From several views to one gold: nothing is lost, nothing accepted silently, decisions hold."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command import run
from conftest import ROOT
from marked import Marked, marked
from miyar.adjudication import (
    Adjudication,
    Conflict,
    Decision,
    Decisions,
    Key,
    adjudication,
    asked,
    decisions_of,
    hand_file,
    known_decisions,
    opinions,
    read_hand_file,
    second_opinions,
    write_gold,
)
from miyar.article import read_articles
from miyar.dataset import read_annotators, with_texts
from miyar.errors import DataError
from miyar.report.decisions import decision_log
from miyar.scheme import Scheme
from views import SOURCES, TEXT, VIEWS, View, annotation, annotators_of, of, written

NOW = "2026-01-01T00:00:00+00:00"


def found(
    views: Mapping[str, View], scheme: Scheme, decisions: Sequence[Decision] = (), agree: int | None = None
) -> Adjudication:
    return adjudication(opinions(annotators_of(views, scheme)), scheme, decisions_of(decisions), agree)


def spans(one: Adjudication, article: str = "a") -> dict[tuple[int, int, str], str]:
    """Return how each span of an article's gold was decided."""
    [merged] = [merge for merge in one.merges if merge.opinions.article == article]
    return {(*span.key,): span.verdict.decision for span in merged.spans}


def take(conflict: Conflict, *numbers: int, own: Sequence[Key] = (), by: str = "J1") -> Decision:
    taken = tuple(conflict.candidates[number].answer for number in numbers)
    return Decision(conflict.id, conflict.article, taken, tuple(own), by=by)


def settled(
    views: Mapping[str, View], scheme: Scheme, choose: Any, agree: int | None = None
) -> tuple[Adjudication, list[Decision]]:
    """Return the adjudication once all conflicts are decided, and the decisions."""
    made: list[Decision] = []
    for _ in range(5):
        now = found(views, scheme, made, agree)
        if not now.open:
            return now, made
        made += [choose(conflict) for _, conflict in now.open]
    raise AssertionError("conflicts do not come to an end")


# properties

CHOICES = st.randoms(use_true_random=False).map(
    lambda random: (
        lambda conflict: take(
            conflict,
            *sorted(
                random.sample(
                    range(len(conflict.candidates)),
                    random.randint(0, 1 if conflict.kind == "value" else len(conflict.candidates)),
                )
            ),
        )
    )
)


@settings(max_examples=25)
@given(VIEWS, CHOICES)
def test_all_of_the_gold_is_agreed_or_decided_and_nothing_agreed_is_lost(
    scheme: Scheme, views: dict[str, View], choose: Any
) -> None:
    now, made = settled(views, scheme, choose)
    taken = {(one.article, *key) for one in made for key in one.taken if isinstance(key, Key)}
    for merge in now.merges:
        article = merge.opinions.article
        everybody = [{(s.start, s.end, s.label) for s in view[article].spans} for view in views.values()]
        agreed = set.intersection(*everybody)
        gold = {tuple(span.key): span.verdict for span in merge.spans}
        assert agreed <= gold.keys()
        assert {key for key, verdict in gold.items() if verdict.decision == "unanimous"} == agreed
        for key, verdict in gold.items():
            if verdict.decision == "adjudicated":
                assert (article, *key) in taken
                assert verdict.decided in made
        assert gold.keys() == agreed | {
            key for one, *key_ in taken if one == article for key in [tuple(key_)]
        }


@settings(max_examples=25)
@given(VIEWS)
def test_what_one_has_alone_is_in_exactly_one_conflict(scheme: Scheme, views: dict[str, View]) -> None:
    asked_of: list[tuple[str, Any]] = [
        (conflict.article, candidate.answer)
        for _, conflict in found(views, scheme).open
        for candidate in conflict.candidates
    ]
    assert len(asked_of) == len(set(asked_of))
    articles = next(iter(views.values())).keys()
    differ = {
        (article, Key(span.start, span.end, span.label))
        for article in articles
        for view in views.values()
        for span in view[article].spans
        if not all(
            (span.start, span.end, span.label) in {(s.start, s.end, s.label) for s in other[article].spans}
            for other in views.values()
        )
    }
    assert set(asked_of) == differ


@settings(max_examples=20)
@given(SOURCES)
def test_the_gold_of_identical_views_is_that_view(scheme: Scheme, source: Marked) -> None:
    one = found({"A1": {"a": source}, "A2": {"a": source}}, scheme)
    assert one.open == []
    assert spans(one) == {(s.start, s.end, s.label): "unanimous" for s in source.spans}


@settings(max_examples=25)
@given(VIEWS, CHOICES, SOURCES)
def test_a_change_of_one_view_opens_what_overlaps_it_and_nothing_else(
    scheme: Scheme, views: dict[str, View], choose: Any, other: Marked
) -> None:
    _, made = settled(views, scheme, choose)
    who, article = next(iter(views)), next(iter(next(iter(views.values()))))
    changed = {**views, who: {**views[who], article: other}}
    before, after = ({(s.start, s.end, s.label) for s in v[who][article].spans} for v in (views, changed))
    touched = before ^ after
    for _, conflict in found(changed, scheme, made).open:
        assert conflict.article == article
        group = [candidate.answer for candidate in conflict.candidates if isinstance(candidate.answer, Key)]
        assert touched
        assert any(start < key.end and key.start < end for key in group for start, end, _ in touched)


@settings(max_examples=15)
@given(views=VIEWS, choose=CHOICES)
def test_a_file_that_is_edited_gives_the_decisions_that_were_meant(
    scheme: Scheme, views: dict[str, View], choose: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    open_ones = [asked(conflict, one.opinions.text or "", 13) for one, conflict in found(views, scheme).open]
    wanted = {one.conflict.id: choose(one.conflict) for one in open_ones}
    text = hand_file(open_ones)
    for one in open_ones:
        answers = [candidate.answer for candidate in one.candidates]
        numbers = [str(answers.index(answer) + 1) for answer in wanted[one.conflict.id].taken]
        entry = text.index(f'id = "{one.conflict.id}"')
        place = text.index('take = "?"', entry)
        text = f'{text[:place]}take = "{" ".join(numbers) or "none"}"{text[place + 10 :]}'
    file = tmp_path_factory.mktemp("hand") / "conflicts.toml"
    file.write_text(text, encoding="utf-8")
    read = read_hand_file(file, {one.conflict.id: one for one in open_ones}, scheme, "J1", NOW)
    assert {one.conflict: set(one.taken) for one in read} == {
        key: set(one.taken) for key, one in wanted.items()
    }


# worked examples

ATTACK = "[هاجم]ATTACK:t [مسلحو [السرو]LOC:l]ORG:o [القرية]GPE:g"


def test_a_majority_is_accepted_where_it_is_asked_for(scheme: Scheme) -> None:
    views = {
        "A1": {"a": of((4, 8, "PERS"), (9, 13, "GPE"))},
        "A2": {"a": of((4, 8, "PERS"), (9, 13, "GPE"))},
        "A3": {"a": of((4, 8, "PERS"))},
    }
    assert [c.candidates[0].answer for _, c in found(views, scheme).open] == [Key(9, 13, "GPE")]
    assert spans(found(views, scheme, agree=2)) == {(4, 8, "PERS"): "unanimous", (9, 13, "GPE"): "majority"}
    assert found(views, scheme, agree=2).open == []


def test_an_article_of_one_annotator_is_no_gold(scheme: Scheme) -> None:
    one = found({"A1": {"a": of((4, 8, "PERS")), "b": of()}, "A2": {"a": of((4, 8, "PERS"))}}, scheme)
    assert (one.single, [merge.opinions.article for merge in one.merges]) == (("b",), ["a"])


def test_values_are_asked_where_they_differ_or_one_is_missing(scheme: Scheme) -> None:
    views = {
        "A1": {"a": marked("قتل [٨٠]CARDINAL=80 في [جنيف]GPE@Q71 [يوم]DATE")},
        "A2": {"a": marked("قتل [٨٠]CARDINAL=81 في [جنيف]GPE [يوم]DATE")},
    }
    first = found(views, scheme)
    asked_for = {conflict.about["attribute"]: conflict for _, conflict in first.open}
    assert {name: [c.answer for c in one.candidates] for name, one in asked_for.items()} == {
        "value": ["80", "81"],
        "link": [None, "Q71"],
    }
    made = [take(asked_for["value"], 1), take(asked_for["link"], 1)]
    [merge] = found(views, scheme, made).merges
    assert merge.open == ()
    assert {span.key.label: dict(span.attributes) for span in merge.spans} == {
        "CARDINAL": {"value": "81"},
        "GPE": {"link": "Q71"},
        "DATE": {},
    }


def test_an_argument_of_an_end_that_only_one_had_follows_from_its_decision(scheme: Scheme) -> None:
    ones = marked(ATTACK, "t AGENT o", "t PLACE g")
    others = marked(ATTACK.replace("[هاجم]ATTACK:t", "هاجم"))
    views = {"A1": {"a": ones}, "A2": {"a": others}}
    [(_, conflict)] = found(views, scheme).open
    assert conflict.kind == "spans"
    [taken] = found(views, scheme, [take(conflict, 0)]).merges
    assert {one.joint.role: one.verdict.decision for one in taken.arguments} == {
        "AGENT": "adjudicated",
        "PLACE": "adjudicated",
    }
    assert {one.verdict.conflict for one in taken.arguments} == {conflict.id}
    [left] = found(views, scheme, [take(conflict)]).merges
    assert (left.arguments, left.lost) == ((), 2)


def test_an_argument_moves_to_the_boundary_that_was_taken(scheme: Scheme) -> None:
    """A1 joins مسلحو السرو, A2 مسلحو; the first is taken, and both meant it."""
    ones = marked("[هاجم]ATTACK:t [مسلحو السرو]ORG:o", "t AGENT o")
    others = marked("[هاجم]ATTACK:t [مسلحو]ORG:o السرو", "t AGENT o")
    views = {"A1": {"a": ones}, "A2": {"a": others}}
    [(_, conflict)] = found(views, scheme).open
    whole = next(n for n, one in enumerate(conflict.candidates) if one.support == ("A1",))
    [merge] = found(views, scheme, [take(conflict, whole)]).merges
    [argument] = merge.arguments
    assert (argument.verdict.decision, argument.verdict.support) == ("unanimous", ("A1", "A2"))
    assert argument.joint.entity == conflict.candidates[whole].answer


def test_roles_are_asked_where_both_have_the_ends(scheme: Scheme) -> None:
    views = {"A1": {"a": marked(ATTACK, "t AGENT o")}, "A2": {"a": marked(ATTACK, "t TARGET o", "t PLACE g")}}
    one = found(views, scheme)
    asked_for = {conflict.about["entity"].label: conflict for _, conflict in one.open}
    assert [c.answer for c in asked_for["ORG"].candidates] == ["AGENT", "TARGET"]
    made = [take(asked_for["ORG"], 0), take(asked_for["GPE"])]
    [merge] = found(views, scheme, made).merges
    assert [(a.joint.role, a.verdict.decision, a.verdict.support) for a in merge.arguments] == [
        ("AGENT", "adjudicated", ("A1",))
    ]


def test_an_answer_of_ones_own_is_gold_without_support(scheme: Scheme) -> None:
    views = {"A1": {"a": of((4, 8, "PERS"))}, "A2": {"a": of((4, 13, "PERS"))}}
    [(_, conflict)] = found(views, scheme).open
    [merge] = found(views, scheme, [take(conflict, own=[Key(9, 13, "GPE")])]).merges
    assert [(span.key, span.verdict.decision, span.verdict.support) for span in merge.spans] == [
        (Key(9, 13, "GPE"), "adjudicated", ())
    ]


@pytest.mark.parametrize(
    "taken",
    [(Key(4, 8, "GPE"),), ("1",), (None,), ("PERS",)],
)
def test_a_decision_that_answers_something_else_is_refused(scheme: Scheme, taken: tuple[Any, ...]) -> None:
    views = {"A1": {"a": of((4, 8, "PERS"))}, "A2": {"a": of((4, 8, "ORG"))}}
    [(_, conflict)] = found(views, scheme).open
    with pytest.raises(DataError, match="an answer that is none"):
        found(views, scheme, [replace(take(conflict), taken=taken)])
    for own in (
        Key(4, 800, "GPE"),
        Key(8, 4, "GPE"),
        Key(4, 8, "ATTACK"),
        Key(4, 8, "NOPE"),
        Key(14, 16, "GPE"),
    ):
        with pytest.raises(DataError, match="an answer that is none"):
            found(views, scheme, [take(conflict, own=[own])])


def test_half_of_the_annotators_are_no_majority(scheme: Scheme) -> None:
    views = {
        name: {"a": of((4, 8, label))}
        for name, label in (("A1", "PERS"), ("A2", "PERS"), ("A3", "ORG"), ("A4", "ORG"))
    }
    assert len(found(views, scheme, agree=2).open) == 1


def test_values_move_to_the_boundary_that_was_taken(scheme: Scheme) -> None:
    views = {
        "A1": {"a": marked("زار [بلدية ألماز]ORG@Q71 أمس")},
        "A2": {"a": marked("زار [بلدية]ORG@Q71 ألماز أمس")},
    }
    [(_, conflict)] = found(views, scheme).open
    [merge] = found(views, scheme, [take(conflict, 0)]).merges
    assert [dict(span.attributes) for span in merge.spans] == [{"link": "Q71"}]


def test_the_first_adjudicator_counts_and_the_second_is_compared(scheme: Scheme) -> None:
    views = {"A1": {"a": of((4, 8, "PERS"), (9, 13, "GPE"))}, "A2": {"a": of()}}
    one, other = (conflict for _, conflict in found(views, scheme).open)
    made = [take(one), take(one, 0, by="J2"), take(other, 0), take(other, 0, by="J2"), take(one, 0)]
    decisions = decisions_of(made)
    assert decisions.counting[one.id].taken == (Key(4, 8, "PERS"),)
    assert sorted(second_opinions(decisions)) == [True, True]
    assert sorted(second_opinions(decisions_of(made[:-1]))) == [False, True]


# the file for an editor


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ({"take": "3"}, "bad_take"),
        ({"take": "1 1"}, "bad_take"),
        ({"take": ""}, "bad_take"),
        ({"take": "own"}, "bad_take"),
        ({"take": "own", "own": ["ORG"]}, "bad_own"),
        ({"take": "own", "own": ["ORGA 4-8"]}, "unknown_label"),
        ({"take": "own", "own": ["ORG 8-4"]}, "bad_offsets"),
        ({"take": "own", "own": ["ORG 4-900"]}, "bad_offsets"),
        ({"take": "own", "own": ["ORG 3-8"]}, "bad_own"),
        ({"take": "own", "own": ["GPE 14-16"]}, "bad_own"),
        ({"take": "own", "own": ["ATTACK 4-8"]}, "unknown_label"),
        ({"take": "own", "own": [f"ORG {'9' * 5000}-8"]}, "bad_own"),
        ({"take": "1", "own": ["GPE 4-8"]}, "bad_take"),
        ({"take": "1", "candidates": ["1: x"]}, "other_candidates"),
        ({"take": "1", "reason": "because"}, "bad_reason"),
        ({"take": "1", "id": "000000000000"}, "other_conflict"),
    ],
)
def test_every_mistake_in_an_edited_file_is_named(
    scheme: Scheme, tmp_path: Path, edit: dict[str, Any], code: str
) -> None:
    views = {"A1": {"a": of((4, 8, "PERS"))}, "A2": {"a": of((4, 13, "PERS"))}}
    [(merge, conflict)] = found(views, scheme).open
    one = asked(conflict, merge.opinions.text or "", 13)
    entry = {**tomllib.loads(hand_file([one]))["conflict"][0], **edit}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in entry.items()]
    file = tmp_path / "conflicts.toml"
    file.write_text("\n".join(["[[conflict]]", *lines]), encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_hand_file(file, {conflict.id: one}, scheme, "J1", NOW)
    assert [problem.code for problem in error.value.problems] == [code]


def test_a_conflict_shows_its_candidates_in_place_and_nobodys_name(scheme: Scheme) -> None:
    views = {"A1": {"a": of((4, 8, "PERS"))}, "A2": {"a": of((4, 13, "PERS"))}}
    [(merge, conflict)] = found(views, scheme).open
    text = hand_file([asked(conflict, merge.opinions.text or "", 13)])
    [entry] = tomllib.loads(text)["conflict"]
    assert entry["context"].replace("⟦1⟧⟦2⟧", "⟦⟧").startswith("زار ⟦⟧سامي⟦/")
    assert sorted(one.partition(": ")[2] for one in entry["candidates"]) == [
        "PERS 4–13 سامي دمشق",
        "PERS 4–8 سامي",
    ]
    assert "A1" not in text
    assert "A2" not in text


# the command


def test_from_two_views_to_a_gold_that_is_scored_and_opened_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ones, others = marked("قال [الرئيس]OCC [سامي]PERS"), marked("قال الرئيس [سامي]PERS")
    names = [f"a{number:02}" for number in range(12)]
    texts, corpus, hand = tmp_path / "texts", tmp_path / "corpus", tmp_path / "first.toml"
    texts.mkdir()
    for name in names:
        (texts / f"{name}.txt").write_text(ones.text, encoding="utf-8")

    def adjudicate(first: Marked, *options: object) -> str:
        views = [("A1", {**dict.fromkeys(names, ones), "a03": first}), ("A2", dict.fromkeys(names, others))]
        lines = [annotation(name, who, view[name]) for who, view in views for name in names]
        file = written(tmp_path / "annotations.jsonl", lines)
        done = run(
            capsys,
            "adjudicate-annotations",
            file,
            "--articles",
            texts,
            "-o",
            corpus,
            *options,
            "--format",
            "json",
        )
        assert done.status == 0, done.err
        return done.out + done.err

    assert '"gold": 0' in adjudicate(ones, "--conflicts", hand)
    hand.write_text(hand.read_text(encoding="utf-8").replace('"?"', '"1"'), encoding="utf-8")
    said = adjudicate(ones, "--decided", hand)
    assert "12 decisions" in said
    result = json.loads(said[: said.rindex("\n}") + 2])
    assert result["articles"] == {"all": 12, "gold": 12, "single": 0}
    assert result["gold"]["spans"] == {"unanimous": 12, "adjudicated": 12}
    assert result["annotators"]["A1"]["entities"]["strict"]["micro"]["f1"] == 1
    assert result["annotators"]["A2"]["entities"]["strict"]["micro"]["recall"] == 0.5
    gold = {file.name: file.read_bytes() for file in (corpus / "gold").iterdir()}
    assert sorted(gold) == [f"{name}.json" for name in names]
    adjudicate(ones)
    assert {file.name: file.read_bytes() for file in (corpus / "gold").iterdir()} == gold

    predictions = tmp_path / "predictions.jsonl"
    rows = [{"article": name, "spans": [{"start": 11, "end": 15, "label": "PERS"}]} for name in names]
    predictions.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    scored = run(
        capsys, "score-extractors", corpus / "gold", predictions, "--by", "decision", "--min-support", 1,
        "--articles", texts, "--format", "json",
    )  # fmt: skip
    assert scored.status == 0, scored.err
    by = json.loads(scored.out)["slices"]["decision"]["classes"]
    assert {name: one["recall"] for name, one in by.items()} == {"unanimous": 1, "adjudicated": 0}
    learnt = ["--gold", corpus / "gold", "-o", tmp_path / "lexicon"]
    assert run(capsys, "run-extractor", "lexicon", texts, *learnt).status == 0

    changed = marked("قال [الرئيس]NORP [سامي]PERS")
    said = adjudicate(changed, "--conflicts", tmp_path / "second.toml")
    assert "open again, and taken out of the gold: 1: a03" in said
    [entry] = tomllib.loads((tmp_path / "second.toml").read_text(encoding="utf-8"))["conflict"]
    assert (entry["article"], entry["candidates"]) == ("a03", ["1: NORP 4–10 الرئيس"])
    assert sorted(file.stem for file in (corpus / "gold").iterdir()) == [n for n in names if n != "a03"]
    assert "open again" not in adjudicate(ones)
    assert {file.name: file.read_bytes() for file in (corpus / "gold").iterdir()} == gold


def test_the_gold_of_the_demo_corpus_is_what_its_decisions_make(scheme: Scheme, tmp_path: Path) -> None:
    files = [ROOT / "corpus" / "annotations" / "demo" / f"{name}.jsonl" for name in ("A1", "A2")]
    read = with_texts(read_annotators(files, scheme), read_articles([ROOT / "corpus" / "articles"]))
    one = adjudication(opinions(read), scheme, known_decisions(ROOT / "corpus"))
    assert (one.open, one.idle) == ([], [])
    write_gold(tmp_path, one, scheme)
    made, kept = (
        {file.name: file.read_text(encoding="utf-8") for file in (folder / "gold").iterdir()}
        for folder in (tmp_path, ROOT / "corpus")
    )
    assert made == kept


@pytest.fixture
def disputed(tmp_path: Path) -> tuple[object, ...]:
    """Give a call that adjudicates one article with one conflict in tmp_path."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    sides = (("A1", of((4, 8, "PERS"))), ("A2", of((4, 8, "ORG"))))
    file = written(tmp_path / "x.jsonl", [annotation("a", who, side) for who, side in sides])
    return ("adjudicate-annotations", file, "--articles", tmp_path / "a.txt", "-o", tmp_path / "c")


def decide(file: Path, answer: str) -> Path:
    file.write_text(file.read_text(encoding="utf-8").replace('"?"', f'"{answer}"'), encoding="utf-8")
    return file


def test_a_second_adjudicator_decides_alone_and_a_decision_can_be_mended(
    disputed: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "j1.toml", tmp_path / "j2.toml"
    assert run(capsys, *disputed, "--conflicts", first).status == 0
    assert run(capsys, *disputed, "--decided", decide(first, "1")).status == 0
    gold = (tmp_path / "c" / "gold" / "a.json").read_bytes()
    assert run(capsys, *disputed, "--conflicts", second, "--adjudicator", "J2").status == 0
    done = run(capsys, *disputed, "--decided", decide(second, "2"), "--adjudicator", "J2")
    assert "adjudicators took the same in 0 of 1 conflicts" in done.err
    assert (tmp_path / "c" / "gold" / "a.json").read_bytes() == gold
    assert "decision:" not in run(capsys, *disputed, "--decided", first).err
    file = tmp_path / "c" / "decisions" / "j1.jsonl"
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    first.write_text(first.read_text(encoding="utf-8").replace('"1"', '"2"'), encoding="utf-8")
    assert run(capsys, *disputed, "--decided", first).status == 0
    assert (tmp_path / "c" / "gold" / "a.json").read_bytes() != gold


def test_gold_of_others_and_decisions_are_not_written_over(
    disputed: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand = tmp_path / "j1.toml"
    assert run(capsys, *disputed, "--conflicts", hand).status == 0
    assert run(capsys, *disputed, "--decided", decide(hand, "1")).status == 0
    gold = (tmp_path / "c" / "gold" / "a.json").read_bytes()
    for option, place in (("--log", "decisions/j1.jsonl"), ("--conflicts", "gold/a.json")):
        done = run(capsys, *disputed, option, tmp_path / "c" / place)
        assert (done.status, "would stand among decisions or gold" in done.err) == (2, True)
    others = [annotation("a", who, of((4, 8, label))) for who, label in (("A3", "PERS"), ("A4", "ORG"))]
    file = written(tmp_path / "y.jsonl", others)
    done = run(capsys, disputed[0], file, *disputed[2:])
    assert (done.status, "views of A1, A2 too [other_gold]" in done.err) == (1, True)
    assert (tmp_path / "c" / "gold" / "a.json").read_bytes() == gold


def test_names_of_people_are_no_pseudonyms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "x.jsonl", [annotation("a", "A1", marked("قال [سامي]PERS"))])
    done = run(capsys, "adjudicate-annotations", file, "-o", tmp_path / "c", "--adjudicator", "Amal")
    assert (done.status, "give a pseudonym, J1, J2" in done.err) == (2, True)


def test_the_log_counts_reasons_and_rules_and_shows_each_decision(scheme: Scheme) -> None:
    views = {
        "A1": {"a": marked("قال [الرئيس]OCC [سامي]PERS | في [ألماز]GPE")},
        "A2": {"a": marked("قال الرئيس [سامي | في]PERS [ألماز]GPE")},
    }
    made = [
        replace(take(conflict, 0), reason="guideline", rule="2.3")
        if len(conflict.candidates) == 1
        else replace(take(conflict), reason="slip", note="راجع القاعدة")
        for _, conflict in found(views, scheme).open
    ]
    log = decision_log(found(views, scheme, made), scheme)
    assert "| الدليل غير واضح | OCC | 1 |" in log
    assert "| سهو | PERS | 1 |" in log
    assert "| 2.3 | 1 |" in log
    assert "…قال **الرئيس** سامي \\| في ألماز… (a, `" in log
    assert "  - أُخذ: OCC «الرئيس»\n  - 2.3\n" in log
    assert "  - أُخذ: لا شيء\n  - تُرك: PERS «سامي» ؛ PERS «سامي \\| في»\n  - راجع القاعدة\n" in log
    assert "A1" not in log


def test_broken_decisions_are_refused_with_their_places(tmp_path: Path) -> None:
    (tmp_path / "decisions").mkdir()
    file = tmp_path / "decisions" / "1.jsonl"
    file.write_text('{"conflict": "x", "article": "a", "taken": [{"start": 1}]}\n[]\n', encoding="utf-8")
    with pytest.raises(DataError) as error:
        known_decisions(tmp_path)
    assert {problem.where.partition(": ")[0] for problem in error.value.problems} == {
        f"{file}:1",
        f"{file}:2",
    }


def test_there_are_no_decisions_before_the_first(tmp_path: Path) -> None:
    assert known_decisions(tmp_path) == Decisions({}, ())
