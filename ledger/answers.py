"""Recollecting the answers that contacts and calls were given, as people read them."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, select

from domain.action import Action
from ledger import happenings as said
from ledger.questions import question_from
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.decision import DecisionRow
from ledger.tables.loan import LoanRow
from ledger.tables.work_item import WorkItemRow
from ledger.verdicts import UNRESERVED
from policy.compliance.question import Asked
from policy.compliance.telling import Told, agreeing
from policy.compliance.verdict import Answer


def answers_to(session: Session, attempt: AttemptRow) -> Iterator[said.VerdictGiven]:
    """The answer to an attempt; none for one that was never judged."""
    rules = session.exec(
        select(VerdictRow).where(VerdictRow.attempt_id == attempt.id).order_by(col(VerdictRow.rule))
    ).all()
    decision = session.exec(select(DecisionRow).where(DecisionRow.attempt_id == attempt.id)).first()
    if decision is None and not rules:
        return
    told = _told_before(session, attempt, rules) if decision is None else told_of(decision)
    yield said.VerdictGiven(
        at=told.at,
        turn=attempt.turn_no,
        rung=attempt.rung,
        action=Action(attempt.action),
        told=told,
        rule=_decider(told, rules) if decision is None else decision.rule,
        rules=tuple(
            said.RuleSaid(row.rule, row.pack, row.verdict, row.citation, row.message, row.until) for row in rules
        ),
        packs=() if decision is None else _packs(decision),
        facts_hash="" if decision is None else decision.facts_hash,
    )


def answers_on_calls(session: Session, loan: LoanRow) -> Iterator[said.VerdictGiven]:
    """The answers to people who wanted to call about a loan."""
    rows = session.exec(
        select(DecisionRow, WorkItemRow)
        .join(WorkItemRow, col(WorkItemRow.id) == col(DecisionRow.work_item_id))
        .where(DecisionRow.loan_id == loan.id)
    ).all()
    for decision, item in rows:
        yield said.VerdictGiven(
            at=decision.judged_at,
            turn=item.turn_no,
            rung=item.rung,
            action=Action(item.kind),
            told=told_of(decision),
            rule=decision.rule,
            rules=(),
            packs=_packs(decision),
            facts_hash=decision.facts_hash,
        )


def told_of_unreserved(session: Session, item_id: str) -> Told | None:
    """The answer to a call of a work item that was made before anybody reserved it; None where each was reserved."""
    decisions = session.exec(
        select(DecisionRow).where(DecisionRow.work_item_id == item_id).order_by(col(DecisionRow.judged_at).desc())
    ).all()
    after = (row for row in decisions if any(warning["rule"] == UNRESERVED for warning in row.warnings))
    return next((told_of(row) for row in after), None)


def told_of(decision: DecisionRow) -> Told:
    """A kept answer for the sentence that people read."""
    beside = [
        (word, f"{finding['message']} ({finding['citation']})")
        for word, findings in (
            ("warning", decision.warnings),
            ("duty", decision.obligations),
            ("safe harbour lost", decision.safe_harbor_lost),
        )
        for finding in findings
    ]
    if decision.set_aside is not None:
        aside = decision.set_aside
        why = f" for {spoken}" if (spoken := aside["reason"].replace("_", " ")) else ""
        beside.append(("set aside", f"{', '.join(aside['rules'])} by {aside['by']}{why}"))
    return Told(
        action=question_from(decision.asked).action,
        answer=Answer(decision.answer),
        at=decision.judged_at,
        zones=tuple(decision.zones),
        message=decision.message or agreeing(decision.rules_asked),
        citation=decision.citation or ", ".join(named["label"] for named in decision.packs),
        until=decision.until,
        until_event=decision.until_event,
        overridable_by=tuple(decision.overridable_by),
        beside=tuple(beside),
    )


def _told_before(session: Session, attempt: AttemptRow, rules: Sequence[VerdictRow]) -> Told:
    """An answer from before decisions were kept: its verdicts are all of one kind."""
    first, home = rules[0], session.get_one(BorrowerRow, attempt.borrower_id).timezone
    is_allowed = first.verdict == Answer.ALLOWED.value
    return Told(
        action=Asked.VISIT if attempt.action == Action.FIELD_VISIT.value else Asked(attempt.action),
        answer=Answer(first.verdict),
        at=first.judged_at,
        zones=(home,),
        message=agreeing(len(rules)) if is_allowed else first.message,
        citation=first.pack if is_allowed else first.citation,
        until=first.until,
    )


def _decider(told: Told, rules: Sequence[VerdictRow]) -> str:
    return "" if told.answer is Answer.ALLOWED else rules[0].rule


def _packs(decision: DecisionRow) -> tuple[said.PackUsed, ...]:
    return tuple(said.PackUsed(named["label"], named["digest"]) for named in decision.packs)
