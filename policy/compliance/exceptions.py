"""What lifts a rule for one contact: the person's own consent, or that it answers what the person just wrote."""

from datetime import datetime

from policy.compliance.case import Case
from policy.compliance.history import Consent, ConsentRevoked, Direction, Medium, Sent
from policy.compliance.question import Asked, Question

REPLIES_TO = {"email_in": Medium.EMAIL, "sms_in": Medium.SMS, "chat_in": Medium.CHAT, "mail_in": Medium.MAIL}
SPEAKS_BY = {Asked.EMAIL: Medium.EMAIL, Asked.SMS: Medium.SMS, Asked.CHAT: Medium.CHAT, Asked.MAIL: Medium.MAIL}


def has_consent(case: Case, scope: str, *, debt: str | None = None, at: datetime) -> bool:
    """Whether a consent of that scope, given directly to this collector, holds at a moment (on a debt, if named)."""
    return any(_holds(case, consent, at=at) for consent in consents(case, scope, debt=debt))


def consents(case: Case, scope: str, *, debt: str | None = None) -> list[Consent]:
    """Consents of a scope that were given directly to this collector: one given to the creditor is none."""
    return [
        c
        for c in case.all_of(Consent)
        if c.scope == scope and c.given_to == "collector" and (debt is None or case.touches(c.debts, debt))
    ]


def revoked_at(case: Case, consent: Consent) -> datetime | None:
    """When a consent was taken back; None while it was not."""
    return next(
        (r.at for r in case.all_of(ConsentRevoked) if r.scope == consent.scope and r.at >= consent.at),
        None,
    )


def is_first_reply(case: Case, question: Question, *, at: datetime) -> bool:
    """Whether this is the one answer that an inbound message allows: in its own medium, and not given before."""
    medium = REPLIES_TO.get(question.in_reply_to or "")
    if medium is None or SPEAKS_BY.get(question.action) is not medium:
        return False
    inbound = [s for s in case.all_of(Sent) if s.direction is Direction.IN and s.medium is medium and s.at <= at]
    if not inbound:
        return False
    return not any(
        s.direction is Direction.OUT and s.medium is medium and s.at >= inbound[-1].at for s in case.all_of(Sent)
    )


def _holds(case: Case, consent: Consent, *, at: datetime) -> bool:
    taken_back = revoked_at(case, consent)
    return (
        consent.at <= at
        and (consent.expires is None or at < consent.expires)
        and (not consent.valid_on or case.day(at) in consent.valid_on)
        and (taken_back is None or at < taken_back)
    )
