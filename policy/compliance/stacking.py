"""Packs on top of each other: what a pack extends comes with it, and every rule of every pack is asked.

To ask every rule and take the strictest answer is `merge: strictest`: windows intersect, the smaller cap is met first,
the longer rest lasts, and bans and duties add up.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from policy.compliance.packfile import Pack, Role, Rule
from policy.compliance.reading import pack_named

COURTESY = "house-courtesy"


@dataclass(frozen=True, slots=True)
class Stack:
    """The packs that a portfolio is worked under.

    role: who collects. A pack that does not bind that role is adopted as house policy: its rules are kept all the same.
    soft: whether a rule that only recommends is kept (`enforce`) or told (`warn`).
    """

    packs: tuple[Pack, ...]
    role: Role = "first_party"
    soft: Literal["enforce", "warn"] = "enforce"

    @property
    def labels(self) -> tuple[str, ...]:
        """Names and versions, as kept with each verdict."""
        return tuple(pack.label for pack in self.packs)

    def rules(self, moment: datetime) -> Iterator[tuple[Pack, Rule]]:
        """Every rule that is in force at a moment and speaks to a collector of that role, with its pack."""
        for pack in self.packs:
            for rule in pack.in_force(moment):
                if rule.form.when.is_for(self.role):
                    yield pack, rule


def stack(names: Iterable[str], *, role: Role = "first_party", soft: Literal["enforce", "warn"] = "enforce") -> Stack:
    """The named packs and all that they extend, each once, what is extended first. Raises NoSuchPack."""
    found: dict[str, Pack] = {}
    under_way: set[str] = set()

    def add(name: str) -> None:
        if name in found or name in under_way:  # a pack that extends itself, maybe by way of others, adds nothing
            return
        under_way.add(name)
        pack = pack_named(name)
        for base in pack.form.extends:
            add(base)
        found[name] = pack

    for name in names:
        add(name)
    return Stack(tuple(found.values()), role=role, soft=soft)


def with_courtesy(names: Iterable[str]) -> list[str]:
    """The named packs on top of `house-courtesy`, which is there for everyone, whatever the law allows."""
    return list(dict.fromkeys((COURTESY, *names)))
