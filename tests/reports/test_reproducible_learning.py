"""What is learned of a past instant stays the same to the byte, and the stamp stands for all that it rests on."""

import ast
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import Session, SQLModel, col, select

import reports
from domain.action import Action
from domain.borrower import ContactKind
from domain.journey import Arm, ClosingReason, JourneyState
from domain.promise import PromiseState
from domain.step import Outcome
from domain.work_item import Disposition, WorkState
from ledger.database import Ledger
from ledger.ladders import publish
from ledger.tables.agreement import PromiseRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.columns import new_id
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow, TurnRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.statement import StatementRow
from ledger.tables.work_item import WorkItemRow
from policy.ladders.shipped import shipped_ladder, shipped_ladder_text
from reports.as_json import as_json
from reports.effectiveness import effectiveness
from reports.facts.fetching import Fetched
from reports.learning.hearing import Digest
from reports.reconciling import reconcile
from tests.learning.book import LAST_DAY, PORTFOLIO
from tests.ledger.unguarded import unguard
from tests.reports.lived import FIRST_DAY, lived_year

LEARNED = ("incremental", "rung_holdouts", "wait_intervals", "wait_hazards", "origination", "collectors")
BETWEEN = (datetime(2026, 8, 20, 15, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))
"""Instants at which all loans have entered, and not all have been watched for as long as counts."""
LATER = datetime(2027, 3, 1, 12, tzinfo=UTC)
EVERY = 5
"""It happens to every fifth loan."""


def test_whatever_happens_later_changes_nothing_that_was_learned(ledger: Ledger) -> None:
    """Newer books, late money and costs, imports of the past, ends, another entry, another ladder."""
    with ledger.reading() as session:  # which is rolled back
        lived_year().write(session)
        before = [report_of(session, as_of) for as_of in BETWEEN]
        for report in before:
            assert all(json.loads(report)[key] for key in LEARNED), [k for k in LEARNED if not json.loads(report)[k]]
        live_on(session)
        after = [report_of(session, as_of) for as_of in BETWEEN]
        now = json.loads(report_of(session, LATER + timedelta(days=1)))
    assert after == before
    assert {each["collector"] for each in now["collectors"]} == {"ada", "ben", "cleo", "dora"}
    assert {each["name"] for each in now["origination"] if each["by"] == "region"} >= {"abroad"}


def report_of(session: Session, as_of: datetime) -> str:
    """The report as it was known at an instant."""
    found = effectiveness(session, portfolio=PORTFOLIO, from_on=FIRST_DAY, to_on=LAST_DAY, as_of=as_of)
    reconciliation = reconcile(session, found)
    assert reconciliation.reconciles, reconciliation.verdict
    return json.dumps(as_json(found, reconciliation), indent=2)


def live_on(session: Session) -> None:
    """All that may come to be known later, of what happened before and after."""
    loans = session.exec(select(LoanRow).order_by(LoanRow.number)).all()[::EVERY]
    publish(
        session, shipped_ladder("standard_early_call"), content=shipped_ladder_text("standard_early_call"), now=LATER
    )
    rows: list[SQLModel] = []
    for number, loan in enumerate(loans):
        journey = session.exec(select(JourneyRow).where(JourneyRow.loan_id == loan.id)).one()
        rows += _money(loan, journey, number=number)
        call = session.exec(select(WorkItemRow.id).where(WorkItemRow.journey_id == journey.id)).first()
        rows += _imports(loan, journey, made_on=call)
        rows.append(
            StatementRow(
                loan_id=loan.id,
                as_of_on=date(2026, 6, 1),
                recorded_at=LATER,
                balance_minor=1,
                arrears_minor=99_000,
                instalment_minor=1_000,
                past_due_since_on=date(2025, 1, 1),
                product="mortgage",
                segment="abroad",
                originated_on=date(1999, 1, 1),
                attributes={"region": "abroad", "industry": "mining"},
            )
        )
        rows.append(
            ContactPointRow(
                borrower_id=loan.borrower_id,
                kind=ContactKind.EMAIL.value,
                text_sealed=b"sealed",
                lookup=loan.number.encode(),
                state="verified",
                provenance="test",
                added_at=LATER,
                changed_at=LATER,
            )
        )
        if journey.closed_at is None:
            again = JourneyRow(
                loan_id=loan.id,
                borrower_id=loan.borrower_id,
                ladder_digest=shipped_ladder("standard_early_call").digest,
                state=JourneyState.OPEN.value,
                opened_at=LATER + timedelta(hours=1),
                opening_minor=70_000,
                opening_days_past_due=99,
            )
            rows += [
                again,
                AssignmentRow(
                    journey_id=again.id,
                    rule="another",
                    arm=Arm.CHALLENGER.value,
                    probability=0.9,
                    draw=0.1,
                    assigned_at=again.opened_at,
                ),
            ]
            journey.state, journey.closing_reason = JourneyState.CLOSED.value, ClosingReason.CURED.value
            journey.closed_at = LATER
    for table in (StatementRow, ContactPointRow, JourneyRow, AssignmentRow, WorkItemRow, PaymentRow):
        session.add_all([row for row in rows if isinstance(row, table)])
        session.flush()
    session.add_all([row for row in rows if row not in session])
    session.connection().execute(
        update(LoanRow).where(col(LoanRow.id).in_([loan.id for loan in loans])).values(segment="abroad", product="x")
    )
    session.flush()


