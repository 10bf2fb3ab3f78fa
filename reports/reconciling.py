"""Does the report agree with the ledger? The same cash and costs, summed again by another road, and compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from domain.journey import ClosingReason
from domain.money import Money, minor_from_millis
from domain.promise import PromiseState
from domain.work_item import WorkKind, WorkState
from ledger.tables.agreement import PromiseRow
from ledger.tables.journey import JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow
from reports.breakdown import BY_JOURNEY, Row
from reports.effectiveness import Effectiveness
from reports.evidence import in_period, on_record
from reports.facts.facts import in_micros
from reports.facts.queries import attempts
from reports.measures.sankey import ended
from reports.measures.waterfall import net_of
from reports.scope import Scope
from reports.touch import NOT_STEPS


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of the report beside the ledger's; unit: minor, millis (thousandths of one), journeys, rows."""

    what: str
    unit: str
    ledger: int
    report: int

    @property
    def difference(self) -> int:
        """What the report says beyond the ledger."""
        return self.report - self.ledger

    @property
    def agrees(self) -> bool:
        return self.difference == 0


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every check, and the cash account of the period in minor units.

    opening_minor and closing_minor are the ledger's cash (payments less reversals) before the period and at its end;
    received and reversed are the report's movements in between.
    """

    currency: str
    opening_minor: int
    received_minor: int
    reversed_minor: int
    closing_minor: int
    checks: tuple[Check, ...]

    @property
    def reconciles(self) -> bool:
        """Whether everything agrees to the unit."""
        return all(check.agrees for check in self.checks)

    @property
    def differences(self) -> tuple[Check, ...]:
        """The checks that do not agree."""
        return tuple(check for check in self.checks if not check.agrees)

    @property
    def account(self) -> str:
        """Opening, movements and closing in words."""
        opening, received, reversed_, closing = (
            Money(minor, self.currency)
            for minor in (self.opening_minor, self.received_minor, self.reversed_minor, self.closing_minor)
        )
        return (
            f"cash before the period {opening}, received {received}, taken back {reversed_}, cash at its end {closing}"
        )

    @property
    def verdict(self) -> str:
        """One sentence: that it reconciles, or what differs and by how much."""
        if self.reconciles:
            return f"Reconciles with the ledger to the minor unit in {len(self.checks)} of {len(self.checks)} checks"
        found = "; ".join(self._words(check) for check in self.differences)
        return f"Does not reconcile with the ledger in {len(self.differences)} of {len(self.checks)} checks: {found}"

    def _words(self, check: Check) -> str:
        if check.unit == "minor":
            report, ledger = str(Money(check.report, self.currency)), str(Money(check.ledger, self.currency))
        else:
            unit = "thousandths of a minor unit" if check.unit == "millis" else check.unit
            report, ledger = f"{check.report} {unit}", f"{check.ledger} {unit}"
        return f"{check.what} is {report} in the report and {ledger} in the ledger"


def reconcile(session: Session, effectiveness: Effectiveness) -> Reconciliation:
    """Sum the ledger's cash, costs and journeys for the report's scope, and compare them with every breakdown."""
    scope = effectiveness.scope
    total = effectiveness.total
    before, until = scope.starts_at, scope.ends_at
    opening, closing = (_paid(session, scope, to=at) - _reversed(session, scope, to=at) for at in (before, until))
    return Reconciliation(
        currency=scope.currency,
        opening_minor=opening,
        received_minor=total.recovered_minor,
        reversed_minor=total.reversals_minor,
        closing_minor=closing,
        checks=(
            Check(
                "opening cash and movements",
                "minor",
                ledger=closing,
                report=opening + total.recovered_minor - total.reversals_minor,
            ),
            *_checks(session, effectiveness),
        ),
    )


def _checks(session: Session, effectiveness: Effectiveness) -> Iterator[Check]:
    scope = effectiveness.scope
    before, until = scope.starts_at, scope.ends_at
    received = _paid(session, scope, to=until) - _paid(session, scope, to=before)
    taken_back = _reversed(session, scope, to=until) - _reversed(session, scope, to=before)
    spent = _spent(session, scope, to=until) - _spent(session, scope, to=before)
    entered = _entered(session, scope)
    counted = _counted(session, scope)
    of_total = {"in all": (effectiveness.total,)}
    of_breakdowns = {f"by {breakdown.value}": rows for breakdown, rows in effectiveness.breakdowns.items()}
    by_journey = {f"by {breakdown.value}" for breakdown in BY_JOURNEY} | {"in all"}
    fallen = received - taken_back - minor_from_millis([spent])[0]
    yield Check("net through the waterfall", "minor", fallen, net_of(effectiveness.waterfall))
    yield Check("loans entered through rungs to their ends", "journeys", entered, ended(effectiveness.sankey))
    for method in ("last_touch", "first_touch", "time_decay"):
        credited = sum(each.amount_minor for each in getattr(effectiveness.measures.attribution, method))
        yield Check(f"recovered by {method.replace('_', ' ')}", "minor", received, credited)
    for name, rows in (of_total | of_breakdowns).items():
        yield Check(f"recovered {name}", "minor", received, _sum(rows, "recovered_minor"))
        yield Check(f"reversals {name}", "minor", taken_back, _sum(rows, "reversals_minor"))
        yield Check(f"exact cost {name}", "millis", spent, _sum(rows, "cost_millis"))
        yield Check(f"cost {name}", "minor", minor_from_millis([spent])[0], _sum(rows, "cost_minor"))
        for amount, number in counted.items():
            yield Check(f"{amount.replace('_', ' ')} {name}", "rows", number, _sum(rows, amount))
        if name in by_journey:
            yield Check(f"loans entered {name}", "journeys", entered, _sum(rows, "journeys"))


def _sum(rows: tuple[Row, ...], amount: str) -> int:
    return sum(getattr(row, amount) for row in rows)


def _paid(session: Session, scope: Scope, *, to: Any) -> int:
    return _add_up(
        session,
        scope,
        PaymentRow.amount_minor,
        loan_id=PaymentRow.loan_id,
        where=[col(PaymentRow.received_at) < to, col(PaymentRow.recorded_at) <= scope.as_of],
    )


def _reversed(session: Session, scope: Scope, *, to: Any) -> int:
    return _add_up(
        session,
        scope,
        ReversalRow.amount_minor,
        loan_id=ReversalRow.loan_id,
        where=[col(ReversalRow.reversed_at) < to, col(ReversalRow.recorded_at) <= scope.as_of],
    )


def _spent(session: Session, scope: Scope, *, to: Any) -> int:
    return _add_up(
        session,
        scope,
        CostRow.amount_millis,
        loan_id=CostRow.loan_id,
        where=[
            col(CostRow.incurred_at) < to,
            col(CostRow.incurred_at) <= scope.as_of,
            on_record(scope, CostRow.recorded_at),
        ],
    )


def _entered(session: Session, scope: Scope) -> int:
    query = (
        select(func.count())
        .select_from(JourneyRow)
        .where(
            col(JourneyRow.loan_id).in_(_loans(scope)),
            col(JourneyRow.opened_at) >= scope.starts_at,
            col(JourneyRow.opened_at) < scope.ends_at,
            col(JourneyRow.opened_at) <= scope.as_of,
            on_record(scope, JourneyRow.recorded_at),
        )
    )
    return int(session.connection().execute(query).scalar_one())


def _counted(session: Session, scope: Scope) -> dict[str, int]:
    """Steps, contacts, promises and cures of the period, counted by the database."""
    steps: Select[Any] = select(col(StepRow.journey_id)).where(
        *in_period(scope, StepRow.ended_at),
        on_record(scope, StepRow.recorded_at),
        col(StepRow.outcome).not_in(NOT_STEPS),
    )
    calls: Select[Any] = select(col(WorkItemRow.journey_id)).where(
        *in_period(scope, WorkItemRow.recorded_at),
        on_record(scope, WorkItemRow.told_at),
        col(WorkItemRow.kind) == WorkKind.CALLBACK.value,
        col(WorkItemRow.state) == WorkState.DONE.value,
    )
    promises: Select[Any] = select(col(PromiseRow.journey_id)).where(
        *in_period(scope, PromiseRow.made_at), on_record(scope, PromiseRow.recorded_at)
    )
    kept = promises.where(col(PromiseRow.state) == PromiseState.KEPT.value, col(PromiseRow.settled_at) <= scope.as_of)
    cured: Select[Any] = select(col(JourneyRow.id).label("journey_id")).where(
        *in_period(scope, JourneyRow.closed_at),
        on_record(scope, JourneyRow.end_recorded_at),
        col(JourneyRow.closing_reason) == ClosingReason.CURED.value,
    )
    left = attempts(scope).subquery()
    contacts = select(func.count()).where(left.c.at >= in_micros(scope.starts_at), left.c.at < in_micros(scope.ends_at))
    return {
        "steps": _count(session, scope, steps),
        "attempts": _count(session, scope, calls) + int(session.connection().execute(contacts).scalar_one()),
        "promises": _count(session, scope, promises),
        "promises_kept": _count(session, scope, kept),
        "cured": _count(session, scope, cured),
    }


def _count(session: Session, scope: Scope, rows: Select[Any]) -> int:
    """How many rows there are of journeys of the portfolio that were on record."""
    of = rows.subquery()
    query = (
        select(func.count())
        .select_from(of)
        .join(JourneyRow, col(JourneyRow.id) == of.c.journey_id)
        .where(col(JourneyRow.loan_id).in_(_loans(scope)), on_record(scope, JourneyRow.recorded_at))
    )
    return int(session.connection().execute(query).scalar_one())


def _add_up(session: Session, scope: Scope, amount: Any, *, loan_id: Any, where: list[ColumnElement[bool]]) -> int:
    query = select(func.coalesce(func.sum(amount), 0)).where(col(loan_id).in_(_loans(scope)), *where)
    return int(session.connection().execute(query).scalar_one())


def _loans(scope: Scope) -> Any:
    return select(col(LoanRow.id)).where(col(LoanRow.portfolio_id) == scope.portfolio_id)
