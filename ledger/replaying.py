"""Giving a past answer again: on the facts known then, by the packs as they were then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from domain.borrower import USABLE, ContactState
from ledger.answers import told_of
from ledger.cases import about, case_of
from ledger.packs import stack_kept
from ledger.questions import question_from
from ledger.removed import removed_from
from ledger.restated import told_before
from ledger.tables.borrower import ContactPointRow
from ledger.tables.decision import DecisionRow
from ledger.tables.loan import LoanRow
from ledger.verdicts import CONTACT_POINT, HOUSE, TICK, Judged, by_the_house, told, without
from policy.compliance.judging import judge
from policy.compliance.telling import Told
from policy.compliance.verdict import Verdict


class NoSuchDecision(LookupError):
    """No single attempt or work item with an answer on file has an id that begins so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """An answer as it was given, and as it is given again. differences: what is not the same, and why, in words."""

    decision_id: str
    judged_at: datetime
    is_same_answer: bool
    are_same_facts: bool
    then: Told
    again: Told
    facts_hash_then: str
    facts_hash_again: str
    packs: tuple[str, ...]
    differences: tuple[str, ...]


def replay(session: Session, wanted: str) -> Replayed:
    """Judge again what an attempt (or the call of a work item) was judged on. wanted: its id, or how it begins.

    Raises NoSuchDecision, or UnreadablePack where this version cannot read a pack of that time.
    """
    decision = _decision(session, wanted)
    again = _again(session, decision, knowing=decision.judged_at)
    if again.verdict.facts_hash != decision.facts_hash:
        # Something may have been recorded at the very instant of the answer, after it.
        before = _again(session, decision, knowing=decision.judged_at - TICK)
        again = before if before.verdict.facts_hash == decision.facts_hash else again
    said, verdict = told(again), again.verdict
    are_same_facts = verdict.facts_hash == decision.facts_hash
    return Replayed(
        decision_id=decision.id,
        judged_at=decision.judged_at,
        is_same_answer=_brief(verdict) == (decision.answer, decision.rule, decision.until, decision.until_event),
        are_same_facts=are_same_facts,
        then=told_of(decision),
        again=said,
        facts_hash_then=decision.facts_hash,
        facts_hash_again=verdict.facts_hash,
        packs=tuple(named["label"] for named in decision.packs),
        differences=tuple(_differences(session, decision, verdict)),
    )


def _decision(session: Session, wanted: str) -> DecisionRow:
    rows = session.exec(
        select(DecisionRow)
        .where(
            or_(
                col(DecisionRow.attempt_id).startswith(wanted, autoescape=True),
                col(DecisionRow.work_item_id).startswith(wanted, autoescape=True),
            )
        )
        .order_by(col(DecisionRow.judged_at).desc())
    ).all()
    if len({row.attempt_id or row.work_item_id for row in rows}) != 1:
        raise NoSuchDecision(f"no single attempt or work item with an answer on file begins with '{wanted}'")
    return rows[0]


def _again(session: Session, decision: DecisionRow, *, knowing: datetime) -> Judged:
    loan = session.get_one(LoanRow, decision.loan_id)
    question = question_from(decision.asked)
    packs = stack_kept(session, decision.packs, collector_role=decision.collector_role)
    case = case_of(session, decision.borrower_id, at=question.at, knowing=knowing)
    case = about(case, loan, product=told_before(session, [loan], knowing=knowing)[loan.id]["product"])
    aside = decision.set_aside["rules"] if decision.set_aside is not None else []
    verdict = _by_the_house(session, decision, judge(case, question, without(packs, aside)))
    return Judged(verdict=verdict, question=question, case=case, packs=packs)


def _by_the_house(session: Session, decision: DecisionRow, verdict: Verdict) -> Verdict:
    """The house's own rules about a usable number, a person's no and clocks: the packs know nothing of them."""
    if decision.rule not in HOUSE or (decision.rule == CONTACT_POINT and not _was_unusable(session, decision)):
        return verdict
    return by_the_house(verdict, decision.rule, decision.message, until=decision.until)


def _was_unusable(session: Session, decision: DecisionRow) -> bool:
    point = session.get(ContactPointRow, decision.contact_point_id)
    return point is not None and ContactState(point.state) not in USABLE and point.changed_at <= decision.judged_at


def _brief(verdict: Verdict) -> tuple[str, str, datetime | None, str | None]:
    rule = verdict.decided_by.rule if verdict.decided_by is not None else ""
    return verdict.answer.value, rule, verdict.until, verdict.until_event


def _differences(session: Session, decision: DecisionRow, verdict: Verdict) -> Iterator[str]:
    answer, rule, until, until_event = _brief(verdict)
    if answer != decision.answer:
        yield f"the answer was {decision.answer} and would be {answer}"
    if rule != decision.rule:
        yield f"it was decided by {decision.rule or 'no rule'} and would be by {rule or 'no rule'}"
    if (until, until_event) != (decision.until, decision.until_event):
        yield f"the end was {decision.until or decision.until_event} and would be {until or until_event}"
    if verdict.facts_hash == decision.facts_hash:
        if answer != decision.answer or rule != decision.rule:
            yield "the facts and packs are the same: this version of the engine judges them otherwise"
        return
    yield "the facts that can be put together now are not those of then"
    points = session.exec(select(ContactPointRow).where(ContactPointRow.borrower_id == decision.borrower_id)).all()
    if removed := sum(removed_from(point.text_sealed) is not None for point in points):
        yield f"{removed} numbers or addresses have been removed since, as the rules on keeping records ask"
    if changed := sum(point.changed_at > decision.judged_at for point in points):
        yield f"{changed} contact points have changed since, and how they stood then is not told again"
    if not removed and not changed:
        yield "something was recorded at the very instant of the answer, or a row was changed by hand"
