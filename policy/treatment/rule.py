"""A treatment rule and the facts it may ask for, as they are once read and checked."""

from dataclasses import dataclass
from decimal import Decimal

from domain.journey import Arm
from policy.ladders.condition import Condition, FactValue


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about a loan that may choose its treatment, and nothing about the person who owes it.

    balance_minor: the arrears, in minor units of the currency.
    """

    days_past_due: int
    balance_minor: int
    product: str
    segment: str
    currency: str

    def facts(self) -> dict[str, FactValue]:
        """The facts for a rule's condition, by name."""
        return {
            "days_past_due": self.days_past_due,
            "balance": self.balance_minor,
            "product": self.product,
            "segment": self.segment,
            "currency": self.currency,
        }


SAMPLE_CASE = Case(days_past_due=1, balance_minor=1, product="card", segment="retail", currency="USD")


@dataclass(frozen=True, slots=True)
class Share:
    """An arm of a rule: the ladder it gives, and how likely it is (above 0, at most 1)."""

    arm: Arm
    ladder: str
    probability: Decimal


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule applies to the cases for which `when` holds (all of them without one); its shares sum to exactly 1."""

    name: str
    shares: tuple[Share, ...]
    when: Condition | None = None

    def applies_to(self, case: Case) -> bool:
        """Whether the rule is for this case."""
        return self.when is None or self.when.holds(case.facts())


@dataclass(frozen=True, slots=True)
class Rules:
    """A set of rules in order; the last applies to every case.

    digest: SHA-256 over the canonical JSON of the file's content, to be logged beside an assignment.
    """

    name: str
    version: int
    digest: str
    rules: tuple[Rule, ...]
