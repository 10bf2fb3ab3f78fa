"""What one rule says against a contact at one moment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Effect(StrEnum):
    """What becomes of a contact that a rule objects to.

    forbid: not at all on today's facts. defer: not before an instant or event. require: not before something is done.
    route: a person decides. warn, lose_safe_harbor and oblige let it pass, with something to be said.
    """

    FORBID = "forbid"
    DEFER = "defer"
    REQUIRE = "require"
    ROUTE = "route"
    WARN = "warn"
    LOSE_SAFE_HARBOR = "lose_safe_harbor"
    OBLIGE = "oblige"


STOPS = frozenset({Effect.FORBID, Effect.DEFER, Effect.REQUIRE, Effect.ROUTE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why not at this moment, in words that hold the facts.

    until: the first instant after the moment at which this rule alone would not object; None where no instant would do.
    until_event: what must happen first. comment: the numbered comment that decides it. effect: only where it differs
    from what the rule says in its pack.
    """

    detail: str
    until: datetime | None = None
    until_event: str | None = None
    comment: str | None = None
    citation: str | None = None
    effect: Effect | None = None
