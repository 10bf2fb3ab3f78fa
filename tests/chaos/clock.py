"""Clocks change: summer time in every zone, leap days, steps back, and machines that are not on UTC."""

import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlmodel import col, select

from domain.action import MESSAGES
from domain.attempt import REACHED_VENDOR
from domain.step import Outcome
from ledger.database import open_ledger
from ledger.keyring import Keyring
from ledger.tables.attempt import AttemptRow
from tests.chaos.databases import Databases
from tests.chaos.house import KEY
from tests.chaos.process import found_by
from tests.chaos.tally import Plan, Tally
from tests.ledger.lender import ADDRESS, EMAIL, MOBILE, Lender, a_loan
from tests.policy.world import World

PACKS = ("us-federal-regf", "house-courtesy")
OPENS, CLOSES = 8, 21
LONGEST_DAYS = 90
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
LEAP_DAY = datetime(2028, 2, 29, 12, tzinfo=UTC)
MACHINES = ("America/St_Johns", "Pacific/Chatham", "Asia/Kathmandu")
ON_LEDGERS = 24
OF_NO_PLACE = replace(MOBILE, text="+881612345678")
"""A satellite telephone's. An area code says where its owner may be, and the hours of both places must then allow a
contact: at the other end of the world none ever does, which is right and would prove nothing here."""
MOVED = {state.value for state in REACHED_VENDOR}


def run(plan: Plan, made: Databases, tell: Callable[[str], None]) -> Tally:
    """Every zone around each of its changes in a year and around a leap day; a sample on ledgers, with steps back."""
    began = time.monotonic()
    tally = Tally("clock", plan.seeds)
    zones = sorted(available_timezones())
    for seed in plan.seeds:
        dice = random.Random(seed)  # chance that can be repeated
        chosen = zones if plan.share >= 1 else dice.sample(zones, plan.sized(len(zones)))
        told = f"python -m tests.chaos --clock --seed-base {seed} --seeds 1"
        for zone in chosen:
            tell(f"{zone} seed {seed}")
            for change in (*_changes(zone), LEAP_DAY):
                tally.add({"amiss": list(_lived(zone, change, dice))}, told=told)
        for number, zone in enumerate(dice.sample(zones, plan.sized(ON_LEDGERS))):
            machine = MACHINES[number % len(MACHINES)]
            tell(f"{zone} on a ledger, on a machine in {machine}, seed {seed}")
            tally.add(_on_a_ledger(plan, made, zone, machine, dice), told=told)
        tally.details[f"zones {seed}"] = len(chosen)
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def _changes(zone: str) -> Iterator[datetime]:
    """The hours of a year after which a zone is at another distance from UTC."""
    there = ZoneInfo(zone)
    day = timedelta(days=1)
    for number in range(365):
        at = YEAR + day * number
        if at.astimezone(there).utcoffset() == (at + day).astimezone(there).utcoffset():
            continue
        hour = next(h for h in range(24) if _offset(at, h, there) != _offset(at, h + 1, there))
        yield at + timedelta(hours=hour)


def _offset(at: datetime, hours: int, zone: ZoneInfo) -> timedelta | None:
    return (at + timedelta(hours=hours)).astimezone(zone).utcoffset()


def _lived(zone: str, change: datetime, dice: random.Random) -> Iterator[str]:
    """A journey that opens some days before the change: every message in its hours, once, and none left out."""
    opened_at = change - timedelta(days=dice.randint(0, 30), hours=dice.randint(0, 23), minutes=dice.randint(0, 59))
    lived = World(timezone=zone, opened_at=opened_at, packs=PACKS).live(days=LONGEST_DAYS)
    there = ZoneInfo(zone)
    for at, rung in _sent(lived):
        if not OPENS <= at.astimezone(there).hour < CLOSES:
            yield f"{zone}: {rung} at {at.astimezone(there)}"
    plain = World(timezone="Etc/UTC", opened_at=opened_at, packs=PACKS).live(days=LONGEST_DAYS)
    acts, expected = Counter(rung for _, rung in _sent(lived)), Counter(rung for _, rung in _sent(plain))
    for rung in (expected - acts).keys() | (acts - expected).keys():
        if abs(acts[rung] - expected[rung]) and not _is_cut_off(lived, plain, rung):
            yield f"{zone} from {opened_at}: {rung} {acts[rung]} times, and {expected[rung]} where no clock changes"


def _sent(world: World) -> list[tuple[datetime, str]]:
    """The messages that left, with the rung of each."""
    return [(s.ended_at, s.rung) for s in world.steps if s.action in MESSAGES and s.outcome is Outcome.SENT]


def _is_cut_off(lived: World, plain: World, rung: str) -> bool:
    """One of the two lives ended within two days after the other took the rung for the last time."""
    last = max(at for world in (lived, plain) for at, name in _sent(world) if name == rung)
    return last > min(lived.now, plain.now) - timedelta(days=2)


def _on_a_ledger(plan: Plan, made: Databases, zone: str, machine: str, dice: random.Random) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=plan.folder) as name:
        folder = Path(name)
        url = made.fresh(folder, on_postgres=dice.random() < 0.5)  # a coin
        steps = [dice.choice((0, 0, 0, 1, 3)) for _ in range(60)]
        try:
            return found_by(lambda: _with_steps_back(url, zone, machine, steps), folder=folder)
        finally:
            made.drop(url)


def _with_steps_back(url: str, zone: str, machine: str, steps: list[int]) -> dict[str, Any]:
    """A machine in another zone whose clock is set back by hours between turns."""
    os.environ["TZ"] = machine
    time.tzset()
    ledger = open_ledger(url, keyring=Keyring(KEY))
    lender = Lender(ledger)
    journey = lender.opens(a_loan(timezone=zone, contacts=[OF_NO_PLACE, EMAIL, ADDRESS]))
    for back in steps:
        lender.now -= timedelta(hours=back)
        lender.lives(journey, days=1)
    with ledger.reading() as session:
        sent = session.exec(select(AttemptRow).where(col(AttemptRow.state).in_(MOVED))).all()
    there = ZoneInfo(zone)
    hours = [row.claimed_at.astimezone(there) for row in sent if row.claimed_at and row.action in MESSAGES]
    once = Counter((row.rung, row.turn_no) for row in sent)
    rungs = Counter(row.rung for row in sent if row.action in MESSAGES)
    ledger.close()
    return {
        "duplicates": sum(number - 1 for number in once.values()) + sum(number - 1 for number in rungs.values()),
        "amiss": [f"{zone}: a message at {at}" for at in hours if not OPENS <= at.hour < CLOSES]
        + ([] if sent else [f"{zone}: nothing was sent in 60 days"]),
    }
