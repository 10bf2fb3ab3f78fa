"""From gross to net: what came in, what was taken back, what each unit of work cost, and what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from domain.money import minor_from_millis
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow
from reports.breakdown import Row
from reports.evidence import in_period, on_record, rows
from reports.scope import Scope

TERMS = {
    "waterfall": (
        "recovered - reversed - the exact cost of each unit (rounded so that the units sum to the rounded whole) = net"
    ),
}

GROSS, REVERSED, NET = "recovered", "reversed", "net"


@dataclass(frozen=True, slots=True)
class Fall:
    """One step from gross to net, in minor units; what takes away is less than zero."""

    step: str
    amount_minor: int


def waterfall(session: Session, scope: Scope, *, total: Row) -> tuple[Fall, ...]:
    """The steps in order; all but the last sum to the last one."""
    units = _units(session, scope)
    spent = minor_from_millis([millis for _, millis in units])
    return (
        Fall(GROSS, total.recovered_minor),
        Fall(REVERSED, -total.reversals_minor),
        *(Fall(f"cost: {unit}", -minor) for (unit, _), minor in zip(units, spent, strict=True)),
        Fall(NET, total.net_minor),
    )


def net_of(falls: Sequence[Fall]) -> int:
    """What the steps leave, in minor units: the net, when the costs by unit are all the costs there are."""
    return sum(fall.amount_minor for fall in falls if fall.step != NET)


def _units(session: Session, scope: Scope) -> list[tuple[str, int]]:
    """What was spent in the period by unit, in thousandths of a minor unit, the dearest first."""
    query = (
        select(col(CostRow.unit), func.sum(CostRow.amount_millis))
        .join(LoanRow, col(LoanRow.id) == col(CostRow.loan_id))
        .where(
            col(LoanRow.portfolio_id) == scope.portfolio_id,
            *in_period(scope, CostRow.incurred_at),
            on_record(scope, CostRow.recorded_at),
        )
        .group_by(col(CostRow.unit))
    )
    found = [(str(unit), int(millis)) for unit, millis in rows(session, query)]
    return sorted(found, key=lambda item: (-item[1], item[0]))
