"""Writing a small past into a ledger: loans, journeys, steps, costs and money on days that a test can name."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlmodel import Session

from domain.action import Action
from domain.attempt import AttemptState
from domain.cost import CostUnit
from domain.journey import ClosingReason, JourneyState
from domain.promise import PromiseState
from domain.step import Outcome
from domain.work_item import Disposition, WorkState
from ledger.database import keyring_of
from ledger.ladders import publish
from ledger.people import seal_for
from ledger.portfolios import ensure_portfolio
from ledger.tables.agreement import PromiseRow
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.columns import new_id
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.statement import StatementRow
from ledger.tables.work_item import WorkItemRow
from policy.ladders.shipped import shipped_ladder, shipped_ladder_text

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2026, 3, 1), date(2026, 3, 31)
AS_OF = datetime(2026, 4, 10, tzinfo=UTC)
CURRENCY = "CNY"
SAID = "Your instalment is open."


def day(number: float) -> datetime:
    """The instant so many days after 1 March 2026, 09:00 UTC."""
    return START + timedelta(days=number)


@dataclass
class Chronicle:
    """The past of one portfolio."""

    session: Session
    portfolio_name: str = "spring"
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.portfolio = ensure_portfolio(
            self.session,
            self.portfolio_name,
            currency=CURRENCY,
            lender="Lender",
            help_phone="+86 10 0000 0000",
            pay_url="https://pay.example",
            packs=[],
            now=START,
        )
        for name in ("gentle", "standard", "quiet"):
            publish(self.session, shipped_ladder(name), content=shipped_ladder_text(name), now=START)

    def loan(self, number: str) -> LoanRow:
        """A loan in arrears."""
        borrower = BorrowerRow(
            portfolio_id=self.portfolio.id,
            number=f"B{number}",
            name_sealed=b"sealed",
            data_key=keyring_of(self.session).new_data_key(),
            timezone="Asia/Shanghai",
            language="en",
            jurisdiction="CN",
            created_at=START,
        )
        self._add(borrower)
        loan = LoanRow(
            portfolio_id=self.portfolio.id,
            number=number,
            borrower_id=borrower.id,
            product="card",
            segment="mass",
            currency=CURRENCY,
            balance_minor=100_000,
            arrears_minor=10_000,
            instalment_minor=5_000,
            past_due_since_on=date(2026, 2, 1),
            as_of_on=date(2026, 2, 28),
            attributes={},
            created_at=START,
        )
        self._add(loan)
        return loan

    def journey(
        self, loan: LoanRow, *, ladder: str = "gentle", arm: str = "champion", at: datetime = START, owed: int = 10_000
    ) -> JourneyRow:
        """An open journey on a shipped ladder, with its assignment."""
        journey = JourneyRow(
            loan_id=loan.id,
            borrower_id=loan.borrower_id,
            ladder_digest=shipped_ladder(ladder).digest,
            state=JourneyState.OPEN.value,
            opened_at=at,
            opening_minor=owed,
            opening_days_past_due=28,
        )
        self._add(journey)
        self._add(AssignmentRow(journey_id=journey.id, rule="r", arm=arm, probability=0.7, draw=0.1, assigned_at=at))
        return journey

    def close(self, journey: JourneyRow, *, reason: ClosingReason, at: datetime) -> None:
        """End a journey."""
        journey.state, journey.closing_reason, journey.closed_at = JourneyState.CLOSED.value, reason.value, at
        self._add(journey)

    def step(
        self,
        journey: JourneyRow,
        rung: str,
        *,
        at: datetime,
        action: Action = Action.SMS,
        outcome: Outcome = Outcome.SENT,
        cost_millis: int = 0,
    ) -> int:
        """A step that ended, with its attempt where it was sent, and its cost. Returns its turn."""
        turn = next(self.numbers)
        if outcome is Outcome.SENT:
            self._attempt(journey, rung, action=action, turn=turn, at=at)
        self._add(
            StepRow(
                journey_id=journey.id,
                turn_no=turn,
                rung=rung,
                action=action.value,
                outcome=outcome.value,
                reason="",
                ended_at=at,
            )
        )
        if cost_millis:
            self.cost(journey, rung, action=action, turn=turn, millis=cost_millis, at=at)
        return turn

    def stated(
        self,
        loan: LoanRow,
        *,
        arrears: int,
        instalment: int,
        since: date,
        balance: int,
        on: date = date(2026, 2, 28),
        at: datetime = START,
        segment: str = "mass",
    ) -> None:
        """What the lender's book said of a loan, known at an instant."""
        self._add(
            StatementRow(
                loan_id=loan.id,
                as_of_on=on,
                recorded_at=at,
                balance_minor=balance,
                arrears_minor=arrears,
                instalment_minor=instalment,
                past_due_since_on=since,
                product="card",
                segment=segment,
                attributes={},
            )
        )

    def work(
        self,
        journey: JourneyRow,
        rung: str,
        *,
        action: Action,
        at: datetime,
        disposition: Disposition,
        turn: int | None = None,
        team: str | None = None,
        reason: str | None = None,
    ) -> str:
        """A piece of work done on the spot."""
        item = WorkItemRow(
            loan_id=journey.loan_id,
            journey_id=journey.id,
            kind=action.value,
            rung=rung,
            turn_no=next(self.numbers) if turn is None else turn,
            state=WorkState.DONE.value,
            opened_at=at,
            deadline_at=at + timedelta(days=5),
            disposition=disposition.value,
            recorded_at=at,
            team=team,
            arrears_reason=reason,
        )
        self._add(item)
        return item.id

    def promise(self, journey: JourneyRow, work_item_id: str, *, at: datetime, kept_at: datetime | None = None) -> None:
        """A promise made on a call, kept or still open."""
        self._add(
            PromiseRow(
                loan_id=journey.loan_id,
                journey_id=journey.id,
                work_item_id=work_item_id,
                amount_minor=1_000,
                due_on=(at + timedelta(days=3)).date(),
                state=(PromiseState.KEPT if kept_at else PromiseState.OPEN).value,
                made_at=at,
                settled_at=kept_at,
            )
        )

    def cost(
        self,
        journey: JourneyRow,
        rung: str,
        *,
        action: Action,
        turn: int,
        millis: int,
        at: datetime,
        recorded_at: datetime | None = None,
    ) -> CostRow:
        """One unit at a price in thousandths of a minor unit, recorded at once unless said otherwise."""
        row = CostRow(
            loan_id=journey.loan_id,
            journey_id=journey.id,
            rung=rung,
            action=action.value,
            turn_no=turn,
            unit=CostUnit.SMS_SEGMENT.value,
            quantity=1,
            price_millis=millis,
            amount_millis=millis,
            currency=CURRENCY,
            incurred_at=at,
            recorded_at=recorded_at,
        )
        self._add(row)
        return row

    def book(self, loan_id: str, millis: int, *, at: datetime, recorded_at: datetime) -> None:
        """A cost outside any journey, as an invoice tells of it."""
        self._add(
            CostRow(
                loan_id=loan_id,
                unit=CostUnit.AGENCY_COMMISSION.value,
                quantity=millis,
                price_millis=1,
                amount_millis=millis,
                currency=CURRENCY,
                incurred_at=at,
                recorded_at=recorded_at,
            )
        )

    def pay(self, loan: LoanRow, minor: int, *, at: datetime, recorded_at: datetime | None = None) -> PaymentRow:
        """Money received, recorded at once unless said otherwise."""
        row = PaymentRow(
            loan_id=loan.id,
            source="bank",
            external_id=f"{self.portfolio_name}-{next(self.numbers)}",
            amount_minor=minor,
            currency=CURRENCY,
            received_at=at,
            recorded_at=recorded_at or at,
        )
        self._add(row)
        return row

    def reverse(self, payment: PaymentRow, minor: int, *, at: datetime) -> None:
        """Money taken back."""
        self._add(
            ReversalRow(
                payment_id=payment.id,
                loan_id=payment.loan_id,
                source="bank",
                external_id=f"{self.portfolio_name}-{next(self.numbers)}",
                amount_minor=minor,
                reversed_at=at,
                recorded_at=at,
            )
        )

    def undelivered(self, journey: JourneyRow, *, turn: int, at: datetime) -> None:
        """A receipt says that the message of a turn did not arrive."""
        attempt = next(a for a in self._attempts if a.journey_id == journey.id and a.turn_no == turn)
        attempt.state, attempt.receipt_at = AttemptState.UNDELIVERED.value, at
        self._add(attempt)

    def _attempt(self, journey: JourneyRow, rung: str, *, action: Action, turn: int, at: datetime) -> None:
        attempt = AttemptRow(
            id=new_id(),
            journey_id=journey.id,
            borrower_id=journey.borrower_id,
            rung=rung,
            turn_no=turn,
            action=action.value,
            state=AttemptState.ACCEPTED.value,
            text_digest=hashlib.sha256(SAID.encode()).hexdigest(),
            text_sealed=seal_for(self.session, journey.borrower_id, SAID),
            segments=1,
            fence=1,
            planned_at=at,
            claimed_at=at,
            recorded_at=at,
        )
        self._add(attempt)
        self._attempts.append(attempt)
        self._add(
            VerdictRow(
                attempt_id=attempt.id, verdict="allowed", rule="r", pack="p", citation="c", message="m", judged_at=at
            )
        )

    _attempts: list[AttemptRow] = field(default_factory=list)

    def _add(self, row: object) -> None:
        self.session.add(row)
        self.session.flush()


