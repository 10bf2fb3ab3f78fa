"""A compliance pack: a jurisdiction's (or the house's) rules, read from YAML and checked."""

from datetime import time
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.action import Action
from domain.verdict import Ground

PACKS = Path(__file__).parent / "packs"


class NoSuchPack(LookupError):
    """No compliance pack of that name ships with Duecourse."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Citation(_Strict):
    """Where a rule is written, and whether its text was seen, quoted by someone, or remembered."""

    text: str
    verified: Literal["seen", "secondary", "memory", "house"]


class QuietHours(_Strict):
    """Contacts only between two local hours, on the given weekdays (Monday is 0)."""

    opens: time
    closes: time
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    @field_validator("opens", "closes", mode="before")
    @classmethod
    def _hour(cls, value: object) -> object:
        return time.fromisoformat(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _leaves_some_time(self) -> "QuietHours":
        if not self.opens < self.closes:
            raise ValueError("`opens` must be earlier than `closes`, or nobody could ever be contacted")
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise ValueError("`weekdays` must name at least one day, Monday as 0 to Sunday as 6")
        return self


class FrequencyCap(_Strict):
    """At most `max_contacts` in a rolling window of calendar days on the borrower's calendar."""

    max_contacts: int = Field(ge=1)
    days: int = Field(ge=1)


class _Rule(_Strict):
    id: str
    authority: Literal["law", "regulation", "interpretation", "standard", "self_regulation", "house_policy"]
    citation: Citation
    actions: frozenset[Action]
    message: str

    def ground(self, pack: str) -> Ground:
        """The rule as the ground of an answer."""
        return Ground(rule=self.id, citation=self.citation.text, pack=pack, message=self.message)


class QuietHoursRule(_Rule):
    """A rule about the hour of the day."""

    kind: Literal["quiet_hours"]
    params: QuietHours


class FrequencyCapRule(_Rule):
    """A rule about how often."""

    kind: Literal["frequency_cap"]
    params: FrequencyCap


Rule = Annotated[QuietHoursRule | FrequencyCapRule, Field(discriminator="kind")]


class Pack(_Strict):
    """Rules that hold together, under one name and version."""

    id: str
    version: str
    title: str
    rules: tuple[Rule, ...]


@cache
def pack_named(name: str) -> Pack:
    """The pack of that name; raises NoSuchPack with the names there are."""
    path = PACKS / f"{name}.yaml"
    if not path.exists():
        there = ", ".join(sorted(p.stem for p in PACKS.glob("*.yaml")))
        raise NoSuchPack(f"there is no compliance pack '{name}'; there are: {there}")
    return Pack.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
