"""The phrases that no message may say and those that every message must say, read from `refused_phrases.yaml`."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from policy.files.document import read_document, text_of
from policy.files.form import Form, Name, Text, Whole, fill
from policy.files.problem import UnreadableFile

FILE = Path(__file__).parent / "refused_phrases.yaml"
Phrases = Annotated[tuple[Text, ...], Field(min_length=1)]


class RefusedForm(Form):
    """Refused phrases by what is wrong with them."""

    threats: Phrases = Field(examples=["[or else]"])
    shaming: Phrases = Field(examples=["[shame]"])
    false_urgency: Phrases = Field(examples=["[act now]"])
    third_parties: Phrases = Field(examples=["[your family]"])
    impersonation: Phrases = Field(examples=["[sheriff]"])
    borrowing_to_repay: Phrases = Field(examples=["[borrow from]"])

    def by_reason(self) -> dict[str, tuple[str, ...]]:
        """The phrases by their reason, in words."""
        return {
            "a threat": self.threats,
            "shaming": self.shaming,
            "false urgency": self.false_urgency,
            "a mention of third parties": self.third_parties,
            "impersonation": self.impersonation,
            "a push to borrow or sell": self.borrowing_to_repay,
        }


class LanguageForm(Form):
    """One language: how to opt out of SMS and chat, what is refused, and the words that speak of the law."""

    opt_out: Phrases = Field(examples=["[reply stop]"])
    refused: RefusedForm = Field(examples=["{threats: [...]}"])
    legal: Phrases = Field(examples=["[court]"])


class LanguagesForm(Form):
    """The shipped languages."""

    en: LanguageForm = Field(examples=["{opt_out: [...], refused: {...}, legal: [...]}"])
    zh: LanguageForm = Field(examples=["{opt_out: [...], refused: {...}, legal: [...]}"])


class PhrasesForm(Form):
    """The file of phrases."""

    version: Whole = Field(ge=1, examples=[1])
    languages: LanguagesForm = Field(examples=["{en: {...}, zh: {...}}"])
    legal_words_allowed_in: tuple[Name, ...] = Field(examples=["[pre_legal_notice]"])

    def language(self, code: str) -> LanguageForm:
        """One shipped language's phrases."""
        return {"en": self.languages.en, "zh": self.languages.zh}[code]


@cache
def phrases() -> PhrasesForm:
    """The shipped phrases. Raises UnreadableFile when the file has mistakes."""
    form, problems = fill(PhrasesForm, read_document(text_of(FILE), file=FILE.name))
    if form is None:
        raise UnreadableFile(problems)
    return form


def says(text: str, phrase: str) -> bool:
    """Whether a text says a phrase: capitals and spacing aside, and as whole words where the script has words."""
    if phrase.isascii():
        spaced = " ".join(text.casefold().split())
        return re.search(rf"(?<!\w){re.escape(phrase.casefold())}(?!\w)", spaced, re.ASCII) is not None
    return "".join(phrase.casefold().split()) in "".join(text.casefold().split())
