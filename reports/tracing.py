"""The rows of the ledger behind a figure, one by one: loan, instant, what each brings, and the lender's own ids."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import Select, select
from sqlmodel import Session, col

from ledger.tables.agreement import PromiseRow
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.statement import StatementRow
from ledger.tables.work_item import WorkItemRow
from reports.breakdown import Breakdown
from reports.facts.facts import EPOCH
from reports.facts.fetching import NONE, Ints
from reports.opening.address import NoSuchRow
from reports.opening.ground import EARLIER, Ground
from reports.opening.part import Part

AT_ONCE = 500
"""Ids in one query."""
TABLES = {"cases": "works", EARLIER: "costs"}
"""What the rows of parts are called in the ledger, where they are not called so themselves."""
CLOSING = ("closing_reason", "closed_at")
"""Details of a journey that may have become known after the report's as-of instant."""

BEHIND_A_ROW = {
    "payments": "recovered_minor",
    "reversals": "reversals_minor",
    "costs": "cost_millis",
    "steps": "steps",
    "attempts": "attempts",
    "promises": "promises",
    "cures": "cured",
    "journeys": "journeys",
}
"""What a row is made of, with the figure that each part moves."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One row of the ledger behind a figure, and the number that it brings to it (in the unit of its part).

    what: the table. details: the lender's own ids, amounts and outcomes, and of money the step that it is credited to.
    """

    what: str
    id: str
    loan: str
    at: datetime
    number: int
    details: Mapping[str, Any]

    @property
    def record(self) -> dict[str, Any]:
        """It as one flat record."""
        return {"id": self.id, "loan_number": self.loan, "at": self.at, **self.details}


def rows_behind(ground: Ground, part: Part, *, first: int | None = None) -> tuple[Behind, ...]:
    """The rows of a part in order of time. first: no more than so many, the earliest ones; the others are not read."""
    if first is not None and len(part) > first:
        part = part.only(np.sort(np.argsort(_instants(ground, part), kind="stable")[:first]))
    found = _of_loans(ground, part) if part.table == "loans" else _of_table(ground, part)
    return tuple(sorted(found, key=lambda each: (each.at, each.what, each.id)))


def trace(ground: Ground, *, breakdown: Breakdown, row: str | None) -> dict[str, tuple[Behind, ...]]:
    """Everything behind a row of a breakdown, by what it is (BEHIND_A_ROW). row: None for the whole report.

    Raises NoSuchRow.
    """
    names = ground.work.placing.rows[breakdown]
    there = [record["name"] for record in ground.report["by"][breakdown.value]]
    if row is not None and row not in there:
        listed = "', '".join(there)
        raise NoSuchRow(f"the report has no row '{row}' by {breakdown.value}; there are '{listed}'")
    return {
        what: tuple(
            each
            for part in _parts(ground, breakdown, figure, None if row is None else names.index(row))
            for each in rows_behind(ground, part)
        )
        for what, figure in BEHIND_A_ROW.items()
    }


def _parts(ground: Ground, breakdown: Breakdown, figure: str, row: int | None) -> Iterator[Part]:
    if figure == "journeys":
        index, rows = ground.journeys(breakdown)
        index = np.unique(index if row is None else index[rows == row])
        yield Part(figure, "journeys", index, np.ones(len(index), dtype=np.int64))
        return
    for moved in ground.work.moved[figure]:
        here = slice(None) if row is None else np.flatnonzero(ground.rows(breakdown, moved) == row)
        yield Part(figure, moved.table, moved.index[here], moved.number[here])


def _instants(ground: Ground, part: Part) -> Ints:
    """When each row of a part was, in whatever unit: to put them in order."""
    facts, index = ground.facts, part.index
    match part.table:
        case "statements":
            return facts.statements["recorded_at"][index]
        case "loans":
            return index if part.day is None else part.day
        case "journeys":
            return facts.journeys["opened_at"][index]
        case "works":
            return facts.works["done_at"][index]
        case "cases":
            return ground.cases.at[index] if ground.cases is not None else index
        case table if table == EARLIER:
            return ground.earlier.columns["at"][index]
        case table:
            return facts.tables[table]["at"][index]


def _of_table(ground: Ground, part: Part) -> Iterator[Behind]:
    table = TABLES.get(part.table, part.table)
    ids = ground.ids(part.table)
    told = _told(ground.session, table, sorted({ids[i] for i in part.index.tolist()}))
    payment = _payments(ground, part)
    touch = ground.work.credited.last[payment] if part.touch is None else part.touch
    for place, (i, number) in enumerate(zip(part.index.tolist(), part.number.tolist(), strict=True)):
        loan, at, details = told[ids[i]]
        more: dict[str, Any] = {}
        if table in {"payments", "reversals"}:
            more = _credit(ground, int(payment[place]), int(touch[place]))
        if table == "journeys":
            more = {"journey_id": ids[i]}
            if ground.facts.journeys["closed_at"][i] < 0:  # it had not ended, as far as was known
                more |= dict.fromkeys(CLOSING)
        yield Behind(table, ids[i], loan, at, number, {**details, **more})


