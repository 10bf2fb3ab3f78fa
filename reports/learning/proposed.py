"""What a proposed treatment would have brought, from the choices that were made at random and logged."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from domain.arrears import bucket_of
from ledger.tables.journey import LadderRow
from policy.treatment.rule import Case, Rules
from reports.experiments.entries import Entries
from reports.experiments.off_policy import Choice, OffPolicy, off_policy_value
from reports.learning.entering import Entered, Standing
from reports.scope import Scope

SEPARATOR = " | "


@dataclass(frozen=True, slots=True)
class Proposed:
    """The value of a proposal in money per loan entered, gross and net of collection cost; days: of money counted."""

    days: int | None
    gross: OffPolicy
    net: OffPolicy


def value_of_rules(session: Session, scope: Scope, standing: Standing, *, rules: Rules, alpha: float) -> Proposed:
    """Value treatment rules that have not been tried: each loan as they would have treated it when it entered.

    Loans are alike when the proposed rule, the segment and the bucket at entry are. Raises NothingLogged.
    """
    names = {
        digest: session.get_one(LadderRow, digest).name for digest in {each.ladder_digest for each in standing.loans}
    }
    plans: dict[str, Mapping[str, float]] = {}
    logged: list[tuple[str, str, Entered]] = []
    for each in standing.loans:
        case = Case(each.days_past_due, each.opening_minor, each.product, each.segment, scope.currency)
        rule = next(rule for rule in rules.rules if rule.applies_to(case))
        context = SEPARATOR.join((rule.name, each.segment, str(bucket_of(each.days_past_due))))
        if context not in plans:
            plan: dict[str, float] = {}
            for share in rule.shares:
                plan[share.ladder] = plan.get(share.ladder, 0.0) + float(share.probability)
            plans[context] = plan
        logged.append((context, names[each.ladder_digest], each))
    gross = [Choice(context, ladder, e.probability, e.recovered_minor) for context, ladder, e in logged]
    net = [Choice(context, ladder, e.probability, e.recovered_minor - e.cost_minor) for context, ladder, e in logged]
    values = (off_policy_value(choices, plans.__getitem__, alpha=alpha) for choices in (gross, net))
    return Proposed(standing.days, *values)


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
