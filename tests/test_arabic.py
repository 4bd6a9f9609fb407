import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marked import marked
from miyar.arabic import Stem, ascii_digits, normalise, normalised_text, stems, without_article

ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويأإآٱىئیؤةکءـ"
MARKS = "ًٌٍَُِّْٰٓٔ\u200c\u200f"
FORMS = "\ufe8d\ufefb\ufdf2\ufdfa\ufee7"  # presentation forms, two of them with several letters
OTHERS = " \n.،؟«»٠٩۵12aZéß🚨"
ARABIC_TEXT = st.text(st.sampled_from(ARABIC + MARKS + FORMS + OTHERS))


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("أحمد إحسان آمال ٱلله", "احمد احسان امال الله"),
        ("مصطفى علي علی", "مصطفي علي علي"),
        ("رئيس مسؤول", "رييس مسوول"),
        ("وزراء شيء جزء", "وزرا شي جز"),
        ("وزارة", "وزاره"),
        ("کندرستان", "كندرستان"),
        ("محـــمد", "محمد"),
        ("مُحَمَّدٌ هٰذا", "محمد هذا"),
        ("ا\u0654حمد و\u0654 ي\u0654", "احمد و ي"),  # hamza as a mark of its own
        ("\ufee3\ufea4\ufee4\ufeaa", "محمد"),  # presentation forms, one letter each
        ("\ufefb \ufdf2", "لا الله"),  # and ligatures
        ("\ufefb\u064e", "لا"),
        ("م\ufe77ن", "من"),  # presentation forms of a diacritic, as PDF text has them
        ("م\ufe76ن", "من"),
        ("مي\u200cخوا\u200fهد", "ميخواهد"),
        ("٢٠٢٤ ۱۲", "2024 12"),
        ("NATO ÉCOLE", "nato école"),
        ("", ""),
    ],
)
def test_what_wire_copy_writes_at_will_becomes_one_form(written: str, normalised: str) -> None:
    assert normalised_text(written) == normalised


def test_composed_and_decomposed_letters_become_the_same() -> None:
    text = "أكد إن آل مؤتمر رئيس"
    assert normalised_text(unicodedata.normalize("NFD", text)) == normalised_text(text)


@given(ARABIC_TEXT)
def test_the_way_back_leads_into_the_text_and_never_backwards(text: str) -> None:
    normalised = normalise(text)
    ranges = [normalised.original(index, index + 1) for index in range(len(normalised.text))]
    assert all(0 <= start < end <= len(text) for start, end in ranges)
    assert [start for start, _ in ranges] == sorted(start for start, _ in ranges)
    assert normalised_text(text) == normalised.text
    assert len(normalised.starts) == len(normalised.ends) == len(normalised.text)


@given(ARABIC_TEXT)
def test_normalising_again_changes_nothing(text: str) -> None:
    assert normalised_text(normalised_text(text)) == normalised_text(text)


@given(ARABIC_TEXT)
def test_each_original_range_holds_the_letters_that_it_is_given_for(text: str) -> None:
    normalised = normalise(text)
    for index, character in enumerate(normalised.text):
        start, end = normalised.original(index, index + 1)
        assert character in normalised_text(text[start:end])


@pytest.mark.parametrize(
    "source",
    [
        "قال [مُحَمَّدٌ]PERS إنه",  # diacritics belong to the letter before them
        "في [المديـــنـة]GPE أمس",
        "زار [سيناء]LOC اليوم",  # so does a hamza at the end
        "قابل [الوزراءَ]OCC أمس",
        "بسم [\ufdf2]PERS و",
    ],
)
def test_a_word_is_found_again_whole(source: str) -> None:
    case = marked(source)
    (span,) = case.spans
    normalised = normalise(case.text)
    start = normalised.text.index(normalised_text(case.text[span.start : span.end]))
    found = normalised.original(start, start + len(normalised_text(case.text[span.start : span.end])))
    assert case.text[found.start : found.end] == case.text[span.start : span.end]


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("الماز", Stem(0, "ماز")),  # ال is always read as the article too
        ("بالماز", Stem(1, "ماز")),
        ("وبالماز", Stem(2, "ماز")),
        ("جنيف", Stem(0, "جنيف")),
        ("وجنيف", Stem(1, "جنيف")),
        ("لجنيف", Stem(1, "جنيف")),
        ("للامم", Stem(1, "امم")),  # the article's alif is not written after ل
        ("وللامم", Stem(2, "امم")),
        ("كندرستان", Stem(0, "كندرستان")),
        ("كندرستان", Stem(1, "ندرستان")),  # a letter of the word tried as a particle
        ("فسيقول", Stem(2, "يقول")),
    ],
)
def test_attached_particles_are_taken_off(word: str, reading: Stem) -> None:
    assert reading in list(stems(word))


def test_readings_come_with_the_fewest_particles_first_and_without_repetition() -> None:
    readings = list(stems("وللامم"))
    assert [reading.offset for reading in readings] == sorted(reading.offset for reading in readings)
    assert len(readings) == len(set(readings))


@pytest.mark.parametrize("word", ["", "و", "ول", "وب"])
def test_hardly_a_word_has_no_particles(word: str) -> None:
    assert list(stems(word)) == [Stem(0, word)]


@given(st.text(st.sampled_from("وفبكلسامن"), max_size=8))
def test_a_stem_is_an_end_of_its_word(word: str) -> None:
    for offset, form in stems(word):
        assert word[offset:].endswith(form)


@pytest.mark.parametrize(("word", "stem"), [("الرئيس", "رئيس"), ("الف", "الف"), ("ال", "ال"), ("آل", "آل")])
def test_the_article_comes_off_unless_hardly_anything_is_left(word: str, stem: str) -> None:
    assert without_article(word) == stem


def test_digits_of_every_script_become_ascii_and_nothing_else_changes() -> None:
    assert ascii_digits("٤٢٠٠ ۱۲ 7 ½ ² ب") == "4200 12 7 ½ ² ب"
