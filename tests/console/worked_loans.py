"""Loans that are being worked: taken in, opened, and contacted up to where a vendor has the message."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from domain.arrears import Statement
from domain.attempt import AttemptState
from domain.book import BookContact, BookLoan
from domain.borrower import ContactKind, ContactState
from domain.cost import CostUnit, UnitCost
from domain.journey import Arm
from domain.message import Accepted, Message
from ledger.claiming import claim
from ledger.database import Ledger
from ledger.loan_intake import take_in_loans
from ledger.opening import loans_without_journey, open_journeys
from ledger.outcomes import record_accepted
from ledger.planning import plan
from ledger.portfolios import ensure_portfolio, portfolio_named
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import EventRow, JourneyRow, WakeUpRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow
from ledger.turns import take_turn
from ledger.unit_costs import add_unit_costs
from policy.next_step import Act
from policy.treatment.rule import Rule, Rules, Share

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)  # a Monday morning in London
MOBILE = "+447400123456"
EMAIL = "ada@borrower.example"
RULES = Rules(
    name="test", version=1, digest="test", rules=(Rule("everyone", (Share(Arm.CHAMPION, "gentle", Decimal(1)),)),)
)


@dataclass(frozen=True)
class WorkedLoans:
    """A portfolio of loans on the gentle ladder, whose first rung is a text message."""

    ledger: Ledger

    def take_in(self, number: str, *contacts: BookContact, borrower: str = "B-1") -> None:
        """Take a loan in and open its journey."""
        with self.ledger.transaction() as session:
            portfolio = ensure_portfolio(
                session,
                "cards",
                currency="GBP",
                lender="Harbour Bank",
                help_phone="+44 20 7946 0000",
                pay_url="https://pay.harbour.example",
                packs=["house-courtesy"],
                now=NOW,
            )
            add_unit_costs(session, [UnitCost(unit, "GBP", 4000, date(2025, 1, 1), "test") for unit in CostUnit])
            take_in_loans(session, portfolio, [_book_loan(number, contacts, borrower=borrower)], now=NOW)
            open_journeys(session, loans_without_journey(session, portfolio), rules=RULES, salt="test", now=NOW)

    def is_worked_under(self, *packs: str) -> None:
        """The portfolio is worked under other packs from now on."""
        with self.ledger.transaction() as session:
            portfolio_named(session, "cards").packs = list(packs)

    def claim_first(self, number: str) -> str:
        """Take the first turn, write its message down and claim it; the attempt's id."""
        with self.ledger.transaction() as session:
            turn = take_turn(
                session,
                self._journey(session, number).id,
                fence=0,
                lease=timedelta(minutes=5),
                now=NOW,
                machine_now=NOW,
            )
            assert isinstance(turn.decision, Act)
            attempt_id = plan(
                session,
                turn,
                rung=turn.decision.rung,
                action=turn.decision.action,
                public_url="https://receipts.lender.example",
                now=NOW,
            )
            assert attempt_id is not None
        with self.ledger.transaction() as session:
            assert isinstance(claim(session, attempt_id, fence=turn.fence, now=NOW), Message)
        return attempt_id

    def accept(self, attempt_id: str) -> None:
        """The vendor's answer to the request is recorded."""
        with self.ledger.transaction() as session:
            record_accepted(session, attempt_id, Accepted("twilio", "SM1"), now=NOW)

    def contacted(self, number: str) -> str:
        """The id of an accepted attempt on the loan."""
        attempt_id = self.claim_first(number)
        self.accept(attempt_id)
        return attempt_id

    def state(self, attempt_id: str) -> AttemptState:
        with self.ledger.reading() as session:
            return AttemptState(session.get_one(AttemptRow, attempt_id).state)

    def contact_states(self, text: str) -> list[ContactState]:
        """The states of every contact point with this number or address."""
        with self.ledger.reading() as session:
            lookup = self.ledger.keyring.lookup(text)
            rows = session.exec(select(ContactPointRow).where(ContactPointRow.lookup == lookup)).all()
            return [ContactState(row.state) for row in rows]

    def woken(self) -> set[str]:
        """The numbers of the loans whose journeys were asked to look again for an opt-out."""
        with self.ledger.reading() as session:
            return set(
                session.exec(
                    select(LoanRow.number)
                    .join(JourneyRow, col(JourneyRow.loan_id) == col(LoanRow.id))
                    .join(WakeUpRow, col(WakeUpRow.journey_id) == col(JourneyRow.id))
                    .where(col(WakeUpRow.reason).contains("opted out"), col(WakeUpRow.is_done).is_(False))
                ).all()
            )

    def events(self, kind: str) -> int:
        with self.ledger.reading() as session:
            return len(session.exec(select(EventRow).where(EventRow.kind == kind)).all())

    def costs(self) -> int:
        with self.ledger.reading() as session:
            return len(session.exec(select(CostRow)).all())

    def inbox(self) -> list[InboxRow]:
        with self.ledger.reading() as session:
            return list(session.exec(select(InboxRow)).all())

    def _journey(self, session: Session, number: str) -> JourneyRow:
        return session.exec(
            select(JourneyRow).join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id)).where(LoanRow.number == number)
        ).one()


def mobile(text: str = MOBILE) -> BookContact:
    """A mobile number."""
    return BookContact(ContactKind.MOBILE, text)


def chat(text: str = MOBILE) -> BookContact:
    """A chat account, which is found by its number."""
    return BookContact(ContactKind.CHAT, text)


def email(text: str = EMAIL) -> BookContact:
    """An email address."""
    return BookContact(ContactKind.EMAIL, text)


def _book_loan(number: str, contacts: tuple[BookContact, ...], *, borrower: str) -> BookLoan:
    return BookLoan(
        number=number,
        borrower_number=borrower,
        borrower_name="Ada Canary",
        contacts=contacts,
        timezone="Europe/London",
        language="en",
        jurisdiction="GB",
        product="card",
        segment="retail",
        currency="GBP",
        balance_minor=90_000,
        statement=Statement(
            arrears_minor=30_000,
            instalment_minor=10_000,
            past_due_since_on=date(2025, 12, 20),
            as_of_on=date(2026, 1, 5),
        ),
    )
