"""Whether a callback could have been made at all while it waited for a person."""

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from sqlmodel import Session

from domain.action import Action
from domain.work_item import WorkKind
from ledger.cases import case_of
from ledger.packs import stack_for
from ledger.questions import ASKED_FOR, target_of
from ledger.situations import borrower_of
from ledger.tables.borrower import ContactPointRow
from ledger.tables.loan import LoanRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.judging import judge
from policy.compliance.question import Question


def refusal_throughout(session: Session, item: WorkItemRow, *, now: datetime) -> str | None:
    """Why a callback could not be made from its opening to its deadline; None where there was time, or for other work.

    It is judged by the packs of today, and kept nowhere: nobody wanted to call.
    """
    if item.kind != WorkKind.CALLBACK.value:
        return None
    loan = session.get_one(LoanRow, item.loan_id)
    reachable = borrower_of(session, loan.borrower_id).reachable_by(Action.CALLBACK)
    if reachable is None:
        return None
    target = target_of(session.get_one(ContactPointRow, reachable.id))
    asked, debts = ASKED_FOR[Action.CALLBACK], frozenset({loan.id})
    question = Question(at=item.opened_at, action=asked, debts=debts, target=target)
    known = case_of(session, loan.borrower_id, at=item.opened_at, knowing=now)
    case = replace(known, facts=MappingProxyType({**known.facts, "product": loan.product}))
    verdict = judge(case, question, stack_for(session, loan))
    decider = verdict.decided_by
    if verdict.is_allowed or decider is None or (verdict.until is not None and verdict.until < item.deadline_at):
        return None
    return f"no call was allowed in its time: {decider.message} ({decider.cited})"