def _of_loans(ground: Ground, part: Part) -> Iterator[Behind]:
    days = np.zeros(len(part), dtype=np.int64) if part.day is None else part.day
    for loan, number, day in zip(part.index.tolist(), part.number.tolist(), days.tolist(), strict=True):
        key, called = ground.loan_ids[loan]
        at = EPOCH + timedelta(days=day + 1)
        yield Behind("loans", key, called, at, number, {"month_end": (EPOCH + timedelta(days=day)).date()})


def _payments(ground: Ground, part: Part) -> Ints:
    """The payments that rows of money are, or are taken back of; of other rows none is asked for."""
    if part.table == "reversals":
        return ground.facts.reversals["payment"][part.index]
    return part.index if part.table == "payments" else np.zeros(0, dtype=np.int64)


def _credit(ground: Ground, payment: int, touch: int) -> dict[str, Any]:
    """The journey of a payment and the touch that it is credited to: its rung and its instant."""
    credited, facts = ground.work.credited, ground.facts
    journey = int(credited.journey[payment])
    is_touched = touch != NONE
    return {
        "journey_id": facts.journeys.ids[journey] if journey >= 0 else None,
        "credited_to": facts.names["rung"][credited.touches.rung[touch]] if is_touched else None,
        "touched_at": EPOCH + timedelta(microseconds=int(credited.touches.at[touch])) if is_touched else None,
    }


def _told(session: Session, table: str, ids: Sequence[str]) -> dict[str, tuple[str, datetime, dict[str, Any]]]:
    """Loan, instant and details of rows by their ids."""
    found = {}
    for query in (
        QUERIES[table],
        *([QUERIES["steps"]] if table == "attempts" else []),
    ):  # an imported past has steps only
        names = [str(column.name) for column in query.selected_columns][3:]
        missing = [each for each in ids if each not in found]
        for first in range(0, len(missing), AT_ONCE):
            some = query.where(query.selected_columns[0].in_(missing[first : first + AT_ONCE]))
            for key, loan, at, *values in session.connection().execute(some):
                found[key] = loan, at, dict(zip(names, map(_told_as, values), strict=True))
    return found


def _told_as(value: object) -> object:
    """A probability is a number like any other."""
    return float(value) if isinstance(value, Decimal) else value


def _of_journey(row: Any, at: Any, *details: Any) -> Select[Any]:
    return (
        select(col(row.id), col(LoanRow.number), col(at), col(row.journey_id), *map(col, details))
        .join(JourneyRow, col(JourneyRow.id) == col(row.journey_id))
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
    )


def _of_loan(row: Any, at: Any, *details: Any) -> Select[Any]:
    return select(col(row.id), col(LoanRow.number), col(at), *map(col, details)).join(
        LoanRow, col(LoanRow.id) == col(row.loan_id)
    )


QUERIES: dict[str, Select[Any]] = {
    "statements": _of_loan(
        StatementRow,
        StatementRow.recorded_at,
        *(StatementRow.as_of_on, StatementRow.balance_minor, StatementRow.arrears_minor),
        *(StatementRow.instalment_minor, StatementRow.past_due_since_on),
    ),
    "payments": _of_loan(
        PaymentRow, PaymentRow.received_at, PaymentRow.source, PaymentRow.external_id, PaymentRow.amount_minor
    ),
    "reversals": _of_loan(
        ReversalRow, ReversalRow.reversed_at, ReversalRow.source, ReversalRow.external_id, ReversalRow.amount_minor
    ),
    "costs": _of_loan(
        CostRow,
        CostRow.incurred_at,
        *(
            CostRow.journey_id,
            CostRow.rung,
            CostRow.unit,
            CostRow.quantity,
            CostRow.price_millis,
            CostRow.amount_millis,
        ),
    ),
    "steps": _of_journey(StepRow, StepRow.ended_at, StepRow.rung, StepRow.action, StepRow.outcome, StepRow.turn_no),
    "attempts": _of_journey(
        AttemptRow, AttemptRow.claimed_at, AttemptRow.rung, AttemptRow.action, AttemptRow.state, AttemptRow.vendor
    ),
    "works": _of_journey(
        WorkItemRow, WorkItemRow.recorded_at, WorkItemRow.rung, WorkItemRow.kind, WorkItemRow.disposition
    ),
    "promises": _of_loan(
        PromiseRow,
        PromiseRow.made_at,
        PromiseRow.journey_id,
        PromiseRow.amount_minor,
        PromiseRow.due_on,
        PromiseRow.state,
    ),
    "journeys": _of_loan(
        JourneyRow,
        JourneyRow.opened_at,
        *(JourneyRow.opening_minor, AssignmentRow.arm, AssignmentRow.probability),
        *(JourneyRow.closing_reason, JourneyRow.closed_at),
    ).outerjoin(AssignmentRow, col(AssignmentRow.journey_id) == col(JourneyRow.id)),
}
"""What is told of a row: id, loan, instant and details. States of attempts and promises are those of today."""
