"""Ladders: `ladder check`, `ladder show` and `ladder list`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from deployments.cli.failing import COULD_NOT
from deployments.cli.showing import JsonFlag, show, table
from policy.files.problem import Problem
from policy.ladders.drawing import draw
from policy.ladders.ladder import Ladder
from policy.ladders.reading import UnreadableLadder, read_ladder_file
from policy.ladders.shipped import shipped_ladder, shipped_ladders

app = typer.Typer(no_args_is_help=True, help="Ladders: escalation strategies, as files.")


@app.command("check", epilog="Example: duecourse ladder check my_ladder.yaml")
def check(
    files: Annotated[list[Path], typer.Argument(help="Ladders to check.")],
    as_json: JsonFlag = False,
) -> None:
    """Say everything that is wrong with a ladder's file, with its line and what to do; exit code 1 if anything is."""
    problems: list[Problem] = []
    good: list[Ladder] = []
    for file in files:
        try:
            good.append(read_ladder_file(file))
        except UnreadableLadder as error:
            problems.extend(error.problems)
    answer = {
        "problems": problems,
        "good": [{"name": ladder.name, "version": ladder.version, "digest": ladder.digest} for ladder in good],
    }
    lines = [Text(str(problem), overflow="fold") for problem in problems]
    fine = [Text(f"{ladder.name}, version {ladder.version}: good ({len(ladder.rungs)} rungs)") for ladder in good]
    show(answer, *lines, *fine, as_json=as_json)
    if problems:
        raise typer.Exit(COULD_NOT)


@app.command("show", epilog="Example: duecourse ladder show standard")
def show_ladder(
    ladder: Annotated[str, typer.Argument(help="The name of a shipped ladder, or a file.")],
    as_json: JsonFlag = False,
) -> None:
    """Draw a ladder: its rungs against the days on which they come at the earliest."""
    is_file = Path(ladder).suffix in {".yaml", ".yml"} or Path(ladder).exists()
    read = read_ladder_file(Path(ladder)) if is_file else shipped_ladder(ladder)
    answer = {
        "name": read.name,
        "version": read.version,
        "title": read.title,
        "digest": read.digest,
        "rungs": [
            {"name": r.name, "action": r.action, "after_days": r.after.total_seconds() / 86400} for r in read.rungs
        ],
    }
    show(answer, Text(draw(read), no_wrap=True), as_json=as_json)


@app.command("list", epilog="Example: duecourse ladder list")
def list_ladders(as_json: JsonFlag = False) -> None:
    """List the ladders that come with the product."""
    shown = table("", "name", "version", "rungs", "title")
    for ladder in shipped_ladders().values():
        shown.add_row(ladder.name, str(ladder.version), str(len(ladder.rungs)), ladder.title)
    answer = [
        {"name": each.name, "version": each.version, "title": each.title, "digest": each.digest}
        for each in shipped_ladders().values()
    ]
    show({"ladders": answer}, shown, as_json=as_json)
