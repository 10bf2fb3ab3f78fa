"""Why it can be trusted: the cash account, every check against the ledger, and how to open a cell."""

from reports.opening.command import THEN, command_of
from reports.sections.section import Part, Section, Told


def trust(told: Told) -> Section:
    """The checks, and where each figure comes from."""
    return Section(
        "trust",
        "Does it agree with the ledger?",
        "The same cash and the same costs, added up a second time by another road.",
        (
            Part(
                sentences=(_opening(told),),
                tables=(
                    *told.table("reconciliation"),
                    *told.table("headline"),
                    *told.table("assumptions"),
                    *told.table("reconciliation_checks"),
                ),
            ),
        ),
    )


def _opening(told: Told) -> str:
    return (
        "Every figure of every table opens to the payments, reversals, costs, steps, loans or journeys that it was"
        " worked out from: in the console by a click, and on the command line, where this lists the tables:"
        f" `{command_of(told.report)}`; {THEN}."
    )
