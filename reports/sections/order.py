"""The sections in the order in which a manager reads: the money, the cause, the cures, the way there, the details."""

from collections.abc import Callable, Iterable

from reports.sections.cause import cause
from reports.sections.credit import credit
from reports.sections.cures import cures
from reports.sections.journeys import journeys
from reports.sections.ladders import ladders
from reports.sections.learning import collectors, origination
from reports.sections.money import gross_to_net
from reports.sections.recovery import recovery
from reports.sections.roll import roll
from reports.sections.section import Part, Section, Told
from reports.sections.splits import splits
from reports.sections.steps import steps
from reports.sections.trust import trust
from reports.sections.waits import waits
from reports.sheets.tables import Report, tables_of

SECTIONS: tuple[Callable[[Told], Section], ...] = (
    gross_to_net,
    ladders,
    cause,
    cures,
    recovery,
    roll,
    journeys,
    steps,
    splits,
    credit,
    waits,
    origination,
    collectors,
    trust,
)


def sections_of(report: Report) -> list[Section]:
    """Every section that has something to show; what no section has claimed comes in one at the end."""
    told = Told(report, {table.name: table for table in tables_of(report)})
    made = [section(told) for section in SECTIONS]
    return [section for section in (*made, _others(told, made)) if section.shown]


def _others(told: Told, made: Iterable[Section]) -> Section:
    claimed = {name for section in made for name in section.claimed}
    others = [table for name, table in told.tables.items() if name not in claimed]
    return Section("others", "Further tables", parts=tuple(Part(tables=(table,)) for table in others))
