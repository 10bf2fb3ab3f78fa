"""Why it can be trusted: the cash account, every check against the ledger, and how to open a cell."""

import shlex

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
    report, period = told.report, told.report["period"]
    scope = ("--portfolio", report["portfolio"], "--from", period["from"], "--to", period["to"])
    taken = {name: str(value) for name, value in report["assumptions"].items()}
    given = ("--annual-rate", taken["annual_rate"], "--half-life", taken["half_life_days"])
    command = shlex.join(("duecourse", "report", "open", *scope, "--as-of", report["as_of"], *given))
    return (
        "Every figure of every table opens to the payments, reversals, costs, steps, loans or journeys that it was"
        " worked out from: in the console by a click, and on the command line, where this lists the tables:"
        f" `{command}`; then add --table NAME, --row for each column that names a row, and --cell FIGURE."
    )
