"""Simulated collectors, visitors, lawyers and agencies: they work the real lists, not all of it in time."""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.arrangement import Instalment
from domain.borrower import ContactKind, ContactState
from domain.disposition import ContactFinding, ContactSource, NewContact, WorkResult
from domain.hold import HoldReason
from domain.work_item import Disposition, WorkKind
from ledger.agreeing import plan_must_state
from ledger.calling import CallIsOpen, NobodyToCall, Reserved, reserve_call
from ledger.database import Ledger
from ledger.holds import holds_without_end, lift_hold
from ledger.lists import WaitingWork, waiting_work
from ledger.results import record_result
from ledger.work import open_item
from ledger.worksheets import worksheet
from policy.spacing import local_instant
from simulation.sandbox.control import Answered
from simulation.sandbox.remote import SandboxRemote

HOURS = (time(10), time(15))
NAMES: dict[WorkKind, str] = {
    WorkKind.CALLBACK: "pretend collector",
    WorkKind.VERIFY_CONTACTS: "pretend clerk",
    WorkKind.FIELD_VISIT: "pretend visitor",
    WorkKind.LEGAL_REFERRAL: "pretend lawyer",
    WorkKind.AGENCY_PLACEMENT: "pretend agency",
    WorkKind.RECONCILE_ATTEMPT: "pretend supervisor",
    WorkKind.REVIEW_CONTACT: "pretend supervisor",
    WorkKind.REVIEW_STANDING: "pretend specialist",
}
DAYS: dict[WorkKind, tuple[int, int]] = {
    WorkKind.CALLBACK: (0, 1),
    WorkKind.VERIFY_CONTACTS: (1, 2),
    WorkKind.FIELD_VISIT: (2, 6),
    WorkKind.LEGAL_REFERRAL: (3, 8),
    WorkKind.AGENCY_PLACEMENT: (2, 5),
    WorkKind.RECONCILE_ATTEMPT: (1, 1),
    WorkKind.REVIEW_CONTACT: (1, 1),
    WorkKind.REVIEW_STANDING: (1, 3),
}
"""How many days after it was opened an item is worked, at least and at most."""
FORGOTTEN = 0.06
"""The share of callbacks and visits that nobody gets to before their deadline."""
DISPUTES_REST = timedelta(days=14)
"""How long it takes to look into a dispute and answer it, or to assess a hardship."""
SETTLED_BY_US = frozenset({HoldReason.DISPUTE.value, HoldReason.HARDSHIP.value})
"""Holds that the lender ends. Who asked to be left alone, has a lawyer or is bankrupt stays so."""


