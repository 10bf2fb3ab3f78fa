"""Judging a contact by its portfolio's packs under the borrower's lock, and keeping every answer that was given."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, select

from domain.borrower import USABLE, ContactState
from ledger.cases import about, case_of, latest_contact
from ledger.contacts import has_opted_out
from ledger.packs import keep_packs
from ledger.questions import plain
from ledger.reviews import Review
from ledger.tables.attempt import VerdictRow
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.columns import new_id
from ledger.tables.decision import DecisionRow
from ledger.tables.loan import LoanRow
from policy.compliance.case import Case
from policy.compliance.judging import judge
from policy.compliance.objection import Effect
from policy.compliance.question import Question
from policy.compliance.stacking import Stack
from policy.compliance.telling import Told, agreeing
from policy.compliance.verdict import Answer, Finding, Verdict

TICK = timedelta(microseconds=1)
CLOCKS_DIFFER = timedelta(minutes=1)
"""By how much the clocks of two machines may differ; a contact that would be judged further in the past waits."""

KEPT_AS: dict[Effect, str] = {
    Effect.FORBID: "forbidden",
    Effect.ROUTE: "needs_human",
    Effect.DEFER: "deferred",
    Effect.REQUIRE: "deferred",
    Effect.WARN: "warned",
    Effect.OBLIGE: "obliged",
    Effect.LOSE_SAFE_HARBOR: "safe_harbor_lost",
}
"""What a rule's effect is called in its verdict row; a rule without an objection allowed it."""
CONTACT_POINT, REVIEW, CLOCKS, UNRESERVED = "CONTACT-POINT", "REVIEW", "CLOCKS", "UNRESERVED"
LEAVES_LATER, OPTED_OUT = "LEAVES-LATER", "OPTED-OUT"
HOUSE: dict[str, tuple[Effect, str]] = {
    CONTACT_POINT: (Effect.FORBID, "contact points must be usable"),
    OPTED_OUT: (Effect.FORBID, "who opts out is left alone, also where the number comes in again"),
    REVIEW: (Effect.FORBID, "a person decides"),
    CLOCKS: (Effect.DEFER, "clocks agree"),
    LEAVES_LATER: (Effect.DEFER, "what is allowed must also be allowed when it leaves"),
    UNRESERVED: (Effect.WARN, "a call is reserved before anybody dials"),
}
"""The rules that hold under any pack: what becomes of the contact, and how the rule is cited."""
NO_RULE = "NO-RULE"
"""The rule that a contact rests on where every pack is silent: that is kept too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer with everything that it was given on. set_aside: what a person overrode, and who they were."""

    verdict: Verdict
    question: Question
    case: Case
    packs: Stack
    set_aside: Review | None = None


def lock_borrower(session: Session, borrower_id: str) -> None:
    """From here to the end of the transaction nobody else judges a contact with this person."""
    session.exec(select(BorrowerRow.id).where(BorrowerRow.id == borrower_id).with_for_update(key_share=True)).one()


def judge_now(
    session: Session,
    loan: LoanRow,
    question: Question,
    *,
    point: ContactPointRow | None,
    packs: Stack,
    review: Review | None = None,
) -> Judged:
    """The answer to a question asked at `question.at`, on all that is known then; the borrower's lock is held.

    Two contacts with one person are never judged at the same instant: the later one is judged a tick after the one
    before, so that what each was judged on can be told ever after. review: what a person decided on it before.
    """
    latest = latest_contact(session, loan.borrower_id)
    at = question.at if latest is None or latest < question.at else latest + TICK
    if at > question.at + CLOCKS_DIFFER:
        at = question.at
    asked = replace(question, at=at)
    case = about(case_of(session, loan.borrower_id, at=at, knowing=at), loan)
    goes_ahead = review is not None and review.goes_ahead
    verdict = judge(case, asked, without(packs, review.rules) if review is not None and goes_ahead else packs)
    verdict = with_house_rules(verdict, point=point, review=review, latest=latest)
    if point is not None and verdict.is_allowed and has_opted_out(session, point.lookup):
        # The point came in with a book while the STOP was taken in: neither transaction saw the other.
        verdict = by_the_house(verdict, OPTED_OUT, "somebody opted out at this number or address")
    return Judged(verdict=verdict, question=asked, case=case, packs=packs, set_aside=review if goes_ahead else None)


def without(packs: Stack, rules: Iterable[str]) -> Stack:
    """The packs without some rules that a person has set aside for one contact."""
    left_out = frozenset(rules)
    kept = (replace(pack, rules=tuple(r for r in pack.rules if r.id not in left_out)) for pack in packs.packs)
    return replace(packs, packs=tuple(kept))


def with_house_rules(
    verdict: Verdict, *, point: ContactPointRow | None, review: Review | None, latest: datetime | None
) -> Verdict:
    """The answer with what holds under any pack: usable contact points, a person's no, and clocks that agree."""
    if point is not None and ContactState(point.state) not in USABLE:
        return by_the_house(verdict, CONTACT_POINT, f"the contact point is {point.state.replace('_', ' ')}")
    if review is not None and not review.goes_ahead:
        return by_the_house(verdict, REVIEW, "a person decided against it")
    if latest is not None and latest > verdict.judged_at and verdict.is_allowed:
        message = "this machine's clock is behind that of the one which made the contact before"
        return by_the_house(verdict, CLOCKS, message, until=latest)
    return verdict


