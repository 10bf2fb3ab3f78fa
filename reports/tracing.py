"""Opening a cell: the payments, costs, steps or journeys behind one figure of a row, one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from sqlalchemy import Select, select
from sqlmodel import Session, col

from ledger.tables.agreement import PromiseRow
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow
from reports.breakdown import Breakdown, Row
from reports.effectiveness import Effectiveness, Groundwork, groundwork
from reports.facts.facts import EPOCH
from reports.facts.fetching import Ints
from reports.movement import Movement
from reports.tally import journeys_of, places

AT_ONCE = 500
"""Ids in one query."""


class NoSuchRow(LookupError):
    """The report has no such row; its names are in the report's tables."""


class Cell(StrEnum):
    """The columns of a row that can be opened; the other ones are worked out from these."""

    RECOVERED = "recovered"
    BY_ITSELF = "by_itself"
    REVERSED = "reversed"
    COST = "cost"
    STEPS = "steps"
    ATTEMPTS = "attempts"
    PROMISES = "promises"
    PROMISES_KEPT = "promises_kept"
    CURED = "cured"
    JOURNEYS = "journeys"


FIGURE = {
    Cell.RECOVERED: "recovered_minor",
    Cell.BY_ITSELF: "by_itself_minor",
    Cell.REVERSED: "reversals_minor",
    Cell.COST: "cost_millis",
}
"""The name of a cell's figure in the report, where it is not the cell's own."""


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
    """One row of the ledger behind a cell, and the number that it brings to it (in the unit of the cell's figure).

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


@dataclass(frozen=True, slots=True)
class Opened:
    """A cell, what the report says in it (`figure` names it), and what is behind it, in order of time."""

    cell: Cell
    figure: str
    value: int
    behind: tuple[Behind, ...]

    @property
    def sum(self) -> int:
        """What all that is behind the cell comes to: its value."""
        return sum(each.number for each in self.behind)


def open_cells(
    session: Session, effectiveness: Effectiveness, *, breakdown: Breakdown, row: str, cells: Sequence[Cell]
) -> tuple[Opened, ...]:
    """List what is behind some cells of a row. Raises NoSuchRow."""
    figures = _row(effectiveness, breakdown, row)
    ground = groundwork(session, effectiveness.scope, with_ids=True)
    number = ground.placing.rows[breakdown].index(row)
    opened = []
    for cell in cells:
        figure = FIGURE.get(cell, cell.value)
        behind = sorted(
            (
                found
                for moved in _movements(ground, breakdown, figure)
                for found in _open(session, ground, moved, number)
            ),
            key=lambda found: (found.at, found.what, found.id),
        )
        opened.append(Opened(cell, figure, getattr(figures, figure), tuple(behind)))
    return tuple(opened)


def trace(
    session: Session, effectiveness: Effectiveness, *, breakdown: Breakdown, row: str | None
) -> dict[str, tuple[Behind, ...]]:
    """Everything behind a row, by what it is (BEHIND_A_ROW), each in order of time. row: None for the whole report.

    Raises NoSuchRow.
    """
    if row is not None:
        _row(effectiveness, breakdown, row)
    ground = groundwork(session, effectiveness.scope, with_ids=True)
    number = None if row is None else ground.placing.rows[breakdown].index(row)
    found = {}
    for what, figure in BEHIND_A_ROW.items():
        behind = {
            (each.what, each.id): each
            for moved in _movements(ground, breakdown, figure)
            for each in _open(session, ground, moved, number)
        }
        found[what] = tuple(sorted(behind.values(), key=lambda each: (each.at, each.what, each.id)))
    return found


def _row(effectiveness: Effectiveness, breakdown: Breakdown, row: str) -> Row:
    figures = next((each for each in effectiveness.breakdowns[breakdown] if each.name == row), None)
    if figures is None:
        names = "', '".join(each.name for each in effectiveness.breakdowns[breakdown])
        raise NoSuchRow(f"the report has no row '{row}' by {breakdown.value}; there are '{names}'")
    return figures


def _movements(
    ground: Groundwork, breakdown: Breakdown, figure: str
) -> Iterator[tuple[Movement | None, str, Ints, Ints, Ints]]:
    """What moved a figure: the movement, its table, its rows, what each brings, and where it belongs."""
    if figure == "journeys":
        index, rows = journeys_of(
            breakdown, ground.moved, facts=ground.facts, credited=ground.credited, placing=ground.placing
        )
        yield None, "journeys", index, np.ones(len(index), dtype=np.int64), rows
        return
    for movement in ground.moved[figure]:
        yield movement, movement.table, movement.index, movement.number, places(breakdown, movement, ground.placing)


def _open(
    session: Session, ground: Groundwork, moved: tuple[Movement | None, str, Ints, Ints, Ints], row: int | None
) -> Iterator[Behind]:
    movement, table, index, number, rows = moved
    here = np.arange(len(rows)) if row is None else np.flatnonzero(rows == row)
    ids = ground.facts.tables[table].ids
    told = _told(session, table, [ids[i] for i in index[here]])
    credit = _credit(ground, table, index[here]) if movement is not None else {}
    for place, i in zip(here.tolist(), index[here].tolist(), strict=True):
        loan, at, details = told[ids[i]]
        details |= credit.get(i, {}) | ({"journey_id": ids[i]} if table == "journeys" else {})
        yield Behind(table, ids[i], loan, at, int(number[place]), details)


def _credit(ground: Groundwork, table: str, index: Ints) -> dict[int, dict[str, Any]]:
    """The touch that money is credited to: its rung and its instant."""
    if table not in {"payments", "reversals"}:
        return {}
    payment = index if table == "payments" else ground.facts.reversals["payment"][index]
    journeys = ground.facts.journeys.ids
    touch, touches, rungs = ground.credited.last[payment], ground.credited.touches, ground.facts.names["rung"]
    return {
        i: {
            "journey_id": journeys[journey] if journey >= 0 else None,
            "credited_to": rungs[touches.rung[at]] if at >= 0 else None,
            "touched_at": EPOCH + timedelta(microseconds=int(touches.at[at])) if at >= 0 else None,
        }
        for i, at, journey in zip(
            index.tolist(), touch.tolist(), ground.credited.journey[payment].tolist(), strict=True
        )
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
                found[key] = loan, at, dict(zip(names, values, strict=True))
    return found


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
        *(JourneyRow.opening_minor, JourneyRow.closing_reason, JourneyRow.closed_at),
    ),
}
"""What is told of a row behind a cell: id, loan, instant and details. States are those of today."""
