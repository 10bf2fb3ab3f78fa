"""The entry of the `duecourse` command: every group of commands, the version, and help."""

from importlib.metadata import version
from typing import Annotated

import typer

from deployments.cli import (
    calls,
    channels,
    costs,
    demo,
    doctor,
    erasing,
    evidence,
    experiment,
    experiment_ledger,
    holds,
    importing,
    journeys,
    keys,
    ladder_preview,
    ladders,
    packs,
    report,
    retention,
    sample,
    screen,
    screen_replay,
    serve,
    set_up,
    standing,
    waits,
    wording,
    work,
)
from deployments.cli.failing import Commands

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Duecourse carries every delinquent loan along its due course.",
    epilog="Settings are environment variables that begin with DUECOURSE_; `duecourse doctor` says what is missing.",
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"duecourse {version('duecourse')}")
        raise typer.Exit


@app.callback()
def duecourse(
    _version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say the version and leave.")
    ] = False,
) -> None:
    """Duecourse carries every delinquent loan along its due course."""


app.command(epilog="Example: duecourse demo --loans 40 --days 90")(demo.demo)
app.command(epilog="Example: duecourse doctor --json")(doctor.doctor)
app.command("sample-portfolio", epilog="Example: duecourse sample-portfolio --loans 200 --seed 7")(
    sample.sample_portfolio
)
app.add_typer(importing.app, name="import")
app.add_typer(journeys.app, name="journeys")
app.add_typer(work.app, name="work")
app.add_typer(calls.app, name="calls")
app.add_typer(channels.app, name="channels")
app.add_typer(holds.app, name="holds")
app.add_typer(standing.app, name="standing")
app.add_typer(retention.app, name="retention")
app.add_typer(evidence.app, name="evidence")
ladders.app.command("preview", epilog="Example: duecourse ladder preview my_ladder.yaml --portfolio cards")(
    ladder_preview.preview
)
app.add_typer(ladders.app, name="ladder")
app.add_typer(wording.app, name="wording")
app.add_typer(packs.app, name="packs")
screen.app.command("replay", epilog="Example: duecourse screen replay 3f9c2a1b")(screen_replay.replay_attempt)
app.add_typer(screen.app, name="screen")
app.add_typer(report.app, name="report")
app.command(epilog="Example: duecourse waits --portfolio cards --json")(waits.waits)
app.add_typer(costs.app, name="costs")
experiment.app.command("export", epilog="Example: duecourse experiment export --portfolio cards --out entered.csv")(
    experiment_ledger.export
)
experiment.app.command("value", epilog="Example: duecourse experiment value --portfolio cards --ladder standard")(
    experiment_ledger.value
)
app.add_typer(experiment.app, name="experiment")
app.command("erase", epilog="Example: duecourse erase C000123 --request R-17 --dry-run")(erasing.erase_borrower)
app.command(epilog="Example: duecourse migrate")(set_up.migrate)
app.add_typer(keys.app, name="key")
app.command(epilog="Example: duecourse deploy --pool journeys")(set_up.deploy)
app.command(epilog="Example: duecourse console --port 8027")(serve.console)
app.command(epilog="Example: duecourse sandbox")(serve.sandbox)


def run() -> None:
    """Run the command line."""
    app()
