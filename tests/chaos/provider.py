"""Vendors misbehave in every way that they have; nobody is written to twice, and nothing accepted is forgotten."""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.action import Action
from ledger.tables.journey import JourneyRow
from policy.next_step import Act
from simulation.sandbox.control import FaultKind, PretendBorrower, Vendor
from tasks.exchange import exchange
from tests.chaos.carrying import carry_all, move_to, settle_down
from tests.chaos.census import agreed, count
from tests.chaos.databases import Databases
from tests.chaos.house import House, standing, warm_up
from tests.chaos.process import found_by
from tests.chaos.tally import Plan, Tally
from tests.ledger.lender import ADDRESS, EMAIL, MOBILE, Lender, a_loan

TIMES = 200
AT_ONCE = 6
READ_SECONDS = 0.8
SECONDS = {FaultKind.SLOW: 5.0, FaultKind.DRIPPING: 0.03}
"""Of a slow answer as a whole, and between two bytes: each of them comes in time, all of them do not."""
FAULTS = (
    FaultKind.THROTTLED,
    FaultKind.BROKEN_BEFORE,
    FaultKind.BROKEN_AFTER,
    FaultKind.TIMEOUT_BEFORE,
    FaultKind.TIMEOUT_AFTER,
    FaultKind.RESET,
    FaultKind.SLOW,
    FaultKind.DRIPPING,
    FaultKind.GARBAGE,
    FaultKind.REDIRECT,
    FaultKind.DUPLICATE_CALLBACK,
)
VENDORS = {Vendor.TWILIO: "sms", Vendor.SENDGRID: "email", Vendor.FIELD_DESK: "desk"}


@dataclass(frozen=True, slots=True)
class Case:
    """Every fault of one vendor, so many times."""

    vendor: Vendor
    times: int
    seed: int

    @property
    def faults(self) -> list[FaultKind]:
        """In an order that the seed chose. A desk posts nothing to us that could come twice."""
        kinds = [k for k in FAULTS if self.vendor is not Vendor.FIELD_DESK or k is not FaultKind.DUPLICATE_CALLBACK]
        dice = random.Random(self.seed)  # chance that can be repeated
        return dice.sample(kinds * self.times, len(kinds) * self.times)

    @property
    def replay(self) -> str:
        return f"python -m tests.chaos --provider --seed-base {self.seed} --seeds 1 ({self.vendor})"


def run(plan: Plan, made: Databases, tell: Callable[[str], None]) -> Tally:
    """Each fault, 200 times for each vendor at the full size."""
    began = time.monotonic()
    warm_up(plan.folder, made)
    tally = Tally("provider", plan.seeds)
    for seed in plan.seeds:
        for vendor in VENDORS:
            case = Case(vendor, plan.sized(TIMES), seed)
            tell(f"{vendor} seed {seed}: {len(case.faults)} faults")
            tally.add(_lived(case, plan, made), told=case.replay)
            tally.runs += len(case.faults) - 1
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def _lived(case: Case, plan: Plan, made: Databases) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=plan.folder) as name:
        folder = Path(name)
        url = made.fresh(folder, on_postgres=True)
        try:
            with standing(folder, url, seed=case.seed) as house:
                return found_by(lambda: _sent_and_settled(case, house), folder=folder)
        finally:
            made.drop(url)


def _sent_and_settled(case: Case, house: House) -> dict[str, Any]:
    with house.at_work(read_seconds=READ_SECONDS) as lender, house.sandbox() as remote:
        journeys = _opened(case, lender)
        remote.register([_pretend(number) for number in range(len(case.faults))])
        for kind in case.faults:
            remote.fault(case.vendor, kind=kind, seconds=SECONDS.get(kind, 1.0))
        _send(lender, journeys)
        settle_down(house, lender)
        carry_all(lender, until=lender.now + timedelta(days=2))
        settle_down(house, lender)
        carry_all(lender, until=lender.now)
        return agreed(house, count(lender, remote.accepts(), now=lender.now))


def _opened(case: Case, lender: Lender) -> list[str]:
    """As many borrowers as there are faults, each with a journey whose next step goes to the vendor."""
    way = VENDORS[case.vendor]
    loans = []
    for number in range(len(case.faults)):
        mail = replace(EMAIL, text=_mail(number))
        points = [mail] if way == "email" else [replace(MOBILE, text=_phone(number)), mail, ADDRESS]
        loans.append(a_loan(f"L-{number}", borrower=f"B-{number}", contacts=points))
    lender.opens(*loans, ladder="standard" if way == "desk" else "gentle")
    ids = [row.id for row in lender.rows(JourneyRow)]
    if way == "desk":
        begins, ends = lender.now, lender.now
        for journey in ids:
            lender.now = begins
            lender.lives(journey, days=200, before=Action.FIELD_VISIT)
            ends = max(ends, lender.now)
        lender.now = ends + timedelta(hours=1)
        move_to(lender, lender.now)
    return ids


def _send(lender: Lender, journeys: Sequence[str]) -> None:
    """The next step of each, several at a time."""

    def send(journey: str) -> None:
        turn = lender.turn(journey, fence=lender.fences.get(journey, 0))
        if isinstance(turn.decision, Act):
            exchange(turn, turn.decision)

    with ThreadPoolExecutor(AT_ONCE) as several:
        list(several.map(send, journeys))


def _phone(number: int) -> str:
    return f"+4474001{number:05d}"


def _mail(number: int) -> str:
    return f"b{number}@borrower.example"


def _pretend(number: int) -> PretendBorrower:
    return PretendBorrower(
        loan_number=f"L-{number}",
        borrower_number=f"B-{number}",
        phone=_phone(number),
        email=_mail(number),
        arrears_minor=80_000,
        instalment_minor=40_000,
        currency="GBP",
        days_past_due=16,
        portfolio="cards",
        timezone="Europe/London",
    )
