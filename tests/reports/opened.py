"""Opening every figure of a report, for tests that want to see them all."""

from collections.abc import Iterator

from sqlmodel import Session

from reports.as_json import as_json
from reports.effectiveness import Effectiveness
from reports.opening.address import Address, figures_of, row_of
from reports.opening.ground import Ground
from reports.opening.opening import Opened, open_row
from reports.reconciling import reconcile
from reports.sheets.tables import records_of


def ground_of(session: Session, found: Effectiveness) -> Ground:
    """A report, ready to be opened; it reconciles."""
    reconciliation = reconcile(session, found)
    assert reconciliation.reconciles, reconciliation.verdict
    return Ground(session, found.scope, as_json(found, reconciliation))


def everything(ground: Ground) -> Iterator[Opened]:
    """Every figure of the report, opened."""
    for table, records in records_of(ground.report).items():
        for record in records:
            if figures_of(table, record):
                yield from open_row(ground, Address(table, row_of(table, record)))


def disagreeing(ground: Ground) -> list[Opened]:
    """Those that what is behind them does not give."""
    return [each for each in everything(ground) if not each.agrees]
