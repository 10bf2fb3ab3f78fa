"""The answer to "may this be done now?": one value with its rules, citations and duties."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policy.compliance.objection import Effect


class Answer(StrEnum):
    """What may be done. `deferred`: the same contact may be made later; `needs_human`: a person decides."""

    ALLOWED = "allowed"
    DEFERRED = "deferred"
    FORBIDDEN = "forbidden"
    NEEDS_HUMAN = "needs_human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule said: against the contact (a violation), beside it (a warning), or of what goes with it (a duty).

    rule: its id. effect: what became of the contact by this rule alone. citation: the section that decides, as the
    source numbers it. comments: numbered comments beside it.
    until, until_event: when this rule alone would not object.
    """

    rule: str
    pack: str
    kind: str
    effect: Effect
    authority: str
    citation: str
    instrument: str
    comments: tuple[str, ...]
    verified: str
    message: str
    until: datetime | None = None
    until_event: str | None = None

    @property
    def cited(self) -> str:
        """The citation as a person writes it: `12 CFR 1006.6(b)(1)(i), comment 6(b)(1)(i)-2`."""
        comments = f", comment {', '.join(self.comments)}" if self.comments else ""
        return f"{self.instrument} {self.citation}".strip() + comments


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The joint answer of all packs at one moment.

    until: the first instant at which every rule together would allow it on today's facts; None when no instant would.
    decided_by: the violation that decided; None when it is allowed. asked: ids of the rules that had something to say
    about such a contact. overridable_by: the reasons for which a person may override every violation.
    """

    answer: Answer
    judged_at: datetime
    until: datetime | None = None
    until_event: str | None = None
    decided_by: Finding | None = None
    violations: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    obligations: tuple[Finding, ...] = ()
    safe_harbor_lost: tuple[Finding, ...] = ()
    overridable_by: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    pack_versions: tuple[str, ...] = ()
    facts_hash: str = ""

    @property
    def is_allowed(self) -> bool:
        """Whether it may be done now."""
        return self.answer is Answer.ALLOWED
