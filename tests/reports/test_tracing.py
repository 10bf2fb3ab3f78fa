"""Every cell opens to the payments, steps, costs or journeys behind it."""

import pytest

from ledger.database import Ledger
from reports.breakdown import NO_STEP, Breakdown
from reports.effectiveness import effectiveness
from reports.tracing import Cell, NoSuchRow, open_cells
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, day, write_spring


def test_every_cell_is_the_sum_of_what_is_behind_it(ledger: Ledger) -> None:
    """In every column of every row of every breakdown."""
    with ledger.transaction() as session:
        write_spring(session)
        report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        for breakdown, rows in report.breakdowns.items():
            for row in rows:
                opened = open_cells(session, report, breakdown=breakdown, row=row.name, cells=tuple(Cell))
                assert [(each.cell, each.sum) for each in opened] == [(each.cell, each.value) for each in opened]


def test_what_is_behind_a_cell_names_loans_days_and_steps(ledger: Ledger) -> None:
    """What came by itself is two payments of two loans, one of which went back in part; a call was paid for once."""
    with ledger.transaction() as session:
        write_spring(session)
        report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        money = (Cell.RECOVERED, Cell.REVERSED, Cell.COST)
        paid, back, spent = open_cells(session, report, breakdown=Breakdown.RUNG, row=NO_STEP, cells=money)
        call, came = open_cells(
            session, report, breakdown=Breakdown.CHANNEL, row="callback", cells=(Cell.COST, Cell.RECOVERED)
        )
    assert [(each.loan, each.number, each.at) for each in paid.behind] == [
        ("L-C", 1_500, day(3)),
        ("L-B", 2_000, day(5)),
    ]
    assert paid.behind[0].details["credited_to"] is None
    assert [(each.loan, each.number) for each in back.behind] == [("L-C", 500)]
    assert spent.behind == ()
    assert [(each.loan, each.details["rung"], each.number) for each in call.behind] == [("L-A", "callback", 800_500)]
    assert [(each.details["credited_to"], each.details["touched_at"]) for each in came.behind] == [
        ("callback", day(10))
    ]


def test_a_row_that_is_not_there_is_refused(ledger: Ledger) -> None:
    """The message says which row was asked for, and which there are."""
    with ledger.transaction() as session:
        write_spring(session)
        report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        with pytest.raises(NoSuchRow, match="no row 'fax' by channel; there are 'sms'"):
            open_cells(session, report, breakdown=Breakdown.CHANNEL, row="fax", cells=(Cell.COST,))