def by_the_house(verdict: Verdict, rule: str, message: str, *, until: datetime | None = None) -> Verdict:
    """The answer after one of the house's own rules has objected."""
    finding = _of_the_house(rule, message, until=until)
    return replace(
        verdict,
        answer=Answer.DEFERRED if finding.effect is Effect.DEFER else Answer.FORBIDDEN,
        until=until,
        until_event=None,
        decided_by=finding,
        violations=(finding, *verdict.violations),
        overridable_by=(),
    )


def marked_unreserved(judged: Judged) -> Judged:
    """The same answer, given after the fact: the contact was made before anybody asked for it."""
    finding = _of_the_house(UNRESERVED, "nobody reserved this call before it was made")
    return replace(judged, verdict=replace(judged.verdict, warnings=(*judged.verdict.warnings, finding)))


def _of_the_house(rule: str, message: str, *, until: datetime | None = None) -> Finding:
    effect, citation = HOUSE[rule]
    return Finding(
        rule=rule,
        pack="house",
        kind="house",
        effect=effect,
        authority="house_policy",
        citation=citation,
        instrument="house policy:",
        comments=(),
        verified="house",
        message=message,
        until=until,
    )


def told(judged: Judged) -> Told:
    """An answer for the sentence that people read."""
    verdict, decider = judged.verdict, judged.verdict.decided_by
    return Told(
        action=judged.question.action,
        answer=verdict.answer,
        at=verdict.judged_at,
        zones=zones_of(judged),
        message=decider.message if decider else agreeing(len(verdict.asked)),
        citation=decider.cited if decider else ", ".join(verdict.pack_versions),
        until=verdict.until,
        until_event=verdict.until_event,
        overridable_by=verdict.overridable_by,
        beside=tuple(
            (word, f"{finding.message} ({finding.cited})")
            for word, findings in (
                ("warning", verdict.warnings),
                ("duty", verdict.obligations),
                ("safe harbour lost", verdict.safe_harbor_lost),
            )
            for finding in findings
        ),
    )


def zones_of(judged: Judged) -> tuple[str, ...]:
    """The names of the zones in which the person may have been, home first."""
    return tuple(zone.key for zone in judged.case.known_at(judged.question.at).zones())


def keep(session: Session, judged: Judged, *, loan: LoanRow, attempt_id: str | None, work_item_id: str | None) -> None:
    """Write the decision, and for an attempt what each rule said. NO-RULE where no pack said anything."""
    verdict, question = judged.verdict, judged.question
    decider = verdict.decided_by
    session.add(
        DecisionRow(
            borrower_id=loan.borrower_id,
            attempt_id=attempt_id,
            work_item_id=work_item_id,
            loan_id=loan.id,
            contact_point_id=question.target.address,
            judged_at=verdict.judged_at,
            answer=verdict.answer.value,
            rule=decider.rule if decider else "",
            citation=decider.cited if decider else "",
            message=decider.message if decider else "",
            until=verdict.until,
            until_event=verdict.until_event,
            asked=plain(question),
            zones=list(zones_of(judged)),
            warnings=_said(verdict.warnings),
            obligations=_said(verdict.obligations),
            safe_harbor_lost=_said(verdict.safe_harbor_lost),
            overridable_by=list(verdict.overridable_by),
            set_aside=_set_aside(judged.set_aside),
            packs=keep_packs(session, judged.packs, now=verdict.judged_at),
            collector_role=judged.packs.role,
            facts_hash=verdict.facts_hash,
            rules_asked=len(verdict.asked),
        )
    )
    if attempt_id is not None:
        session.flush()
        session.connection().execute(insert(VerdictRow), list(_rows(judged, attempt_id=attempt_id)))


def _rows(judged: Judged, *, attempt_id: str) -> Iterator[dict[str, Any]]:
    verdict = judged.verdict
    common = {"attempt_id": attempt_id, "judged_at": verdict.judged_at}
    findings = (*verdict.violations, *verdict.warnings, *verdict.obligations, *verdict.safe_harbor_lost)
    for finding in findings:
        yield {
            "id": new_id(),
            "verdict": KEPT_AS[finding.effect],
            "rule": finding.rule,
            "pack": finding.pack,
            "citation": finding.cited,
            "message": finding.message,
            "until": finding.until,
            "until_event": finding.until_event,
            **common,
        }
    spoke = {(finding.pack, finding.rule) for finding in findings}
    overridden = judged.set_aside.rules if judged.set_aside is not None else frozenset[str]()
    silent = {"until": None, "until_event": None, **common}
    is_empty = not findings
    for pack in judged.packs.packs:
        for rule in pack.in_force(verdict.judged_at):
            if (pack.label, rule.id) in spoke or rule.id not in {*verdict.asked, *overridden}:
                continue
            is_empty = False
            yield {
                "id": new_id(),
                "verdict": "overridden" if rule.id in overridden else "allowed",
                "rule": rule.id,
                "pack": pack.label,
                "citation": pack.cite(rule),
                "message": rule.form.message.get("en") or next(iter(rule.form.message.values())),
                **silent,
            }
    if is_empty:
        message = "no rule of the portfolio's packs speaks about this kind of contact"
        told = {"rule": NO_RULE, "pack": "all packs", "citation": "none", "message": message}
        yield {"id": new_id(), "verdict": "allowed", **told, **silent}


def _said(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [{"rule": f.rule, "pack": f.pack, "citation": f.cited, "message": f.message} for f in findings]


def _set_aside(review: Review | None) -> dict[str, Any] | None:
    if review is None:
        return None
    return {
        "rules": sorted(review.rules),
        "by": review.by,
        "reason": review.reason,
        "work_item": review.work_item,
    }
