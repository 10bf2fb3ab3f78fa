"""The tone of a sentence is learned from examples, and a reassurance is heard as one."""

from pathlib import Path

import pytest

from domain.action import Action
from policy.files.document import read_document, text_of
from policy.files.form import fill
from policy.wording.faults import blame, faults_in
from policy.wording.pattern import LANGUAGES, views_of
from policy.wording.reassurances import reassurances
from policy.wording.tone import FOLDER, ExamplesForm, examples, tone_lint, tone_of

SENTENCES = Path(__file__).parent / "wording_sentences"


def faults(text: str, *, language: str) -> set[str]:
    """The lints that a text falls foul of."""
    return {fault.lint for fault in faults_in(text, language=language, channel=Action.EMAIL)}


class TestTheTone:
    """Of a sentence."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_proved_by_its_own_sentences(self, language: str) -> None:
        """What must be refused is, for its tone; what must pass has no fault at all."""
        proof = {"en": tone_lint().en, "zh": tone_lint().zh}[language]
        for sentence in proof.must_refuse:
            assert "tone" in faults(sentence, language=language), sentence
        for sentence in proof.must_pass:
            assert faults(sentence, language=language) == set(), sentence

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_told_in_sentences_that_it_has_not_seen(self, language: str) -> None:
        """It has learned more than its examples."""
        refused, accepted = (
            (SENTENCES / f"tone_{sort}_{language}.txt").read_text(encoding="utf-8").splitlines()
            for sort in ("refused", "accepted")
        )
        known = {sentence for form in examples() for sentence in (*form.refused, *form.accepted)}
        assert known.isdisjoint((*refused, *accepted))
        assert [each for each in refused if not faults(each, language=language)] == []
        assert [each for each in accepted if faults(each, language=language)] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_agrees_with_nearly_all_of_its_examples(self, language: str) -> None:
        """All lints together refuse nine in ten of the refused examples, and few of the accepted ones."""
        files = [form for form in examples() if form.language == language]
        refused = [bool(faults(each, language=language)) for form in files for each in form.refused]
        heard = [
            faults_in(each, language=language, channel=Action.EMAIL, wording="pre_legal_notice")
            for form in files
            for each in form.accepted
        ]
        assert sum(refused) / len(refused) > 0.9
        assert sum(map(bool, heard)) / len(heard) < 0.05

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_agrees_with_every_sentence_of_a_reader_who_did_not_know_the_lints(self, language: str) -> None:
        """What once slipped through, or was refused although it was kind, is kept right by phrase or by tone."""
        plain, problems = fill(ExamplesForm, read_document(text_of(FOLDER / f"{language}_plain.yaml"), file="plain"))
        assert plain is not None, problems
        assert [each for each in plain.refused if not faults(each, language=language)] == []
        assert [
            (each, found)
            for each in plain.accepted
            if (found := faults_in(each, language=language, channel=Action.EMAIL, wording="pre_legal_notice"))
        ] == []

    def test_names_the_words_that_spoke(self) -> None:
        """So that an author knows what to change."""
        (fault,) = faults_in(tone_lint().en.must_refuse[0], language="en", channel=Action.EMAIL)
        assert all(word in " some of us work for a living " for word in fault.phrase.split(", "))
        assert blame(fault) == f"has {tone_lint().named} (its words '{fault.phrase}')"

    def test_is_not_asked_of_a_heading_or_of_unknown_words(self) -> None:
        """Names and numbers have none."""
        assert faults("Zorbo Qwerty Plugh Zxcv Xyzzy", language="en") == set()
        assert faults("A0A0A2B", language="en") == set()

    def test_is_the_same_every_time(self) -> None:
        """A weight is a count, and nothing is drawn by lot."""
        (view,) = views_of("You should have thought of that before.")["en"]
        assert tone_of(view, language="en") == tone_of(view, language="en")

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_learned_from_no_sentence_of_both_sorts(self, language: str) -> None:
        """An example is refused or accepted."""
        files = [form for form in examples() if form.language == language]
        assert {s for form in files for s in form.refused}.isdisjoint(s for form in files for s in form.accepted)


class TestAReassurance:
    """Naming what people fear to take the fear away."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_passes_and_a_bargain_does_not(self, language: str) -> None:
        """A condition makes it a threat again."""
        proof = {"en": reassurances().en, "zh": reassurances().zh}[language]
        for sentence in proof.must_pass:
            assert faults(sentence, language=language) == set(), sentence
        for sentence in proof.must_refuse:
            assert faults(sentence, language=language), sentence


class TestKindness:
    """A sentence that sounds kind throughout."""

    @pytest.mark.parametrize(
        ("phrase", "lint"),
        [
            ("last chance", "false_urgency"),
            ("pay or else", "threats"),
            ("jail", "exaggerated_consequences"),
            ("deadbeat", "shaming"),
        ],
    )
    def test_buys_no_threat(self, phrase: str, lint: str) -> None:
        """Only words of everyday topics, such as family, are spared in it."""
        kind = f"Please tell us if we can help you with a plan that suits you, {phrase}, and thank you for your letter"
        assert lint in faults(kind, language="en")
