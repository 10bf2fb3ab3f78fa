"""To which debts a call counts, and about which of them there was a conversation: the two may differ."""

from collections.abc import Iterator
from datetime import datetime

from policy.compliance.case import Case
from policy.compliance.history import CONSUMER, CONVERSATIONS, Call, CallOutcome, Direction, Sent


def counts_to(case: Case, call: Call, debt: str) -> bool:
    """Whether a call that we placed counts to a debt: to those it was made for, else to those that were spoken of.

    Where a record says neither, it counts to each debt.
    """
    return case.touches(call.counted_to or call.discussed or call.debts, debt)


def conversed_about(case: Case, call: Call, debt: str) -> bool:
    """Whether a debt was a matter of a conversation, whichever side brought it up.

    What the caller brought up was a matter of it even if the other side spoke of something else instead.
    """
    return case.touches(call.discussed | call.counted_to or call.debts, debt)


def conversations(case: Case, *, person: str, debt: str) -> Iterator[Call]:
    """Conversations by telephone with a person about a debt, by either side's call, oldest first."""
    return (c for c in case.calls_to(person) if c.outcome in CONVERSATIONS and conversed_about(case, c, debt))


def communications(case: Case, *, debt: str, at: datetime) -> Iterator[Call | Sent]:
    """What we have told the person about a debt so far, oldest first.

    A call that was not answered tells nothing, nor does a voicemail of limited content.
    """
    telling = CONVERSATIONS | {CallOutcome.VOICEMAIL}
    for happening in case.history:
        match happening:
            case Call() if happening.to == CONSUMER and happening.outcome in telling and happening.at < at:
                if conversed_about(case, happening, debt):
                    yield happening
            case Sent(direction=Direction.OUT) if happening.to == CONSUMER and happening.at < at:
                if case.touches(happening.debts, debt):
                    yield happening
            case _:
                pass
