"""What must always be true of a ledger, one sentence and one query each; run after every test and on a schedule."""

from collections.abc import Callable

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from domain.attempt import AttemptState
from domain.journey import JourneyState
from domain.step import Outcome
from domain.work_item import WorkKind
from ledger.cases import LEFT_OR_MAY_HAVE
from ledger.rechecks import outside_a_window, over_a_cap
from ledger.situations import OPEN_WORK
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.decision import DecisionRow
from ledger.tables.inquiry import InquiryRow
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow, TurnRow, WakeUpRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.verdict import Answer
from policy.next_step import Finish


def sent_without_permission(session: Session) -> list[str]:
    """No contact left without an answer that allowed it: ids of attempts that did.

    Contacts from before decisions were kept rest on their verdicts.
    """
    allowed = select(DecisionRow.id).where(
        col(DecisionRow.attempt_id) == col(AttemptRow.id), DecisionRow.answer == Answer.ALLOWED.value
    )
    decided = select(DecisionRow.id).where(col(DecisionRow.attempt_id) == col(VerdictRow.attempt_id))
    allowed_before = select(VerdictRow.id).where(
        col(VerdictRow.attempt_id) == col(AttemptRow.id),
        VerdictRow.verdict == Answer.ALLOWED.value,
        ~decided.exists(),
    )
    return list(
        session.exec(
            select(AttemptRow.id).where(
                col(AttemptRow.state).in_(LEFT_OR_MAY_HAVE), ~allowed.exists(), ~allowed_before.exists()
            )
        ).all()
    )


def sent_without_step(session: Session) -> list[str]:
    """Every message that a vendor took ended a step: ids of attempts that did not."""
    rows = session.exec(
        select(AttemptRow)
        .outerjoin(
            StepRow,
            (col(StepRow.journey_id) == col(AttemptRow.journey_id))
            & (col(StepRow.rung) == col(AttemptRow.rung))
            & (col(StepRow.turn_no) == col(AttemptRow.turn_no)),
        )
        .where(
            col(AttemptRow.state).in_(
                [AttemptState.ACCEPTED.value, AttemptState.DELIVERED.value, AttemptState.UNDELIVERED.value]
            ),
            col(AttemptRow.action).in_(["sms", "email", "chat"]),
            col(StepRow.id).is_(None),
        )
    ).all()
    return [row.id for row in rows]


def steps_sent_without_attempt(session: Session) -> list[str]:
    """Every step of ours that says `sent` has the attempt that left: ids of steps that do not."""
    rows = session.exec(
        select(StepRow)
        .outerjoin(
            AttemptRow,
            (col(StepRow.journey_id) == col(AttemptRow.journey_id))
            & (col(StepRow.rung) == col(AttemptRow.rung))
            & (col(StepRow.turn_no) == col(AttemptRow.turn_no)),
        )
        .where(
            StepRow.outcome == Outcome.SENT.value,
            col(AttemptRow.id).is_(None),
            col(StepRow.recorded_at).is_(None),  # an import of the past tells of the others
        )
    ).all()
    return [row.id for row in rows]


def journeys_without_assignment(session: Session) -> list[str]:
    """Every journey has its arm and probability on file: ids of those that do not."""
    assigned = select(AssignmentRow.id).where(col(AssignmentRow.journey_id) == col(JourneyRow.id))
    return list(session.exec(select(JourneyRow.id).where(~assigned.exists())).all())


def open_work_of_closed_journeys(session: Session) -> list[str]:
    """Nobody is asked to work on a closed journey: ids of work items that still ask."""
    return list(
        session.exec(
            select(WorkItemRow.id)
            .join(JourneyRow, col(JourneyRow.id) == col(WorkItemRow.journey_id))
            .where(
                JourneyRow.state == JourneyState.CLOSED.value,
                col(WorkItemRow.state).in_(OPEN_WORK),
                WorkItemRow.kind != WorkKind.RECONCILE_ATTEMPT.value,
            )
        ).all()
    )


def acts_on_closed_journeys(session: Session) -> list[str]:
    """Nothing is decided after a journey finished: ids of turns that were."""
    last = aliased(TurnRow)
    return list(
        session.exec(
            select(TurnRow.id)
            .join(last, col(last.journey_id) == col(TurnRow.journey_id))
            .where(last.decision == Finish.__name__.lower(), col(TurnRow.turn_no) > col(last.turn_no))
        ).all()
    )


