"""A process is killed at each point of a contact's life, and another one goes on."""

import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from domain.action import Action
from domain.attempt import AttemptState
from domain.book import BookPayment
from domain.journey import ClosingReason
from domain.work_item import WorkKind, WorkState
from ledger.tables.attempt import AttemptRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.money import PaymentRow
from ledger.tables.work_item import WorkItemRow
from simulation.sandbox.control import FaultKind, PretendBorrower, Vendor
from simulation.sandbox.remote import SandboxRefused
from tasks.reconcile import ask_vendors
from tests.chaos.carrying import carry_on, let_leave, move_to, settle_down
from tests.chaos.census import agreed, count
from tests.chaos.databases import Databases
from tests.chaos.desk_news import DISPOSITION, NobodyHears, tell_of_orders
from tests.chaos.house import House, serve_console, standing
from tests.chaos.moments import killer
from tests.chaos.point import POINTS, Point
from tests.chaos.process import end, ended, ended_already, found_by, side_by_side, start, until_up
from tests.chaos.tally import Plan, Tally
from tests.chaos.way import CANCELLABLE, MAILS, VENDORS, WAYS, mail_of
from tests.ledger.lender import EMAIL, MOBILE, Lender, a_loan

ARREARS = 80_000
AT_ONCE = 2
WHOLE = (("all", ""),)
"""Every point, by every way that is asked for."""
UNKNOWN = AttemptState.UNKNOWN.value
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Case:
    """One death: a point, by one way of contact, with a seed."""

    point: Point
    way: str
    seed: int

    @property
    def loses_an_answer(self) -> bool:
        """Whether the contact is of unknown fate when the story begins."""
        return self.point.story == "reconcile" or (self.point.story == "webhook" and self.way == "desk")

    @property
    def replay(self) -> str:
        """The command that shows it again."""
        return f"python -m tests.chaos --points {self.point.name} --ways {self.way} --seed-base {self.seed} --seeds 1"


def run(
    plan: Plan,
    made: Databases,
    tell: Callable[[str], None],
    *,
    points: tuple[tuple[str, str], ...] = WHOLE,
    ways: tuple[str, ...] = WAYS,
) -> Tally:
    """Kill at each point that is named, by the way that is named with it or by each of `ways`, once for each seed.

    A death that did not come is amiss. What a way does not have is told, with the reason.
    """
    began = time.monotonic()
    tally = Tally("points", plan.seeds)
    chosen = [(p, way) for p in POINTS for way in WAYS if _is_asked_for(p, way, points=points, ways=ways)]
    cases = [Case(point, way, seed) for seed in plan.seeds for point, way in chosen if way in point.only]
    deaths: dict[str, Counter[str]] = {case.point.name: Counter() for case in cases}
    works = [partial(_lived, case, plan, made) for case in cases]
    for number, found in side_by_side(works, folder=plan.folder, at_once=AT_ONCE):
        case = cases[number]
        tell(f"{case.point.name} {case.way} seed {case.seed}")
        deaths[case.point.name][case.way] += found.pop("deaths", 0)
        tally.add(found, told=case.replay)
    tally.seconds = round(time.monotonic() - began, 1)
    tally.details["deaths"] = {name: dict(by_way) for name, by_way in deaths.items()}
    tally.left_out = [f"{point.name} by {way}: {point.reason}" for point, way in chosen if way not in point.only]
    return tally


def _is_asked_for(point: Point, way: str, *, points: tuple[tuple[str, str], ...], ways: tuple[str, ...]) -> bool:
    return any(name in {point.name, "all"} and way in ({by} if by else ways) for name, by in points)


def _lived(case: Case, plan: Plan, made: Databases) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=plan.folder) as name:
        folder = Path(name)
        url = made.fresh(folder, on_postgres=case.seed % 2 == 0)
        try:
            has_console = case.point.story != "webhook"  # it is the one that dies there
            with standing(folder, url, seed=case.seed, console=has_console, mail=mail_of(case.way)) as house:
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
        return {"amiss": [f"the process ended with {code}, and was not killed at {case.point.by(case.way)}"]}
    found = found_by(lambda: _go_on(house, case, journey, dice), folder=house.folder)
    return {**found, "deaths": 1}


def _begin(house: House, case: Case) -> dict[str, Any]:
    """A loan comes in and its journey stands before the contact that the story is about."""
    with house.at_work() as lender, house.sandbox() as remote:
        contacts = (EMAIL,) if case.way in MAILS else None
        loan = a_loan() if contacts is None else a_loan(contacts=contacts)
        remote.register([_pretend(loan.number)])
        journey = lender.opens(loan, ladder="standard" if case.way == "desk" else "gentle")
        if case.way == "desk":
            lender.lives(journey, days=200, before=Action.FIELD_VISIT)
            move_to(lender, lender.now)
        if case.loses_an_answer:
            if case.way == CANCELLABLE:  # the batch id comes as it should
                remote.fault(Vendor.SENDGRID, kind=FaultKind.SLOW, seconds=0)
            remote.fault(VENDORS[case.way], kind=FaultKind.BROKEN_AFTER)
        if case.point.story in {"reconcile", "webhook"}:
            carry_on(lender, journey, until=lender.now + timedelta(hours=1))
        return {"journey": journey}


def _until_it_dies(house: House, case: Case, journey: str) -> int:
    watch = killer(case.point.by(case.way))

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
    watch = killer(case.point.by(case.way))
    console = start(lambda: serve_console(house, watch))
    until_up(house.console_port)

    def posts() -> None:
        with house.lender() as lender, house.sandbox() as remote:
            for minutes in (1, 5, 30, 120, 600, 1_440):
                move_to(lender, lender.now + timedelta(minutes=minutes))
                try:
                    remote.advance(now=lender.now)
                    if case.way == "desk":
                        tell_of_orders(house, lender)
                except (SandboxRefused, NobodyHears):
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
            tells = case.point.story == "webhook" and case.way == "desk"
            if tells:
                tell_of_orders(house, lender)
            if dice.random() < 0.5:  # a coin
                carry_on(lender, journey, until=lender.now + timedelta(hours=2))
            settle_down(house, lender)
            carry_on(lender, journey, until=lender.now + timedelta(days=3))
            settle_down(house, lender)
            carry_on(lender, journey, until=lender.now)
            last = lender.now
            let_leave(house, lender)
            found = agreed(house, count(lender, remote.accepts(), now=last))
            found["amiss"] += list(_of_the_story(lender, case))
            if tells and (again := tell_of_orders(house, lender)):
                found["amiss"].append(f"{again} pieces of a desk's news were new a second time")
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
        if case.point.story == "webhook" and case.way == "desk":
            yield from _of_the_visit(session)
        if case.way == CANCELLABLE and session.exec(select(AttemptRow).where(AttemptRow.state == UNKNOWN)).all():
            yield "a mail that could be cancelled stayed unknown"


def _of_the_visit(session: Session) -> Iterator[str]:
    """What the desk told of its visit had its effect, and once."""
    visits = [row for row in session.exec(select(WorkItemRow)).all() if row.kind == WorkKind.FIELD_VISIT.value]
    results = [(row.state, row.disposition) for row in visits]
    if results != [(WorkState.DONE.value, DISPOSITION)]:
        yield f"the visit that the desk told of is {results}"
    ends = [row.outcome for row in session.exec(select(StepRow)).all() if row.rung == WorkKind.FIELD_VISIT.value]
    if ends.count(DISPOSITION) != 1:
        yield f"the rung of the visit ended {ends}"


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
