"""The time in which a consumer may dispute a debt or ask who the original creditor is (12 CFR 1006.34(b)(5))."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy.compliance.business_days import business_days_after
from policy.compliance.case import Case
from policy.compliance.history import Mark
from policy.compliance.returns import came_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """How long it lasts: so many business days for the post, and so many days after that."""

    post_days: int = 5
    days: int = 30
    calendar: str = "us_federal"


USUAL = Period()


def noticed_at(case: Case, *, debt: str, at: datetime) -> datetime | None:
    """When the validation notice that counts was sent: the first one that did not come back; None where none is out."""
    sent = [m.at for m in case.marks(Mark.VALIDATION_NOTICE_MAILED, debt=debt) if m.at <= at]
    returns = [m.at for m in case.marks(Mark.UNDELIVERABLE_NOTICE, debt=debt) if m.at <= at]
    back = came_back(sent, returns)
    return next((moment for moment in sent if moment not in back), None)


def last_day(case: Case, *, debt: str, at: datetime, period: Period = USUAL) -> date | None:
    """The last day of the validation period; None where no notice is out.

    A notice is assumed to be received so many business days after it was sent; the period ends so many days after that.
    """
    sent_at = noticed_at(case, debt=debt, at=at)
    if sent_at is None:
        return None
    received_on = business_days_after(case.day(sent_at), days=period.post_days, calendar=period.calendar)
    return received_on + timedelta(days=period.days)


def was_open(case: Case, *, debt: str, at: datetime) -> bool:
    """Whether the period has begun and is not over; before any notice is out it cannot be over."""
    ends_on = last_day(case, debt=debt, at=at)
    return ends_on is None or case.day(at) <= ends_on
