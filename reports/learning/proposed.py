"""What a proposed treatment would have brought, from the choices that were made at random and logged."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from domain.arrears import bucket_of
from ledger.tables.journey import LadderRow
from ledger.tables.loan import LoanRow
from policy.treatment.rule import Case, Rules
from reports.experiments.entries import Entries, Entry
from reports.experiments.off_policy import Choice, OffPolicy, off_policy_value
from reports.facts.facts import Facts
from reports.facts.queries import numbered_loans
from reports.learning.entering import Standing

SEPARATOR = " | "


@dataclass(frozen=True, slots=True)
class Labels:
    """Of each loan by its number in the facts: the lender's number, and the product."""

    numbers: tuple[str, ...]
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """The value of a proposal in money per loan entered, gross and net of collection cost; days: of money counted."""

    days: int | None
    gross: OffPolicy
    net: OffPolicy


def value_of_rules(
    session: Session, facts: Facts, standing: Standing, *, rules: Rules, currency: str, alpha: float
) -> Proposed:
    """Value treatment rules that have not been tried: each loan as they would have treated it when it entered.

    Loans are alike when the proposed rule, the segment and the bucket are. Raises NothingLogged.
    """
    journeys, names = facts.journeys, facts.names
    ladders = [session.get_one(LadderRow, digest).name for digest in names["ladder"]]
    loans = labels_of(session, facts)
    plans: dict[str, Mapping[str, float]] = {}
    logged: list[tuple[str, str]] = []
    for at in standing.journeys.tolist():
        segment = names["segment"][journeys["segment"][at]] if journeys["segment"][at] >= 0 else ""
        days, product = int(journeys["days_past_due"][at]), loans.products[journeys["loan"][at]]
        case = Case(days, int(journeys["opening_minor"][at]), product, segment, currency)
        rule = next(rule for rule in rules.rules if rule.applies_to(case))
        context = SEPARATOR.join((rule.name, segment, str(bucket_of(days))))
        if context not in plans:
            plan: dict[str, float] = {}
            for share in rule.shares:
                plan[share.ladder] = plan.get(share.ladder, 0.0) + float(share.probability)
            plans[context] = plan
        logged.append((context, ladders[journeys["ladder"][at]]))
    entries = standing.entries
    gross, net = (
        off_policy_value(
            [
                Choice(context, ladder, probability, brought)
                for (context, ladder), probability, brought in zip(
                    logged, entries.probability.tolist(), money.tolist(), strict=True
                )
            ],
            plans.__getitem__,
            alpha=alpha,
        )
        for money in (entries.recovered, entries.recovered - entries.cost)
    )
    return Proposed(standing.days, gross, net)


def value_of_arm(entries: Entries, *, arm: str, alpha: float) -> Proposed:
    """Value giving one arm to everybody, from a file of loans entered; loans are alike when their rule is.

    Raises NothingLogged.
    """
    rules = [""] * len(entries) if entries.rule is None else entries.rule.tolist()
    money = {"gross": entries.recovered, "net": entries.recovered - entries.cost}
    columns = (rules, entries.arm.tolist(), entries.probability.tolist())
    gross, net = (
        off_policy_value(
            [Choice(*choice) for choice in zip(*columns, brought.tolist(), strict=True)],
            lambda _context: {arm: 1.0},
            alpha=alpha,
        )
        for brought in money.values()
    )
    return Proposed(None, gross, net)


def labels_of(session: Session, facts: Facts) -> Labels:
    """What people call the loans of the facts."""
    loan = numbered_loans(facts.scope)
    found = session.exec(
        select(LoanRow.number, LoanRow.product).join(loan, loan.c.id == LoanRow.id).order_by(loan.c.no)
    ).all()
    return Labels(tuple(number for number, _ in found), tuple(product for _, product in found))


def loan_entries(session: Session, facts: Facts, standing: Standing) -> list[Entry]:
    """The loans of the experiment one by one, with the lender's numbers, in the order in which they entered."""
    labels, entries = labels_of(session, facts), standing.entries
    rules = [""] * len(entries) if entries.rule is None else entries.rule.tolist()
    columns = zip(
        facts.journeys["loan"][standing.journeys].tolist(),
        entries.entered_on.tolist(),
        entries.arm.tolist(),
        entries.probability.tolist(),
        entries.recovered.tolist(),
        entries.cost.tolist(),
        rules,
        strict=True,
    )
    return [Entry(labels.numbers[loan], *rest) for loan, *rest in columns]
