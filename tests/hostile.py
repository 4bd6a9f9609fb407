"""Texts that a labelling tool can get wrong, with the selections that a person makes written in place.

⟦سامح ⟦شكري⟧⟧   nested selections
⟦سامح ⟪شكري⟧ أمس⟫   crossing ones: each pair of brackets closes its own

Texts are machine-written. Invisible characters are escapes; selections are drawn as they close. None cuts
a letter from its marks or from a joiner behind it: no mouse can, though offsets could.
"""

from typing import NamedTuple

from miyar.annotation import Span

PAIRS = {"⟧": "⟦", "⟫": "⟪"}
LABELS = ("PERS", "ORG", "GPE", "FAC")
ALEF_HAMZA, ALEF_MADDA, WAW_HAMZA, YEH_HAMZA = "ا\u0654", "ا\u0653", "و\u0654", "ي\u0654"  # NFD


class Hostile(NamedTuple):
    """A text and what a person selects in it, white space at the edges included."""

    name: str
    text: str
    selections: tuple[Span, ...]

    @property
    def wanted(self) -> set[tuple[int, int, str, str]]:
        """Return start, end, label and text of the spans that should come back."""
        return {_stripped(self.text, span) for span in self.selections}


def hostile(name: str, source: str) -> Hostile:
    """Return the text and the selections of a source with brackets."""
    text = ""
    open_starts: dict[str, list[int]] = {bracket: [] for bracket in PAIRS.values()}
    selections: list[Span] = []
    for character in source:
        if character in open_starts:
            open_starts[character].append(len(text))
        elif character in PAIRS:
            start, number = open_starts[PAIRS[character]].pop(), len(selections)
            selections.append(Span(f"s{number}", start, len(text), LABELS[number], text[start:]))
        else:
            text += character
    if any(open_starts.values()) or not selections:
        raise ValueError(f"{name}: a bracket is open, or nothing is selected")
    return Hostile(name, text, tuple(selections))


def _stripped(text: str, span: Span) -> tuple[int, int, str, str]:
    selected = text[span.start : span.end]
    kept = selected.strip()
    start = span.start + selected.index(kept)
    return start, start + len(kept), span.label, kept


def long_article() -> str:
    """Return some 200 KB over 240 lines, with selections near its start, in the middle and at its end."""
    news = "وأفادت مصادر محلية بأن اللجنة عقدت اجتماعا لبحث توزيع المساعدات على الأسر المتضررة في القرى. "
    lines = [f"الفقرة {number}: {news * 5}" for number in range(240)]
    lines[1] += "وحضر ⟦نادر الكيلاني⟧ الجلسة."
    lines[120] = f"🚑 واستقبل ⟦مستشفى ⟦ألماز⟧ العام⟧ الجرحى. {lines[120]}"
    lines[239] += "ونشر الخبر ⟦تلفزيون الوادي⟧"
    return "\n".join(lines)


