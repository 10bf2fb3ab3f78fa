"""`duecourse demo`: the whole product with pretend borrowers, in simulated time."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from deployments.cli.failing import CommandFailed
from deployments.cli.showing import screen
from deployments.settings import HOME


def demo(
    loans: Annotated[int, typer.Option(min=1, max=5000, help="How many loans.")] = 60,
    days: Annotated[int, typer.Option(min=1, max=400, help="How many simulated days.")] = 120,
    pace: Annotated[float, typer.Option(min=0, help="Least real seconds per simulated day.")] = 1.0,
    tick: Annotated[
        int, typer.Option(min=0, max=1440, help="Let time move in steps of so many minutes; 0: to each due instant.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="The chance of borrowers and portfolio.")] = 7,
    file: Annotated[Path | None, typer.Option(help="A file of loans, in the place of the sample portfolio.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="How to read the file.")] = None,
    summary: Annotated[Path | None, typer.Option(help="Write the summary here, as JSON.")] = None,
    home: Annotated[Path, typer.Option(help="Where the demo keeps its files; emptied first.")] = HOME / "demo",
    headless: Annotated[bool, typer.Option(help="Lines instead of a live view.")] = False,
    keep: Annotated[bool, typer.Option(help="Stay up at the end, to look around; Ctrl-C ends it.")] = False,
    postgres: Annotated[bool, typer.Option(help="Ledger and Prefect on PostgreSQL instead of SQLite.")] = False,
) -> None:
    """Let loans live their journeys on a real Prefect server, and report on them. Nobody real is contacted."""
    if (file is None) != (mapping is None):
        raise CommandFailed(
            "--file and --mapping go together", remedy="Give both, or neither for the sample portfolio."
        )
    # Prefect and the rest take seconds to import, which no other command should wait for.
    from deployments.demo.playing import Wishes, play  # noqa: PLC0415

    wishes = Wishes(
        home=home,
        loans=loans,
        days=days,
        pace=pace,
        tick=timedelta(minutes=tick),
        seed=seed,
        headless=headless or not screen().is_terminal,
        keep=keep,
        postgres=postgres,
        file=file,
        mapping=mapping,
    )
    try:
        result = play(wishes, console=screen())
    except KeyboardInterrupt:
        screen(stderr=True).print("Stopped. Nothing was left running.")
        raise typer.Exit(130) from None
    if summary is not None:
        summary.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    is_sound = result["reconciles"] and not result["duplicates"] and not result["invariants_broken"]
    if not (is_sound and result["accepts_agree"]):
        screen(stderr=True).print("The ledger, the sandbox and the report do not agree; see the summary.")
        raise typer.Exit(1)
