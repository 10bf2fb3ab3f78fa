"""Reading level: a school grade in English, sentence length and officialese in Chinese."""

import pytest

from domain.action import Action
from policy.wording.checking import SAMPLE_FACTS
from policy.wording.reading_level import grade_of, hard_to_read, levels, syllables
from policy.wording.rendering import every_wording, render

HARD = (
    "Notwithstanding the aforementioned contractual stipulations, the outstanding indebtedness necessitates "
    "expeditious rectification, in default whereof additional remuneration obligations will accumulate "
    "automatically and irrevocably until the comprehensive liquidation of all liabilities is documented."
)


def found(text: str, *, language: str, channel: Action = Action.EMAIL) -> list[str]:
    """What is hard about a text."""
    return [what for what, _, _ in hard_to_read(text, language=language, channel=channel)]


class TestEnglish:
    """Flesch-Kincaid."""

    @pytest.mark.parametrize(
        ("word", "count"),
        [
            ("pay", 1),
            ("please", 1),
            ("account", 2),
            ("instalment", 3),
            ("table", 2),
            ("agreed", 2),
            ("noted", 2),
            ("the", 1),
        ],
    )
    def test_counts_syllables(self, word: str, count: int) -> None:
        """By groups of vowels, a last silent e left out."""
        assert syllables(word) == count

    def test_is_the_formula_of_kincaid(self) -> None:
        """Six words of one syllable in one sentence."""
        assert grade_of("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
        assert grade_of("") == 0

    def test_refuses_what_needs_a_degree(self) -> None:
        """A long sentence of long words, by email; a text message is judged by its sentences."""
        assert found(HARD, language="en")[0].startswith("grade ")
        assert found(HARD, language="en", channel=Action.SMS) == []
        assert found(" ".join(["word"] * 60) + ".", language="en", channel=Action.SMS) == [
            "a sentence of 60 words of at most 40"
        ]

    def test_does_not_judge_a_handful_of_words(self) -> None:
        """Three words give no level."""
        assert found("Immediate remuneration notwithstanding.", language="en") == []


class TestChinese:
    """Sentences and officialese."""

    def test_refuses_endless_sentences(self) -> None:
        """More characters than anybody keeps in mind."""
        assert found("还" * 81, language="zh") == [
            "a sentence of 81 characters of at most 80",
            "sentences of 81 characters on the whole",
        ]
        assert found("我们收到了您的来信。谢谢您。", language="zh") == []

    def test_refuses_officialese(self) -> None:
        """Words of a court's letter."""
        assert found("兹因债务人逾期未履行清偿义务。特此函告。", language="zh")[0].startswith("officialese (")


@pytest.mark.parametrize("wording", sorted(every_wording()))
def test_every_shipped_letter_is_for_everyone(wording: str) -> None:
    """Below the grade that the house allows, and most of them well below."""
    said = render(wording, channel=Action.EMAIL, language="en", facts=SAMPLE_FACTS)
    assert grade_of(said.body) <= levels().en.grade_at_most
