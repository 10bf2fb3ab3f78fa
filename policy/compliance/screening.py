"""Asking every rule of every pack, and finding the first instant at which all of them agree."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from domain.verdict import Allowed, Deferred, Forbidden, Ground, Verdict
from policy.compliance.contact import ProposedContact
from policy.compliance.frequency_cap import respect_the_count
from policy.compliance.pack import FrequencyCapRule, Pack, QuietHoursRule, Rule
from policy.compliance.quiet_hours import respect_the_night

MOST_ROUNDS = 1000


def screen(contact: ProposedContact, packs: Sequence[Pack], *, now: datetime) -> Verdict:
    """The joint answer of all packs.

    A deferral is carried forward until no rule defers any more, so that `until` is an instant at which the contact
    really would be allowed on today's facts, not merely the latest of the single answers.
    """
    first: Deferred | None = None
    moment = now
    for _ in range(MOST_ROUNDS):
        match _one_round(contact, packs, now=moment):
            case Allowed() as allowed:
                return allowed if first is None else Deferred(moment, first.ground)
            case Deferred() as deferred:
                first = first or deferred
                moment = deferred.until
            case Forbidden() as forbidden:
                return forbidden
            case other:
                assert_never(other)
    ground = Ground("NO-COMMON-TIME", "", "", "no instant was found at which all rules allow the contact")
    return Forbidden(first.ground if first else ground)


def _one_round(contact: ProposedContact, packs: Sequence[Pack], *, now: datetime) -> Verdict:
    grounds: list[Ground] = []
    for pack in packs:
        for rule in pack.rules:
            if contact.action not in rule.actions:
                continue
            answer = _ask(contact, rule, pack=f"{pack.id}@{pack.version}", now=now)
            if not isinstance(answer, Allowed):
                return answer
            grounds.extend(answer.grounds)
    return Allowed(tuple(grounds))


def _ask(contact: ProposedContact, rule: Rule, *, pack: str, now: datetime) -> Verdict:
    match rule:
        case QuietHoursRule():
            return respect_the_night(contact, rule, pack=pack, now=now)
        case FrequencyCapRule():
            return respect_the_count(contact, rule, pack=pack, now=now)
        case other:
            assert_never(other)
