import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command import run
from miyar.article import BOM, CONTROL, SURROGATE, RawArticle, found_articles, read_articles
from miyar.cleaning import Cleaned, clean_articles
from miyar.errors import DataError, Problem
from news import NEWS

ODD = f"{BOM}\r\n\0\x0b\x85\ud83d\ude00ا "
TEXTS = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from(ODD))


def raw(data: str | bytes, identity: str = "a", where: str = "in/a.txt", **metadata: str) -> RawArticle:
    return RawArticle(Path("in/a.txt"), where, identity, data, metadata)


def cleaned(data: str | bytes, encoding: str | None = None, identity: str = "a") -> Cleaned:
    (result,) = clean_articles([raw(data, identity)], encoding)
    assert isinstance(result, Cleaned)
    return result


def changes_of(result: Cleaned) -> list[tuple[str, str, str]]:
    return [(change.position, change.found, change.put) for change in result.changes]


# --- each kind of fault ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text", "changes"),
    [
        ("\ufeffنص", "نص", [("1:1", "U+FEFF", "nothing")]),
        ("نص\r\nثان\r", "نص\nثان\n", [("1:3", "U+000D U+000A", "U+000A"), ("2:4", "U+000D", "U+000A")]),
        ("نص\0ثان", "نصثان", [("1:3", "U+0000", "nothing")]),
        ("سطر\nنص\x1bثان", "سطر\nنصثان", [("2:3", "U+001B", "nothing")]),
        ("نص\x85ثان", "نص\nثان", [("1:3", "U+0085", "U+000A")]),
        ("نص\x0cثان", "نص\nثان", [("1:3", "U+000C", "U+000A")]),
        ("نص\x9d", "نص", [("1:3", "U+009D", "nothing")]),
        ("نص\ud83d", "نص\ufffd", [("1:3", "U+D83D", "U+FFFD")]),
        ("\0\ufeffنص", "نص", [("1:1", "U+0000", "nothing"), ("1:2", "U+FEFF", "nothing")]),
        ("\ufeff\ufeffنص", "نص", [("1:1", "U+FEFF", "nothing"), ("1:2", "U+FEFF", "nothing")]),
    ],
)
def test_each_fault_is_mended_and_recorded(data: str, text: str, changes: list[tuple[str, str, str]]) -> None:
    result = cleaned(data)
    assert result.article.text == text
    assert changes_of(result) == changes
    assert {(change.source, change.article) for change in result.changes} == {("in/a.txt", "a")}


@pytest.mark.parametrize("encoding", ["cp1256", "iso8859_6", "utf-16"])
def test_another_encoding_is_read_when_it_is_named(encoding: str) -> None:
    result = cleaned("هجوم في ألماز\n".encode(encoding), encoding)
    assert result.article.text == "هجوم في ألماز\n"
    assert changes_of(result) == [("1:1", f"encoding {encoding}", "encoding utf-8")]


def test_utf16_whose_bytes_happen_to_be_utf8_is_read_as_what_it_was_named() -> None:
    # the letters are U+06xx: all bytes are below 0x80, and the white space has a NUL
    assert cleaned("هجوم في ألماز".encode("utf-16-le"), "utf-16-le").article.text == "هجوم في ألماز"


def test_what_is_utf8_already_stays_so_in_a_mixed_folder() -> None:
    result = cleaned("هجوم".encode(), "cp1256")
    assert (result.article.text, result.changes) == ("هجوم", ())


@pytest.mark.parametrize(("encoding", "used"), [(None, "utf-8"), ("ascii", "ascii"), ("klingon", "klingon")])
def test_bytes_that_cannot_be_read_are_a_problem_with_a_guess(encoding: str | None, used: str) -> None:
    (problem,) = clean_articles([raw(NEWS.encode("cp1256"))], encoding)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.where) == ("not_decodable", "in/a.txt")
    assert problem.found.startswith(f"not {used}: ")
    assert "looks like cp1256" in problem.expected
    assert "--encoding cp1256" in problem.remedy