def write_spring(session: Session) -> Chronicle:
    """The portfolio that most tests read: seven loans, whose sums are written beside each.

    Recovered in March: 15,000 minor units, reversed 1,000; cost 3,900.75 minor units.
    """
    past = Chronicle(session)
    a, b, c, d, e, f = (past.loan(f"L-{name}") for name in "ABCDEF")

    # A: gentle, champion. A message on day 0, 4,000 on day 2; a call on day 10, 6,000 on day 12, cured.
    journey = past.journey(a)
    past.step(journey, "friendly_reminder", at=day(0), cost_millis=60_250)
    past.pay(a, 4_000, at=day(2))
    past.step(journey, "callback", at=day(10), action=Action.CALLBACK, outcome=Outcome.PROMISED, cost_millis=800_500)
    item = past.work(journey, "callback", action=Action.CALLBACK, at=day(10), disposition=Disposition.PROMISE)
    past.promise(journey, item, at=day(10), kept_at=day(12))
    past.pay(a, 6_000, at=day(12))
    past.close(journey, reason=ClosingReason.CURED, at=day(12.1))

    # B: quiet, holdout. Nothing touches it; 2,000 on day 5.
    past.journey(b, ladder="quiet", arm="holdout")
    past.pay(b, 2_000, at=day(5))

    # C: standard, challenger. A message on day 1 does not arrive, says a receipt; 1,500 on day 3, 500 of it goes back.
    journey = past.journey(c, ladder="standard", arm="challenger", at=day(1))
    turn = past.step(journey, "friendly_reminder", at=day(1), cost_millis=40_000)
    past.undelivered(journey, turn=turn, at=day(2))
    past.reverse(past.pay(c, 1_500, at=day(3)), 500, at=day(6))

    # D: standard, champion. A visit finds nobody (3,000 in cost), and no money comes.
    journey = past.journey(d, ladder="standard", at=day(1))
    past.step(
        journey,
        "field_visit",
        at=day(20),
        action=Action.FIELD_VISIT,
        outcome=Outcome.NO_ANSWER,
        cost_millis=3_000_000,
    )

    # E: no journey; 1,500 on day 7.
    past.pay(e, 1_500, at=day(7))

    # F: paid 900 in February, before its journey; 500 of that went back in March, after a message.
    payment = past.pay(f, 900, at=day(-10))
    journey = past.journey(f, at=day(4))
    past.step(journey, "friendly_reminder", at=day(4))
    past.reverse(payment, 500, at=day(8))
    return past
