"""A ledger of a size that a large lender has after a year, written by COPY: what `benchmarks/report.py` reports on.

Every eighth step is a call or another piece of work, the others are messages; a tenth of the loans is in the holdout.
Nothing in it is meant to look like real borrowers: its shape is what costs time (rows, joins, touches per payment).
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv
from sqlalchemy import Connection, text

from domain.action import Action
from domain.attempt import AttemptState
from domain.cost import CostUnit
from domain.journey import ClosingReason, JourneyState
from domain.promise import PromiseState
from domain.step import Outcome
from domain.work_item import Disposition, WorkState
from ledger.database import Ledger
from ledger.ladders import publish
from ledger.portfolios import ensure_portfolio
from policy.ladders.shipped import shipped_ladder, shipped_ladder_text

PORTFOLIO = "benchmark"
FROM_ON, TO_ON = date(2025, 1, 1), date(2025, 12, 31)
AS_OF = datetime(2026, 1, 15, tzinfo=UTC)
STEPS_PER_JOURNEY = 8
LADDERS = ("standard", "gentle", "quiet")
SEGMENTS = np.array(["mass", "affluent", "small business", "student"])
TEAMS = np.array(["early", "late", "field"])
REASONS = np.array(["illness", "job_loss", "oversight", "family", ""])
SHARES = {
    ClosingReason.CURED: 0.4,
    ClosingReason.EXHAUSTED: 0.2,
    ClosingReason.LEGAL: 0.05,
    ClosingReason.AGENCY: 0.05,
    ClosingReason.WITHDRAWN: 0.05,
    ClosingReason.DECEASED: 0.01,
}
"""How journeys end; the others are open."""
DAY = np.timedelta64(86_400_000_000, "us")
MESSAGES = {Action.SMS: CostUnit.SMS_SEGMENT, Action.EMAIL: CostUnit.EMAIL, Action.CHAT: CostUnit.CHAT_MESSAGE}
PRICE_MILLIS = {
    CostUnit.SMS_SEGMENT: 830,
    CostUnit.EMAIL: 30,
    CostUnit.CHAT_MESSAGE: 500,
    CostUnit.COLLECTOR_MINUTE: 45_000,
}


@dataclass(frozen=True)
class Size:
    """How many rows of what were written."""

    loans: int
    steps: int
    payments: int
    attempts: int
    costs: int
    work_items: int
    promises: int
    statements: int


def write_big_ledger(ledger: Ledger, *, steps: int, payments: int, seed: int = 1) -> Size:
    """Fill an empty, migrated ledger on PostgreSQL."""
    began = datetime(2024, 12, 1, tzinfo=UTC)
    with ledger.transaction() as session:
        portfolio = ensure_portfolio(
            session,
            PORTFOLIO,
            currency="USD",
            lender="Benchmark",
            help_phone="+1 555 010 0100",
            pay_url="https://pay.example",
            packs=[],
            now=began,
        )
        for name in LADDERS:
            publish(session, shipped_ladder(name), content=shipped_ladder_text(name), now=began)
    with ledger.engine.begin() as connection:
        connection.execute(text("SET TimeZone = 'UTC'"))
        connection.execute(text("SET session_replication_role = replica"))  # the rows are sound; no need to look again
        size = _Writer(connection, portfolio.id, np.random.default_rng(seed)).write(steps=steps, payments=payments)
    with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return size


class _Writer:
    """One table after another."""

    def __init__(self, connection: Connection, portfolio_id: str, random: np.random.Generator) -> None:
        self.connection, self.portfolio_id, self.random = connection, portfolio_id, random

    def write(self, *, steps: int, payments: int) -> Size:
        count = steps // STEPS_PER_JOURNEY
        opened = np.datetime64(FROM_ON, "us") + (self.random.random(count) * 330 * 86_400_000_000).astype(
            "timedelta64[us]"
        )
        owed = (np.exp(self.random.normal(10, 1, count)) + 1_000).astype(np.int64)
        self._loans(count, opened, owed)
        ladder = self.random.integers(0, len(LADDERS), count)
        self._journeys(count, opened, owed, ladder)
        attempts, costs, works, promises = self._steps(count, opened, ladder)
        self._payments(payments, count, opened, owed)
        return Size(count, count * STEPS_PER_JOURNEY, payments, attempts, costs, works, promises, 3 * count)

    def _loans(self, count: int, opened: Any, owed: Any) -> None:
        number, loan, borrower = np.arange(count), _ids("a", count), _ids("b", count)
        created = np.full(count, np.datetime64("2024-12-15", "us"))
        self._copy(
            "borrowers",
            count,
            id=borrower,
            portfolio_id=self.portfolio_id,
            number=number.astype(str),
            name_sealed="\\x00",
            data_key="\\x00",
            timezone="America/New_York",
            language="en",
            jurisdiction="US",
            created_at=created,
        )
        stated = {
            "balance_minor": owed * 10,
            "arrears_minor": owed,
            "instalment_minor": owed // 2,
            "past_due_since_on": (opened - 20 * DAY).astype("datetime64[D]"),
            "as_of_on": opened.astype("datetime64[D]"),
            "product": "card",
            "segment": SEGMENTS[self.random.integers(0, len(SEGMENTS), count)],
            "attributes": "{}",
        }
        self._copy(
            "loans",
            count,
            id=loan,
            portfolio_id=self.portfolio_id,
            number=np.char.add("L", number.astype(str)),
            borrower_id=borrower,
            currency="USD",
            deceased=False,
            withdrawn=False,
            created_at=created,
            **stated,
        )
        for later in (0, 60, 120):
            on = stated | {"as_of_on": (opened + later * DAY).astype("datetime64[D]")}
            self._copy(
                "statements", count, id=_ids(f"c{later}", count), loan_id=loan, recorded_at=opened + later * DAY, **on
            )

    def _journeys(self, count: int, opened: Any, owed: Any, ladder: Any) -> None:
        journey = _ids("d", count)
        ends = np.array([*(reason.value for reason in SHARES), ""])
        open_share = 1 - sum(SHARES.values())
        end = self.random.choice(len(ends), count, p=[*SHARES.values(), open_share])
        closed = opened + (self.random.random(count) * 120 * 86_400_000_000).astype("timedelta64[us]")
        is_open = (ends[end] == "") | (closed > np.datetime64(AS_OF.replace(tzinfo=None), "us"))
        self._copy(
            "journeys",
            count,
            id=journey,
            loan_id=_ids("a", count),
            borrower_id=_ids("b", count),
            ladder_digest=np.array([shipped_ladder(name).digest for name in LADDERS])[ladder],
            state=np.where(is_open, JourneyState.OPEN.value, JourneyState.CLOSED.value),
            opened_at=opened,
            opening_minor=owed,
            opening_days_past_due=self.random.integers(1, 120, count),
            turn_no=STEPS_PER_JOURNEY,
            wake_seq=0,
            seen_wake_seq=0,
            fence=1,
            closing_reason=pa.array(np.where(is_open, "", ends[end]), mask=is_open),
            closed_at=pa.array(closed, mask=is_open),
        )
        self._copy(
            "assignments",
            count,
            id=_ids("e", count),
            journey_id=journey,
            rule="benchmark",
            arm=np.array(["champion", "challenger", "holdout"])[self.random.choice(3, count, p=[0.6, 0.3, 0.1])],
            probability=0.5,
            draw=0.5,
            assigned_at=opened,
        )

    def _steps(self, count: int, opened: Any, ladder: Any) -> tuple[int, int, int, int]:
        total = count * STEPS_PER_JOURNEY
        journey, turn = (
            np.repeat(np.arange(count), STEPS_PER_JOURNEY),
            np.tile(np.arange(1, STEPS_PER_JOURNEY + 1), count),
        )
        rungs = [shipped_ladder(name).rungs for name in LADDERS]
        width = max(map(len, rungs))
        names = np.array([[each[i % len(each)].name for i in range(width)] for each in rungs])
        actions = np.array([[each[i % len(each)].action.value for i in range(width)] for each in rungs])
        at_rung = (turn - 1) % width
        rung, action = names[ladder[journey], at_rung], actions[ladder[journey], at_rung]
        jitter = (self.random.random(total) * 86_400_000_000).astype("timedelta64[us]")
        ended = opened[journey] + (turn - 1) * 6 * DAY + jitter
        is_message = np.isin(action, [each.value for each in MESSAGES])
        chance = self.random.random(total)
        sent = np.where(chance < 0.92, Outcome.SENT, np.where(chance < 0.95, Outcome.REJECTED, Outcome.DEFERRED))
        called = np.where(
            chance < 0.15, Outcome.PROMISED, np.where(chance < 0.65, Outcome.NO_ANSWER, Outcome.MESSAGE_LEFT)
        )
        outcome = np.where(is_message, sent, called)
        row = {"journey_id": _ids("d", count)[journey], "turn_no": turn, "rung": rung, "action": action}
        self._copy("steps", total, id=_ids("f", total), outcome=outcome, reason="", ended_at=ended, **row)
        left = np.flatnonzero(is_message & (outcome == Outcome.SENT.value))
        works = np.flatnonzero(~is_message)
        self._attempts(left, {key: values[left] for key, values in row.items()}, journey[left], ended[left], count)
        costs = self._costs(np.concatenate([left, works]), row, journey, ended, is_message, count)
        promised = works[outcome[works] == Outcome.PROMISED.value]
        self._works(works, row, journey, ended, outcome, count)
        self._copy(
            "promises",
            len(promised),
            id=_ids("9", total)[promised],
            loan_id=_ids("a", count)[journey[promised]],
            journey_id=row["journey_id"][promised],
            work_item_id=_ids("8", total)[promised],
            amount_minor=5_000,
            due_on=(ended[promised] + 5 * DAY).astype("datetime64[D]"),
            state=np.where(self.random.random(len(promised)) < 0.6, PromiseState.KEPT, PromiseState.BROKEN),
            made_at=ended[promised],
            settled_at=ended[promised] + 8 * DAY,
        )
        return len(left), costs, len(works), len(promised)

    def _attempts(self, left: Any, row: Mapping[str, Any], journey: Any, ended: Any, count: int) -> None:
        chance = self.random.random(len(left))
        state = np.where(
            chance < 0.88,
            AttemptState.DELIVERED,
            np.where(chance < 0.95, AttemptState.UNDELIVERED, AttemptState.ACCEPTED),
        )
        self._copy(
            "attempts",
            len(left),
            id=np.char.mod("7%031x", left),
            borrower_id=_ids("b", count)[journey],
            state=state,
            text_digest="0" * 64,
            text_sealed="\\x00",
            segments=1,
            fence=1,
            planned_at=ended,
            claimed_at=ended,
            recorded_at=ended,
            receipt_at=pa.array(ended + DAY // 24, mask=state == AttemptState.ACCEPTED.value),
            **row,
        )

    def _costs(self, of: Any, row: Mapping[str, Any], journey: Any, ended: Any, is_message: Any, count: int) -> int:
        units = {action.value: unit for action, unit in MESSAGES.items()}
        unit = np.array([units.get(action, CostUnit.COLLECTOR_MINUTE).value for action in row["action"][of]])
        price = np.select([unit == each.value for each in PRICE_MILLIS], list(PRICE_MILLIS.values()))
        quantity = np.where(is_message[of], 1, 6)
        self._copy(
            "costs",
            len(of),
            id=np.char.mod("6%031x", of),
            loan_id=_ids("a", count)[journey[of]],
            unit=unit,
            quantity=quantity,
            price_millis=price,
            amount_millis=price * quantity,
            currency="USD",
            incurred_at=ended[of],
            **{key: values[of] for key, values in row.items()},
        )
        return len(of)

    def _works(self, of: Any, row: Mapping[str, Any], journey: Any, ended: Any, outcome: Any, count: int) -> None:
        reason = REASONS[self.random.integers(0, len(REASONS), len(of))]
        self._copy(
            "work_items",
            len(of),
            id=np.char.mod("8%031x", of),
            loan_id=_ids("a", count)[journey[of]],
            journey_id=row["journey_id"][of],
            kind=row["action"][of],
            rung=row["rung"][of],
            turn_no=row["turn_no"][of],
            state=WorkState.DONE.value,
            opened_at=ended[of] - DAY // 4,
            deadline_at=ended[of] + 5 * DAY,
            disposition=np.where(outcome[of] == Outcome.PROMISED.value, Disposition.PROMISE, Disposition.NO_ANSWER),
            minutes=6,
            recorded_at=ended[of],
            team=TEAMS[self.random.integers(0, len(TEAMS), len(of))],
            arrears_reason=pa.array(reason, mask=reason == ""),
        )

    def _payments(self, payments: int, count: int, opened: Any, owed: Any) -> None:
        of = self.random.integers(0, count, payments)
        at = opened[of] + (self.random.random(payments) * 60 * 86_400_000_000).astype("timedelta64[us]")
        amount = np.maximum((owed[of] * self.random.random(payments) * 0.5).astype(np.int64), 2)
        self._copy(
            "payments",
            payments,
            id=_ids("5", payments),
            loan_id=_ids("a", count)[of],
            source="bank",
            external_id=np.arange(payments).astype(str),
            amount_minor=amount,
            currency="USD",
            received_at=at,
            recorded_at=at + DAY // 2,
        )
        back = np.flatnonzero(self.random.random(payments) < 0.01)
        self._copy(
            "reversals",
            len(back),
            id=np.char.mod("4%031x", back),
            payment_id=_ids("5", payments)[back],
            loan_id=_ids("a", count)[of[back]],
            source="bank",
            external_id=np.char.add("r", back.astype(str)),
            amount_minor=amount[back] // 2,
            reversed_at=at[back] + 3 * DAY,
            recorded_at=at[back] + 4 * DAY,
        )

    def _copy(self, table: str, count: int, **columns: Any) -> None:
        arrays = {name: _column(values, count) for name, values in columns.items()}
        written = io.BytesIO()
        csv.write_csv(pa.table(arrays), written, csv.WriteOptions(include_header=False))
        driver: Any = self.connection.connection.driver_connection
        names = ", ".join(arrays)
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT CSV)") as copy:
            copy.write(written.getbuffer())


def _column(values: Any, count: int) -> Any:
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, np.ndarray):
        return pa.array(values.astype("U") if values.dtype.kind == "O" else values)
    return pa.array([values]).take(pa.array(np.zeros(count, dtype=np.int64)))


def _ids(kind: str, count: int) -> Any:
    """Ids of one kind of row, as the ledger writes them."""
    return np.char.mod(f"{kind}%0{32 - len(kind)}x", np.arange(count))
