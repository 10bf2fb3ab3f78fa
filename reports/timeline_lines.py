"""A timeline's happenings as sentences for people: the same on the command line and in the console."""

from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from domain.event import EventKind
from domain.money import MILLIS_PER_MINOR, Money, decimals_of
from ledger import happenings as told
from ledger.timelines import Timeline
from policy.compliance.history import CallOutcome, Direction
from policy.compliance.telling import sentence as as_told
from reports.figures import words

SHORT_ID = 8
"""So many characters of an id are shown; a command takes as many."""


def sentence(  # noqa: C901, PLR0912 - a case for each kind, and nothing else
    happening: told.Happening, of: Timeline
) -> tuple[str, str]:
    """The kind of a happening and what it says, in the borrower's zone and the loan's currency."""
    match happening:
        case told.TurnTaken():
            return "turn", _turn(happening, of)
        case told.AttemptMade():
            return "attempt", _attempt(happening)
        case told.VerdictGiven():
            return "verdict", as_told(happening.told)
        case told.CallNoted():
            return "call", _call(happening)
        case told.StepEnded(until=until):
            later = f"; again from {local(until, of.timezone)}" if until else ""
            why = f": {happening.reason}" if happening.reason else ""
            return "step", f"{_rung(happening)} ended as {words(happening.outcome)}{why}{later}"
        case told.CostIncurred():
            price = cost(happening.amount_millis, currency=of.currency)
            where = (
                f" ({_named(happening.rung, happening.action.value)})" if happening.rung and happening.action else ""
            )
            return "cost", f"{price} for {happening.quantity:,} {words(happening.unit)}{where}"
        case told.WorkOpened():
            deadline = local(happening.deadline_at, of.timezone)
            return "work", f"{_item(happening)} was given to people, to be done by {deadline}"
        case told.WorkTaken():
            return "work", f"{_item(happening)} was taken by {happening.by}"
        case told.WorkEnded():
            return "work", _work_ended(happening)
        case told.PaymentReceived():
            return (
                "payment",
                f"{_money(happening.amount_minor, of)} came in ({happening.source} {happening.external_id})",
            )
        case told.PaymentReversed():
            told_by = f"{happening.source} {happening.external_id}"
            return "reversal", f"{_money(happening.amount_minor, of)} was taken back ({told_by})"
        case told.PromiseMade():
            return "promise", f"{_money(happening.amount_minor, of)} promised for {happening.due_on}"
        case told.PromiseSettled():
            amount = _money(happening.amount_minor, of)
            return "promise", f"the promise of {amount} for {happening.due_on} was {happening.state}"
        case told.ArrangementAgreed():
            parts = ", ".join(f"{_money(i.amount_minor, of)} on {i.due_on}" for i in happening.instalments)
            return "plan", f"instalments agreed: {parts}"
        case told.ArrangementSettled():
            return "plan", f"the arrangement was {happening.state}"
        case told.HoldPlaced(until=until):
            goes_on = f"until {local(until, of.timezone)}" if until else "until a person lifts it"
            return "hold", f"on hold, {words(happening.reason)}, {goes_on} ({happening.hold_id[:SHORT_ID]})"
        case told.HoldLifted():
            return "hold", f"the hold for {words(happening.reason)} was lifted"
        case told.Noted():
            return "note", _noted(happening, of)
        case other:
            assert_never(other)


def local(at: datetime, zone: str) -> str:
    """An instant on the clock of a zone: 2026-05-12 20:40."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def cost(millis: int, *, currency: str) -> str:
    """Thousandths of a minor unit as money, to a thousandth of a minor unit where it is not whole."""
    whole, part = divmod(millis, MILLIS_PER_MINOR)
    if not part:
        return str(Money(whole, currency))
    places = decimals_of(currency)
    return f"{millis / MILLIS_PER_MINOR / 10**places:,.{places + 3}f} {currency}"


def _turn(turn: told.TurnTaken, of: Timeline) -> str:
    where = f"{turn.days_past_due} days past due, {_money(turn.arrears_minor, of)}"
    match turn.decision:
        case "act":
            what = f"do {_named(turn.rung or '', turn.action or '')}"
        case "wait":
            until = f"until {local(turn.until, of.timezone)}" if turn.until else ""
            what = f"wait {until}: {turn.reason}"
        case _:
            what = f"finish: {words(turn.reason)}"
    return f"turn {turn.turn} ({where}): {what}"


def _attempt(attempt: told.AttemptMade) -> str:
    parts = [f"{_rung(attempt)}: {attempt.state}"]
    if attempt.contact:
        parts.append(f"to {attempt.contact}")
    if attempt.wording:
        parts.append(f"saying {attempt.wording}")
    if attempt.vendor_id:
        parts.append(f"at {attempt.vendor} as {attempt.vendor_id}")
    if attempt.failure:
        parts.append(f"failure {words(attempt.failure)} ({attempt.failure_code})")
    return ", ".join(parts)


def _call(call: told.CallNoted) -> str:
    whom = "the borrower" if call.to_borrower else "somebody else"
    way = f"{call.by} called {whom}" if call.direction is Direction.OUT else f"{whom} called, {call.by} answered"
    if call.outcome is CallOutcome.RESERVED:
        return f"a call to {whom} is reserved for {call.by}"
    return f"{way}: {words(call.outcome)}"


def _work_ended(ended: told.WorkEnded) -> str:
    if ended.disposition is None:
        return f"{_item(ended)} {'lapsed' if ended.state == 'lapsed' else 'was taken off the lists'}"
    minutes = f", {ended.minutes} minutes" if ended.minutes else ""
    return f"{_item(ended)}: {words(ended.disposition)} (by {ended.by}{minutes})"


def _noted(noted: told.Noted, of: Timeline) -> str:
    facts = noted.facts
    match noted.event:
        case EventKind.LOAN_IMPORTED | EventKind.LOAN_RESTATED:
            came = "the loan came in" if noted.event is EventKind.LOAN_IMPORTED else "the lender restated the loan"
            return f"{came}: {_money(int(facts['arrears_minor'] or 0), of)} overdue as of {facts['as_of']}"
        case EventKind.JOURNEY_OPENED:
            return f"a journey opened on {facts['ladder']} ({facts['arm']})"
        case EventKind.JOURNEY_CLOSED:
            return f"the journey closed: {words(str(facts['reason']))}"
        case _:
            rest = ", ".join(f"{words(name)} {value}" for name, value in facts.items())
            return f"{words(noted.event)}: {rest}"


def _rung(of: told.AttemptMade | told.StepEnded) -> str:
    return _named(of.rung, of.action.value)


def _where(of: told.CostIncurred) -> str:
    return f" ({_named(of.rung, of.action.value)})" if of.rung and of.action else ""


def _named(rung: str, action: str) -> str:
    return words(rung) if rung == action else f"{words(rung)} by {words(action)}"


def _item(of: told.WorkOpened | told.WorkTaken | told.WorkEnded) -> str:
    return f"{words(of.kind)} {of.item_id[:SHORT_ID]}"


def _money(minor: int, of: Timeline) -> str:
    return str(Money(minor, of.currency))