@dataclass(frozen=True, slots=True)
class People:
    """The staff of a pretend lender. seed makes their habits; what borrowers tell them comes from the sandbox."""

    ledger: Ledger
    sandbox: SandboxRemote
    seed: int

    def work(self, *, now: datetime) -> int:
        """Do everything that is due to be done at `now`; returns how many items and holds were worked."""
        with self.ledger.reading() as session:
            due = [i for i in waiting_work(session) if (at := self._works_at(i)) is not None and at <= now]
        worked = 0
        for item in due:
            if item.kind is WorkKind.CALLBACK and not self._may_call(item, now=now):
                continue
            worked += 1
            result = self._result(item, now=now)
            with self.ledger.transaction() as session:
                record_result(session, item.id, result, now=now)
        return worked + self._lift_holds(now=now)

    def next_at(self, *, after: datetime) -> datetime | None:
        """When somebody next does something; None when nothing waits for anybody."""
        with self.ledger.reading() as session:
            instants = [self._works_at(item) for item in waiting_work(session)]
            holds = [h for h in holds_without_end(session, placed_before=after) if h.reason in SETTLED_BY_US]
            instants += [h.placed_at + DISPUTES_REST for h in holds]
        return min((i for i in instants if i is not None and i > after), default=None)

    def _may_call(self, item: WaitingWork, *, now: datetime) -> bool:
        """The collector reserves the call before dialling; told not now, the item waits, and that is on record."""
        with self.ledger.transaction() as session:
            try:
                asked = reserve_call(session, open_item(session, item.id), by=NAMES[item.kind], now=now)
            except CallIsOpen:
                return True  # it was reserved before the demo was stopped and went on
            except NobodyToCall:
                return False
        return isinstance(asked, Reserved)

    def _works_at(self, item: WaitingWork) -> datetime | None:
        """The working hour at which this item is done; None when it is forgotten, or its call refused for good."""
        if item.refused_for_good:
            return None
        chance = random.Random(f"{self.seed}/{item.loan_number}/{item.turn}/{item.kind.value}")
        if item.kind in {WorkKind.CALLBACK, WorkKind.FIELD_VISIT} and chance.random() < FORGOTTEN:
            return None
        zone = ZoneInfo(item.timezone)
        wait = timedelta(days=chance.randint(*DAYS[item.kind]))
        earliest = item.opened_at if item.not_before is None else max(item.opened_at, item.not_before)
        first_day = max(item.opened_at.astimezone(zone).date() + wait, earliest.astimezone(zone).date())
        slots = (
            local_instant(first_day + timedelta(days=day), hour=hour, zone=zone) for day in range(3) for hour in HOURS
        )
        at = next(slot for slot in slots if slot > earliest)
        return at if at < item.deadline_at else None

    def _result(self, item: WaitingWork, *, now: datetime) -> WorkResult:
        by = NAMES[item.kind]
        if item.kind is WorkKind.RECONCILE_ATTEMPT:
            arrived = any(a.attempt_id == item.attempt_id for a in self.sandbox.accepts().accepts)
            return WorkResult(Disposition.DONE if arrived else Disposition.RETURNED, by=by, minutes=5)
        if item.kind is WorkKind.REVIEW_CONTACT:
            return WorkResult(Disposition.RETURNED, by=by, minutes=5, note="in doubt, nobody is contacted")
        if item.kind is WorkKind.REVIEW_STANDING:
            return WorkResult(Disposition.DONE, by=by, minutes=20, note="looked into; it stays on hold")
        answer = self.sandbox.answer(item.loan_number, kind=item.kind, at=now)
        if item.kind is WorkKind.VERIFY_CONTACTS:
            return self._verified(item, answer, now=now)
        promise, plan = answer.promise, answer.arrangement
        return WorkResult(
            answer.disposition,
            by=by,
            minutes=answer.minutes,
            promised=None if promise is None else Instalment(promise.due_on, promise.amount_minor),
            instalments=() if plan is None else tuple(Instalment(i.due_on, i.amount_minor) for i in plan.instalments),
            plan_states=frozenset() if plan is None else self._states(item, now=now),
        )

    def _states(self, item: WaitingWork, *, now: datetime) -> frozenset[str]:
        """The pretend lender's plans state all that its packs ask for."""
        with self.ledger.transaction() as session:
            return frozenset(plan_must_state(session, open_item(session, item.id).loan_id, now=now))

    def _verified(self, item: WaitingWork, answer: Answered, *, now: datetime) -> WorkResult:
        """The clerk knows where the borrower lives, or could not find out."""
        home, by = answer.address, NAMES[item.kind]
        if home is None:
            return WorkResult(answer.disposition, by=by, minutes=answer.minutes)
        with self.ledger.transaction() as session:
            known = worksheet(session, open_item(session, item.id), now=now).contacts
        is_home = {True: ContactState.VERIFIED, False: ContactState.BAD}
        elsewhere = NewContact(ContactKind.ADDRESS, home, ContactSource.PUBLIC_REGISTER, is_verified=True)
        return WorkResult(
            answer.disposition,
            by=by,
            minutes=answer.minutes,
            findings=tuple(ContactFinding(c.id, is_home[c.text == home]) for c in known),
            new_contacts=() if home in [c.text for c in known] else (elsewhere,),
        )

    def _lift_holds(self, *, now: datetime) -> int:
        with self.ledger.transaction() as session:
            holds = holds_without_end(session, placed_before=now - DISPUTES_REST + timedelta(seconds=1))
            settled = [hold for hold in holds if hold.reason in SETTLED_BY_US]
            for hold in settled:
                lift_hold(session, hold.id, now=now)
        return len(settled)
