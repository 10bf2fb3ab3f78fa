"""Named groups of words that patterns share, and letters that look or mean alike, read from `vocabulary.yaml`."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from policy.files.document import read_document, text_of
from policy.files.form import Form, Name, Text, Whole, fill, wrong
from policy.files.problem import UnreadableFile

FILE = Path(__file__).parent / "vocabulary.yaml"
Words = Annotated[tuple[Text, ...], Field(min_length=1)]


class LettersForm(Form):
    """Letters as they may be written, and as each is read."""

    written: Text = Field(examples=["аео"])  # noqa: RUF001 - Cyrillic on purpose
    read: Text = Field(examples=["aeo"])

    @model_validator(mode="after")
    def _of_one_length(self) -> "LettersForm":
        if len(self.written) != len(self.read):
            raise wrong("'written' and 'read' differ in length", remedy="give each letter its reading")
        return self


class VocabularyForm(Form):
    """The file."""

    version: Whole = Field(ge=1, examples=[1])
    lookalikes: LettersForm = Field(examples=["{written: ..., read: ...}"])
    traditional: LettersForm = Field(examples=["{written: ..., read: ...}"])
    en: dict[Name, Words] = Field(examples=["{relatives: [mother, father]}"])
    zh: dict[Name, Words] = Field(examples=["{relatives: [父母, 配偶]}"])


@cache
def vocabulary() -> VocabularyForm:
    """The shipped words. Raises UnreadableFile when the file has mistakes."""
    form, problems = fill(VocabularyForm, read_document(text_of(FILE), file=FILE.name))
    if form is None:
        raise UnreadableFile(problems)
    return form
