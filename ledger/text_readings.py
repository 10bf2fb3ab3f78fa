"""What a message's wording says and what is wrong with it, read once for each wording of a lender rather than for each
person: a name, an amount and a day are not the lender's words.
"""

from dataclasses import dataclass
from functools import lru_cache

from domain.action import Action
from policy.wording.checking import SAMPLE_FACTS
from policy.wording.elements import elements_of
from policy.wording.faults import faults_in
from policy.wording.rendering import render


@dataclass(frozen=True, slots=True)
class TextReading:
    """Names of what a text says, and ids of the lints that it fails."""

    elements: frozenset[str]
    faults: frozenset[str]


def reading_of_text(text: str, *, channel: Action, wording: str, language: str) -> TextReading:
    """The reading of one text."""
    faults = faults_in(text, language=language, channel=channel, wording=wording)
    return TextReading(
        elements=elements_of(text, language=language, channel=channel),
        faults=frozenset(fault.lint for fault in faults),
    )


@lru_cache(maxsize=4096)
def reading_of_wording(
    wording: str,
    *,
    channel: Action,
    language: str,
    lender: str,
    help_phone: str,
    pay_link: str,
    closing: tuple[str, ...],
) -> TextReading:
    """The reading of a wording in a language as a lender sends it, with the closing sentences that packs require."""
    facts = SAMPLE_FACTS | {"lender": lender, "help_phone": help_phone, "pay_link": pay_link}
    rendered = render(wording, channel=channel, language=language, facts=facts, closing=closing)
    text = f"{rendered.subject}\n{rendered.body}"
    return reading_of_text(text, channel=channel, wording=wording, language=language)
