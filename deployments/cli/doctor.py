"""`doctor`: is everything in order, and what to do where it is not."""

import typer
from rich.text import Text

from deployments.cli.failing import COULD_NOT
from deployments.cli.showing import JsonFlag, show, table
from deployments.finding import Light

COLOURS = {"green": "green", "yellow": "yellow", "red": "bold red"}


def doctor(as_json: JsonFlag = False) -> None:
    """Look at settings, keys, ledger, clock, Prefect, vendors, channels, prices, packs, journeys; exit 1 on red."""
    # Prefect takes a second to import, which no other command should wait for.
    from deployments.doctor import examine  # noqa: PLC0415

    findings = examine()
    shown = table("", "", "what", "how it is", "what to do")
    for finding in findings:
        light = Text(finding.light.value, style=COLOURS[finding.light.value])
        shown.add_row(light, finding.about, Text(finding.says, overflow="fold"), Text(finding.do, overflow="fold"))
    is_well = all(finding.light is not Light.RED for finding in findings)
    show({"well": is_well, "findings": findings}, shown, as_json=as_json)
    if not is_well:
        raise typer.Exit(COULD_NOT)