@pytest.mark.parametrize("data", ["", " \r\n", "\ufeff\0"])
def test_a_text_that_has_nothing_left_is_a_problem(data: str) -> None:
    (problem,) = clean_articles([raw(data)], None)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.where) == ("empty_text", "in/a.txt")
    assert "move the file" in problem.remedy


def test_problems_that_cannot_be_mended_pass_through() -> None:
    problem = Problem("bad_json", "x.jsonl:1", "found", "expected")
    assert list(clean_articles([problem], None)) == [problem]


def test_a_clean_text_comes_out_byte_for_byte() -> None:
    text = "مُحَمَّد\u200f  ـ\tأ\n\n🚨 \u2028\u00a0 نص\ufeff "
    result = cleaned(text.encode())
    assert result.article.text.encode("utf-8") == text.encode("utf-8")
    assert result.changes == ()


def test_metadata_stay_but_the_old_digest_goes() -> None:
    article = raw("نص\r", sha256="0" * 64, title="عنوان", id="a")
    (result,) = clean_articles([article], None)
    assert isinstance(result, Cleaned)
    assert result.article.metadata == {"title": "عنوان"}


HALF = "\ud83d"


@pytest.mark.parametrize(
    ("value", "mended", "places"),
    [
        (f"{HALF} كاتب", "\ufffd كاتب", ["author 1:1"]),
        (["أ", [f"x{HALF}\n{HALF}"]], ["أ", ["x\ufffd\n\ufffd"]], ["author[1][0] 1:2", "author[1][0] 2:1"]),
        ({"name": {"last": HALF}}, {"name": {"last": "\ufffd"}}, ["author.name.last 1:1"]),
        ({HALF: 1, "\ufffd": 2}, {"\ufffd\ufffd": 1, "\ufffd": 2}, ["the name of author.\\ud83d 1:1"]),
        ({HALF: 1, "\udc00": 2}, {"\ufffd": 1, "\ufffd\ufffd": 2}, None),
        (["🙂", 1, 2.5, None, True, {}], ["🙂", 1, 2.5, None, True, {}], []),
    ],
)
def test_half_characters_in_the_metadata_are_mended_at_any_depth(
    value: object, mended: object, places: list[str] | None
) -> None:
    article = RawArticle(Path("in.jsonl"), "in.jsonl:1", "a", "نص", {"author": value, "n": 1})
    (result,) = clean_articles([article], None)
    assert isinstance(result, Cleaned)
    assert result.article.metadata == {"author": mended, "n": 1}
    assert json.dumps(result.article.metadata, ensure_ascii=False).encode("utf-8")
    assert places is None or [change.position for change in result.changes] == places
    for change in result.changes:
        assert (change.found[:3], change.put) == ("U+D", "U+FFFD")
        assert "".join(change.to_dict().values()).encode("utf-8")


