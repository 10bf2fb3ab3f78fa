"""People and debts in a standing, as short as a test can say it."""

from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from policy.compliance.case import Case
from policy.compliance.history import CONSUMER, Happening, Mark, Marked
from policy.compliance.judging import judge
from policy.compliance.question import Asked, Question, Target
from policy.compliance.stacking import stack
from policy.compliance.verdict import Verdict

LONDON = ZoneInfo("Europe/London")
SHANGHAI = ZoneInfo("Asia/Shanghai")
KOLKATA = ZoneInfo("Asia/Kolkata")
ALL = frozenset({"D1", "D2"})
D1 = frozenset({"D1"})
D2 = frozenset({"D2"})


def instant(text: str, zone: ZoneInfo) -> datetime:
    """An instant written as `2026-03-01 10:00` on the clock of a zone, in UTC."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)


def marked(mark: Mark, at: datetime, *, debts: frozenset[str] = D1, until: datetime | None = None) -> Marked:
    """A mark on the first debt."""
    return Marked(at=at, mark=mark, debts=debts, until=until)


def case(*history: Happening, zone: ZoneInfo = LONDON, facts: dict[str, str] | None = None) -> Case:
    """Somebody with two debts."""
    return Case(zone=zone, debts=ALL, history=history, facts=MappingProxyType(facts or {}))


def ask(
    action: Asked,
    at: datetime,
    *,
    debts: frozenset[str] = D1,
    to: str = CONSUMER,
    purpose: str = "collection",
    address: str | None = None,
    automated: bool = False,
    in_reply_to: str | None = None,
) -> Question:
    """May this be done on the first debt?"""
    return Question(
        at=at,
        action=action,
        debts=debts,
        to=to,
        purpose=purpose,
        target=Target(address=address),
        automated=automated,
        in_reply_to=in_reply_to,
    )


def answer(known: Case, question: Question, *packs: str) -> Verdict:
    """What the named packs say."""
    return judge(known, question, stack(packs))
