import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miyar.article import TEXT_CHECKS, Article, read_articles, text_sha256, unread_files
from miyar.errors import DataError, Problem, UsageError, quoted
from news import NEWS


def put(folder: Path, **files: str | bytes) -> Path:
    """Write files: `a="…"` becomes a.txt, `metadata="…"` metadata.jsonl, `lines="…"` lines.jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        suffix = ".jsonl" if name in ("metadata", "lines") else ".txt"
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        (folder / f"{name}{suffix}").write_bytes(data)
    return folder


def problems_of(*paths: Path) -> tuple[Problem, ...]:
    with pytest.raises(DataError) as caught:
        read_articles(paths)
    return caught.value.problems


def problem_of(*paths: Path) -> Problem:
    (problem,) = problems_of(*paths)
    return problem


# --- what is accepted --------------------------------------------------------------------------------------


def test_folders_files_and_json_lines_give_the_same_article(tmp_path: Path) -> None:
    text = "هجوم في ألماز\n\tثان 🚨\u200f"
    put(tmp_path / "one", a=text)
    put(tmp_path / "many", lines=json.dumps({"id": "a", "text": text}) + "\n\n")
    for path in (tmp_path / "one", tmp_path / "one" / "a.txt", tmp_path / "many" / "lines.jsonl"):
        (article,) = read_articles([path])
        assert (article.id, article.text, article.metadata) == ("a", text, {})
        assert article.sha256 == text_sha256(text)


def test_the_sha256_is_that_of_the_bytes_in_the_file() -> None:
    # printf abc | sha256sum
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert Article("a", "abc").sha256 == expected


def test_metadata_come_with_the_article_also_under_other_field_names(tmp_path: Path) -> None:
    line = {"key": 7, "body": "نص", "title": "عنوان", "desk": 3}
    path = put(tmp_path, lines=json.dumps(line)) / "lines.jsonl"
    (article,) = read_articles([path], text_field="body", id_field="key")
    assert (article.id, article.text) == ("7", "نص")
    assert article.metadata == {"title": "عنوان", "desk": 3}


def test_the_demo_articles_keep_the_contract(demo_articles: dict[str, Article]) -> None:
    assert len(demo_articles) == 4
    assert all(article.metadata["title"] for article in demo_articles.values())


def test_what_is_not_read_is_listed(tmp_path: Path) -> None:
    put(tmp_path, a="نص", metadata="")
    for name in ("notes.docx", "B.TXT", ".hidden"):
        (tmp_path / name).touch()
    assert [path.name for path in unread_files([tmp_path])] == ["B.TXT", "notes.docx"]


# --- what is refused, and in which words ------------------------------------------------------------------


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    problem = problem_of(tmp_path)
    assert (problem.code, problem.where) == ("no_articles", str(tmp_path))
    assert problem.found == "no .txt file"
    assert "one UTF-8 .txt file per article" in problem.expected


def test_a_path_of_another_kind_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.txt: there is no such file"):
        read_articles([tmp_path / "missing.txt"])
    (tmp_path / "news.docx").write_bytes(b"PK")
    with pytest.raises(UsageError, match=r"news\.docx: not a folder of \.txt files"):
        read_articles([tmp_path / "news.docx"])
    assert problem_of(tmp_path).found == "no .txt file, but news.docx"


def test_cp1256_is_recognised_and_the_remedy_names_it(tmp_path: Path) -> None:
    assert len(NEWS.split()) > 100
    problem = problem_of(put(tmp_path, a=NEWS.encode("cp1256")))
    assert problem.code == "not_utf8"
    # أ is 0xC3 in cp1256: it begins a character of two bytes, and ع (0xDA) cannot be the second
    assert problem.where == f"{tmp_path / 'a.txt'}:1:1"
    assert problem.found == "byte 0xc3 at byte offset 0 is not UTF-8; it looks like cp1256"
    assert problem.expected == "UTF-8"
    assert problem.remedy == f"miyar clean-articles {tmp_path} -o DIR --encoding cp1256"


def test_the_column_of_a_broken_byte_is_counted_in_characters_as_editors_do(tmp_path: Path) -> None:
    problem = problem_of(put(tmp_path, a="سطر\nآخر".encode() + b"\xff\n"))
    assert problem.where.endswith("a.txt:2:4")
    assert "byte 0xff at byte offset 13" in problem.found  # 3 and 3 letters of two bytes, and \n


@pytest.mark.parametrize("data", [NEWS.encode()[:-3], NEWS.encode()[:301] + b"\xff" + NEWS.encode()[301:]])
def test_a_damaged_utf8_text_is_not_taken_for_another_encoding(data: bytes, tmp_path: Path) -> None:
    # the remedy would make gibberish of the whole text
    problem = problem_of(put(tmp_path, a=data))
    assert problem.code == "not_utf8"
    assert problem.found.endswith("it looks like damaged UTF-8")
    assert problem.remedy.startswith("restore the file from its source")


@pytest.mark.parametrize(
    ("text", "code", "place", "found", "expected"),
    [
        ("", "empty_text", "1:1", "nothing but white space", "a text to label"),
        (" \n\t", "empty_text", "1:1", "nothing but white space", "a text to label"),
        ("\ufeffنص", "byte_order_mark", "1:1", "U+FEFF", "UTF-8 without one"),
        ("نص\r\nثان\r\n", "carriage_return", "1:3", r"2 carriage returns (\r)", r"\n alone"),
        ("سطر\nنص\0ثان", "control_character", "2:3", "1 times U+0000", "no control characters"),
        ("نص\x85\x1f\x85", "control_character", "1:3", "3 times U+001F, U+0085", "every later span shifts"),
        ("نص\x7f", "control_character", "1:3", "1 times U+007F", r"but \n and \t"),
    ],
)
def test_a_text_that_breaks_the_contract_is_refused(
    text: str, code: str, place: str, found: str, expected: str, tmp_path: Path
) -> None:
    problem = problem_of(put(tmp_path, a=text))
    assert (problem.code, problem.where) == (code, f"{tmp_path / 'a.txt'}:{place}")
    assert found in problem.found
    assert expected in problem.expected
    assert problem.remedy == f"miyar clean-articles {tmp_path} -o DIR"


def test_a_lone_surrogate_in_json_lines_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, lines='{"id": "a", "text": "نص"}\n{"id": "b", "text": "نص\\ud83d"}') / "lines.jsonl"
    problem = problem_of(path)
    assert (problem.code, problem.where) == ("lone_surrogate", f"{path}:2:1:3")
    assert problem.found == "1 times U+D83D, the first here"
    assert "unexportable" in problem.expected
    assert problem.remedy == f"miyar clean-articles {path} -o DIR"


@pytest.mark.parametrize("name", ["lines.ndjson", "my lines.jsonl"])
def test_the_remedy_is_a_command_that_names_the_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(rb'{"id": "a", "text": "\u0000x"}')
    assert shlex.split(problem_of(path).remedy) == ["miyar", "clean-articles", str(path), "-o", "DIR"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('{"id": "a", "text": ', "Expecting value"),
        ('{"id": "a"}[1]', "Extra data"),
        ("5", "the number"),
        ("null", "null"),
        ('{"id": "a", "text": "نص", "score": NaN}', "NaN"),  # Python reads it, JSON has no such value
        (b'{"id": "\xff"}', "0xff at byte offset 8"),
    ],
)
def test_a_bad_json_line_is_refused(line: str | bytes, found: str, tmp_path: Path) -> None:
    data = line if isinstance(line, bytes) else line.encode("utf-8")
    path = put(tmp_path, lines=b"\n" + data) / "lines.jsonl"
    problem = problem_of(path)
    assert (problem.code, problem.where) == ("bad_json", f"{path}:2")
    assert found in problem.found
    assert problem.expected in ("one JSON object per line (UTF-8)", "an object")


@pytest.mark.parametrize("line", ['{"id": "a", "body": "نص"}', '{"body": 1, "text": "نص"}'])
def test_a_missing_field_is_answered_with_the_option_to_name_another(line: str, tmp_path: Path) -> None:
    path = put(tmp_path, lines=line) / "lines.jsonl"
    problem = problem_of(path)
    assert (problem.code, problem.where) == ("missing_field", f"{path}:1")
    assert all(f"{quoted(name)}" in problem.found for name in json.loads(line))
    assert '"id" and "text"' in problem.expected
    assert "--text-field" in problem.expected + problem.remedy


@pytest.mark.parametrize("name", ["خبر", "two words", ".a", "a" * 101, "a:b"])
def test_a_bad_id_is_refused(name: str, tmp_path: Path) -> None:
    path = put(tmp_path, lines=json.dumps({"id": name, "text": "نص"})) / "lines.jsonl"
    problem = problem_of(path)
    assert (problem.code, problem.where) == ("bad_id", f"{path}:1")
    assert name[:60] in problem.found
    assert "1 to 100 of A-Z a-z 0-9 . _ -" in problem.expected
    assert problem.remedy == f"miyar clean-articles {path} -o DIR"


@pytest.mark.parametrize("second", ["News-1", "news-1"])
def test_two_articles_with_one_id_are_refused_whatever_the_case(second: str, tmp_path: Path) -> None:
    first = put(tmp_path / "x", **{"News-1": "نص"}) / "News-1.txt"
    other = put(tmp_path / "y", **{second: "نص آخر"}) / f"{second}.txt"
    problem = problem_of(first, other.parent)
    assert (problem.code, problem.where) == ("id_twice", str(other))
    assert second in problem.found
    assert str(first) in problem.found
    assert "more than case" in problem.expected
    assert problem.remedy == f"miyar clean-articles {other.parent} -o DIR"


def test_a_file_that_is_given_twice_is_not_two_articles(tmp_path: Path) -> None:
    put(tmp_path, a="نص")
    assert problem_of(tmp_path, tmp_path / "a.txt").code == "id_twice"


def test_metadata_without_an_article_are_refused(tmp_path: Path) -> None:
    put(tmp_path, a="نص", metadata='{"id": "a"}\n{"id": "b", "title": "عنوان"}')
    problem = problem_of(tmp_path)
    assert problem.code == "metadata_only"
    assert problem.where.startswith(f"{tmp_path / 'metadata.jsonl'}:")
    assert "b" in problem.where.rpartition("metadata.jsonl")[2] + problem.found
    assert problem.found == "no text"
    assert f"{tmp_path}/*.txt" in problem.expected


@pytest.mark.parametrize(
    ("line", "field", "found"),
    [
        ('{"id": "a", "text": null}', "text", "text is null"),
        ('{"id": "a", "text": 5}', "text", "text is the number"),
        ('{"id": 5.0, "text": "نص"}', "id", "5.0"),
        ('{"id": true, "text": "نص"}', "id", "id is true"),
        ('{"id": ["a"], "text": "نص"}', "id", "a list"),
    ],
)
def test_a_field_of_another_type_is_named(line: str, field: str, found: str, tmp_path: Path) -> None:
    path = put(tmp_path, lines=line) / "lines.jsonl"
    problem = problem_of(path)
    assert (problem.code, problem.where) == ("bad_field", f"{path}:1: {field}")
    assert found in problem.found


def test_half_a_character_in_any_field_is_named_with_the_command_that_mends_it(tmp_path: Path) -> None:
    path = put(tmp_path, lines=r'{"id": "a", "text": "نص", "by": {"name": ["\ud83d"]}}') / "lines.jsonl"
    problem = problem_of(path)
    assert (problem.code, problem.where) == ("bad_metadata", f"{path}:1: by.name[0]")
    assert shlex.split(problem.remedy)[:2] == ["miyar", "clean-articles"]


def test_metadata_that_are_given_twice_are_refused(tmp_path: Path) -> None:
    put(tmp_path, a="نص", metadata='{"id": "a", "title": "عنوان"}\n{"id": "a", "title": "آخر"}')
    assert problem_of(tmp_path).where.startswith(f"{tmp_path / 'metadata.jsonl'}:2")


def test_a_text_that_is_not_the_one_of_its_metadata_is_refused(tmp_path: Path) -> None:
    old, new = text_sha256("نص"), text_sha256("نص آخر")
    put(tmp_path, a="نص آخر", metadata=json.dumps({"id": "a", "sha256": old}))
    problem = problem_of(tmp_path)
    assert (problem.code, problem.where) == ("article_changed", str(tmp_path / "a.txt"))
    assert new[:12] in problem.found
    assert old[:12] in problem.expected
    assert "restore the text" in problem.remedy


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", 5), ("url", ["x"]), ("published", {}), ("sha256", 5)],
)
def test_metadata_of_another_type_are_refused(name: str, value: object, tmp_path: Path) -> None:
    put(tmp_path, a="نص", metadata=json.dumps({"id": "a", name: value}))
    problem = problem_of(tmp_path)
    assert problem.code == "bad_metadata"
    assert problem.where == f"{tmp_path / 'metadata.jsonl'}:1: {name}"


def test_a_folder_that_is_named_like_a_text_is_listed_and_not_read(tmp_path: Path) -> None:
    put(tmp_path, a="نص")
    (tmp_path / "b.txt").mkdir()
    assert [article.id for article in read_articles([tmp_path])] == ["a"]
    assert unread_files([tmp_path]) == [tmp_path / "b.txt"]


def test_everything_that_is_wrong_in_several_files_comes_in_one_error(tmp_path: Path) -> None:
    put(tmp_path / "x", a="\ufeffنص\r\n\0", b=b"\xff", ok="نص", metadata='{"id": "c"}\n[]')
    lines = put(tmp_path / "y", lines='{"id": "d", "text": ""}\n{"id": "OK", "text": "نص"}') / "lines.jsonl"
    problems = problems_of(tmp_path / "x", lines)
    assert sorted(problem.code for problem in problems) == [
        "bad_json",
        "byte_order_mark",
        "carriage_return",
        "control_character",
        "empty_text",
        "id_twice",
        "metadata_only",
        "not_utf8",
    ]
    with pytest.raises(DataError, match=r"8 problems: .*Nothing was written\."):
        read_articles([tmp_path / "x", lines])


# --- the data class ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "text"), [("a b", "نص"), ("", "نص"), ("a", ""), ("a", "نص\r"), ("a", "نص\ud800")]
)
def test_an_article_that_breaks_the_contract_cannot_be_made(identity: str, text: str) -> None:
    with pytest.raises(ValueError, match="breaks the contract"):
        Article(identity, text)


@given(st.text(st.characters(exclude_categories=())))
def test_a_text_is_accepted_if_and_only_if_no_check_finds_a_fault(text: str) -> None:
    faults = [fault for check in TEXT_CHECKS for fault in check(text)]
    if faults:
        with pytest.raises(ValueError, match=faults[0].code):
            Article("a", text)
    else:
        assert Article("a", text).text.encode("utf-8").decode("utf-8") == text
    assert all(0 <= fault.offset <= len(text) for fault in faults)


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("نص", encoding="utf-8")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    assert [one.id for one in read_articles([folder])] == ["a", "b"]
    (tmp_path / "private").write_text("سر", encoding="utf-8")
    for name in ("c.txt", "metadata.jsonl"):
        (folder / name).symlink_to(tmp_path / "private")
    with pytest.raises(DataError) as error:
        read_articles([folder])
    assert [(p.code, Path(p.where).name) for p in error.value.problems] == [
        ("link_outside", "metadata.jsonl"),
        ("link_outside", "c.txt"),
    ]
    assert "سر" not in str(error.value)