def test_metadata_with_half_characters_are_written_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = r'{"id": "a", "text": "نص", "author": {"\ud83d": ["\ude00"]}, "ok": "\ud83d\ude00"}'
    (tmp_path / "lines.jsonl").write_text(line, encoding="utf-8")
    done = run(capsys, "clean-articles", tmp_path / "lines.jsonl", "-o", tmp_path / "out")
    assert done.status == 0, done.err
    (article,) = read_articles([tmp_path / "out"])
    assert article.metadata["author"] == {"\ufffd": ["\ufffd"]}
    assert article.metadata["ok"] == "😀"
    changes = (tmp_path / "out" / "changes.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(change)["found"] for change in changes] == ["U+D83D", "U+DE00"]


# --- ids ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("identity", ["خبر عاجل", "two words", ".a", "x" * 200, ""])
def test_a_bad_id_becomes_an_allowed_one_that_is_the_same_each_time(identity: str) -> None:
    result = cleaned("نص", identity=identity)
    assert result.article.id == cleaned("نص", identity=identity).article.id
    assert changes_of(result) == [("", f"id {identity}", f"id {result.article.id}")]


@pytest.mark.parametrize("identity", ["a", "two words", "خبر"])
def test_ids_that_collide_are_all_told_apart(identity: str) -> None:
    other_case = identity.swapcase()
    raws = [raw("نص", identity), raw("نص", other_case, "in/b.txt"), *[raw("نص", identity)] * 2]
    results = [item for item in clean_articles(raws, None) if isinstance(item, Cleaned)]
    assert len({item.article.id.casefold() for item in results}) == len(raws)


def test_the_record_of_changes_can_be_written_as_utf8() -> None:
    for change in cleaned("نص\ud83d", identity="a\ud83d").changes:
        assert "".join(change.to_dict().values()).encode("utf-8")


# --- what is refused is accepted afterwards ----------------------------------------------------------------

REFUSED: dict[str, bytes] = {
    "bom": "\ufeffنص".encode(),
    "crlf": "نص\r\nثان\r\n".encode(),
    "nul": "نص\0ثان".encode(),
    "c1": "نص\x85ثان".encode(),
    "cp1256": NEWS.encode("cp1256"),
    "two words": "نص".encode(),
    "خبر": "نص".encode(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_refused_is_accepted_after_cleaning(name: str, tmp_path: Path) -> None:
    source, target = tmp_path / f"{name}.txt", tmp_path / "clean"
    source.write_bytes(REFUSED[name])
    with pytest.raises(DataError, match="clean-articles"):
        read_articles([source])
    target.mkdir()
    for item in clean_articles(found_articles([source], "text", "id"), "cp1256"):
        assert isinstance(item, Cleaned)
        assert item.changes
        (target / f"{item.article.id}.txt").write_bytes(item.article.text.encode("utf-8"))
    assert len(read_articles([target])) == 1


def test_a_file_whose_name_is_no_utf8_gets_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "zip"
    source.mkdir()
    (source / os.fsdecode(b"\xce\xc8\xd1.txt")).write_text("نص", encoding="utf-8")
    assert "clean-articles" in run(capsys, "convert-articles", source, "-o", tmp_path / "tasks.json").err
    assert run(capsys, "clean-articles", source, "-o", tmp_path / "clean").status == 0
    assert run(capsys, "convert-articles", tmp_path / "clean", "-o", tmp_path / "tasks.json").status == 0


def test_a_json_line_that_is_refused_is_accepted_after_cleaning(tmp_path: Path) -> None:
    source = tmp_path / "lines.jsonl"
    source.write_bytes(rb'{"id": "a b", "text": "\ud83d\r\nx"}' + b"\n" + rb'{"id": "A b", "text": "y"}')
    with pytest.raises(DataError, match="clean-articles"):
        read_articles([source])
    items = list(clean_articles(found_articles([source], "text", "id"), None))
    assert [item.article.text for item in items if isinstance(item, Cleaned)] == ["\ufffd\nx", "y"]


# --- for any text ------------------------------------------------------------------------------------------


@given(TEXTS)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    (once,) = clean_articles([raw(text)], None)
    if isinstance(once, Cleaned):
        twice = cleaned(once.article.text)
        assert (twice.article, twice.changes) == (once.article, ())


@given(TEXTS)
def test_characters_that_are_allowed_are_kept_in_order_and_each_other_one_is_recorded(text: str) -> None:
    (result,) = clean_articles([raw(text)], None)
    if isinstance(result, Problem):
        return
    # line breaks aside, which change their form: what is left of each side without what the contract forbids
    assert allowed(result.article.text.replace("\ufffd", "")) == allowed(text.replace("\ufffd", ""))
    kept = len(result.article.text) - sum(change.put != "nothing" for change in result.changes)
    gone = sum(len(change.found.split()) for change in result.changes)
    assert kept + gone == len(text)


def allowed(text: str) -> str:
    without = SURROGATE.sub("", CONTROL.sub("", text.replace("\r", "").replace("\n", "")))
    return re.sub(rf"\A{BOM}+", "", without)


def test_utf8_with_a_nul_is_not_taken_for_the_encoding_of_its_neighbours() -> None:
    [cleaned] = clean_articles([raw("القدس\0 مدينة".encode())], "cp1256")
    assert isinstance(cleaned, Cleaned)
    assert cleaned.article.text == "القدس مدينة"
