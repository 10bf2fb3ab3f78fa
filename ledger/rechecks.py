"""Counting once more, without the engine, whether what left kept to the caps and windows of the packs of its time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, select

from ledger.cases import LEFT_OR_MAY_HAVE
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.call import CallRow
from ledger.tables.decision import DecisionRow, PackRow
from ledger.tables.journey import JourneyRow
from ledger.tables.known_fact import KnownFactRow
from ledger.tables.loan import LoanRow
from policy.compliance.verdict import Answer

MEDIA = {"sms": "sms", "email": "email", "chat": "chat", "field_visit": "visit"}
"""What a pack calls the attempts that reach somebody."""
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
STOPPING = ("defer", "forbid")


@dataclass(frozen=True, slots=True)
class _Contact:
    """A contact that left, or may have. is_judged: whether the packs let it go, and no person did."""

    id: str
    borrower: str
    home: str
    loans: tuple[str, ...]
    product: str
    medium: str
    point: str | None
    at: datetime
    known_at: datetime
    outcome: str
    zones: tuple[str, ...]
    rules: tuple[Any, ...]
    is_judged: bool


def over_a_cap(session: Session) -> list[str]:
    """No contact left when the cap of a pack had been reached: ids of attempts and calls that did."""
    by_person: dict[str, list[_Contact]] = defaultdict(list)
    for contact in _contacts(session):
        by_person[contact.borrower].append(contact)
    excused = _with_consent(session)
    return [
        contact.id
        for person, contacts in by_person.items()
        for contact in contacts
        if contact.is_judged
        and any(_is_over(rule, contact, contacts, excused=person in excused) for rule in _caps(contact))
    ]


def outside_a_window(session: Session) -> list[str]:
    """No contact left outside the hours of a pack, wherever the person may have been: ids of those that did."""
    excused = _with_consent(session)
    return [
        contact.id
        for contact in _contacts(session)
        if contact.is_judged
        and contact.borrower not in excused
        and any(_is_outside(r, contact) for r in _windows(contact))
    ]


def calls_without_leave(session: Session) -> list[str]:
    """Calls to borrowers that no answer allowed: made without asking, noted from elsewhere, or against a no.

    They were made, so that they are on record; the newest come first. Third parties are left out: nobody asks.
    """
    given = select(DecisionRow.id).where(_is_leave_for_a_call())
    return list(
        session.exec(
            select(CallRow.id)
            .where(CallRow.direction == "out", CallRow.recipient == "consumer", ~given.exists())
            .order_by(col(CallRow.at).desc(), col(CallRow.id))
        ).all()
    )


def _is_leave_for_a_call() -> ColumnElement[bool]:
    """The answer that allowed a call was given for its item, at its very instant."""
    return and_(
        col(DecisionRow.work_item_id) == col(CallRow.work_item_id),
        col(DecisionRow.judged_at) == col(CallRow.at),
        col(DecisionRow.answer) == Answer.ALLOWED.value,
    )


def _is_over(rule: dict[str, Any], contact: _Contact, contacts: list[_Contact], *, excused: bool) -> bool:
    params, count = rule["params"], rule["params"]["count"]
    if excused and count.get("exclude_if"):
        return False
    window = params["window"]
    home = ZoneInfo(contact.home)
    first_day = contact.at.astimezone(home).date() - timedelta(days=window["length"] - 1)

    def counts(other: _Contact) -> bool:
        if window["unit"] == "hour":
            is_inside = other.at > contact.at - timedelta(hours=window["length"])
        else:
            is_inside = other.at.astimezone(home).date() >= first_day
        return (
            is_inside
            and other.at <= contact.at
            and other.known_at <= contact.at
            and other.medium in count["media"]
            and other.outcome not in count.get("outcomes_excluded", ())
            and (not count.get("outcomes_only") or other.outcome in count["outcomes_only"])
            and ("debt_group" not in params["key"] or not {*other.loans}.isdisjoint(contact.loans))
            and ("address" not in params["key"] or other.point in {None, contact.point})
        )

    before = sum(counts(other) for other in contacts if other.id != contact.id)
    return bool(before >= params["max"])


def _is_outside(rule: dict[str, Any], contact: _Contact) -> bool:
    params = rule["params"]
    opens, closes = _minutes(params["opens"]), _minutes(params["closes"]) - params.get("margin_minutes", 0)
    zones = contact.zones if params["tz_basis"] == "all_known_locations" else (contact.home,)
    for zone in (params["zone"],) if params.get("zone") else zones:
        local = contact.at.astimezone(ZoneInfo(zone))
        is_open = opens <= local.hour * 60 + local.minute < closes
        if not is_open or DAYS[local.weekday()] not in params.get("weekdays", DAYS):
            return True
    return False


def _caps(contact: _Contact) -> Iterator[dict[str, Any]]:
    return (rule for rule in contact.rules if rule["kind"] == "frequency_cap" and _speaks(rule, contact))


def _windows(contact: _Contact) -> Iterator[dict[str, Any]]:
    return (rule for rule in contact.rules if rule["kind"] == "quiet_hours" and _speaks(rule, contact))


def _speaks(rule: dict[str, Any], contact: _Contact) -> bool:
    """Whether a rule that stops speaks to the contact; rules for special purposes, roles and numbers are left alone."""
    when = rule.get("when", {})
    day, effective = contact.at.date(), rule.get("effective", {})
    return (
        contact.medium in when.get("action", (contact.medium,))
        and when.get("to", "consumer") != "third_party"
        and not {"automated", "number_type", "purposes", "replies", "collector_role"} & set(when)
        and (not when.get("products") or contact.product in when["products"])
        and contact.product not in when.get("products_except", ())
        and str(effective.get("from") or "") <= day.isoformat()
        and day.isoformat() <= str(effective.get("to") or "9")
    )


@lru_cache(maxsize=32)
def _stopping_rules(pack: str) -> tuple[Any, ...]:
    """Those of a pack, as kept, that may stop a contact; reading one takes a tenth of a second."""
    rules = yaml.safe_load(pack)["rules"]
    return tuple(r for r in rules if r["on_violation"] in STOPPING and r.get("severity", "hard") == "hard")


def _contacts(session: Session) -> list[_Contact]:
    packs = {row.digest: row.content for row in session.exec(select(PackRow)).all()}
    people = dict(session.exec(select(BorrowerRow.id, BorrowerRow.timezone)).all())
    products = dict(session.exec(select(LoanRow.id, LoanRow.product)).all())

    @cache
    def rules_of(digests: tuple[str, ...]) -> tuple[Any, ...]:
        return tuple(rule for digest in digests for rule in _stopping_rules(packs[digest]))

    def contact(row: AttemptRow | CallRow, decision: DecisionRow | None, **more: Any) -> _Contact:
        digests = tuple(named["digest"] for named in decision.packs) if decision is not None else ()
        return _Contact(
            id=row.id,
            borrower=row.borrower_id,
            home=people[row.borrower_id],
            product=products[more["loans"][0]] if more["loans"] else "",
            point=row.contact_point_id,
            zones=tuple(decision.zones) if decision is not None else (),
            rules=rules_of(digests),
            is_judged=decision is not None and decision.set_aside is None,
            **more,
        )

    attempts = session.exec(
        select(AttemptRow, DecisionRow, JourneyRow.loan_id)
        .join(JourneyRow, col(JourneyRow.id) == col(AttemptRow.journey_id))
        .outerjoin(DecisionRow, col(DecisionRow.attempt_id) == col(AttemptRow.id))
        .where(col(AttemptRow.state).in_(LEFT_OR_MAY_HAVE), col(AttemptRow.action).in_(list(MEDIA)))
    ).all()
    calls = session.exec(
        select(CallRow, DecisionRow)
        .outerjoin(DecisionRow, _is_leave_for_a_call())
        .where(CallRow.direction == "out", CallRow.recipient == "consumer")
    ).all()
    return [
        *(
            contact(row, said, loans=(loan,), medium=MEDIA[row.action], at=at, known_at=at, outcome="")
            for row, said, loan in attempts
            if (at := row.claimed_at) is not None
        ),
        *(
            contact(
                row,
                said,
                loans=tuple(row.counted_to),
                medium="call",
                at=row.at,
                known_at=row.known_at,
                outcome=row.outcome,
            )
            for row, said in calls
        ),
    ]


def _with_consent(session: Session) -> set[str]:
    """Borrowers who agreed to anything: what a consent lifts is not counted again here."""
    rows = session.exec(select(KnownFactRow.borrower_id, KnownFactRow.given)).all()
    return {borrower for borrower, given in rows if given["type"] == "consent"}


def _minutes(hour: str | int) -> int:
    if isinstance(hour, int):
        return hour  # an hour without quotes is minutes already, as YAML reads it
    hours, minutes = hour.split(":")
    return int(hours) * 60 + int(minutes)
