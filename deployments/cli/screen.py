"""Screening: `screen FILE` judges cases from a file by the packs, without a ledger."""

from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.text import Text
from typer.core import TyperGroup

from deployments.cli.failing import CommandFailed
from deployments.cli.showing import JsonFlag, show, table
from policy.compliance.answering import answer
from policy.compliance.cases import UnreadableCases, cases_in
from policy.compliance.packfile import Role
from policy.compliance.stacking import stack
from policy.files.document import text_of
from policy.files.problem import nearest

FILE_COMMAND = "file"


class FileOrCommand(TyperGroup):
    """A group of which the first word, where it is no command, is the file to screen."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [FILE_COMMAND, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=FileOrCommand,
    no_args_is_help=True,
    help="Judge contacts by the packs: `screen FILE --pack PACK` for cases from a file.",
)


@app.command(FILE_COMMAND, epilog="Example: duecourse screen file cases.yaml --pack us-federal-regf --json")
def screen_file(
    file: Annotated[Path, typer.Argument(help="A YAML file of cases.", metavar="FILE.yaml")],
    pack: Annotated[list[str], typer.Option(help="A pack to judge by; give several to stack them.")],
    role: Annotated[str, typer.Option(help="Who collects: first_party, servicer, third_party, debt_buyer.")] = (
        "third_party"
    ),
    as_json: JsonFlag = False,
) -> None:
    """Judge every case of a file: may it be done, if not when, and by which rule. It needs no ledger."""
    roles = get_args(Role)
    known: Any = role
    if role not in roles:
        raise CommandFailed(f"there is no role '{role}'", remedy=f"{nearest(role, known=roles)}".capitalize())
    packs = stack(pack, role=known)
    cases, problems = cases_in(text_of(file), file=str(file))
    answers = [answer(posed, packs) for posed in cases]
    shown = table("", "case", "outcome", "until", "rule", "what is said")
    for each in answers:
        until = each["until"] or each["until_event"] or ""
        words = Text("\n".join(_lines(each)), overflow="fold")
        shown.add_row(str(each["id"]), str(each["outcome"]), str(until), str(each["rule"] or ""), words)
    show(answers, shown, as_json=as_json)
    if problems:  # the cases that can be read are judged all the same
        raise UnreadableCases(problems)


def _lines(answered: dict[str, Any]) -> list[str]:
    """What a person reads of an answer: objections first, then what goes with it."""
    value = answered["value"]
    lines = [f"answer: {'none' if value is None else value}"] if answered["rule"] and not answered["violations"] else []
    lines += [f"{found['message']} ({found['citation']})" for found in answered["violations"]]
    lines += [f"warning: {found['message']} ({found['citation']})" for found in answered["warnings"]]
    lines += [f"duty: {found['message']} ({found['citation']})" for found in answered["obligations"]]
    lines += [f"safe harbour lost: {section}" for section in answered["safe_harbor_lost"]]
    if answered["overridable_by"]:
        lines.append(f"a person may go ahead for: {', '.join(answered['overridable_by'])}")
    made = {name: each for name, each in answered["counts"].items() if any(each.values())}
    lines += [f"{name}: {each['calls']} calls, {each['conversations']} conversations" for name, each in made.items()]
    return lines
