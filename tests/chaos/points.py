"""A process is killed at each point of a contact's life, and another one goes on."""

import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from sqlmodel import select

from domain.action import Action
from domain.book import BookPayment
from domain.journey import ClosingReason
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import JourneyRow
from ledger.tables.money import PaymentRow
from simulation.sandbox.control import FaultKind, PretendBorrower, Vendor
from simulation.sandbox.remote import SandboxRefused
from tasks.reconcile import ask_vendors
from tests.chaos.census import agreed, count
from tests.chaos.databases import Databases
from tests.chaos.house import (
    House,
    carry_on,
    end,
    ended,
    ended_already,
    found_by,
    move_to,
    serve_console,
    settle_down,
    standing,
    start,
    until_up,
    warm_up,
)
from tests.chaos.moments import killer
from tests.chaos.tally import Plan, Tally
from tests.ledger.lender import EMAIL, MOBILE, Lender, a_loan

Story = Literal["send", "webhook", "payment", "reconcile"]
WAYS = ("sms", "email", "desk")
ARREARS = 80_000
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Point:
    """Where a process dies: the nth time that a moment comes while a story is lived."""

    name: str
    story: Story
    moment: str
    nth: int = 1


POINTS = (
    Point("before_plan_commit", "send", "plan:before"),
    Point("after_plan_commit", "send", "plan:after"),
    Point("before_claim_commit", "send", "claim:before"),
    Point("after_claim_commit", "send", "claim:after"),
    Point("connect", "send", "http:connect"),
    Point("request_written", "send", "http:written"),
    Point("accepted_by_the_vendor", "send", "http:accepted"),
    Point("response_read", "send", "http:read"),
    Point("before_record_commit", "send", "record:before"),
    Point("after_record_commit", "send", "record:after"),
    Point("evidence_append", "send", "record/insert events"),
    Point("inbox_insert", "webhook", "inbox/insert inbox"),
    Point("inbox_apply", "webhook", "inbox/update attempts"),
    Point("before_inbox_commit", "webhook", "inbox:before"),
    Point("after_inbox_commit", "webhook", "inbox:after"),
    Point("before_payment_commit", "payment", "payment:before"),
    Point("wake_up", "payment", "payment/insert wake_ups"),
    Point("after_payment_commit", "payment", "payment:after"),
    Point("before_payment_close", "payment", "turn:before"),
    Point("after_payment_close", "payment", "turn:after"),
    Point("reconcile_read", "reconcile", "http:read"),
    Point("before_reconcile_write", "reconcile", "reconcile:before", 2),
    Point("after_reconcile_write", "reconcile", "reconcile:after", 2),
)


DOES_NOT_APPLY = {("webhook", "desk"), ("reconcile_read", "email")}
"""A desk posts nothing to us; SendGrid has no list to read."""


@dataclass(frozen=True, slots=True)
class Case:
    """One death: a point, by one way of contact, with a seed."""

    point: Point
    way: str
    seed: int

    @property
    def replay(self) -> str:
        """The command that shows it again."""
        return f"python -m tests.chaos --points {self.point.name} --ways {self.way} --seed-base {self.seed} --seeds 1"


def run(
    plan: Plan,
    made: Databases,
    tell: Callable[[str], None],
    *,
    points: tuple[str, ...] = (),
    ways: tuple[str, ...] = WAYS,
) -> Tally:
    """Kill at each point that is named (all of them where none is), by each way, once for each seed."""
    began = time.monotonic()
    warm_up(plan.folder, made)
    tally = Tally("points", plan.seeds)
    for case in _cases(plan, points=points, ways=ways):
        tell(f"{case.point.name} {case.way} seed {case.seed}")
        tally.add(_lived(case, plan, made), told=case.replay)
    tally.seconds = round(time.monotonic() - began, 1)
    tally.details["points"] = [point.name for point in POINTS if not points or point.name in points]
    return tally


def _cases(plan: Plan, *, points: tuple[str, ...], ways: tuple[str, ...]) -> Iterator[Case]:
    for seed in plan.seeds:
        for point in POINTS:
            if points and point.name not in points:
                continue
            for way in ways:
                if (point.name, way) not in DOES_NOT_APPLY and (point.story, way) not in DOES_NOT_APPLY:
                    yield Case(point, way, seed)


def _lived(case: Case, plan: Plan, made: Databases) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=plan.folder) as name:
        folder = Path(name)
        url = made.fresh(folder, on_postgres=case.seed % 2 == 0)
        try:
            with standing(folder, url, seed=case.seed, console=case.point.story != "webhook") as house:
                return _death_and_after(case, house)
        finally:
            made.drop(url)