def unknown_and_forgotten(session: Session) -> list[str]:
    """Of every contact of unknown fate the vendor is to be asked, or a person is: ids of attempts nobody asks about."""
    asked = select(InquiryRow.attempt_id).where(
        col(InquiryRow.attempt_id) == col(AttemptRow.id), col(InquiryRow.next_ask_at).is_not(None)
    )
    questioned = select(WorkItemRow.id).where(
        col(WorkItemRow.attempt_id) == col(AttemptRow.id),
        WorkItemRow.kind == WorkKind.RECONCILE_ATTEMPT.value,
        col(WorkItemRow.state).in_(OPEN_WORK),
    )
    return list(
        session.exec(
            select(AttemptRow.id).where(
                AttemptRow.state == AttemptState.UNKNOWN.value,
                ~asked.exists(),
                ~questioned.exists(),
            )
        ).all()
    )


def money_in_a_foreign_currency(session: Session) -> list[str]:
    """Payments and costs are in their loan's currency: ids of rows that are not."""
    payments = session.exec(
        select(PaymentRow.id)
        .join(LoanRow, col(LoanRow.id) == col(PaymentRow.loan_id))
        .where(col(PaymentRow.currency) != col(LoanRow.currency))
    ).all()
    costs = session.exec(
        select(CostRow.id)
        .join(LoanRow, col(LoanRow.id) == col(CostRow.loan_id))
        .where(col(CostRow.currency) != col(LoanRow.currency))
    ).all()
    return [*payments, *costs]


def reversals_beyond_payment(session: Session) -> list[str]:
    """No more is taken back than was paid: ids of payments where it was."""
    return list(
        session.exec(
            select(PaymentRow.id)
            .join(ReversalRow, col(ReversalRow.payment_id) == col(PaymentRow.id))
            .group_by(col(PaymentRow.id), col(PaymentRow.amount_minor))
            .having(func.sum(ReversalRow.amount_minor) > PaymentRow.amount_minor)
        ).all()
    )


def costs_that_do_not_multiply(session: Session) -> list[str]:
    """Every cost is its units times its price: ids of rows that are not."""
    return list(
        session.exec(
            select(CostRow.id).where(col(CostRow.amount_millis) != col(CostRow.quantity) * col(CostRow.price_millis))
        ).all()
    )


def the_past_is_acted_upon(session: Session) -> list[str]:
    """Nothing is done about the past: ids of journeys of it with an attempt, a turn, a wake-up or open work, and of
    open journeys on loans that only the past tells of.
    """
    past = select(JourneyRow.id).where(JourneyRow.state == JourneyState.PAST.value)
    acts = (
        select(AttemptRow.journey_id),
        select(TurnRow.journey_id),
        select(WakeUpRow.journey_id),
        select(WorkItemRow.journey_id).where(col(WorkItemRow.state).in_(OPEN_WORK)),
    )
    acted = [row for act in acts for row in session.exec(act.where(act.selected_columns[0].in_(past))).all()]
    opened = session.exec(
        select(JourneyRow.id)
        .join(LoanRow, col(LoanRow.id) == col(JourneyRow.loan_id))
        .where(JourneyRow.state != JourneyState.PAST.value, col(LoanRow.history_only).is_(True))
    ).all()
    return [*acted, *opened]


def corrections_of_another_loan(session: Session) -> list[str]:
    """A cost corrects one of its own loan in the same unit: ids of corrections that do not."""
    corrected = aliased(CostRow)
    return list(
        session.exec(
            select(CostRow.id)
            .join(corrected, col(corrected.id) == col(CostRow.corrects_id))
            .where((col(corrected.loan_id) != col(CostRow.loan_id)) | (col(corrected.unit) != col(CostRow.unit)))
        ).all()
    )


INVARIANTS: tuple[Callable[[Session], list[str]], ...] = (
    sent_without_permission,
    sent_without_step,
    steps_sent_without_attempt,
    journeys_without_assignment,
    open_work_of_closed_journeys,
    acts_on_closed_journeys,
    unknown_and_forgotten,
    money_in_a_foreign_currency,
    reversals_beyond_payment,
    costs_that_do_not_multiply,
    corrections_of_another_loan,
    the_past_is_acted_upon,
    over_a_cap,
    outside_a_window,
)


def broken(session: Session) -> dict[str, list[str]]:
    """Every invariant that does not hold, by its name, with the rows that break it; empty when all is well."""
    return {check.__name__: rows for check in INVARIANTS if (rows := check(session))}
