"""Sentences that name a fear in order to take it away, as `nobody will come to your house` does."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from policy.files.document import read_document, text_of
from policy.files.form import Form, Name, Text, Whole, fill
from policy.files.problem import UnreadableFile
from policy.wording.pattern import compiled
from policy.wording.phrases import Chinese, English

FILE = Path(__file__).parent / "reassurances.yaml"
Sentences = Annotated[tuple[Text, ...], Field(min_length=1)]


class FrameForm(Form):
    """One kind of reassurance, as patterns by language."""

    frame: Name = Field(examples=["nobody_comes"])
    why: Text = Field(examples=["people may be told that nobody will come"])
    en: English = Field(examples=["[nobody will come]"])
    zh: Chinese = Field(examples=["[没有人会上门]"])


class UnlessForm(Form):
    """What makes a reassurance a bargain, as patterns by language."""

    en: English = Field(examples=["[unless]"])
    zh: Chinese = Field(examples=["[除非]"])


class ProofForm(Form):
    """Sentences that prove the frames in one language; a test reads them."""

    must_pass: Sentences = Field(examples=["[Nobody will come to your house.]"])
    must_refuse: Sentences = Field(examples=["[Nobody will come to your house if you pay today.]"])


class ReassurancesForm(Form):
    """The file."""

    version: Whole = Field(ge=1, examples=[1])
    frames: tuple[FrameForm, ...] = Field(min_length=1, examples=["[{frame: nobody_comes, ...}]"])
    unless: UnlessForm = Field(examples=["{en: [unless], zh: [除非]}"])
    en: ProofForm = Field(examples=["{must_pass: [...], must_refuse: [...]}"])
    zh: ProofForm = Field(examples=["{must_pass: [...], must_refuse: [...]}"])


@cache
def reassurances() -> ReassurancesForm:
    """The shipped frames. Raises UnreadableFile when the file has mistakes."""
    form, problems = fill(ReassurancesForm, read_document(text_of(FILE), file=FILE.name))
    if form is None:
        raise UnreadableFile(problems)
    return form


def reassures(sentence: str, *, language: str) -> bool:
    """Whether a normalised sentence takes a fear away without a condition."""
    return any(
        _says(sentence, patterns=frame.en if language == "en" else frame.zh, language=language)
        for frame in reassurances().frames
    ) and not has_condition(sentence, language=language)


def has_condition(sentence: str, *, language: str) -> bool:
    """Whether a normalised sentence makes what it says depend on something, or ends it some day."""
    unless = reassurances().unless
    return _says(sentence, patterns=unless.en if language == "en" else unless.zh, language=language)


def _says(sentence: str, *, patterns: tuple[str, ...], language: str) -> bool:
    return any(True for text in patterns for _ in compiled(text, language=language).spans(sentence))
