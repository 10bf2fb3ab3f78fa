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
    command = shlex.join(("duecourse", "report", "open", *scope, "--as-of", report["as_of"], "--by", "ladder"))
    return (
        "Every cell of a table that splits money opens to the payments, reversals, costs and steps behind it: in the"
        f" console by a click, and on the command line with `{command} --row NAME`."
    )
