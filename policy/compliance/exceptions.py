"""What lifts a rule for one contact: the person's own consent, or that it answers what the person just wrote."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

from policy.compliance.case import Case
from policy.compliance.conversations import conversed_about
from policy.compliance.history import (
    ANY_SCOPE,
    CONSUMER,
    CONVERSATIONS,
    Call,
    Consent,
    ConsentRevoked,
    Direction,
    Medium,
    Sent,
    WebSession,
)
from policy.compliance.question import Asked, Question
from policy.spacing import local_instant

MEDIUM_OF = {
    Asked.CALL: Medium.CALL,
    Asked.EMAIL: Medium.EMAIL,
    Asked.SMS: Medium.SMS,
    Asked.CHAT: Medium.CHAT,
    Asked.MAIL: Medium.MAIL,
    Asked.VISIT: Medium.VISIT,
}
MORE_CALLS = "additional_calls"
LONGEST_CONSENT_DAYS = 7
SAME_TALK = timedelta(hours=1)
"""A consent given within so long after a call began was given during it."""


def has_consent(
    case: Case,
    scope: str,
    *,
    debt: str | None = None,
    medium: Medium | None = None,
    at: datetime,
    since: datetime | None = None,
    is_void: Callable[[datetime], bool] | None = None,
) -> bool:
    """Whether a consent of that scope, given directly to this collector, holds at a moment (on a debt, if named).

    since: one given before it no longer counts. medium: one for another channel does not count. is_void: whether a
    contact at an instant should not have been made: what the person granted during such a contact is no consent.
    """
    return any(
        is_in_force(case, consent, at=at)
        and (since is None or consent.at >= since)
        and (medium is None or consent.channel in (None, medium.value))
        and not (is_void is not None and _was_asked_amiss(case, consent, is_void))
        for consent in consents(case, scope, debt=debt)
    )


def consents(case: Case, scope: str, *, debt: str | None = None) -> list[Consent]:
    """Consents of a scope that were given directly to this collector: one given to the creditor is none."""
    return [
        c
        for c in case.all_of(Consent)
        if c.scope == scope and c.given_to == "collector" and (debt is None or case.touches(c.debts, debt))
    ]


def revoked_at(case: Case, consent: Consent) -> datetime | None:
    """When a consent was taken back; None while it was not.

    A revocation that names no scope takes back every consent about its debts, and one that names no debts is about all.
    """
    return next(
        (r.at for r in case.all_of(ConsentRevoked) if r.at >= consent.at and _takes_back(case, r, consent)),
        None,
    )


def is_in_force(case: Case, consent: Consent, *, at: datetime) -> bool:
    """Whether a consent holds at a moment: by its own terms, and not taken back."""
    taken_back = revoked_at(case, consent)
    return (
        consent.at <= at
        and (consent.expires is None or at < consent.expires)
        and (not consent.valid_on or case.day(at) in consent.valid_on)
        and (taken_back is None or at < taken_back)
    )


def may_call_more(case: Case, debt: str, *, at: datetime) -> bool:
    """Whether a call rests on the person's consent to more calls about a debt.

    It lasts at most seven days, the day of the consent being the first, and ends with the next conversation.
    """
    return any(_still_lasts(case, c, debt, at=at) for c in consents(case, MORE_CALLS, debt=debt))


def named_days(case: Case, scope: str, *, debt: str | None = None, after: datetime) -> Iterator[datetime]:
    """When the days begin that the person named in a consent of that scope, later than a moment."""
    for consent in consents(case, scope, debt=debt):
        for day in consent.valid_on:
            begins = local_instant(day, hour=time(0), zone=case.zone)
            if begins > after:
                yield begins


def is_first_reply(case: Case, question: Question, *, at: datetime, since: datetime | None = None) -> bool:
    """Whether this is the one answer that an inbound message allows: in its own medium, and not given before.

    since: a message that came before it allows nothing any more (the hours in which it may be answered are over).
    """
    medium = MEDIUM_OF.get(question.action)
    answers = question.in_reply_to
    if answers is None and question.purpose == "opt_out_confirmation" and medium is not None:
        answers = f"{medium.value}_in"
    return medium is not None and answers == f"{medium.value}_in" and _unanswered(case, medium, at=at, since=since) > 0


def is_browsing(case: Case, *, at: datetime) -> bool:
    """Whether the person is using the collector's site or app at a moment."""
    return any(s.at <= at and (s.until is None or at < s.until) for s in case.all_of(WebSession))


def _takes_back(case: Case, revoked: ConsentRevoked, consent: Consent) -> bool:
    # Where a consent and its revocation share only some debts, the person is taken at the word that ends more.
    is_about = not consent.debts or any(case.touches(revoked.debts, debt) for debt in consent.debts)
    return is_about and revoked.scope in (ANY_SCOPE, consent.scope)


def _unanswered(case: Case, medium: Medium, *, at: datetime, since: datetime | None) -> int:
    """How many messages of the person still wait for their one answer."""
    waiting = 0
    for happening in case.history:
        match happening:
            case Sent(medium=used, direction=way) if used is medium and happening.to == CONSUMER:
                pass
            # A call that became a conversation was answered by it.
            case Call(direction=way) if medium is Medium.CALL and happening.to == CONSUMER:
                if way is Direction.IN and happening.outcome in CONVERSATIONS:
                    continue
            case _:
                continue
        if happening.at > at or (since is not None and happening.at < since):
            continue
        waiting = waiting + 1 if way is Direction.IN else max(0, waiting - 1)
    return waiting


def _still_lasts(case: Case, consent: Consent, debt: str, *, at: datetime) -> bool:
    last_day = case.day(consent.at) + timedelta(days=LONGEST_CONSENT_DAYS - 1)
    return (
        is_in_force(case, consent, at=at)
        and case.day(at) <= last_day
        and not any(
            call.outcome in CONVERSATIONS and consent.at < call.at < at and conversed_about(case, call, debt)
            for call in case.calls_to(CONSUMER)
        )
    )


def _was_asked_amiss(case: Case, consent: Consent, is_void: Callable[[datetime], bool]) -> bool:
    before = [
        call
        for call in case.calls_to(CONSUMER)
        if call.outcome in CONVERSATIONS and consent.at - SAME_TALK <= call.at <= consent.at
    ]
    return bool(before) and before[-1].direction is Direction.OUT and is_void(before[-1].at)