def _money(loan: LoanRow, journey: JourneyRow, *, number: int) -> Sequence[SQLModel]:
    """Money of before that is booked now, some of it taken back, and costs of before that are invoiced now."""
    at = journey.opened_at + timedelta(days=6)
    paid = PaymentRow(
        loan_id=loan.id,
        source="late",
        external_id=f"late-{number}",
        amount_minor=5_000,
        currency=loan.currency,
        received_at=at,
        recorded_at=LATER,
    )
    back = ReversalRow(
        payment_id=paid.id,
        loan_id=loan.id,
        source="late",
        external_id=f"back-{number}",
        amount_minor=100,
        reversed_at=at + timedelta(days=1),
        recorded_at=LATER,
    )
    cost = CostRow(
        loan_id=loan.id,
        unit="collector_minute",
        quantity=1,
        price_millis=5_000,
        amount_millis=5_000,
        currency=loan.currency,
        incurred_at=at,
        recorded_at=LATER,
    )
    return paid, back, cost


def _imports(loan: LoanRow, journey: JourneyRow, *, made_on: str | None) -> Sequence[SQLModel]:
    """A call, a kept promise (on a call that was known) and a step withheld of before: an import tells of them now."""
    at, item = journey.opened_at + timedelta(days=5), new_id()
    call = WorkItemRow(
        id=item,
        loan_id=loan.id,
        journey_id=journey.id,
        kind=Action.CALLBACK.value,
        rung="callback",
        turn_no=77,
        state=WorkState.DONE.value,
        opened_at=at,
        deadline_at=at,
        taken_by="dora",
        taken_at=at,
        disposition=Disposition.PROMISE.value,
        recorded_at=at,
        told_at=LATER,
    )
    promise = PromiseRow(
        loan_id=loan.id,
        journey_id=journey.id,
        work_item_id=made_on or item,
        amount_minor=500,
        due_on=(at + timedelta(days=3)).date(),
        state=PromiseState.KEPT.value,
        made_at=at,
        settled_at=at + timedelta(days=2),
        recorded_at=LATER,
    )
    withheld = StepRow(
        journey_id=journey.id,
        turn_no=78,
        rung="check_in",
        action=Action.SMS.value,
        outcome=Outcome.WITHHELD.value,
        reason="",
        ended_at=at,
        withhold_share=0.5,
        withhold_draw=0.1,
        recorded_at=LATER,
    )
    return call, promise, withheld


CHANGES: dict[str, tuple[Any, dict[str, Any]]] = {
    "a probability": (AssignmentRow, {"probability": 0.4}),
    "what was known when a loan was made": (StatementRow, {"attributes": {"region": "abroad"}}),
    "a draw": (TurnRow, {"withhold_share": 0.3}),
    "who made a call": (WorkItemRow, {"taken_by": "eve"}),
}


def test_the_stamp_stands_for_what_only_the_learning_reads(ledger: Ledger) -> None:
    """Change any of it, and it is another stamp, even where no figure moves; nothing changed, the same one."""
    unguard(ledger)
    with ledger.reading() as session:  # which is rolled back
        lived_year().write(session)
        stamps = [_inputs(session), _inputs(session)]
        assert stamps[0] == stamps[1]
        for table, values in CHANGES.values():
            session.connection().execute(update(table).values(**values))
            stamps.append(_inputs(session))
    assert len(set(stamps[1:])) == 1 + len(CHANGES)


def _inputs(session: Session) -> str:
    found = effectiveness(session, portfolio=PORTFOLIO, from_on=FIRST_DAY, to_on=LAST_DAY, as_of=BETWEEN[1])
    return found.stamp.inputs_digest


def test_whatever_the_learning_fetches_is_heard_of() -> None:
    """In each of its files there are as many that hear as that fetch, so that nobody forgets it."""
    folder = Path(next(iter(reports.__path__)))
    fetching = 0
    for file in (*(folder / "learning").glob("*.py"), *(folder / "what_if").glob("population.py")):
        calls = [node.func for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
        called = [func.id for func in calls if isinstance(func, ast.Name)]
        assert called.count("fetch") == called.count("heard"), file.name
        fetching += called.count("fetch")
    assert fetching >= 5


@pytest.mark.parametrize("rows", [[(1, 2), (3, 4)], [(3, 4), (1, 2)]])
def test_the_order_of_rows_is_not_heard(rows: list[tuple[int, int]]) -> None:
    """The same rows however they lay; another value in a column is heard."""
    assert _heard(rows) == _heard([(1, 2), (3, 4)])
    assert _heard(rows) != _heard([(1, 4), (3, 2)])


def _heard(rows: list[tuple[int, int]]) -> str:
    columns: Any = dict(zip(("loan", "amount"), np.array(rows).T, strict=True))
    digest = Digest()
    digest.hear("some", Fetched(columns, {"kind": ("a", "b")}))
    return digest.text()