def _death_and_after(case: Case, house: House) -> dict[str, Any]:
    dice = random.Random(f"{case.seed} {case.point.name} {case.way}")  # chance that can be repeated
    begun = found_by(lambda: _begin(house, case), folder=house.folder)
    if "journey" not in begun:
        return begun
    journey = begun["journey"]
    code = _until_it_dies(house, case, journey)
    if code != KILLED:
        return {"amiss": [f"the process ended with {code}, and was not killed at {case.point.moment}"]}
    return found_by(lambda: _go_on(house, case, journey, dice), folder=house.folder)


def _begin(house: House, case: Case) -> dict[str, Any]:
    """A loan comes in and its journey stands before the contact that the story is about."""
    with house.at_work() as lender, house.sandbox() as remote:
        contacts = (EMAIL,) if case.way == "email" else None
        loan = a_loan() if contacts is None else a_loan(contacts=contacts)
        remote.register([_pretend(loan.number)])
        journey = lender.opens(loan, ladder="standard" if case.way == "desk" else "gentle")
        if case.way == "desk":
            lender.lives(journey, days=200, before=Action.FIELD_VISIT)
            move_to(lender, lender.now)
        if case.point.story == "reconcile":
            vendor = {"sms": Vendor.TWILIO, "email": Vendor.SENDGRID, "desk": Vendor.FIELD_DESK}[case.way]
            remote.fault(vendor, kind=FaultKind.BROKEN_AFTER)
        if case.point.story in {"reconcile", "webhook"}:
            carry_on(lender, journey, until=lender.now + timedelta(hours=1))
        return {"journey": journey}


def _until_it_dies(house: House, case: Case, journey: str) -> int:
    watch = killer(case.point.moment, nth=case.point.nth)

    def sends() -> None:
        with house.at_work(watch) as lender:
            carry_on(lender, journey, until=lender.now + timedelta(hours=1))

    def is_paid() -> None:
        with house.at_work(watch) as lender:
            _pays(lender)
            carry_on(lender, journey, until=lender.now + timedelta(hours=1))

    def asks() -> None:
        with house.at_work(watch) as lender:
            for minutes in (1, 3, 15, 70, 400, 1_500):
                move_to(lender, lender.now + timedelta(minutes=minutes))
                ask_vendors.fn()

    match case.point.story:
        case "send":
            return ended(start(sends))
        case "payment":
            return ended(start(is_paid))
        case "reconcile":
            return ended(start(asks))
        case "webhook":
            return _console_dies(house, case)


def _console_dies(house: House, case: Case) -> int:
    """The console dies of the first webhook that brings the moment."""
    watch = killer(case.point.moment, nth=case.point.nth)
    console = start(lambda: serve_console(house, watch))
    until_up(house.console_port)

    def posts() -> None:
        with house.lender() as lender, house.sandbox() as remote:
            for minutes in (1, 5, 30, 120, 600, 1_440):
                move_to(lender, lender.now + timedelta(minutes=minutes))
                try:
                    remote.advance(now=lender.now)
                except SandboxRefused:
                    return

    ended(start(posts))
    code = ended_already(console)
    if code is None:
        end(console)
    return code or 0


def _go_on(house: House, case: Case, journey: str, dice: random.Random) -> dict[str, Any]:
    """A new process goes on, in an order that the seed chose."""
    consoles = [start(lambda: serve_console(house))] if case.point.story == "webhook" else []
    if consoles:
        until_up(house.console_port)
    try:
        with house.at_work() as lender, house.sandbox() as remote:
            if case.point.story == "payment":
                _pays(lender)
            if dice.random() < 0.5:  # a coin
                carry_on(lender, journey, until=lender.now + timedelta(hours=2))
            settle_down(house, lender)
            carry_on(lender, journey, until=lender.now + timedelta(days=3))
            settle_down(house, lender)
            carry_on(lender, journey, until=lender.now)
            found = agreed(house, count(lender, remote.accepts(), now=lender.now))
            found["amiss"] += list(_of_the_story(lender, case))
            return found
    finally:
        for console in consoles:
            end(console)


def _of_the_story(lender: Lender, case: Case) -> Iterator[str]:
    with lender.ledger.reading() as session:
        if case.point.story == "payment":
            if len(session.exec(select(PaymentRow)).all()) != 1:
                yield "the payment is not there once"
            (journey,) = session.exec(select(JourneyRow)).all()
            if journey.closing_reason != ClosingReason.CURED.value:
                yield f"a paid loan is {journey.closing_reason or journey.state}"
        if case.point.story == "webhook" and not session.exec(select(InboxRow)).all():
            yield "no webhook was taken in"


def _pays(lender: Lender) -> None:
    """The same line of the bank's file, however often it is read."""
    lender.books(BookPayment("L-1", "bank", "P-1", ARREARS, "GBP", lender.now))


def _pretend(number: str) -> PretendBorrower:
    return PretendBorrower(
        loan_number=number,
        borrower_number="B-1",
        phone=MOBILE.text,
        email=EMAIL.text,
        arrears_minor=ARREARS,
        instalment_minor=40_000,
        currency="GBP",
        days_past_due=16,
        portfolio="cards",
        timezone="Europe/London",
    )
