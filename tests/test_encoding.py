"""What bytes look like: an encoding is named where it is right, and where that is not certain none is."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from command import run
from miyar.article import decoded, iconv_name, likely_encoding, looks_of, wide_looks
from news import NEWS

SHORT = (
    "عاد الوفد مساء",
    "فاز الفريق أمس",
    "وصل القطار متأخرا",
    "سافرت منى إلى حلب.",
    "قال الوزير ذلك",
    "انتهى المؤتمر الصحفي",
    "«نعم» للسلام؟",
    "مدرسة البنات الثانوية",
    "بغداد والبصرة والموصل",
    "كتبتْ رسالةً طويلةً",
)
LONG = (
    "افتتح رئيس البلدية صباح الأحد المكتبة العامة بعد ثلاث سنوات من أعمال البناء، وحضر الحفل عدد من السكان.",
    "قالت اللجنة المنظمة إن المعرض سيستمر حتى نهاية الشهر، وإن الدخول إليه مجاني لطلاب المدارس والجامعات.",
    "وقّعت الشركتان اتفاقا لنقل البضائع بين الميناءين، ويبدأ العمل به في مطلع العام المقبل.",
)
ARABIC = ("cp1256", "iso-8859-6", "cp720", "mac-arabic")
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-32")
OTHERS = {
    "latin-1": (
        "L'été dernier, à Évry",
        "Le garçon a reçu une lettre",
        "Noël approche",
        "ÇA Y EST, C'EST L'ÉTÉ",
    ),
    "cp1252": ("“Voilà”, dit-elle — œuvre achevée…", "Größe der Straße", "mañana será otro día"),
    "cp1251": (
        "Доброе утро",
        "Поезд пришёл вовремя",
        "НОВОСТИ СПОРТА",
        "не",
        "дел в",
        "Вчера в городе открыли новый мост",
    ),
    "koi8-r": ("Доброе утро", "НОВОСТИ СПОРТА", "Вчера в городе открыли новый мост"),
    "cp866": ("Доброе утро", "Вчера в городе открыли новый мост"),
    "cp1253": ("Καλημέρα σας", "Το τρένο έφτασε στην ώρα του"),
    "cp1254": ("Günaydın", "Yağmurlu bir akşam İzmir'de geçti"),
    "cp1255": ("בוקר טוב", "הרכבת הגיעה בזמן לתחנה החדשה"),
    "cp1250": ("Dobrý večer, přátelé", "Wczoraj otwarto nową łąkę"),
    "gb2312": ("早上好", "火车准时到达", "昨天城市里开了一座新桥"),
    "big5": ("早上好", "火車準時到達", "昨天城市裡開了一座新橋"),
    "shift-jis": ("おはよう", "電車は時間通りに着いた", "カタカナ", "新しい橋"),
    "euc-jp": ("おはよう", "電車は時間通りに着いた"),
    "euc-kr": ("안녕하세요", "기차가 제시간에 도착했다"),
    "tis-620": ("สวัสดี", "รถไฟมาถึงตรงเวลา"),
}
FILLING = " ... "


def writable(text: str, encoding: str) -> str:
    """Return the text without what an encoding has no bytes for, such as the Arabic comma in cp720."""
    return text.encode(encoding, "ignore").decode(encoding)


def reads(text: str, encoding: str) -> str | None:
    """Return the text as the encoding that is named for it reads it, None where none is named."""
    named = likely_encoding(text.encode(encoding))
    return decoded(text.encode(encoding), named) if named else None


@pytest.mark.parametrize("encoding", ARABIC)
@pytest.mark.parametrize("text", [*SHORT, *LONG, NEWS])
def test_of_an_arabic_text_the_right_encoding_is_named_or_none(text: str, encoding: str) -> None:
    plain = writable(text, encoding)
    assert reads(plain, encoding) in (plain, None)


@pytest.mark.parametrize("encoding", ARABIC[:3])
@pytest.mark.parametrize("text", [*LONG, NEWS])
def test_of_a_long_arabic_text_the_encoding_is_named(text: str, encoding: str) -> None:
    assert likely_encoding(writable(text, encoding).encode(encoding)) == encoding


def test_of_most_short_arabic_texts_the_encoding_is_named() -> None:
    named = [likely_encoding(text.encode("cp1256")) for text in SHORT]
    assert named.count("cp1256") >= 8
    assert set(named) <= {"cp1256", None}


@pytest.mark.parametrize(
    "text", [LONG[0] + " GPS", "كتب B-X\nالوزير I-X\nرسالة O\n", "قال\u00a0الوزير ذلك في البلد"]
)
def test_latin_words_tags_and_a_no_break_space_do_not_hide_arabic(text: str) -> None:
    assert likely_encoding(text.encode("cp1256")) == "cp1256"


@pytest.mark.parametrize("encoding", OTHERS)
def test_texts_in_other_languages_are_never_taken_for_arabic(encoding: str) -> None:
    for text in OTHERS[encoding]:
        for source in (text, text * 3, FILLING.join(OTHERS[encoding]), f"{text}{FILLING}A B-C"):
            assert reads(source, encoding) in (source, None), source


@pytest.mark.parametrize(
    "data", [b"\xff", b"\xc7", b"ok \x80\x81", bytes(range(128, 256)), b"\xe6\xe6\xe6 " * 9]
)
def test_of_what_is_no_text_nothing_is_named(data: bytes) -> None:
    assert likely_encoding(data) is None


# UTF-16 and UTF-32


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("text", ["عدن", "a b", "سافر إلى Paris عام 2024\n", "خبر ۱۲ گزارش", *SHORT, *LONG])
def test_wide_texts_are_named_and_whether_they_have_a_mark(text: str, encoding: str) -> None:
    looks = wide_looks(text.encode(encoding))
    assert looks is not None
    assert looks.encoding == encoding
    assert ("without its mark" in looks.words) == (encoding not in ("utf-16", "utf-32"))
    assert looks.words.startswith(encoding[:6].upper())


def test_a_wide_text_that_is_valid_utf8_is_told_by_its_nuls() -> None:
    data = "وصل القطار".encode("utf-16-le")
    assert data.decode("utf-8")
    looks = wide_looks(data)
    assert looks is not None
    assert looks.words == "UTF-16 without its mark: 0x06 or NULs in every second byte"


def test_a_wide_text_that_is_cut_is_named_by_no_encoding() -> None:
    looks = looks_of("وصل القطار\n".encode("utf-16-le")[:-1])
    assert looks is not None
    assert (looks.encoding, looks.damaged) == (None, True)
    assert "its last character is cut" in looks.words


@pytest.mark.parametrize(
    "data",
    [
        "القدس\0 مدينة".encode(),
        b"plain ASCII",
        b"padded\0\0\0\0\0\0",
        b"two\x1bwords\x06",
        NEWS.encode(),
        NEWS.encode("cp1256"),
        "中国新闻".encode(),
        "ью".encode("cp1251"),
    ],
)
def test_what_is_not_wide_is_not_taken_for_it(data: bytes) -> None:
    assert wide_looks(data) is None


# what the messages say is done


def called(capsys: pytest.CaptureFixture[str], command: str, folder: Path) -> int:
    """Run a command of a message, with a folder for DIR, and return its exit status."""
    name, *arguments = shlex.split(command.replace("DIR", str(folder)))
    assert name == "miyar"
    return run(capsys, *arguments).status


def remedies(err: str) -> list[str]:
    return re.findall(r"to do: +(.*)", err)


@pytest.mark.parametrize("encoding", ["cp1256", "iso-8859-6", "cp720", *WIDE])
@pytest.mark.parametrize("first", ["convert-articles", "clean-articles"])
def test_the_call_that_is_named_makes_the_right_article(
    first: str, encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, text = tmp_path / "my inbox", writable(LONG[1], encoding)
    inbox.mkdir()
    (inbox / "a.txt").write_bytes(text.encode(encoding))
    refused = run(capsys, first, inbox, "-o", tmp_path / "made")
    assert (refused.status, (tmp_path / "made").exists()) == (1, False)
    (remedy,) = remedies(refused.err)
    assert shlex.split(remedy)[-2:] == ["--encoding", encoding]
    assert called(capsys, remedy, tmp_path / "clean") == 0
    assert (tmp_path / "clean" / "a.txt").read_text(encoding="utf-8") == text
    assert run(capsys, "convert-articles", tmp_path / "clean", "-o", tmp_path / "tasks.json").status == 0


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ("وصل القطار".encode("utf-16-le"), "cp1256"),
        ("وصل القطار".encode("utf-16-le"), "utf-16-be"),
        ("وصل القطار".encode("utf-16-be"), "utf-16"),
        ("وصل القطار".encode("utf-16"), "cp1256"),
        ("گزارش خبر".encode("utf-16-le"), "cp1256"),
        ("abc def".encode("utf-16-le"), "utf-8"),
        (LONG[0].encode("utf-32-le"), "utf-16-le"),
        (f"{SHORT[3]}{SHORT[3]}".encode("cp1256"), "utf-16-le"),
    ],
)
def test_a_file_that_is_certainly_something_else_than_was_named_is_refused(
    data: bytes, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    refused = run(capsys, "clean-articles", tmp_path, "-o", tmp_path / "x" / "made", "--encoding", named)
    assert (refused.status, (tmp_path / "x").exists()) == (1, False)
    (remedy,) = remedies(refused.err)
    command = remedy.removeprefix("apart from the others: ")
    assert called(capsys, command, tmp_path / "clean") == 0
    encoding = likely_encoding(data)
    assert encoding
    assert (tmp_path / "clean" / "a.txt").read_text(encoding="utf-8") == data.decode(encoding)


@pytest.mark.parametrize("text", ["عدن", "وصل القطار", "a b"])
def test_wide_articles_beside_others_are_all_read(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "wide.txt").write_bytes(text.encode("utf-16-le"))
    (inbox / "plain.txt").write_bytes("مساء\0".encode())
    assert run(capsys, "clean-articles", inbox, "-o", tmp_path / "out", "--encoding", "utf-16-le").status == 0
    assert (tmp_path / "out" / "wide.txt").read_text(encoding="utf-8") == text
    assert (tmp_path / "out" / "plain.txt").read_text(encoding="utf-8") == "مساء"


def test_what_is_not_certain_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_bytes("Поезд пришёл вовремя".encode("cp1251"))
    for command in ("convert-articles", "clean-articles"):
        refused = run(capsys, command, tmp_path, "-o", tmp_path / "made")
        (remedy,) = remedies(refused.err)
        assert "not certain" in remedy
        assert remedy.endswith("--encoding NAME")
        assert "looks like" not in refused.err


@pytest.mark.parametrize("named", [(), ("--encoding", "cp1256")])
def test_damaged_utf8_is_not_read_in_another_encoding(
    named: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(LONG[0].encode()[:-2] + b"\xd9")
    refused = run(capsys, "clean-articles", tmp_path, "-o", tmp_path / "x" / "made", *named)
    assert refused.status == 1
    assert remedies(refused.err) == ["restore the file from its source: a part of it is lost"]


@pytest.mark.parametrize("encoding", ["cp1256", "iso-8859-6", *WIDE])
def test_iconv_converts_token_files_as_the_message_says(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not shutil.which("iconv"):
        pytest.skip("iconv is not installed")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "utf8").mkdir()
    text = "زار O\nالوزير B-PER\nمدينة O\nحلب B-LOC\n"
    (tmp_path / "my tags.txt").write_bytes(text.encode(encoding))
    refused = run(capsys, "import-conll", "my tags.txt", "-o", "made")
    assert refused.status == 1
    (remedy,) = remedies(refused.err)
    command = remedy.removeprefix("convert the file: ").replace("DIR", "utf8")
    assert command.startswith("iconv ")
    subprocess.run(["sh", "-c", command], check=True)
    assert run(capsys, "import-conll", "utf8/my tags.txt", "-o", "made").status == 0
    (article,) = (tmp_path / "made" / "articles").glob("*.txt")
    assert article.read_text(encoding="utf-8") == "زار الوزير مدينة حلب"


def test_no_call_of_iconv_is_named_for_an_encoding_that_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(
        "".join(f"{word} O\n" for word in writable(LONG[0], "cp720").split()).encode("cp720")
    )
    refused = run(capsys, "import-conll", tmp_path / "a.txt", "-o", tmp_path / "made")
    assert iconv_name("cp720") is None
    (remedy,) = remedies(refused.err)
    assert "that knows cp720" in remedy
    assert "iconv -f" not in remedy