SOURCES = {
    # emoji
    "emoji_before": "عاجل 🚨🚨: وصل وفد ⟦الأمم المتحدة⟧ إلى عدن.",
    "emoji_inside": "نقلت منصة ⟦أخبار 📰 اليوم 📺⟧ عن شهود عيان.",
    "emoji_after": "أعلنت ⟦وزارة الصحة⟧🚑💉 بدء حملة التطعيم 🎉.",
    "emoji_alone": "نشر الحساب رمز ⟦🔥⟧ ثم حذفه.",
    "zwj_family_before": "زار 👨‍👩‍👧‍👦 مخيم ⟦عين الصفا⟧ أمس.",
    "zwj_family_inside": "شعار ⟦جمعية 👨‍👩‍👧‍👦 الأسرة⟧ الجديد.",
    "zwj_family_after": "قالت ⟦جمعية الأسرة⟧ 👨‍👩‍👧‍👦 إن التبرعات زادت.",
    "skin_tone_and_flag": "👍🏽 رحب 🇵🇸 السفير ⟦وليد 👮🏿‍♀️ الناصر⟧ 🇯🇴 بالقرار.",
    "keycap_and_variation_selector": "المركز 1️⃣ ناله ❤️ ⟦نادي الوحدة⟧ ⚽️ بجدارة.",
    "astral_letters": "شركة ⟦𝐀𝐥𝐦𝐚𝐳 𓀀⟧ وقعت عقدا مع ⟦𠀀 هولدنغ⟧ أمس.",
    "emoji_lines_above": "🔴 عاجل 🔴\n🟢 متابعة 🟢\nوقال ⟦سليم درويش⟧ إن الوضع هادئ.",
    # letters and marks
    "vocalised": "قُتِلَ ⟦مُحَمَّدٌ الطَّيِّبُ⟧ فِي ⟦عَدَنٍ⟧ أَمْسِ.",
    "nfd": f"عين {ALEF_HAMZA}مس ⟦{ALEF_HAMZA}حمد {ALEF_MADDA}ل يون{YEH_HAMZA}ل⟧ رئيسا للش{WAW_HAMZA}ون.",
    "nfd_at_both_ends": f"لقاء ⟦{ALEF_HAMZA}سامة اللؤل{WAW_HAMZA}⟧ الصحفي.",
    "superscript_alef_and_quranic_marks": "تلا ⟦عبد الرحمٰن ۖ الهادي⟧ سورة ۞ الفتح.",
    "tatweel": "وصل ⟦الرئـــيـــس⟧ إلى ⟦عــدن⟧ــ اليوم.",
    "presentation_forms": "أقسم بـﷲ ﷺ ممثل ⟦ﺍﻟﺠﺎﻣﻌﺔ ﻻ ﷴ⟧ أمام المحكمة.",
    "clitics": "سافر و⟦سامح⟧ وب⟦القاهرة⟧ التقى ك⟦رئيس⟧هم.",
    "inside_a_lam_alef": "سلم الرسالة ل⟦أحمد⟧ ثم ل⟦إبراهيم⟧.",
    "one_letter": "الفئة ⟦ب⟧ من العمال.",
    # invisible characters
    "invisible_edges_inside": "قالت ⟦\u200fالشركة\u200f⟧ إن ⟦\u2067نادر\u2069⟧ زار ⟦عين\u200b⟧الصفا.",
    "invisible_edges_outside": "قالت \u200f⟦الشركة⟧\u200f إن \u2067⟦نادر⟧\u2069 زار ⟦عين⟧\u200bالصفا.",
    "rlm": "قالت \u200fالشركة ⟦نور (ش.م.م)\u200f للنفط⟧\u200f أمس\u200f.",
    "lrm": "اجتمع\u200e وفد ⟦North\u200e Star\u200e الدولية⟧ مع الوزير.",
    "isolates": "وكتب \u2067⟦نادر\u2069 \u2066Kilani\u2069 الأول⟧ في \u2068صفحته\u2069.",
    "embeddings": "ذكر \u202bالبيان\u202c أن ⟦بنك \u202aAlmaz\u202c التجاري⟧ أغلق.",
    "arabic_letter_mark": "طالب\u061c حزب ⟦النهضة\u061c 2020⟧ بالإفراج.",
    "zwnj": "نشرت صحيفة ⟦می\u200cخواهم ایران⟧ الخبر.",
    "zwj_letter": "صدر عام 1445 ه\u200d عن ⟦دار ه\u200d المعارف⟧ كتاب.",
    "zero_width_space": "في\u200b قرية ⟦عين\u200bالصفا⟧ حريق.",
    "bom_in_the_middle": "نقلا عن \ufeff الوكالة، زار ⟦سامح\ufeff شكري⟧ عدن.",
    "soft_hyphen_and_word_joiner": "شركة ⟦الم\u00adاز\u2060 للنقل⟧ تعلن إفلاسها.",
    "private_use_and_replacement": "رمز \ue000 تالف \ufffd قبل ⟦مصرف \ufffd الوادي \ue001 المركزي⟧ وبعده.",
    # white space
    "nbsp_inside": "وصل ⟦سامح\u00a0شكري⟧ مساء\u00a0أمس.",
    "nbsp_at_the_edges": "وصل⟦\u00a0سامح شكري\u00a0⟧إلى عدن.",
    "double_spaces": "قال   ⟦الرئيس  نادر   الكيلاني⟧  إن  الأمر  انتهى.",
    "spaces_at_the_edges": "قال⟦  الرئيس نادر  ⟧أمس.",
    "other_spaces": "بلغ\u202fعدد\u3000سكان ⟦مدينة\u2009ألماز\u202fالكبرى⟧\u2003مليونا.",
    "leading_blank_lines": "\n\n\nأكدت ⟦وكالة أنباء ألماز⟧ النبأ.",
    "trailing_blank_lines": "أكد النبأ ⟦سليم درويش⟧\n\n\n",
    "from_a_leading_blank_line": "⟦\n\nوزارة الداخلية⟧ تنفي النبأ.",
    "to_a_trailing_blank_line": "النفي جاء من ⟦وزارة الداخلية\n\n⟧",
    "from_the_end_of_the_line_above": "هذا ما قاله⟦\nسليم درويش⟧ للصحفيين.",
    "to_the_start_of_the_line_below": "هذا ما قاله ⟦سليم درويش\n⟧للصحفيين.",
    "from_a_line_of_spaces": "أول السطر\n⟦ \t \nثم جبال السرو⟧ هنا.",
    "tabs": "المدينة\tالعدد\n⟦عدن\tالصغرى⟧\t7\n\tالمكلا\t⟦9⟧\n",
    "tab_at_the_edges": "الاسم:⟦\tنادر الكيلاني\t⟧رئيسا",
    "line_of_spaces": "أول السطر\n \t \nثم ⟦جبال السرو⟧ هنا.",
    "over_a_line_break": "التقى وزير الخارجية ⟦سامح\nشكري⟧ نظيره أمس.",
    "over_a_blank_line": "هاجمت ⟦كتائب\n\nالسرو⟧ نقطة تفتيش.",
    "over_three_lines": "مقر ⟦الهيئة العامة\n🚢 للموانئ 🚢\nوالمطارات⟧ في عدن.",
    "unicode_line_separator": "عنوان\u2028وقال ⟦نادر\u2029الكيلاني⟧ أمس.",
    # what a page could take for something else
    "html": "كتب <b>عاجل</b><br>: زار <i>⟦سامح <u>شكري</u>⟧</i> عدن.",
    "entities": "شركة ⟦بدر &amp; إخوانه &nbsp; المحدودة⟧ &lt;خبر&gt; &#1593;.",
    "script": "<script>alert('خبر')</script> نشره ⟦مركز \"أمن' المعلومات⟧ --> <!-- هنا",
    "templates": "قالب {{ text }} و${name} في ⟦شركة $text \\n {%نور%}⟧ %s أمس.",
    "quotes_and_punctuation": "هل زار «⟦كتائب “السرو”⟧» المدينة؟ نعم؛ قال: (⟦سليم⟧)، و[درويش]…",
    # Latin and digits
    "latin_inside": "وقعت ⟦شركة North Star (NS) للطيران⟧ عقدا مع Airbus أمس.",
    "latin_first_in_the_line": "BBC: ⟦Reuters⟧ نقلت عن ⟦AFP عربي⟧ الخبر.",
    "web_addresses": "على https://example.org/خبر?id=5 كتب @user_1 عن #⟦عدن_الآن⟧ وa.b@example.org.",
    "ascii_digits": "قتل 1,250.50 ثم ⟦3.5⟧ في 12/05/2024 بنسبة ⟦75%⟧.",
    "arabic_indic_digits": "أصيب ⟦١٢٬٥٠٠٫٥⟧ شخصا في ⟦١٢ مايو ٢٠٢٤⟧ بنسبة ٧٥٪.",
    "persian_digits": "در سال ⟦۱۴۰۳⟧ حدود ⟦۲۵٫۷۵۰⟧ نفر.",
    "three_kinds_of_digits": "بين 45 و٤٥ و۴۵ اختارت ⟦الكتيبة 12 و١٢ و۱۲⟧ الموقع.",
    # places and shapes
    "at_the_start": "⟦نادر الكيلاني⟧ يصل غدا.",
    "at_the_end": "يصل غدا ⟦نادر الكيلاني⟧",
    "the_whole_text": "⟦اتفاق ألماز 🤝 يدخل\nحيز التنفيذ⟧",
    "first_and_last_character_are_emoji": "⟦🚨 كتائب السرو⟧ تنفي ⟦النبأ 🚨⟧",
    "nested": "زار ⟦وزير ⟦خارجية ⟦مصر⟧⟧ عدن⟧ أمس.",
    "nested_with_emoji": "عند ⟦🏥 مستشفى ⟦🏥 ألماز⟧ العام 🏥⟧ تجمعوا.",
    "one_range_twice": "قصفت ⟦⟦ألماز⟧⟧ ليلا.",
    "crossing": "قال ⟦وزير الخارجية ⟪المصري⟧ سامح شكري⟫ أمس.",
    "touching": "⟦كتائب⟧⟦ السرو⟧⟦🚩الحمراء⟧ تنسحب.",
    "the_third_of_equals": "عدن عدن ⟦عدن⟧ عدن، ثم عدن.",
    "over_a_soft_wrap": "وقالت "
    + "المصادر المحلية " * 6
    + "⟦"
    + "لجنة السلم الأهلي " * 8
    + "⟧في ختام اللقاء.",
    "two_hundred_kilobytes": long_article(),
}
HOSTILE = tuple(hostile(name, source) for name, source in SOURCES.items())

REFUSED = {
    "nul": ("قال\x00 نادر", "control_character"),
    "escape": ("قال \x1b[31m نادر", "control_character"),
    "vertical_tab": ("قال\x0bنادر", "control_character"),
    "form_feed": ("قال\x0cنادر", "control_character"),
    "delete": ("قال\x7f نادر", "control_character"),
    "next_line": ("قال\x85نادر", "control_character"),
    "high_surrogate": ("قال \ud83d نادر", "lone_surrogate"),
    "low_surrogate": ("قال \ude00 نادر", "lone_surrogate"),
    "carriage_return": ("قال\rنادر", "carriage_return"),
    "windows_line_break": ("قال\r\nنادر", "carriage_return"),
    "byte_order_mark": ("\ufeffقال نادر", "byte_order_mark"),
    "empty": ("", "empty_text"),
    "white_space_only": (" \n\t\u00a0\n", "empty_text"),
}
