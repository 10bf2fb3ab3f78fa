"""Vendors misbehave in every way that they have; nobody is written to twice, and nothing accepted is forgotten."""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from domain.action import Action
from ledger.tables.journey import JourneyRow
from policy.next_step import Act
from simulation.sandbox.control import FaultKind, PretendBorrower, Vendor
from simulation.sandbox.remote import SandboxRemote
from tasks.exchange import exchange
from tests.chaos.carrying import carry_all, let_leave, move_to, settle_down
from tests.chaos.census import agreed, count
from tests.chaos.databases import Databases
from tests.chaos.house import House, standing
from tests.chaos.process import rest, side_by_side
from tests.chaos.tally import Plan, Tally
from tests.chaos.troubled_mail import send_by_and_by
from tests.chaos.way import CANCELLABLE, VENDORS, mail_of
from tests.ledger.lender import ADDRESS, EMAIL, MOBILE, Lender, a_loan

TIMES = {"sms": 200, "email": 200, CANCELLABLE: 50, "desk": 200}
"""How often each fault comes by each way. SendGrid has two of them, and the one that cancels takes its time."""
PART = 275
"""Faults of one house; so many houses stand side by side, and none of them grows old."""
HOUSES_AT_ONCE = 4
AT_ONCE = 6
READ_SECONDS = 0.8
SLOW_SECONDS = 2.0
SECONDS = {FaultKind.SLOW: SLOW_SECONDS, FaultKind.DRIPPING: 0.03}
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
SHORTLY_OVERDUE, LONG_OVERDUE = date(2025, 12, 20), date(2025, 10, 1)


@dataclass(frozen=True, slots=True)
class Case:
    """Some of the faults of one way of contact, in an order that the seed chose; `part` counts from 1."""

    way: str
    faults: tuple[FaultKind, ...]
    seed: int
    part: int

    @property
    def replay(self) -> str:
        """The command that shows it again."""
        return f"python -m tests.chaos --provider --seed-base {self.seed} --seeds 1 ({self.way}, part {self.part})"


def run(plan: Plan, made: Databases, tell: Callable[[str], None]) -> Tally:
    """Each fault, 200 times for each vendor at the full size; every other house on PostgreSQL."""
    began = time.monotonic()
    tally = Tally("provider", plan.seeds)
    cases = [case for seed in plan.seeds for case in _cases(seed, plan)]
    works = [partial(_lived, case, plan, made) for case in cases]
    for number, found in side_by_side(works, folder=plan.folder, at_once=HOUSES_AT_ONCE):
        case = cases[number]
        tell(f"{case.way} seed {case.seed} part {case.part}: {len(case.faults)} faults")
        tally.add(found, told=case.replay)
        tally.runs += len(case.faults) - 1
    tally.left_out = [f"{FaultKind.DUPLICATE_CALLBACK} by desk: the sandbox's desks post nothing by themselves"]
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def _cases(seed: int, plan: Plan) -> list[Case]:
    """The parts of all ways by turns, so that those which wait stand beside those which work."""
    cases = []
    for way in VENDORS:
        kinds = [kind for kind in FAULTS if way != "desk" or kind is not FaultKind.DUPLICATE_CALLBACK]
        dice = random.Random(f"{seed} {way}")  # chance that can be repeated
        times = plan.sized(TIMES[way])
        faults = dice.sample(kinds * times, len(kinds) * times)
        parts = [tuple(faults[start : start + PART]) for start in range(0, len(faults), PART)]
        cases += [Case(way, part, seed, number) for number, part in enumerate(parts, start=1)]
    return sorted(cases, key=lambda case: case.part)


def _lived(case: Case, plan: Plan, made: Databases) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=plan.folder) as name:
        folder = Path(name)
        url = made.fresh(folder, on_postgres=case.part % 2 == 1)
        try:
            with standing(folder, url, seed=case.seed, mail=mail_of(case.way)) as house:
                return _sent_and_settled(case, house)
        finally:
            made.drop(url)


def _sent_and_settled(case: Case, house: House) -> dict[str, Any]:
    with house.at_work(read_seconds=READ_SECONDS) as lender, house.sandbox() as remote:
        journeys = _opened(case, lender)
        remote.register([_pretend(number) for number in range(len(case.faults))])
        trouble = partial(_ask_for, remote, VENDORS[case.way])
        if case.way == CANCELLABLE:
            faults = list(zip(journeys, case.faults, strict=True))
            send_by_and_by(house, lender, faults, trouble=trouble, slow_seconds=SLOW_SECONDS)
        else:
            for kind in case.faults:
                trouble(kind)
            _send(lender, journeys)
        settle_down(house, lender)
        carry_all(lender, until=lender.now + timedelta(days=2))
        settle_down(house, lender)
        carry_all(lender, until=lender.now)
        last = lender.now
        let_leave(house, lender)
        found = agreed(house, count(lender, remote.accepts(), now=last))
        if waiting := remote.health().faults_waiting:
            found["amiss"].append(f"{waiting} faults met nobody")
        if case.way == CANCELLABLE and found["unknown_why"]:
            found["amiss"].append("mails that could be cancelled stayed unknown")
        return found


def _opened(case: Case, lender: Lender) -> list[str]:
    """As many borrowers as there are faults, each with a journey whose next step goes to the vendor."""
    loans = []
    for number in range(len(case.faults)):
        points = [replace(EMAIL, text=_mail(number))]
        if case.way == "sms":
            points = [replace(MOBILE, text=_phone(number)), *points, ADDRESS]
        elif case.way == "desk":
            points = [ADDRESS]
        since = LONG_OVERDUE if case.way == "desk" else SHORTLY_OVERDUE
        loans.append(a_loan(f"L-{number}", borrower=f"B-{number}", contacts=points, past_due_since_on=since))
    lender.opens(*loans, ladder="standard" if case.way == "desk" else "gentle")
    ids = [row.id for row in lender.rows(JourneyRow)]
    if case.way == "desk":
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
    rest(SLOW_SECONDS)  # simulated time stands still while a request is under way


def _ask_for(remote: SandboxRemote, vendor: Vendor, kind: FaultKind) -> None:
    remote.fault(vendor, kind=kind, seconds=SECONDS.get(kind, 1.0))


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
