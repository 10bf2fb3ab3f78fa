"""The lints refuse what threatens, shames or deceives, also in sentences that are not their own, and pass kind ones."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action import MESSAGES, Action
from policy.files.document import read_document
from policy.files.form import fill
from policy.wording.faults import Fault, faults_in, lint_ids
from policy.wording.normalising import characters_of, words_of
from policy.wording.pattern import LANGUAGES, UnreadablePattern, compiled, says
from policy.wording.phrases import PhrasesForm, lints

SENTENCES = Path(__file__).parent / "wording_sentences"
LINTS = {
    "threats",
    "shaming",
    "false_urgency",
    "impersonation",
    "third_parties",
    "exaggerated_consequences",
    "borrowing_to_repay",
    "pressing",
    "rights_denied",
    "legal_words",
    "personal_data",
    "reading_level",
    "tone",
}
PHRASES_OF_EACH = [
    ("threats", "or else", "后果自负"),
    ("shaming", "deadbeat", "老赖"),
    ("false_urgency", "last chance", "最后机会"),
    ("third_parties", "your employer", "紧急联系人"),
    ("exaggerated_consequences", "blacklist", "黑名单"),
]
WIDE = {ord(c): ord(c) + 0xFEE0 for c in map(chr, range(0x21, 0x7F))}
LOOKALIKES = str.maketrans("aeopcx", "\u0430\u0435\u043e\u0440\u0441\u0445")


def sentences(name: str) -> list[str]:
    """The sentences of a file, one a line."""
    return (SENTENCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def faults(text: str, *, language: str = "en") -> set[str]:
    """The lints that a text falls foul of."""
    return {fault.lint for fault in faults_in(text, language=language, channel=Action.SMS)}


class TestALint:
    """Each of the files."""

    def test_has_the_id_that_packs_name(self) -> None:
        """The ids are stable: a pack's content rule names them."""
        assert lint_ids() == LINTS

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("lint", sorted(LINTS - {"reading_level", "tone"}))
    def test_is_proved_by_its_own_examples(self, lint: str, language: str) -> None:
        """What must be refused is, by this very lint; what must pass has no fault at all."""
        form = lints()[lint].language(language)
        for sentence in form.must_refuse:
            assert lint in faults(sentence, language=language), sentence
        for sentence in form.must_pass:
            assert faults(sentence, language=language) == set(), sentence

    def test_with_a_mistake_is_told_with_its_line(self) -> None:
        """A pattern that cannot be read is a problem of its file."""
        text = "lint: x\nversion: 1\nnamed: x\nwhy: x\nremedy: x\nen: &\n"
        parts = "{patterns: ['(a'], allowed: [], must_refuse: [a], must_pass: [b]}"
        document = read_document(text.replace("&", parts) + f"zh: {parts}\n", file="x.yaml")
        _, problems = fill(PhrasesForm, document)
        assert [(problem.line, "leaves a bracket open" in problem.what) for problem in problems] == [
            (6, True),
            (7, True),
        ]


class TestUnseenSentences:
    """Sentences that the patterns were not written from."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_refused_where_they_threaten_shame_or_deceive(self, language: str) -> None:
        """At least sixty in each language."""
        refused = sentences(f"refused_{language}")
        assert len(refused) >= 60
        assert [each for each in refused if not faults(each, language=language)] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_pass_where_they_are_plain_and_kind(self, language: str) -> None:
        """At least forty in each language."""
        accepted = sentences(f"accepted_{language}")
        assert len(accepted) >= 40
        assert [(each, found) for each in accepted if (found := faults(each, language=language))] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_not_the_examples_of_the_lints(self, language: str) -> None:
        """So that passing them says something about the next sentence."""
        own = {
            s
            for lint in lints().values()
            for s in (*lint.language(language).must_refuse, *lint.language(language).must_pass)
        }
        assert own.isdisjoint(sentences(f"refused_{language}") + sentences(f"accepted_{language}"))


class TestADisguise:
    """Ways of writing around a lint."""

    @pytest.mark.parametrize(("lint", "english", "chinese"), PHRASES_OF_EACH)
    def test_of_capitals_width_letters_or_spacing_does_not_help(self, lint: str, english: str, chinese: str) -> None:
        """Full width, letters of another script, letters apart, a traditional character."""
        for text in (
            english.upper(),
            english.translate(WIDE),
            english.translate(LOOKALIKES),
            english.replace(" ", "  "),
        ):
            assert lint in faults(f"Hello, {text} Ann."), text
        assert lint in faults(" ".join(chinese), language="zh")
        assert lint in faults("·".join(chinese), language="zh")

    @pytest.mark.parametrize("text", ["p0lice", "j-a-i-l", "a r r e s t", "j@il", "pol\u200bice", "pólice", "POLICE"])
    def test_of_a_single_word_does_not_help(self, text: str) -> None:
        """Digits and signs for letters, letters apart, marks that cannot be seen."""
        assert "exaggerated_consequences" in faults(f"Expect {text} soon")

    def test_in_the_other_language_does_not_help(self) -> None:
        """Both languages are looked for in every message."""
        assert "exaggerated_consequences" in faults("Hello 您会坐牢 Ann")
        assert "threats" in faults("您好, pay or else", language="zh")

    def test_of_traditional_characters_does_not_help(self) -> None:
        """They are read as simplified ones."""
        assert faults("後果自負", language="zh") == {"threats"}

    @settings(max_examples=60)
    @given(st.sampled_from(PHRASES_OF_EACH), st.text(" \n\t\u00a0\u3000", min_size=1, max_size=4))
    def test_of_blanks_does_not_help(self, phrases: tuple[str, str, str], blank: str) -> None:
        """Whatever stands between the words of English and the characters of Chinese, within a paragraph."""
        lint, english, chinese = phrases
        one_line = blank.replace("\n", " ")
        assert lint in faults(f"Hello {english.replace(' ', one_line)} Ann")
        assert lint in faults(one_line.join(chinese), language="zh")


class TestADenial:
    """Saying no to a refused thing."""

    @pytest.mark.parametrize(
        "text",
        ["We will not call the police.", "We will never tell your employer.", "We do not send anyone to your house."],
    )
    def test_is_refused_where_it_still_threatens(self, text: str) -> None:
        """What is denied is put into the reader's mind."""
        assert faults(text)

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("This is not a court document.", "en"),
            ("Please do not borrow to pay us.", "en"),
            ("There is no rush.", "en"),
            ("There is no need to be ashamed.", "en"),
            ("本短信并非法院文书。", "zh"),
            ("请勿以贷养贷。", "zh"),
            ("您不必立即还款。", "zh"),
        ],
    )
    def test_passes_where_it_is_honest(self, text: str, language: str) -> None:
        """A disclosure, or advice in the reader's interest."""
        assert faults(text, language=language) == set()

    def test_does_not_cover_what_stands_beside_it(self) -> None:
        """One honest sentence buys no other."""
        assert "false_urgency" in faults("There is no rush. This is your last chance.")


