"""Recording how a step ended, what it cost, and that its turn is carried out."""

from datetime import datetime

from sqlmodel import Session, col, select

from domain.action import Action
from domain.cost import CostUnit
from domain.event import EventKind
from domain.step import NOT_TAKEN, Outcome
from ledger import events
from ledger.earlier_states import keep_outcome
from ledger.tables.journey import JourneyRow, StepRow, TurnRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, UnitCostRow
from policy.withholding import Draw

LEFT_OUT = tuple(sorted(outcome.value for outcome in NOT_TAKEN))
"""How the rungs that a decision left out are kept."""


def end_step(
    session: Session,
    journey: JourneyRow,
    *,
    turn_no: int,
    rung: str,
    action: Action,
    outcome: Outcome,
    now: datetime,
    reason: str = "",
    until: datetime | None = None,
    draw: Draw | None = None,
) -> None:
    """Write the outcome of a step once; a second call for the same step changes nothing. draw: why it was withheld.

    Only `unknown` gives way to what was learned later, and everything to `sent`, because a contact that a vendor took
    did leave; the step still ended when it did, so that no spacing moves.
    """
    already = session.exec(
        select(StepRow).where(StepRow.journey_id == journey.id, StepRow.rung == rung, StepRow.turn_no == turn_no)
    ).first()
    if already is None:
        session.add(
            StepRow(
                journey_id=journey.id,
                turn_no=turn_no,
                rung=rung,
                action=action.value,
                outcome=outcome.value,
                reason=reason,
                until=until,
                ended_at=now,
                withhold_share=None if draw is None else draw.share,
                withhold_draw=None if draw is None else draw.number,
            )
        )
    elif _gives_way(Outcome(already.outcome), outcome):
        keep_outcome(session, already, now=now)
        already.outcome, already.reason, already.until = outcome.value, reason, until
    else:
        return
    carried_out(session, journey.id, turn_no=turn_no, now=now)
    events.append(
        session,
        EventKind.STEP_ENDED,
        loan_id=journey.loan_id,
        journey_id=journey.id,
        at=now,
        rung=rung,
        turn=turn_no,
        action=action.value,
        outcome=outcome.value,
    )


def _gives_way(before: Outcome, after: Outcome) -> bool:
    return before is not after and (before is Outcome.UNKNOWN or after is Outcome.SENT)


def ask_again(session: Session, journey_id: str, *, now: datetime) -> None:
    """A step that was put off may be taken at once, because something happened; it may be put off again."""
    last = session.exec(
        select(StepRow)
        .where(StepRow.journey_id == journey_id, col(StepRow.outcome).not_in(LEFT_OUT))
        .order_by(col(StepRow.turn_no).desc())
    ).first()
    if last is not None and last.outcome == Outcome.DEFERRED.value and last.until is not None and last.until > now:
        last.until = now


def carried_out(session: Session, journey_id: str, *, turn_no: int, now: datetime) -> None:
    """The turn's act has been done (a message left, or work was given to a person): it is never done again."""
    turn = session.exec(select(TurnRow).where(TurnRow.journey_id == journey_id, TurnRow.turn_no == turn_no)).one()
    turn.carried_out_at = turn.carried_out_at or now


def charge(
    session: Session,
    journey: JourneyRow,
    *,
    turn_no: int,
    rung: str,
    action: Action,
    unit: CostUnit,
    quantity: int,
    now: datetime,
    incurred_at: datetime | None = None,
    payment_id: str | None = None,
) -> None:
    """Book `quantity` units at the price valid on the day (UTC) on which they were incurred; without one, today's.

    payment_id: the payment that earned a commission.

    A unit without a price is booked at zero with an event, because what happened must be recorded whatever it cost;
    journeys are not opened where prices are missing (`ledger.unit_costs.units_without_price`).
    """
    currency = session.get_one(LoanRow, journey.loan_id).currency
    price = price_on(session, unit, currency=currency, at=incurred_at or now)
    if price is None:
        events.append(
            session,
            EventKind.COST_UNPRICED,
            loan_id=journey.loan_id,
            journey_id=journey.id,
            at=now,
            unit=unit.value,
            quantity=quantity,
        )
        price = 0
    session.add(
        CostRow(
            loan_id=journey.loan_id,
            journey_id=journey.id,
            rung=rung,
            action=action.value,
            turn_no=turn_no,
            unit=unit.value,
            quantity=quantity,
            price_millis=price,
            amount_millis=quantity * price,
            currency=currency,
            incurred_at=incurred_at or now,
            recorded_at=now,
            payment_id=payment_id,
        )
    )


def price_on(session: Session, unit: CostUnit, *, currency: str, at: datetime) -> int | None:
    """Thousandths of a minor unit for one unit on the day of `at`; None when no price is valid then."""
    return session.exec(
        select(UnitCostRow.price_millis)
        .where(
            UnitCostRow.unit == unit.value,
            UnitCostRow.currency == currency,
            col(UnitCostRow.valid_from_on) <= at.date(),
        )
        .order_by(col(UnitCostRow.valid_from_on).desc())
    ).first()
