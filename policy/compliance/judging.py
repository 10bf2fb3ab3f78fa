"""Judging a contact by every rule of every pack, and finding the first instant at which all of them agree."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policy.compliance.case import Case, plain_text
from policy.compliance.kinds import KINDS
from policy.compliance.objection import STOPS, Effect, Objection
from policy.compliance.packfile import Pack, Rule
from policy.compliance.question import Question
from policy.compliance.stacking import Stack
from policy.compliance.verdict import Answer, Finding, Verdict
from policy.files.document import canonical_json

MOST_ROUNDS = 2000
HORIZON = timedelta(days=3 * 366)

ANSWER_TO: dict[Effect, Answer] = {
    Effect.FORBID: Answer.FORBIDDEN,
    Effect.ROUTE: Answer.NEEDS_HUMAN,
    Effect.DEFER: Answer.DEFERRED,
    Effect.REQUIRE: Answer.DEFERRED,
}
HARSHEST_FIRST = (Answer.FORBIDDEN, Answer.NEEDS_HUMAN, Answer.DEFERRED)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one rule said at one moment."""

    rule: Rule
    pack: Pack
    effect: Effect
    finding: Finding

    @property
    def answer(self) -> Answer:
        return ANSWER_TO[self.effect]


def judge(case: Case, question: Question, packs: Stack) -> Verdict:
    """The joint answer at `question.at`, on what was known then.

    `until` is found by asking again at each instant that an objection names, until nobody objects: the rules may take
    turns (a window opens on a day that a cap still covers), so the latest single answer would not do.
    """
    known = case.known_at(question.at)
    heard = list(_hear(known, question, packs, at=question.at))
    against = sorted((h for h in heard if h.effect in STOPS), key=lambda h: HARSHEST_FIRST.index(h.answer))
    verdict = Verdict(
        answer=Answer.ALLOWED,
        judged_at=question.at,
        warnings=tuple(h.finding for h in heard if h.effect is Effect.WARN),
        obligations=tuple(h.finding for h in heard if h.effect is Effect.OBLIGE),
        safe_harbor_lost=tuple(h.finding for h in heard if h.effect is Effect.LOSE_SAFE_HARBOR),
        asked=tuple(rule.id for pack, rule in _speaking(known, question, packs)),
        pack_versions=packs.labels,
        facts_hash=facts_hash(known, question),
    )
    if not against:
        return verdict
    answer = against[0].answer
    until = _first_common(known, question, packs, since=against) if answer is Answer.DEFERRED else None
    decider = _decider(against)
    return replace(
        verdict,
        answer=answer,
        until=until,
        until_event=next((h.finding.until_event for h in against if h.finding.until_event), None),
        decided_by=decider.finding,
        violations=tuple(h.finding for h in against),
        overridable_by=_overridable(against, purpose=question.purpose),
    )


def facts_hash(case: Case, question: Question) -> str:
    """SHA-256 over everything that an answer rests on, in one canonical order."""
    parts = [repr(case.zone), sorted(case.debts), sorted(case.groups.items()), sorted(case.facts.items())]
    told = canonical_json([*map(repr, parts), *map(plain_text, case.history), plain_text(question)])
    return hashlib.sha256(told.encode()).hexdigest()


def _speaking(case: Case, question: Question, packs: Stack) -> Iterator[tuple[Pack, Rule]]:
    product = case.facts.get("product", "")
    for pack, rule in packs.rules(question.at):
        if not pack.form.applies_to.covers(case.facts):
            continue
        if KINDS[rule.kind].is_asked and rule.form.when.speaks_to(question, product=product):
            yield pack, rule


def _hear(case: Case, question: Question, packs: Stack, *, at: datetime) -> Iterator[_Heard]:
    for pack, rule in _speaking(case, question, packs):
        objection = KINDS[rule.kind].judge(case, question, rule.params, at=at)
        if objection is not None:
            effect = _effect(rule, objection, packs)
            yield _Heard(rule, pack, effect, _finding(rule, pack, objection, effect, packs, question))


def _effect(rule: Rule, objection: Objection, packs: Stack) -> Effect:
    effect = objection.effect or rule.form.on_violation
    is_advice = rule.form.severity == "info" or (rule.form.severity == "soft" and packs.soft == "warn")
    return Effect.WARN if is_advice and effect in STOPS else effect


def _finding(rule: Rule, pack: Pack, objection: Objection, effect: Effect, packs: Stack, question: Question) -> Finding:
    form, citation = rule.form, rule.form.citation
    said = form.message.get(question.language) or form.message.get("en") or next(iter(form.message.values()))
    return Finding(
        rule=rule.id,
        pack=pack.label,
        kind=rule.kind,
        effect=effect,
        authority=form.authority if pack.binds(packs.role) else "house_policy",
        citation=objection.citation or citation.section,
        instrument=pack.sources()[citation.source].cited_as,
        comments=(objection.comment,) if objection.comment else citation.comments,
        verified=citation.verified,
        message=f"{said}: {objection.detail}" if objection.detail else said,
        until=objection.until,
        until_event=objection.until_event,
    )


def _decider(against: list[_Heard]) -> _Heard:
    """Of the harshest objections the one that lasts longest; of equals the law's before the house's, then the first."""
    harshest = [h for h in against if h.answer is against[0].answer]
    longest = [h for h in harshest if h.finding.until is None]
    if not longest:
        latest = max(h.finding.until for h in harshest if h.finding.until is not None)
        longest = [h for h in harshest if h.finding.until == latest]
    return min(longest, key=lambda h: h.rule.form.authority == "house_policy")


def _overridable(against: list[_Heard], *, purpose: str) -> tuple[str, ...]:
    """The reasons that every objection accepts; where the contact names its purpose, that one or none."""
    sets = [set(h.rule.form.overrides.reasons) if h.rule.form.overrides.allowed else set() for h in against]
    common = set.intersection(*sets)
    return tuple(sorted(common if purpose == "collection" else common & {purpose}))


def _first_common(case: Case, question: Question, packs: Stack, *, since: list[_Heard]) -> datetime | None:
    objections, moment = since, question.at
    for _ in range(MOST_ROUNDS):
        ends = [h.finding.until for h in objections]
        latest = max((u for u in ends if u is not None), default=None)
        if latest is None or None in ends or latest <= moment or latest > question.at + HORIZON:
            return None
        moment = latest
        objections = [h for h in _hear(case, question, packs, at=moment) if h.effect in STOPS]
        if not objections:
            return moment
    return None
