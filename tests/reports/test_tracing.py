"""Every cell opens to the payments, reversals and costs behind it."""

import pytest

from ledger.database import Ledger
from reports.breakdown import NO_STEP, Breakdown
from reports.effectiveness import effectiveness
from reports.tracing import NoSuchRow, trace
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, day, write_spring


def test_every_cell_is_the_sum_of_what_is_behind_it(ledger: Ledger) -> None:
    """In every row of every breakdown."""
    with ledger.transaction() as session:
        write_spring(session)
        report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        for breakdown, rows in report.breakdowns.items():
            for row in rows:
                behind = trace(session, report, breakdown=breakdown, row=row.name)
                assert sum(p.amount_minor for p in behind.payments) == row.recovered_minor
                assert sum(r.amount_minor for r in behind.reversals) == row.reversals_minor
                assert sum(c.amount_millis for c in behind.costs) == row.cost_millis


def test_a_trace_names_loans_and_days(ledger: Ledger) -> None:
    """What came by itself is two payments of two loans, one of which went back in part."""
    with ledger.transaction() as session:
        write_spring(session)
        report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        behind = trace(session, report, breakdown=Breakdown.RUNG, row=NO_STEP)
        call = trace(session, report, breakdown=Breakdown.CHANNEL, row="callback")
    assert [(p.loan_number, p.amount_minor, p.at) for p in behind.payments] == [
        ("L-C", 1_500, day(3)),
        ("L-B", 2_000, day(5)),
    ]
    assert [(r.loan_number, r.amount_minor) for r in behind.reversals] == [("L-C", 500)]
    assert behind.costs == ()
    assert [(c.loan_number, c.rung, c.amount_millis) for c in call.costs] == [("L-A", "callback", 800_500)]


def test_a_row_that_is_not_there_is_refused(ledger: Ledger) -> None:
    """The message says which row was asked for."""
    with ledger.transaction() as session:
        write_spring(session)
        report = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        with pytest.raises(NoSuchRow, match="no row 'fax' by channel"):
            trace(session, report, breakdown=Breakdown.CHANNEL, row="fax")
