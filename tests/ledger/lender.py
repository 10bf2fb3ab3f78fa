"""A lender at work: loans come in, journeys are driven, and a test reads what the ledger remembers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar, assert_never

from sqlmodel import Session, SQLModel, col, select

from domain.action import Action
from domain.arrears import Statement
from domain.book import BookContact, BookLoan, BookPayment
from domain.borrower import ContactKind
from domain.cost import CostUnit, UnitCost
from domain.disposition import WorkResult
from domain.event import EventKind
from domain.fate import Fate, Listed
from domain.journey import Arm
from domain.message import Accepted, Message, Order
from domain.step import Outcome
from domain.work_item import Disposition, WorkKind
from ledger.claiming import claim
from ledger.database import Ledger
from ledger.loan_intake import LoansTaken, take_in_loans
from ledger.opening import loans_without_journey, open_journeys
from ledger.outcomes import record_accepted
from ledger.payment_intake import PaymentsTaken, take_in_payments
from ledger.planning import plan
from ledger.portfolios import ensure_portfolio, portfolio_named
from ledger.reconciling import settle, take_up
from ledger.results import record_result
from ledger.tables.inquiry import InquiryRow
from ledger.tables.journey import EventRow, JourneyRow, StepRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.tables.work_item import WorkItemRow
from ledger.turns import Turn, take_turn
from ledger.unit_costs import add_unit_costs
from ledger.work import assign
from policy.capacity import Senders
from policy.next_step import Act, Finish, Wait
from policy.treatment.rule import Rule, Rules, Share

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)  # a Monday morning in London
LEASE = timedelta(minutes=5)
MOBILE = BookContact(ContactKind.MOBILE, "+447400123456")
EMAIL = BookContact(ContactKind.EMAIL, "ada@borrower.example")
ADDRESS = BookContact(ContactKind.ADDRESS, "12 Canary Row, London", is_verified=True)

Row = TypeVar("Row", bound=SQLModel)
Thing = TypeVar("Thing")


def always(ladder: str) -> Rules:
    """Rules that give every loan the same ladder."""
    return Rules("test", 1, "digest", (Rule("everyone", (Share(Arm.CHAMPION, ladder, Decimal(1)),)),))


def a_loan(
    number: str = "L-1",
    *,
    borrower: str = "B-1",
    contacts: Sequence[BookContact] = (MOBILE, EMAIL, ADDRESS),
    arrears_minor: int = 80_000,
    past_due_since_on: date = date(2025, 12, 20),
    as_of_on: date = date(2026, 1, 4),
    timezone: str = "Europe/London",
) -> BookLoan:
    """Two instalments of 400 behind, 16 days past due on the day of the tests."""
    return BookLoan(
        number=number,
        borrower_number=borrower,
        borrower_name="Ada Canary",
        contacts=tuple(contacts),
        timezone=timezone,
        language="en",
        jurisdiction="GB",
        product="card",
        segment="retail",
        currency="GBP",
        balance_minor=900_000,
        statement=Statement(arrears_minor, 40_000, past_due_since_on, as_of_on),
    )


@dataclass
class Lender:
    """One portfolio in one ledger, at a time that the test moves."""

    ledger: Ledger
    now: datetime = NOW
    received: int = 0
    sent: list[Message | Order] = field(default_factory=list)
    fences: dict[str, int] = field(default_factory=dict)
    senders: Senders = field(default_factory=dict)

    def portfolio(self, session: Session) -> PortfolioRow:
        """The portfolio and its prices, made on first use."""
        add_unit_costs(session, [UnitCost(unit, "GBP", 4000, date(2025, 1, 1), "test") for unit in CostUnit])
        return ensure_portfolio(
            session,
            "cards",
            currency="GBP",
            lender="Harbour Bank",
            help_phone="+44 20 7946 0000",
            pay_url="https://pay.harbour.example",
            packs=["house-courtesy"],
            now=self.now,
        )

    def takes_in(self, *loans: BookLoan) -> LoansTaken:
        """The lender's book comes in."""
        with self.ledger.transaction() as session:
            return take_in_loans(session, self.portfolio(session), loans, now=self.now)

    def opens(self, *loans: BookLoan, ladder: str = "gentle") -> str:
        """Loans come in and their journeys open; the id of the first one's."""
        with self.ledger.transaction() as session:
            portfolio = self.portfolio(session)
            take_in_loans(session, portfolio, loans or (a_loan(),), now=self.now)
            waiting = loans_without_journey(session, portfolio)
            opened = open_journeys(session, waiting, rules=always(ladder), salt="test", now=self.now)
        return opened[0].journey_id

    def opens_one_for_each(self, things: Iterable[Thing], *, ladder: str = "gentle") -> dict[Thing, str]:
        """A borrower with a loan for each thing that a test goes through, and the ids of their journeys."""
        numbers = {thing: f"L-{number}" for number, thing in enumerate(things)}
        mobiles = (replace(MOBILE, text=f"+4474001{number:05d}") for number in range(len(numbers)))
        loans = [
            a_loan(number, borrower=f"B{number}", contacts=[mobile, EMAIL, ADDRESS])
            for number, mobile in zip(numbers.values(), mobiles, strict=True)
        ]
        self.opens(*loans, ladder=ladder)
        journeys = {row.loan_id: row.id for row in self.rows(JourneyRow)}
        ids = {row.number: journeys[row.id] for row in self.rows(LoanRow)}
        return {thing: ids[number] for thing, number in numbers.items()}

    def turn(self, journey_id: str, *, fence: int = 0, machine_now: datetime | None = None) -> Turn:
        """A run takes a turn."""
        with self.ledger.transaction() as session:
            turn = take_turn(
                session, journey_id, fence=fence, lease=LEASE, now=self.now, machine_now=machine_now or self.now
            )
        self.fences[journey_id] = turn.fence
        return turn

    def plans(self, turn: Turn) -> str:
        """The turn's contact is written down; the attempt's id."""
        attempt_id = self.plans_or_not(turn)
        assert attempt_id is not None
        return attempt_id

    def plans_or_not(self, turn: Turn) -> str | None:
        """The same, where there may be nobody to reach."""
        assert isinstance(turn.decision, Act)
        act = turn.decision
        with self.ledger.transaction() as session:
            return plan(
                session, turn, rung=act.rung, action=act.action, public_url="https://lender.example", now=self.now
            )

    def claims(self, attempt_id: str, turn: Turn) -> Message | Order | Outcome:
        """The contact is judged, and leaves or not."""
        with self.ledger.transaction() as session:
            claimed = claim(session, attempt_id, fence=turn.fence, now=self.now, senders=self.senders)
        if not isinstance(claimed, Outcome):
            self.sent.append(claimed)
        return claimed

    def is_accepted(self, attempt_id: str) -> Outcome:
        """The vendor's answer is recorded."""
        with self.ledger.transaction() as session:
            return record_accepted(session, attempt_id, Accepted("vendor", f"V-{attempt_id}"), now=self.now)

    def asks(self, attempt_id: str, listed: Listed | None = None) -> Fate | None:
        """The vendor is asked at the next instant of the schedule; None when there is nothing to ask any more."""
        (inquiry,) = [row for row in self.rows(InquiryRow) if row.attempt_id == attempt_id]
        if inquiry.next_ask_at is None:
            return None
        self.now = max(self.now, inquiry.next_ask_at)
        with self.ledger.transaction() as session:
            assert take_up(session, attempt_id, now=self.now) is not None
        with self.ledger.transaction() as session:
            return settle(session, attempt_id, listed, now=self.now, code="" if listed else "timeout")

    def asks_in_vain(self, attempt_id: str) -> str:
        """The vendor cannot be asked for a day, so that a person is; the id of the question."""
        while self.asks(attempt_id) is not None:
            pass
        return next(row.id for row in self.rows(WorkItemRow) if row.kind == WorkKind.RECONCILE_ATTEMPT.value)

    def begins_to_send(self, journey_id: str) -> str:
        """A contact that has left and whose answer is not there yet; the attempt's id."""
        turn = self.turn(journey_id)
        attempt_id = self.plans(turn)
        assert not isinstance(self.claims(attempt_id, turn), Outcome)
        return attempt_id

    def assigns(self, turn: Turn) -> str | Outcome:
        """The turn's call or check is given to people."""
        assert isinstance(turn.decision, Act)
        with self.ledger.transaction() as session:
            return assign(session, turn, kind=WorkKind(turn.decision.action.value), now=self.now)

    def lives(self, journey_id: str, *, days: float, before: Action | None = None) -> Turn:
        """Drive one journey for so many days; vendors accept everything and nobody does any work. The last turn.

        before: stop at the turn that would do this.
        """
        until = self.now + timedelta(days=days)
        fence = self.fences.get(journey_id, 0)
        while True:
            turn = self.turn(journey_id, fence=fence)
            fence = turn.fence
            match turn.decision:
                case Act(action=action) if action is before:
                    return turn
                case Act(action=Action.CALLBACK | Action.VERIFY_CONTACTS):
                    self.assigns(turn)
                case Act():
                    attempt_id = self.plans(turn)
                    if not isinstance(self.claims(attempt_id, turn), Outcome):
                        self.is_accepted(attempt_id)
                case Wait(until=due_at):
                    self.now = min(due_at, until)
                    if due_at > until:
                        return turn
                    fence = 0
                case Finish():
                    return turn
                case other:
                    assert_never(other)

    def has_work(self, journey_id: str, kind: WorkKind = WorkKind.CALLBACK) -> str:
        """Live until work of a kind waits for people; the item's id."""
        while True:
            turn = self.lives(journey_id, days=200, before=Action(kind.value))
            assert isinstance(turn.decision, Act), f"there is no {kind.value} within 200 days"
            if kind in {WorkKind.CALLBACK, WorkKind.VERIFY_CONTACTS}:
                return str(self.assigns(turn))
            attempt_id = self.plans(turn)
            if not isinstance(self.claims(attempt_id, turn), Outcome):
                self.is_accepted(attempt_id)
                return next(item.id for item in self.rows(WorkItemRow) if item.attempt_id == attempt_id)

    def records(self, item_id: str, disposition: Disposition, **more: object) -> Outcome:
        """A person records what came of it."""
        result = WorkResult(disposition, by="Bob", minutes=6, **more)  # type: ignore[arg-type]  # a test's shorthand
        with self.ledger.transaction() as session:
            return record_result(session, item_id, result, now=self.now)

    def receives(
        self, amount_minor: int, *, loan: str = "L-1", at: datetime | None = None, reverses: str | None = None
    ) -> str:
        """Money comes in, or is taken back; its id in the lender's world."""
        self.received += 1
        payment = BookPayment(loan, "bank", f"P-{self.received}", amount_minor, "GBP", at or self.now, reverses)
        taken = self.books(payment)
        assert taken.new == 1, taken
        return payment.external_id

    def books(self, *payments: BookPayment) -> PaymentsTaken:
        """A file of payments."""
        with self.ledger.transaction() as session:
            return take_in_payments(session, portfolio_named(session, "cards"), payments, now=self.now)

    def rows(self, table: type[Row]) -> list[Row]:
        """Every row of a table."""
        with self.ledger.reading() as session:
            return list(session.exec(select(table)).all())

    def journeys(self) -> list[JourneyRow]:
        """All of them."""
        return self.rows(JourneyRow)

    def journey(self, journey_id: str) -> JourneyRow:
        """The journey as it stands."""
        with self.ledger.reading() as session:
            return session.get_one(JourneyRow, journey_id)

    def loan(self, number: str = "L-1") -> LoanRow:
        """The loan as it stands."""
        return next(row for row in self.rows(LoanRow) if row.number == number)

    def steps(self, journey_id: str | None = None) -> list[tuple[str, str]]:
        """Rungs and how they ended, in order, without those that were passed over; of one journey, or of all."""
        with self.ledger.reading() as session:
            query = select(StepRow).where(StepRow.outcome != "passed_over").order_by(col(StepRow.turn_no))
            if journey_id is not None:
                query = query.where(StepRow.journey_id == journey_id)
            return [(row.rung, row.outcome) for row in session.exec(query).all()]

    def events(self, kind: EventKind) -> int:
        """How often something happened."""
        return len([row for row in self.rows(EventRow) if row.kind == kind.value])
