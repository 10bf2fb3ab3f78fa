"""One journey as its page shows it: what it waits for, the timeline in sentences, and every answer in full."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.staff.waiting import stands
from domain.money import Money
from ledger.dossiers import Dossier
from ledger.happenings import CallNoted, PackUsed, RuleSaid, VerdictGiven
from policy.compliance.telling import sentence as as_told
from policy.compliance.verdict import Answer
from reports.figures import fact
from reports.timeline_lines import local, sentence

SAID: dict[Answer, str] = {
    Answer.ALLOWED: "yes",
    Answer.DEFERRED: "not yet",
    Answer.FORBIDDEN: "no",
    Answer.NEEDS_HUMAN: "a person decides",
}
LET_PASS = frozenset({"allowed", "overridden"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline. answer: the number of the answer that it tells, counted from 1; 0 for anything else."""

    when: str
    kind: str
    says: str
    answer: int


@dataclass(frozen=True, slots=True)
class RuleShown:
    """What one rule said, with the digest of its pack; empty for a rule of the house, which is in no pack."""

    said: RuleSaid
    until: str
    digest: str


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """One answer in full. objections: rules that said more than yes. agreed: all others that were asked."""

    number: int
    given: VerdictGiven
    word: str
    when: str
    sentence: str
    until: str
    digest: str
    objections: tuple[RuleShown, ...]
    agreed: tuple[RuleShown, ...]


@dataclass(frozen=True, slots=True)
class JourneyView:
    """A dossier in words. why: what the journey waits for, where `latest` does not say it already.

    latest: the last answer, where it was not a yes.
    """

    dossier: Dossier
    overdue: str
    balance: str
    waits: str
    why: str
    latest: AnswerShown | None
    entries: tuple[Entry, ...]
    answers: tuple[AnswerShown, ...]
    calls: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    promises: tuple[tuple[str, str], ...]
    arrangements: tuple[tuple[str, str], ...]


def view_of(dossier: Dossier) -> JourneyView:
    """The journey's page as a value; every sentence is that of `duecourse journeys show`."""
    told = dossier.timeline
    answers = tuple(_answers(dossier))
    latest = answers[-1] if answers and answers[-1].given.told.answer is not Answer.ALLOWED else None
    return JourneyView(
        dossier=dossier,
        overdue=str(Money(told.arrears_minor, told.currency)),
        balance=str(Money(told.balance_minor, told.currency)),
        waits=stands(dossier.journey, timezone=told.timezone),
        why=_why(dossier, latest=latest),
        latest=latest,
        entries=tuple(_entries(dossier)),
        answers=answers,
        calls=tuple(
            (local(each.at, told.timezone), sentence(each, told)[1])
            for each in told.happenings
            if isinstance(each, CallNoted)
        ),
        facts=tuple((local(each.known_at, told.timezone), fact(each.given)) for each in dossier.facts),
        promises=tuple(_promises(dossier)),
        arrangements=tuple(_arrangements(dossier)),
    )


def _why(dossier: Dossier, *, latest: AnswerShown | None) -> str:
    why = (dossier.journey.waiting_reason or "") if dossier.journey.due_at else ""
    return "" if latest is not None and latest.given.told.message in why else why


def _entries(dossier: Dossier) -> Iterator[Entry]:
    told, answers = dossier.timeline, 0
    for happening in told.happenings:
        is_answer = isinstance(happening, VerdictGiven)
        answers += is_answer
        kind, says = sentence(happening, told)
        yield Entry(local(happening.at, told.timezone), kind, says, answers if is_answer else 0)


def _answers(dossier: Dossier) -> Iterator[AnswerShown]:
    zone = dossier.timeline.timezone
    given = (each for each in dossier.timeline.happenings if isinstance(each, VerdictGiven))
    for number, verdict in enumerate(given, start=1):
        rules = [_rule(said, verdict.packs, zone=zone) for said in verdict.rules]
        yield AnswerShown(
            number=number,
            given=verdict,
            word=SAID[verdict.told.answer],
            when=local(verdict.at, zone),
            sentence=as_told(verdict.told),
            until=local(verdict.told.until, zone) if verdict.told.until else "",
            digest=next((rule.digest for rule in rules if rule.said.rule == verdict.rule), ""),
            objections=tuple(rule for rule in rules if rule.said.verdict not in LET_PASS),
            agreed=tuple(rule for rule in rules if rule.said.verdict in LET_PASS),
        )


def _rule(said: RuleSaid, packs: tuple[PackUsed, ...], *, zone: str) -> RuleShown:
    digests = {pack.label: pack.digest for pack in packs}
    return RuleShown(said, local(said.until, zone) if said.until else "", digests.get(said.pack, ""))


def _promises(dossier: Dossier) -> Iterator[tuple[str, str]]:
    told = dossier.timeline
    for promise in dossier.promises:
        amount = Money(promise.amount_minor, told.currency)
        settled = f" since {local(promise.settled_at, told.timezone)}" if promise.settled_at else ""
        yield local(promise.made_at, told.timezone), f"{amount} for {promise.due_on}: {promise.state}{settled}"


def _arrangements(dossier: Dossier) -> Iterator[tuple[str, str]]:
    told = dossier.timeline
    for agreed in dossier.arrangements:
        parts = ", ".join(f"{Money(each.amount_minor, told.currency)} on {each.due_on}" for each in agreed.instalments)
        settled = f" since {local(agreed.settled_at, told.timezone)}" if agreed.settled_at else ""
        yield local(agreed.agreed_at, told.timezone), f"{parts}: {agreed.state}{settled}"
