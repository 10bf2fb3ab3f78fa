"""Wording: `wording list`, `wording show` and `wording check`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from deployments.cli.failing import COULD_NOT, CommandFailed
from deployments.cli.showing import JsonFlag, show, table
from deployments.cli.typed import currency_typed, price_told
from deployments.prices import shipped_prices
from domain.action import MESSAGES, Action
from domain.cost import CostUnit
from policy.files.document import text_of
from policy.files.problem import Problem, UnreadableFile, nearest
from policy.wording.checking import SAMPLE_FACTS, check_template, check_wordings
from policy.wording.plain_text import check_plain_text, language_of
from policy.wording.rendering import LANGUAGES, every_wording, language_for, render, shipped_templates, template_of
from policy.wording.requirements import requirements_of
from policy.wording.segments import encoding_of, segments
from policy.wording.template import Template, read_template

app = typer.Typer(no_args_is_help=True, help="Wording: what is said to borrowers, as files.")

CurrencyOption = Annotated[str, typer.Option(help="The currency of the shipped unit prices.")]
TEMPLATES = frozenset({".yaml", ".yml"})
UNITS = {Action.SMS: CostUnit.SMS_SEGMENT, Action.EMAIL: CostUnit.EMAIL, Action.CHAT: CostUnit.CHAT_MESSAGE}


@app.command("list", epilog="Example: duecourse wording list --currency CNY")
def list_wordings(currency: CurrencyOption = "USD", as_json: JsonFlag = False) -> None:
    """List the wordings that come with the product, with what their text message takes and costs in each language."""
    answer = [
        _costed(template_of(wording, language=language), channel=channel, currency=currency_typed(currency))
        for wording in sorted(every_wording())
        for language in LANGUAGES
        for channel in sorted(MESSAGES)
        if channel in template_of(wording, language=language).words
    ]
    shown = table("", "wording", "said by", "language", "version", "channel", "encoding", "segments", "cost")
    for each in answer:
        shown.add_row(
            *(str(each[key]) for key in ("wording", "said_by", "language", "version", "channel")), *_told(each)
        )
    show({"wordings": answer}, shown, as_json=as_json)


@app.command("show", epilog="Example: duecourse wording show pre_legal_notice --language zh --channel sms")
def show_wording(
    wording: Annotated[str, typer.Argument(help="The name of a shipped wording.")],
    language: Annotated[str, typer.Option(help="The borrower's language, such as en or zh-CN.")] = "en",
    channel: Annotated[Action | None, typer.Option(help="sms, chat or email; all of them when left out.")] = None,
    currency: CurrencyOption = "USD",
    as_json: JsonFlag = False,
) -> None:
    """Say a wording with sample facts, and show the segments, the encoding and the cost of each channel."""
    if wording not in every_wording():
        raise CommandFailed(f"there is no wording '{wording}'", remedy=nearest(wording, known=every_wording()))
    spoken = language_for(language)
    template = template_of(wording, language=spoken)
    if channel is not None and channel not in template.words:
        spoken_by = ", ".join(sorted(template.words))
        raise CommandFailed(f"'{wording}' has no text for {channel.value}", remedy=f"There is one for: {spoken_by}")
    channels = [channel] if channel else sorted(template.words)
    answer, lines = [], []
    for each in channels:
        said = render(wording, channel=each, language=language, facts=SAMPLE_FACTS)
        costed = _costed(template, channel=each, currency=currency_typed(currency))
        answer.append({**costed, "subject": said.subject, "body": said.body})
        encoding, count, cost = _told(costed)
        what = (
            f"{count} {'segment' if count == '1' else 'segments'} in {encoding}"
            if each is Action.SMS
            else "one message"
        )
        lines += [Text(f"{each.value} ({spoken}, version {template.version}): {what}, {cost}"), Text("")]
        lines += [Text(f"{said.subject}\n\n{said.body}".strip(), overflow="fold"), Text("")]
    show(
        {"wording": wording, "language": spoken, "digest": template.digest, "channels": answer}, *lines, as_json=as_json
    )


@app.command("check", epilog="Example: duecourse wording check my/en/friendly_reminder.yaml letters.txt")
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Templates (.yaml), or texts of which each line is a message; `-` reads from the input."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="en or zh; found out from the text when left out.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Say everything that may not be sent, with its line and what to do; exit code 1 if anything is.

    A template must also say what its wording needs (`policy/wording/requirements.yaml`); its name is its file's.
    """
    if language is not None and language not in LANGUAGES:
        raise typer.BadParameter(f"'{language}' is not one of: {', '.join(LANGUAGES)}")
    problems: list[Problem] = []
    good: list[str] = []
    if files is None:
        problems += check_wordings()
        good += [template.file for template in shipped_templates().values()]
    for file in files or []:
        try:
            found = _problems_of(file, language=language)
        except UnreadableFile as error:
            found = error.problems
        problems += found
        good += [] if found else [str(file)]
    blamed = {problem.file for problem in problems}
    fine = [name for name in good if name not in blamed]
    lines = [Text(str(problem), overflow="fold") for problem in problems]
    show({"problems": problems, "good": fine}, *lines, *(Text(f"{name}: good") for name in fine), as_json=as_json)
    if problems:
        raise typer.Exit(COULD_NOT)


def _problems_of(file: Path, *, language: str | None) -> tuple[Problem, ...]:
    text = sys.stdin.read() if str(file) == "-" else text_of(file)
    if file.suffix not in TEMPLATES:
        return check_plain_text(text, file=str(file), language=language)
    named = language or (file.parent.name if file.parent.name in LANGUAGES else language_of(text))
    return check_template(read_template(text, file=str(file), wording=file.stem, language=named))


def _costed(template: Template, *, channel: Action, currency: str) -> dict[str, str | int | None]:
    said = render(template.wording, channel=channel, language=template.language, facts=SAMPLE_FACTS)
    prices = {price.unit: price.price_millis for price in shipped_prices(currency)}
    if not prices:
        raise typer.BadParameter(f"there are no shipped prices in '{currency}'")
    millis = prices[UNITS[channel]] * said.segments
    return {
        "wording": template.wording,
        "said_by": requirements_of(template.wording).said_by,
        "language": template.language,
        "version": template.version,
        "channel": channel.value,
        "characters": len(said.body),
        "encoding": encoding_of(said.body) if channel is Action.SMS else None,
        "segments": segments(said.body) if channel is Action.SMS else None,
        "cost_millis": millis,
        "cost": price_told(millis, unit=UNITS[channel], currency=currency),
        "currency": currency,
    }


def _told(costed: dict[str, str | int | None]) -> tuple[str, str, str]:
    return str(costed["encoding"] or "-"), str(costed["segments"] or "-"), str(costed["cost"])
