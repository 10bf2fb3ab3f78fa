"""What no message may say: one lint a file in `lints/`, as patterns by language with sentences that prove them."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from policy.files.document import Document, read_document, text_of
from policy.files.form import Form, Name, Text, Whole, fill, wrong
from policy.files.problem import UnreadableFile
from policy.wording.pattern import UnreadablePattern, compiled

FOLDER = Path(__file__).parent / "lints"
LEGAL_WORDS = "legal_words"
"""The lint that a legal notice lifts: its words are no fault of tone."""
Sentences = Annotated[tuple[Text, ...], Field(min_length=1)]


def _readable(patterns: tuple[str, ...], *, language: str) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            compiled(pattern, language=language)
        except UnreadablePattern as error:
            raise wrong(str(error), remedy="mend it as policy/wording/pattern.py says") from error
    return patterns


English = Annotated[tuple[Text, ...], AfterValidator(lambda patterns: _readable(patterns, language="en"))]
Chinese = Annotated[tuple[Text, ...], AfterValidator(lambda patterns: _readable(patterns, language="zh"))]


class LanguageForm(Form):
    """One lint in one language.

    patterns: what is refused. allowed: phrases within which a refused one is no fault (`not a court document`).
    must_refuse, must_pass: sentences that prove both; a test reads them.
    """

    patterns: tuple[Text, ...] = Field(min_length=1, examples=["[or else]"])
    allowed: tuple[Text, ...] = Field(examples=["[]"])
    must_refuse: Sentences = Field(examples=["[Pay or else.]"])
    must_pass: Sentences = Field(examples=["[If you have paid, thank you.]"])


class EnglishForm(LanguageForm):
    """A lint in English."""

    patterns: English = Field(min_length=1, examples=["[or else]"])
    allowed: English = Field(examples=["[]"])


class ChineseForm(LanguageForm):
    """A lint in Simplified Chinese."""

    patterns: Chinese = Field(min_length=1, examples=["[后果自负]"])
    allowed: Chinese = Field(examples=["[]"])


class PhrasesForm(Form):
    """A lint's file. named: what a refused phrase is, to be read after "which is"."""

    lint: Name = Field(examples=["threats"])
    version: Whole = Field(ge=1, examples=[1])
    named: Text = Field(examples=["a threat"])
    why: Text = Field(examples=["a threat makes people hide"])
    remedy: Text = Field(examples=["say plainly what happens next"])
    en: EnglishForm = Field(examples=["{patterns: [...], allowed: [...], must_refuse: [...], must_pass: [...]}"])
    zh: ChineseForm = Field(examples=["{patterns: [...], allowed: [...], must_refuse: [...], must_pass: [...]}"])

    def language(self, code: str) -> LanguageForm:
        """The lint in a shipped language."""
        return {"en": self.en, "zh": self.zh}[code]


@cache
def lints() -> dict[str, PhrasesForm]:
    """Every shipped lint by its id. Raises UnreadableFile when a file has mistakes."""
    return {path.stem: _lint(path) for path in sorted(FOLDER.glob("*.yaml"))}


def _lint(path: Path) -> PhrasesForm:
    document: Document = read_document(text_of(path), file=path.name)
    form, problems = fill(PhrasesForm, document)
    if form is not None and form.lint != path.stem:
        what = "has another name than its file"
        problems = [document.problem(("lint",), what=what, remedy=f"write `lint: {path.stem}`")]
    if form is None or problems:
        raise UnreadableFile(problems)
    return form
