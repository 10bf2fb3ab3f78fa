"""Whether a notice gives a clear and simple way to opt out in the medium that it came by, at no cost.

12 CFR 1006.6(e) and comments 6(e)-1 and 6(d)(4)(ii)(C)(4)-1: replying STOP, or a link, will do; postal mail, a
telephone call or a website without a link will not, nor will anything that costs a fee or asks for more.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import Field

from policy.files.document import read_document, text_of
from policy.files.form import Form, Text, Whole, fill
from policy.files.problem import UnreadableFile
from policy.wording.normalising import BOUNDARY
from policy.wording.pattern import LANGUAGES, compiled, views_of

FILE = Path(__file__).parent / "opt_out.yaml"
MEDIA = frozenset({"sms", "chat", "email"})
LONGEST_BEFORE = {"en": 12, "zh": 24}
Patterns = tuple[Text, ...]


class WaysForm(Form):
    """The ways to opt out in one language, and what spoils one: anywhere near it, or only behind it."""

    text: Patterns = Field(examples=["[reply stop]"])
    email: Patterns = Field(examples=["[reply with the word stop]"])
    link: Patterns = Field(examples=["[click ... opt out]"])
    spoilt_anywhere: Patterns = Field(examples=["[fee]"])
    spoilt_after: Patterns = Field(examples=["['# usd']"])
    excused: Patterns = Field(examples=["[no fee]"])


class OptOutForm(Form):
    """The file."""

    version: Whole = Field(ge=1, examples=[1])
    en: WaysForm = Field(examples=["{text: [...], email: [...], link: [...], ...}"])
    zh: WaysForm = Field(examples=["{text: [...], email: [...], link: [...], ...}"])


@cache
def ways() -> dict[str, WaysForm]:
    """The shipped ways by language. Raises UnreadableFile when the file has mistakes."""
    form, problems = fill(OptOutForm, read_document(text_of(FILE), file=FILE.name))
    if form is None:
        raise UnreadableFile(problems)
    return {"en": form.en, "zh": form.zh}


def is_opt_out_notice(text: str | None, *, channel: str) -> bool:
    """Whether the text tells, in English or Chinese, how to opt out in the same medium, simply and free.

    channel: `sms`, `chat` or `email`. False for no text, and for a medium that has no such notice.
    """
    if not text or channel not in MEDIA:
        return False
    return any(
        not _spoilt(before, after, form=ways()[language], language=language)
        for language in LANGUAGES
        for view in views_of(text)[language]
        for before, after in _said(view, form=ways()[language], language=language, channel=channel)
    )


def _said(view: str, *, form: WaysForm, language: str, channel: str) -> Iterator[tuple[str, str]]:
    for pattern in (*(form.email if channel == "email" else form.text), *form.link):
        for start, _ in compiled(pattern, language=language).spans(view):
            yield _before(view[:start], language=language), _after(view[start - (language == "en") :])


def _before(view: str, *, language: str) -> str:
    sentence = view.rsplit(BOUNDARY, 1)[-1]
    # What stands before a link belongs to the link.
    return sentence[-LONGEST_BEFORE["zh"] :] if language == "zh" else _last_words(sentence.rsplit(" link ", 1)[-1])


def _last_words(sentence: str) -> str:
    return f" {' '.join(sentence.split()[-LONGEST_BEFORE['en'] :])} "


def _after(view: str) -> str:
    # The sentence of the way itself and the one behind it.
    return BOUNDARY.join(view.split(BOUNDARY)[:2])


def _spoilt(before: str, after: str, *, form: WaysForm, language: str) -> bool:
    return any(
        _blames(patterns, place, form=form, language=language)
        for patterns, place in (
            (form.spoilt_anywhere, before),
            (form.spoilt_anywhere, after),
            (form.spoilt_after, after),
        )
    )


def _blames(patterns: Patterns, view: str, *, form: WaysForm, language: str) -> bool:
    spans = [span for text in patterns for span in compiled(text, language=language).spans(view)]
    excused = [span for text in form.excused for span in compiled(text, language=language).spans(view)]
    return any(not any(a <= start and end <= b for a, b in excused) for start, end in spans)
