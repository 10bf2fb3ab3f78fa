"""STOP, money, disputes and other workers, at random instants against sends: the ledger decides who came first."""

import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

from sqlmodel import select

from domain.attempt import AttemptState
from domain.hold import HoldReason
from domain.message import Message
from domain.step import Outcome
from ledger.claiming import claim
from ledger.contacts import opt_out
from ledger.database import open_ledger
from ledger.holds import place_hold
from ledger.keyring import Keyring
from ledger.planning import plan as write_down
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import JourneyRow
from ledger.turns import JourneyIsBusy, LeaseWasLost
from policy.next_step import Act
from tasks.exchange import exchange
from tests.chaos.census import agreed, count
from tests.chaos.databases import Databases
from tests.chaos.house import KEY, House, standing
from tests.chaos.process import found_by, side_by_side
from tests.chaos.tally import Plan, Tally
from tests.ledger.lender import EMAIL, LEASE, MOBILE, Lender, a_loan

What = Literal["stop", "payment", "dispute"]
LOANS = 60
AT_ONCE = 2
WORKERS = (2, 3, 5, 8)
LONGEST_PAUSE_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Race:
    """One kind of race on one database: an event against sends, or so many workers at the same journeys."""

    kind: What | int
    seed: int
    on_postgres: bool

    @property
    def named(self) -> str:
        """As people read it."""
        return f"{self.kind} workers" if isinstance(self.kind, int) else self.kind


def run(plan: Plan, made: Databases, tell: Callable[[str], None]) -> Tally:
    """Each event against sends of 60 loans, and 2 to 8 workers at the same due journeys, on both databases."""
    began = time.monotonic()
    tally = Tally("races", plan.seeds)
    races = [
        Race(kind, seed, on_postgres)
        for seed in plan.seeds
        for on_postgres in (False, True)
        for kind in (*get_args(What), *WORKERS)
    ]
    works = [partial(_raced, race, plan, made) for race in races]
    for number, found in side_by_side(works, folder=plan.folder, at_once=AT_ONCE):
        race = races[number]
        tell(f"{race.named} seed {race.seed} {'PostgreSQL' if race.on_postgres else 'SQLite'}")
        tally.add(found, told=f"python -m tests.chaos --races --seed-base {race.seed} --seeds 1 ({race.named})")
        tally.runs += plan.sized(LOANS) - 1
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def _raced(race: Race, plan: Plan, made: Databases) -> dict[str, Any]:
    with _a_folder(plan, made, on_postgres=race.on_postgres) as (folder, url):
        if isinstance(race.kind, int):
            return _workers(folder, url, race.kind, race.seed, plan)
        return _against(race.kind, url, race.seed, plan)


@contextmanager
def _a_folder(plan: Plan, made: Databases, *, on_postgres: bool) -> Iterator[tuple[Path, str]]:
    with tempfile.TemporaryDirectory(dir=plan.folder) as name:
        url = made.fresh(Path(name), on_postgres=on_postgres)
        try:
            yield Path(name), url
        finally:
            made.drop(url)


def _against(what: What, url: str, seed: int, plan: Plan) -> dict[str, Any]:
    """A send and an event begin together; whoever sends after the event was committed breaks the promise."""
    dice = random.Random(f"{seed} {what}")  # chance that can be repeated
    ledger = open_ledger(url, keyring=Keyring(KEY))
    lender = Lender(ledger)
    amiss = []
    for number in range(plan.sized(LOANS)):
        phone = replace(MOBILE, text=f"+4474003{number:05d}")
        loan = a_loan(f"R-{number}", borrower=f"RB-{number}", contacts=[phone])
        lender.opens(loan)
        journey = next(j for j in lender.journeys() if j.loan_id == lender.loan(loan.number).id)
        pauses = dice.random() * LONGEST_PAUSE_SECONDS, dice.random() * LONGEST_PAUSE_SECONDS
        begin = threading.Barrier(2)
        with ThreadPoolExecutor(2) as both:
            sending = both.submit(_send, lender, journey.id, begin, pauses[0])
            happening = both.submit(_happens, what, lender, loan.number, phone.text, begin, pauses[1])
            claim_began_at, left = sending.result()
            committed_at = happening.result()
        if left and committed_at < claim_began_at:
            amiss.append(f"{what} of R-{number} was committed before the claim began, and the message left")
    amiss += _after_it(lender, what)
    ledger.close()
    return {"lost": 0, "duplicates": 0, "amiss": amiss}


