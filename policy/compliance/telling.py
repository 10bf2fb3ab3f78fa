"""An answer as a sentence for people: what was not done, when and where, by which rule, and when it may be done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from policy.compliance.places import day_and_hour_in, hour_in
from policy.compliance.question import Asked
from policy.compliance.verdict import Answer

DONE_AS: dict[Asked, str] = {
    Asked.CALL: "called",
    Asked.VISIT: "visited",
    Asked.LEGAL_REFERRAL: "referred to a lawyer",
    Asked.AGENCY_PLACEMENT: "placed with an agency",
    Asked.FURNISH: "reported",
}
"""What would have been done; everything else is to be contacted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer, as far as a sentence needs it.

    zones: names of those in which the person may have been, home first. message, citation: of the rule that decided, or
    of all that were asked. beside: what else is to be said, each with the word for it (`warning`).
    """

    action: Asked
    answer: Answer
    at: datetime
    zones: tuple[str, ...]
    message: str = ""
    citation: str = ""
    until: datetime | None = None
    until_event: str | None = None
    overridable_by: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()


def agreeing(rules: int) -> str:
    """What is told of a contact that no rule objects to."""
    return {0: "no rule speaks about it", 1: "the one rule that was asked allows it"}.get(
        rules, f"all {rules} rules that were asked allow it"
    )


def sentence(told: Told) -> str:
    """The whole answer in one sentence."""
    return "; ".join([_what(told), *_next(told), *(f"{word}: {says}" for word, says in told.beside)])


def _what(told: Told) -> str:
    done = DONE_AS.get(told.action, "contacted")
    when = day_and_hour_in(told.at, ZoneInfo(told.zones[0]))
    cited = f" ({told.citation})" if told.citation else ""
    if told.answer is Answer.ALLOWED:
        return f"may be {done} on {when}: {told.message}{cited}"
    return f"not {done} on {when}: {told.message}{cited}"


def _next(told: Told) -> Iterator[str]:
    match told.answer:
        case Answer.ALLOWED:
            return
        case Answer.DEFERRED if told.until is not None:
            yield f"next allowed {_everywhere(told.until, told.zones)}"
        case Answer.DEFERRED if told.until_event is not None:
            yield f"not before this: {told.until_event.replace('_', ' ')}"
        case Answer.NEEDS_HUMAN:
            yield "a person decides"
        case _:
            yield "not allowed as long as that stands"
    if told.overridable_by:
        reasons = ", ".join(reason.replace("_", " ") for reason in told.overridable_by)
        yield f"a person may go ahead for: {reasons}"


def _everywhere(at: datetime, zones: Sequence[str]) -> str:
    """The instant at home, and what the clocks show elsewhere where the person may be."""
    home, *others = map(ZoneInfo, zones)
    elsewhere = dict.fromkeys(hour_in(at, z) for z in others if at.astimezone(z).time() != at.astimezone(home).time())
    return day_and_hour_in(at, home) + (f" ({', '.join(elsewhere)})" if elsewhere else "")
