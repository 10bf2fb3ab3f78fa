"""What each wording must and may not say, who says it, and which lints it lifts, read from `requirements.yaml`."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from domain.action import Action
from policy.files.document import read_document, text_of
from policy.files.form import Form, Name, Whole, fill
from policy.files.problem import UnreadableFile

FILE = Path(__file__).parent / "requirements.yaml"
Elements = tuple[Name, ...]


class WordingForm(Form):
    """One wording. said_by: a rung of a ladder, or something that happened (a promise, a payment, a STOP)."""

    said_by: Literal["rung", "event"] = Field(default="rung", examples=["event"])
    needs: Elements = Field(default=(), examples=["[sender_name, help, opt_out]"])
    needs_in_email: Elements = Field(default=(), examples=["[dispute]"])
    needs_in_chat: Elements = Field(default=(), examples=["[dispute]"])
    never: Elements = Field(default=(), examples=["[amount]"])
    lifted: tuple[Name, ...] = Field(default=(), alias="lifts", examples=["[legal_words]"])

    def needed_in(self, channel: Action) -> Elements:
        """What a message through a channel must say."""
        more = {Action.EMAIL: self.needs_in_email, Action.CHAT: self.needs_in_chat}.get(channel, ())
        return (*self.needs, *more)


class RequirementsForm(Form):
    """The file."""

    version: Whole = Field(ge=1, examples=[1])
    always: Elements = Field(min_length=1, examples=["[sender_name, help, opt_out]"])
    wordings: dict[Name, WordingForm] = Field(examples=["{friendly_reminder: {needs: [amount]}}"])


@cache
def requirements() -> RequirementsForm:
    """The shipped requirements. Raises UnreadableFile when the file has mistakes."""
    form, problems = fill(RequirementsForm, read_document(text_of(FILE), file=FILE.name))
    if form is None:
        raise UnreadableFile(problems)
    return form


def requirements_of(wording: str) -> WordingForm:
    """The requirements of a wording: its own, or what every message needs."""
    own = requirements().wordings.get(wording)
    return own if own is not None and own.needs else WordingForm(needs=requirements().always)
