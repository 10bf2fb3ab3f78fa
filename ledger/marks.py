"""What the rows of a hold and of a loan tell the packs: the marks that begin a standing and end it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.hold import HoldReason
from ledger.tables.agreement import HoldRow
from policy.compliance.history import Mark, Marked
from policy.spacing import local_instant

MARKS_OF: Final = MappingProxyType(
    {
        HoldReason.DISPUTE: (Mark.DISPUTED, Mark.DISPUTE_ENDED),
        HoldReason.HARDSHIP: (Mark.HARDSHIP, Mark.HARDSHIP_ENDED),
        HoldReason.CEASE: (Mark.CEASE, Mark.CEASE_ENDED),
        HoldReason.BREATHING_SPACE: (Mark.BREATHING_SPACE, Mark.BREATHING_SPACE_ENDED),
        HoldReason.MENTAL_HEALTH_CRISIS: (Mark.MENTAL_HEALTH_CRISIS, Mark.MENTAL_HEALTH_CRISIS_ENDED),
        HoldReason.DEBT_ADVICE: (Mark.DEBT_ADVICE, Mark.DEBT_ADVICE_ENDED),
        HoldReason.REPRESENTED: (Mark.REPRESENTED, Mark.REPRESENTED_ENDED),
        HoldReason.BANKRUPTCY: (Mark.BANKRUPTCY, Mark.BANKRUPTCY_ENDED),
        HoldReason.MINOR: (Mark.MINOR, None),
        HoldReason.VULNERABLE: (Mark.VULNERABLE, Mark.VULNERABLE_ENDED),
    }
)
"""Which mark a hold for a reason begins with, and which one ends it. A minor grows up, which nobody marks; a hold for
the lender's own reasons, and one of a loan that was handed over, say nothing of a standing.
"""


def marks_of_hold(hold: HoldRow, *, knowing: datetime) -> Iterator[Marked]:
    """A hold as marks, on what was known then. One that was taken up as an error leaves no mark once it is lifted."""
    marks = MARKS_OF.get(HoldReason(hold.reason))
    if marks is None or hold.placed_at > knowing:
        return
    begins, ends = marks
    debts = frozenset({hold.loan_id})
    ended_at = min((at for at in (hold.event_at, hold.lifted_at) if at is not None), default=None)
    is_ended = ended_at is not None and ended_at <= knowing
    if ends is None and is_ended:
        return
    # An end that only followed from the event was not known before it, and the packs count it from the event again.
    until = None if hold.event_at is not None else hold.until
    yield Marked(at=hold.began_at or hold.placed_at, mark=begins, debts=debts, until=until)
    if ends is not None and is_ended and ended_at is not None:
        yield Marked(at=ended_at, mark=ends, debts=debts)


def marks_of_loan(loan_id: str, book: Mapping[str, Any], *, zone: ZoneInfo) -> Iterator[Marked]:
    """What the lender's book says of a loan: when its validation notice went out, and from when time bars it.

    book: what it said when it was known (`ledger.restated`).
    """
    debts = frozenset({loan_id})
    if book["validation_notice_on"] is not None:
        mailed_at = local_instant(book["validation_notice_on"], hour=time(0), zone=zone)
        yield Marked(at=mailed_at, mark=Mark.VALIDATION_NOTICE_MAILED, debts=debts)
    if book["limitation_on"] is not None:
        barred_at = local_instant(book["limitation_on"] + timedelta(days=1), hour=time(0), zone=zone)
        yield Marked(at=barred_at, mark=Mark.TIME_BARRED, debts=debts)
