"""How commands answer: as tables and sentences for people, or as JSON for programs."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console, RenderableType
from rich.table import Table

JsonFlag = Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")]

WIDE = 400
SHORT_ID = 8


def show(value: object, *renderables: RenderableType, as_json: bool) -> None:
    """Print the answer: the value as JSON, or what people read."""
    if as_json:
        typer.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))
        return
    console = screen()
    for renderable in renderables:
        if console.is_terminal:
            console.print(renderable)
            continue
        with console.capture() as captured:
            console.print(renderable)
        # A table fills its lines up with blanks, which a file or another program has no use for.
        typer.echo("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))


def screen(*, stderr: bool = False) -> Console:
    """The terminal; where there is none (a pipe, a file), lines wide enough for a table."""
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    return console


def plain(value: object) -> Any:
    """A value as JSON knows it: instants and days in ISO form, enumerations by their value, records as objects."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal() | Path():
            return str(value)
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case Sequence() | set() | frozenset():
            return [plain(each) for each in value]
        case _ if dataclasses.is_dataclass(value):
            return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no form in JSON")


def table(title: str, *columns: str) -> Table:
    """An empty table in the house's style."""
    made = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column)
    return made


def local(at: datetime, zone: str) -> str:
    """An instant on the clock of a zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def spoken(word: str) -> str:
    """A code as words."""
    return word.replace("_", " ")
