"""The answer to one posed case as plain data: what `duecourse screen FILE --json` prints."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from policy.compliance.case import Case
from policy.compliance.cases import Posed
from policy.compliance.conversations import conversations
from policy.compliance.history import CallOutcome
from policy.compliance.judging import judge
from policy.compliance.packfile import Rule
from policy.compliance.question import Asked, Question
from policy.compliance.rules.delivery import Delivery, was_sent
from policy.compliance.rules.frequency_cap import Count, FrequencyCap, Window, counted
from policy.compliance.rules.window_restriction import WindowRestriction
from policy.compliance.stacking import Stack
from policy.compliance.validation import last_day
from policy.compliance.verdict import Finding
from policy.files.form import Form

AnyParams = TypeVar("AnyParams", bound=Form)
# How calls are counted where no pack of the stack counts calls per debt.
WITHOUT_A_CAP = FrequencyCap(
    max=0,
    window=Window(length=7, unit="calendar_day"),
    key=("collector", "person", "debt_group"),
    count=Count(media=("call",), outcomes_excluded=(CallOutcome.BUSY, CallOutcome.NOT_IN_SERVICE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How often a person was called about a debt, and spoken to, in the window of the cap."""

    calls: int
    conversations: int


def answer(posed: Posed, packs: Stack) -> dict[str, object]:
    """The answer to a case, as plain data that JSON can hold.

    `rule` is the section that decided (of a date, or of yes and no: the one that it rests on); None where nothing
    stands against it. Instants are written in the person's zone. `safe_harbor_lost` lists sections.
    """
    case, question = posed.case, posed.question
    verdict = judge(case, question, packs)
    known = case.known_at(question.at)
    value, basis = _value(known, question, packs)
    decided = verdict.decided_by
    return {
        "id": posed.id,
        "outcome": verdict.answer.value,
        "until": _instant(verdict.until, zone=case.zone),
        "until_event": verdict.until_event if verdict.until is None else None,
        "rule": decided.citation if decided else basis,
        "citation": decided.cited if decided else None,
        "violations": [_finding(finding, zone=case.zone) for finding in verdict.violations],
        "warnings": [_finding(finding, zone=case.zone) for finding in verdict.warnings],
        "obligations": [_finding(finding, zone=case.zone) for finding in verdict.obligations],
        "overridable_by": list(verdict.overridable_by),
        "safe_harbor_lost": list(dict.fromkeys(finding.citation for finding in verdict.safe_harbor_lost)),
        "counts": {name: asdict(each) for name, each in _counts(known, question, packs)},
        "value": value,
    }


def _counts(case: Case, question: Question, packs: Stack) -> list[tuple[str, Counted]]:
    """How often the recipient was called about each debt of the case and spoken to, in the days that the cap counts.

    Debts that are counted as one also stand under the name of their group.
    """
    rules = _rules(packs, FrequencyCap, at=question.at)
    caps = [params for _, params in rules if "debt_group" in params.key and params.count.media == ("call",)]
    cap = next(iter(caps), WITHOUT_A_CAP)
    names = sorted(case.debts | question.debts) + sorted(set(case.groups.values()) - case.debts)
    return [(name, _counted(case, question, cap, debt=name)) for name in names]


def _counted(case: Case, question: Question, cap: FrequencyCap, *, debt: str) -> Counted:
    calls = counted(case, cap, person=question.to, debt=debt, at=question.at)
    first_day = case.day(question.at).toordinal() - cap.window.length + 1
    talks = conversations(case, person=question.to, debt=debt)
    return Counted(
        calls=len(calls),
        conversations=sum(case.day(call.at).toordinal() >= first_day for call in talks),
    )


def _value(case: Case, question: Question, packs: Stack) -> tuple[object, str | None]:
    """The date or the yes or no that is asked for, and the section that it rests on."""
    match question.action:
        case Asked.VALIDATION_PERIOD_END:
            for rule, params in _rules(packs, WindowRestriction, at=question.at):
                days = [last_day(case, debt=d, at=question.at, period=params.length) for d in sorted(question.debts)]
                ends = [day for day in days if day is not None]
                return (max(ends).isoformat() if ends else None), rule.form.citation.section
        case Asked.DISCLOSURE_SENT:
            for rule, delivery in _rules(packs, Delivery, at=question.at):
                return was_sent(case, question, delivery, at=question.at), rule.form.citation.section
        case _:
            pass
    return None, None


def _rules(packs: Stack, params: type[AnyParams], *, at: datetime) -> list[tuple[Rule, AnyParams]]:
    rules = (rule for pack in packs.packs for rule in pack.in_force(at))
    return [(rule, rule.params) for rule in rules if isinstance(rule.params, params)]


def _finding(finding: Finding, *, zone: ZoneInfo) -> dict[str, object]:
    return {
        "rule": finding.citation,
        "id": finding.rule,
        "message": finding.message,
        "until": _instant(finding.until, zone=zone),
        "until_event": finding.until_event,
        "citation": finding.cited,
        "authority": finding.authority,
    }


def _instant(moment: datetime | None, *, zone: ZoneInfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).isoformat()
