"""Writing a contact down before it is made: the first of the three transactions around every send."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from domain.action import Action
from domain.attempt import AttemptState
from domain.borrower import KINDS_FOR, ContactPoint
from domain.money import Money
from domain.step import Outcome
from ledger.cases import about, case_of
from ledger.packs import stack_of
from ledger.people import contact_text, person_of, seal_for
from ledger.positions import position_at
from ledger.questions import ASKED_FOR, looks_at_text, with_text
from ledger.situations import borrower_of
from ledger.steps import end_step
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.columns import new_id
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow, PortfolioRow
from ledger.text_readings import reading_of_wording
from ledger.turns import Turn, held
from policy.compliance.question import Question
from policy.compliance.stacking import Stack
from policy.compliance.words import words_to_add
from policy.ladders.ladder import Rung
from policy.wording.rendering import Rendered, render


def plan(session: Session, turn: Turn, *, rung: Rung, action: Action, public_url: str, now: datetime) -> str | None:
    """Insert the attempt of this turn and return its id; the id of the one that is there when the turn is resumed.

    None when the borrower has no usable contact point any more: the step is then recorded as blocked.
    """
    journey = held(session, turn.journey_id, fence=turn.fence)
    existing = attempt_of(session, turn, rung=rung.name)
    if existing is not None:
        return existing
    point = borrower_of(session, journey.borrower_id).reachable_by(action)
    if point is None and KINDS_FOR[action]:
        end_step(
            session,
            journey,
            turn_no=turn.number,
            rung=rung.name,
            action=action,
            outcome=Outcome.BLOCKED,
            reason="no usable contact point",
            now=now,
        )
        return None
    attempt = AttemptRow(
        id=new_id(),
        journey_id=journey.id,
        borrower_id=journey.borrower_id,
        rung=rung.name,
        turn_no=turn.number,
        action=action.value,
        contact_point_id=None if point is None else point.id,
        state=AttemptState.PLANNED.value,
        text_digest="",
        text_sealed=b"",
        fence=turn.fence,
        planned_at=now,
    )
    if action.is_message:
        _write_message(session, attempt, journey, rung=rung, action=action, public_url=public_url, now=now)
    else:
        _write_order(session, attempt, journey, point=point, action=action, now=now)
    session.add(attempt)
    return attempt.id


def attempt_of(session: Session, turn: Turn, *, rung: str) -> str | None:
    """The id of the attempt that is written down for a turn's rung; None where there is none yet."""
    return session.exec(
        select(AttemptRow.id).where(
            AttemptRow.journey_id == turn.journey_id, AttemptRow.rung == rung, AttemptRow.turn_no == turn.number
        )
    ).first()


def _write_message(
    session: Session,
    attempt: AttemptRow,
    journey: JourneyRow,
    *,
    rung: Rung,
    action: Action,
    public_url: str,
    now: datetime,
) -> None:
    loan = session.get_one(LoanRow, journey.loan_id)
    portfolio = session.get_one(PortfolioRow, loan.portfolio_id)
    borrower = session.get_one(BorrowerRow, journey.borrower_id)
    position = position_at(session, loan, zone=ZoneInfo(borrower.timezone), now=now)
    say = partial(
        render,
        rung.wording or "",
        channel=action,
        language=borrower.language,
        facts={
            "first_name": person_of(session, borrower.id).first_name,
            "lender": portfolio.lender,
            "amount": str(Money(position.arrears_minor, loan.currency)),
            "due_since": loan.past_due_since_on.isoformat(),
            "help_phone": portfolio.help_phone,
            "pay_link": portfolio.pay_url,
            "opt_out_link": f"{public_url}/stop/{attempt.id}",
        },
    )
    rendered = say()
    packs, asked = stack_of(portfolio), Question(at=now, action=ASKED_FOR[action], debts=frozenset({loan.id}))
    if looks_at_text(packs, asked):
        asked = replace(asked, automated=True, language=rendered.language)
        asked = _read(asked, rendered, portfolio, action=action, packs=packs)
        case = about(case_of(session, borrower.id, at=now, knowing=now), loan)
        if required := words_to_add(case, asked, packs):
            rendered = say(closing=required)
            asked = _read(asked, rendered, portfolio, action=action, packs=packs, closing=required)
        attempt.text_says = {"elements": sorted(asked.elements or ()), "faults": sorted(asked.faults)}
    attempt.wording = f"{rendered.wording}@{rendered.version}/{rendered.language}"
    attempt.wording_digest = rendered.digest
    attempt.segments = rendered.segments
    _seal(session, attempt, {"subject": rendered.subject, "body": rendered.body})


def _read(
    asked: Question,
    rendered: Rendered,
    portfolio: PortfolioRow,
    *,
    action: Action,
    packs: Stack,
    closing: tuple[str, ...] = (),
) -> Question:
    reading = reading_of_wording(
        rendered.wording,
        channel=action,
        language=rendered.language,
        lender=portfolio.lender,
        help_phone=portfolio.help_phone,
        pay_link=portfolio.pay_url,
        closing=closing,
    )
    return with_text(asked, f"{rendered.subject}\n{rendered.body}", reading, packs=packs)


def _write_order(
    session: Session,
    attempt: AttemptRow,
    journey: JourneyRow,
    *,
    point: ContactPoint | None,
    action: Action,
    now: datetime,
) -> None:
    loan = session.get_one(LoanRow, journey.loan_id)
    borrower = session.get_one(BorrowerRow, journey.borrower_id)
    position = position_at(session, loan, zone=ZoneInfo(borrower.timezone), now=now)
    facts = {
        "loan_number": loan.number,
        "debtor_name": person_of(session, borrower.id).name,
        "arrears_minor": str(position.arrears_minor),
        "balance_minor": str(loan.balance_minor),
        "currency": loan.currency,
        "days_past_due": str(position.days_past_due),
        "jurisdiction": borrower.jurisdiction,
    }
    if action is Action.FIELD_VISIT and point is not None:
        facts["address"] = contact_text(session, point.id)
    _seal(session, attempt, facts)


def _seal(session: Session, attempt: AttemptRow, content: dict[str, str]) -> None:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    attempt.text_digest = hashlib.sha256(text.encode()).hexdigest()
    attempt.text_sealed = seal_for(session, attempt.borrower_id, text)
