"""A portfolio's past written in bulk, with a truth that a test planted: loans, arms, steps, money and costs."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from domain.action import Action
from domain.cost import CostUnit
from domain.journey import ClosingReason, JourneyState
from domain.promise import PromiseState
from domain.step import Outcome
from domain.work_item import Disposition, WorkState
from ledger.database import keyring_of
from ledger.ladders import publish
from ledger.portfolios import ensure_portfolio
from ledger.tables.agreement import PromiseRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.columns import new_id
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow, TurnRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.statement import StatementRow
from ledger.tables.work_item import WorkItemRow
from policy.ladders.shipped import shipped_ladder, shipped_ladder_text
from reports.scope import Scope, scope_of

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LAST_DAY = date(2026, 12, 31)
AS_OF = datetime(2027, 1, 1, tzinfo=UTC)
PORTFOLIO = "autumn"


@dataclass
class Book:
    """Rows by table, kept until they are written."""

    rows: dict[type, list[dict[str, Any]]] = field(default_factory=dict)
    portfolio_id: str = field(default_factory=new_id)
    loans: int = 0

    def loan(
        self,
        *,
        at: datetime = START,
        arm: str = "champion",
        probability: float = 0.5,
        rule: str = "default@1/everyone",
        ladder: str = "gentle",
        opening_minor: int = 10_000,
        days_past_due: int = 20,
        segment: str = "mass",
        product: str = "card",
        attributes: dict[str, Any] | None = None,
        originated_on: date | None = None,
    ) -> "Known":
        """A loan that entered, with its journey and assignment."""
        self.loans += 1
        borrower, loan, journey = new_id(), new_id(), new_id()
        self.add(
            BorrowerRow,
            id=borrower,
            number=f"B{self.loans}",
            name_sealed=b"sealed",
            timezone="UTC",
            language="en",
            jurisdiction="GB",
            created_at=START,
        )
        self.add(
            LoanRow,
            id=loan,
            number=f"L{self.loans:06}",
            borrower_id=borrower,
            product=product,
            segment=segment,
            currency="GBP",
            balance_minor=10 * opening_minor,
            arrears_minor=opening_minor,
            instalment_minor=opening_minor,
            past_due_since_on=at.date() - timedelta(days=days_past_due),
            as_of_on=at.date(),
            originated_on=originated_on,
            attributes=attributes or {},
            deceased=False,
            withdrawn=False,
            created_at=at,
        )
        self.add(
            StatementRow,
            id=new_id(),
            loan_id=loan,
            as_of_on=at.date(),
            recorded_at=at,
            balance_minor=10 * opening_minor,
            arrears_minor=opening_minor,
            instalment_minor=opening_minor,
            past_due_since_on=at.date() - timedelta(days=days_past_due),
            product=product,
            segment=segment,
            originated_on=originated_on,
            attributes=attributes or {},
        )
        self.add(
            JourneyRow,
            id=journey,
            loan_id=loan,
            borrower_id=borrower,
            ladder_digest=shipped_ladder(ladder).digest,
            state=JourneyState.OPEN.value,
            opened_at=at,
            opening_minor=opening_minor,
            opening_days_past_due=days_past_due,
            turn_no=0,
            wake_seq=0,
            seen_wake_seq=0,
            fence=0,
            closing_reason=None,
            closed_at=None,
        )
        self.add(
            AssignmentRow,
            id=new_id(),
            journey_id=journey,
            rule=rule,
            arm=arm,
            probability=probability,
            draw=0.5,
            assigned_at=at,
        )
        return Known(self, loan, journey, at)

    def add(self, table: type, **values: Any) -> None:
        """A row to write."""
        self.rows.setdefault(table, []).append(values)

    def write(self, session: Session) -> Scope:
        """Write it all; the scope of the whole year."""
        portfolio = ensure_portfolio(
            session,
            PORTFOLIO,
            currency="GBP",
            lender="Lender",
            help_phone="+44 20 7946 0000",
            pay_url="https://pay.example",
            packs=[],
            now=START,
        )
        for name in ("gentle", "standard", "quiet", "standard_early_call"):
            publish(session, shipped_ladder(name), content=shipped_ladder_text(name), now=START)
        data_key = keyring_of(session).new_data_key()
        for row in self.rows.get(BorrowerRow, []):
            row |= {"portfolio_id": portfolio.id, "data_key": data_key}
        for row in self.rows.get(LoanRow, []):
            row["portfolio_id"] = portfolio.id
        order = (
            *(BorrowerRow, LoanRow, StatementRow, JourneyRow, AssignmentRow),
            *(TurnRow, StepRow, WorkItemRow, PaymentRow, ReversalRow, CostRow, PromiseRow),
        )
        for table in order:
            if self.rows.get(table):
                session.connection().execute(insert(table), self.rows[table])
        return whole_year(session)


@dataclass(frozen=True)
class Known:
    """A loan of the book, to which more can happen. Times are in days since it entered."""

    book: Book
    loan_id: str
    journey_id: str
    at: datetime

    def pays(self, minor: int, *, day: float) -> "Known":
        """Money comes in and is recorded at once."""
        at = self.at + timedelta(days=day)
        self.book.add(
            PaymentRow,
            id=new_id(),
            loan_id=self.loan_id,
            source="bank",
            external_id=new_id(),
            amount_minor=minor,
            currency="GBP",
            received_at=at,
            recorded_at=at,
        )
        return self

    def takes_back(self, minor: int, *, day: float) -> "Known":
        """A part of the money that came in last goes back."""
        at = self.at + timedelta(days=day)
        self.book.add(
            ReversalRow,
            id=new_id(),
            payment_id=self.book.rows[PaymentRow][-1]["id"],
            loan_id=self.loan_id,
            source="bank",
            external_id=new_id(),
            amount_minor=minor,
            reversed_at=at,
            recorded_at=at,
        )
        return self

    def costs(self, minor: int, *, day: float, rung: str = "callback", action: Action = Action.CALLBACK) -> "Known":
        """Something is spent on it."""
        self.book.add(
            CostRow,
            id=new_id(),
            loan_id=self.loan_id,
            journey_id=self.journey_id,
            rung=rung,
            action=action.value,
            turn_no=1,
            unit=CostUnit.COLLECTOR_MINUTE.value,
            quantity=1,
            price_millis=1000 * minor,
            amount_millis=1000 * minor,
            currency="GBP",
            incurred_at=self.at + timedelta(days=day),
        )
        return self

    def step(
        self,
        rung: str,
        *,
        day: float,
        turn: int,
        action: Action = Action.SMS,
        outcome: Outcome = Outcome.SENT,
        share: float | None = None,
        draw: float | None = None,
    ) -> "Known":
        """A step ends; share and draw where it was withheld."""
        self.book.add(
            StepRow,
            id=new_id(),
            journey_id=self.journey_id,
            turn_no=turn,
            rung=rung,
            action=action.value,
            outcome=outcome.value,
            reason="",
            ended_at=self.at + timedelta(days=day),
            withhold_share=share,
            withhold_draw=draw,
        )
        return self

    def ends(self, reason: ClosingReason, *, day: float) -> "Known":
        """Its journey closes."""
        journey = next(row for row in reversed(self.book.rows[JourneyRow]) if row["id"] == self.journey_id)
        journey |= {
            "state": JourneyState.CLOSED.value,
            "closing_reason": reason.value,
            "closed_at": self.at + timedelta(days=day),
        }
        return self

    def turn(self, rung: str, *, day: float, turn: int, share: float, draw: float) -> "Known":
        """The turn that took a rung that is withheld from others."""
        self.book.add(
            TurnRow,
            id=new_id(),
            journey_id=self.journey_id,
            turn_no=turn,
            decided_at=self.at + timedelta(days=day),
            decision="act",
            rung=rung,
            action="sms",
            reason="",
            arrears_minor=1,
            days_past_due=20,
            withhold_share=share,
            withhold_draw=draw,
        )
        return self

    def work(
        self,
        *,
        day: float,
        by: str,
        kind: Action = Action.CALLBACK,
        disposition: Disposition = Disposition.PROMISE,
        rung: str = "callback",
        turn: int = 1,
        team: str | None = None,
        reason: str | None = None,
        promised: tuple[int, float | None] | None = None,
    ) -> "Known":
        """A collector records what came of a call or a visit; promised: how much, and the day on which it was kept."""
        at, item = self.at + timedelta(days=day), new_id()
        self.book.add(
            WorkItemRow,
            id=item,
            loan_id=self.loan_id,
            journey_id=self.journey_id,
            kind=kind.value,
            rung=rung,
            turn_no=turn,
            state=WorkState.DONE.value,
            opened_at=at,
            deadline_at=at + timedelta(days=3),
            taken_by=by,
            taken_at=at,
            disposition=disposition.value,
            minutes=5,
            recorded_at=at,
            team=team,
            arrears_reason=reason,
        )
        if promised is not None:
            minor, kept_on = promised
            self.book.add(
                PromiseRow,
                id=new_id(),
                loan_id=self.loan_id,
                journey_id=self.journey_id,
                work_item_id=item,
                amount_minor=minor,
                due_on=(at + timedelta(days=7)).date(),
                state=(PromiseState.BROKEN if kept_on is None else PromiseState.KEPT).value,
                made_at=at,
                settled_at=at + timedelta(days=8) if kept_on is None else self.at + timedelta(days=kept_on),
            )
        return self


def whole_year(session: Session, *, as_of: datetime = AS_OF) -> Scope:
    """The portfolio in 2026."""
    return scope_of(session, portfolio=PORTFOLIO, from_on=date(2026, 1, 1), to_on=LAST_DAY, as_of=as_of)
