"""The answer to "may this contact be made now?": allowed, deferred or forbidden; always with its rule."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ground:
    """The rule that an answer rests on, and where that rule is written."""

    rule: str
    citation: str
    pack: str
    message: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """The contact may be made now; `grounds` are the rules that were asked."""

    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: the same contact may be made from `until` on."""

    until: datetime
    ground: Ground


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Not at all, as long as the facts stand as they do."""

    ground: Ground


Verdict = Allowed | Deferred | Forbidden
