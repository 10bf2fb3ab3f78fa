"""The command that opens the figures of one report: for those who have only a file of it before them."""

import shlex
from collections.abc import Mapping
from typing import Any

THEN = "then add --table NAME, --row for each column that names a row, and --cell FIGURE"


def command_of(report: Mapping[str, Any]) -> str:
    """The command that lists the tables of this very report; THEN says how it goes on."""
    period, taken = report["period"], report["assumptions"]
    return shlex.join(
        (
            *("duecourse", "report", "open", "--portfolio", report["portfolio"]),
            *("--from", period["from"], "--to", period["to"], "--as-of", report["as_of"]),
            *("--annual-rate", str(taken["annual_rate"]), "--half-life", str(taken["half_life_days"])),
        )
    )