def _send(lender: Lender, journey: str, begin: threading.Barrier, pause: float) -> tuple[float, bool]:
    """Turn, plan, claim; when the claim began, and whether the message may leave."""
    turn = lender.turn(journey)
    begin.wait(timeout=20)
    if not isinstance(turn.decision, Act):
        return time.monotonic(), False
    act = turn.decision
    with lender.ledger.transaction() as session:
        attempt = write_down(
            session, turn, rung=act.rung, action=act.action, public_url="https://x.example", now=lender.now
        )
    _rest(pause)
    began_at = time.monotonic()
    if attempt is None:
        return began_at, False
    with lender.ledger.transaction() as session:
        claimed = claim(session, attempt, fence=turn.fence, now=lender.now)
    return began_at, isinstance(claimed, Message)


def _happens(what: What, lender: Lender, loan: str, phone: str, begin: threading.Barrier, pause: float) -> float:
    """The event; when its transaction was over."""
    begin.wait(timeout=20)
    _rest(pause)
    ledger = lender.ledger
    if what == "payment":
        lender.receives(80_000, loan=loan)
    else:
        with ledger.transaction() as session:
            if what == "stop":
                opt_out(session, phone, now=lender.now)
            else:
                place_hold(session, lender.loan(loan).id, reason=HoldReason.DISPUTE, until=None, now=lender.now)
    return time.monotonic()


def _rest(seconds: float) -> None:
    threading.Event().wait(seconds)


def _after_it(lender: Lender, what: What) -> list[str]:
    """Once all is over, nobody is written to any more in the following three days."""
    with lender.ledger.reading() as session:
        before = {row.id for row in session.exec(select(AttemptRow)).all() if row.state != AttemptState.PLANNED.value}
    lender.now += LEASE + timedelta(minutes=1)
    for journey in lender.journeys():
        lender.fences.clear()
        lender.lives(journey.id, days=0)
    left = {AttemptState.ACCEPTED.value, AttemptState.SENDING.value}
    late = [row.id for row in lender.rows(AttemptRow) if row.state in left and row.id not in before]
    return [f"{len(late)} messages left after the {what}"] if late else []


def _workers(folder: Path, url: str, workers: int, seed: int, plan: Plan) -> dict[str, Any]:
    """Workers race for the same due journeys, with requests over HTTP."""
    with standing(folder, url, seed=seed, console=False) as house:
        return found_by(lambda: _all_at_once(house, workers, plan), folder=folder)


def _all_at_once(house: House, workers: int, plan: Plan) -> dict[str, Any]:
    with house.at_work() as lender, house.sandbox() as remote:
        loans = [
            a_loan(f"R-{n}", borrower=f"RB-{n // 2}", contacts=[replace(MOBILE, text=f"+4474004{n:05d}"), EMAIL])
            for n in range(plan.sized(LOANS))
        ]
        lender.opens(*loans)
        journeys = [row.id for row in lender.rows(JourneyRow)]
        begin = threading.Barrier(workers)

        def work(number: int) -> int:
            begin.wait(timeout=20)
            order = random.Random(number).sample(journeys, len(journeys))
            return sum(_carried_out(lender, journey) for journey in order)

        with ThreadPoolExecutor(workers) as several:
            carried_out = sum(several.map(work, range(workers)))
        found = agreed(house, count(lender, remote.accepts(), now=lender.now, moving=False))
        if carried_out == 0:
            found["amiss"].append("no worker carried anything out")
        return found


def _carried_out(lender: Lender, journey: str) -> bool:
    try:
        turn = lender.turn(journey)
        return isinstance(turn.decision, Act) and exchange(turn, turn.decision) is Outcome.SENT
    except (JourneyIsBusy, LeaseWasLost):
        return False
