"""The choice of a treatment: first matching rule, then an arm by a draw that the caller made and keeps."""

from dataclasses import dataclass
from decimal import Decimal

from domain.journey import Arm
from policy.treatment.rule import Case, Rule, Rules


class DrawOutOfRange(ValueError):
    """A draw must be at least 0 and less than 1."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a loan was given, why, and how likely that was; to be logged when the journey opens."""

    ladder: str
    rule: str
    arm: Arm
    probability: float


def choose(case: Case, *, rules: Rules, draw: float) -> Assignment:
    """Choose the ladder and arm for a case.

    draw: a random number, at least 0 and less than 1, evenly drawn by the caller. Raises DrawOutOfRange.
    """
    if not 0 <= draw < 1:
        raise DrawOutOfRange(f"{draw} is not at least 0 and less than 1")
    rule = next(rule for rule in rules.rules if rule.applies_to(case))
    return _assign(rule, draw=Decimal(draw))


def _assign(rule: Rule, *, draw: Decimal) -> Assignment:
    passed = Decimal(0)
    for share in rule.shares:
        passed += share.probability
        if draw < passed:
            break
    return Assignment(ladder=share.ladder, rule=rule.name, arm=share.arm, probability=float(share.probability))
