"""How hard a message is to read: a school grade in English, sentence length and officialese in Chinese."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import Field

from domain.action import Action
from policy.files.document import read_document, text_of
from policy.files.form import Form, Text, Whole, fill
from policy.files.problem import UnreadableFile
from policy.wording.normalising import LINK

FILE = Path(__file__).parent / "reading_levels.yaml"
VOWELS = re.compile(r"[aeiouy]+")
WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
FIGURE = re.compile(r"[+#]?\d[\d ,.:/-]*(?: [A-Z]{3}\b)?")
ENDS = re.compile(r"[.!?;:]+(?=\s|$)|[。\uff01\uff1f\uff1b\uff1a]|\n")
SIGNED = re.compile(r"[\W\d_]+")


class EnglishLevelForm(Form):
    """The limits in English."""

    grade_at_most: Whole = Field(ge=1, examples=[9])
    from_words: Whole = Field(ge=1, examples=[30])
    sentence_words_at_most: Whole = Field(ge=1, examples=[40])


class ChineseLevelForm(Form):
    """The limits in Chinese, in characters; officialese as a share of all of them."""

    sentence_characters_at_most: Whole = Field(ge=1, examples=[80])
    mean_characters_at_most: Whole = Field(ge=1, examples=[45])
    officialese_at_most: float = Field(ge=0, le=1, examples=[0.03])
    officialese: tuple[Text, ...] = Field(examples=["[兹, 特此]"])


class LevelsForm(Form):
    """The file."""

    version: Whole = Field(ge=1, examples=[1])
    en: EnglishLevelForm = Field(examples=["{grade_at_most: 9, ...}"])
    zh: ChineseLevelForm = Field(examples=["{mean_characters_at_most: 45, ...}"])


@cache
def levels() -> LevelsForm:
    """The shipped limits. Raises UnreadableFile when the file has mistakes."""
    form, problems = fill(LevelsForm, read_document(text_of(FILE), file=FILE.name))
    if form is None:
        raise UnreadableFile(problems)
    return form


def hard_to_read(text: str, *, language: str, channel: Action) -> Iterator[tuple[str, str, str]]:
    """What makes a message hard to read: what was found, why it matters, and the remedy."""
    yield from _hard_chinese(text) if language == "zh" else _hard_english(text, channel=channel)


def grade_of(text: str) -> float:
    """The Flesch-Kincaid grade of an English text: years of school that its reader needs."""
    sentences = _english_sentences(text)
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """The syllables of an English word, by its groups of vowels; a last silent e is none."""
    small = word.lower().split("'")[0]
    count = len(VOWELS.findall(small))
    silent = small.endswith(("e", "ed", "es")) and not small.endswith(
        ("le", "eed", "ted", "ded", "ses", "ces", "ges", "zes")  # codespell:ignore ded,ges
    )
    return max(count - silent, 1)


def _hard_english(text: str, *, channel: Action) -> Iterator[tuple[str, str, str]]:
    limits = levels().en
    sentences = _english_sentences(text)
    why, remedy = "not everyone understands it at the first reading", "use shorter sentences and everyday words"
    grade = grade_of(text)
    # A text message is a handful of words around figures: its sentences are measured, not its grade.
    if channel is not Action.SMS and sum(map(len, sentences)) >= limits.from_words and grade > limits.grade_at_most:
        yield f"grade {grade:.1f} of at most {limits.grade_at_most}", why, remedy
    longest = max(map(len, sentences), default=0)
    if longest > limits.sentence_words_at_most:
        yield f"a sentence of {longest} words of at most {limits.sentence_words_at_most}", why, remedy


def _hard_chinese(text: str) -> Iterator[tuple[str, str, str]]:
    limits = levels().zh
    plain = FIGURE.sub("数", LINK.sub("。", text))
    sentences = [length for part in ENDS.split(plain) if (length := len(SIGNED.sub("", part)))]
    why, remedy = "not everyone understands it at the first reading", "use shorter sentences and everyday words"
    if sentences and max(sentences) > limits.sentence_characters_at_most:
        yield f"a sentence of {max(sentences)} characters of at most {limits.sentence_characters_at_most}", why, remedy
    if sentences and sum(sentences) / len(sentences) > limits.mean_characters_at_most:
        yield f"sentences of {sum(sentences) // len(sentences)} characters on the whole", why, remedy
    stiff = [word for word in limits.officialese if word in plain]
    if sentences and sum(len(w) * plain.count(w) for w in stiff) / sum(sentences) > limits.officialese_at_most:
        yield f"officialese ({'、'.join(stiff)})", why, remedy


def _english_sentences(text: str) -> list[list[str]]:
    plain = FIGURE.sub(" sum ", LINK.sub(" page. ", text))
    return [words for part in ENDS.split(plain) if (words := WORD.findall(part))]