class TestAFault:
    """What is told."""

    def test_names_the_lint_the_phrase_the_reason_and_the_remedy(self) -> None:
        """In plain words, once for a phrase."""
        (fault,) = faults_in("Pay or ELSE. or else.", language="en", channel=Action.SMS)
        assert fault == Fault("threats", "or else", lints()["threats"].why, lints()["threats"].remedy)

    def test_of_the_law_is_lifted_for_a_legal_notice_alone(self) -> None:
        """The pre-legal notice speaks of the court, and no other wording does."""
        text = "We may ask a court to decide."
        assert faults_in(text, language="en", channel=Action.SMS, wording="pre_legal_notice") == ()
        assert faults(text) == {"legal_words"}

    def test_never_repeats_a_full_number(self) -> None:
        """The finding itself holds no personal data."""
        (fault,) = faults_in("Card 4929123456781234 is overdue", language="en", channel=Action.SMS)
        assert (fault.lint, fault.phrase) == ("personal_data", "49...34")

    @settings(max_examples=80)
    @given(st.text(), st.sampled_from(LANGUAGES), st.sampled_from(sorted(MESSAGES)))
    def test_is_found_or_not_in_any_text(self, text: str, language: str, channel: Action) -> None:
        """Nothing that a person can type makes the lint fail."""
        assert {fault.lint for fault in faults_in(text, language=language, channel=channel)} <= LINTS


class TestAPattern:
    """The small language of the lints."""

    @pytest.mark.parametrize(
        ("pattern", "text", "found"),
        [
            ("(call|ring) [the] police", "we ring police", True),
            ("arrest*", "arresting", True),
            ("arrest", "arresting", False),
            ("we ... your", "we will never call your", True),
            ("we ... your", "we. your", False),
            ("your {relatives}", "your grandmother", True),
            ("within # hours", "within twelve hours", True),
        ],
    )
    def test_is_read_as_it_is_explained(self, pattern: str, text: str, found: bool) -> None:  # noqa: FBT001
        """A choice, a stem, a gap within a sentence, a group and a number."""
        assert says(text, pattern, language="en") is found

    @pytest.mark.parametrize("pattern", ["(a", "a)", "[", "{nobody}", "a||b", "", "Ä*b*"])
    def test_that_cannot_be_read_is_refused(self, pattern: str) -> None:
        """With what is wrong with it."""
        with pytest.raises(UnreadablePattern):
            compiled(pattern, language="en")

    def test_takes_a_chinese_number_whole(self) -> None:
        """Fourteen days are not four."""
        assert not says("14日内", "4日内", language="zh")
        assert says("4日内", "4日内", language="zh")

    def test_reads_a_text_made_plain(self) -> None:
        """Contractions are spelt out, links are links, sentences keep apart."""
        assert words_of("You\u2019ll see https://x.example/a. Don't!") == (" you will see link ¶ do not ¶ ",)
        assert words_of("black-list") == (" black list ", " blacklist ")
        assert characters_of("否 则\uff0c后果\uff01请") == "否则后果¶请"
