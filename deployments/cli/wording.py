"""Wording: `wording list`, `wording show` and `wording check`."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from deployments.cli.failing import COULD_NOT, CommandFailed
from deployments.cli.showing import JsonFlag, show, table
from deployments.cli.typed import currency_typed, price_told
from deployments.clock import machine_now
from deployments.prices import shipped_prices
from domain.action import MESSAGES, Action
from domain.cost import CostUnit
from policy.compliance.messages import OCCASIONS, Message, message_under
from policy.compliance.packfile import Role
from policy.compliance.reading import shipped_packs
from policy.compliance.stacking import Stack, stack, with_courtesy
from policy.files.document import text_of
from policy.files.problem import Problem, UnreadableFile, nearest
from policy.wording.checking import SAMPLE_FACTS, check_template, check_wordings
from policy.wording.plain_text import check_plain_text, language_of
from policy.wording.rendering import (
    LANGUAGES,
    Rendered,
    every_wording,
    language_for,
    render,
    shipped_templates,
    template_of,
)
from policy.wording.requirements import requirements_of
from policy.wording.segments import encoding_of, segments
from policy.wording.template import Template, read_template

app = typer.Typer(no_args_is_help=True, help="Wording: what is said to borrowers, as files.")

CurrencyOption = Annotated[str, typer.Option(help="The currency of the shipped unit prices.")]
PackOption = Annotated[
    list[str] | None, typer.Option("--pack", help="With the sentences that this pack requires; once for each pack.")
]
RoleOption = Annotated[Role, typer.Option(help="Who collects: some sentences are required of an agency only.")]
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
    pack: PackOption = None,
    collector_role: RoleOption = "first_party",
    as_json: JsonFlag = False,
) -> None:
    """Say a wording with sample facts, and show the segments, the encoding and the cost of each channel.

    With `--pack` as a portfolio under these packs sends it: the first message of a debt, and every later one.
    """
    if wording not in every_wording():
        raise CommandFailed(f"there is no wording '{wording}'", remedy=nearest(wording, known=every_wording()))
    spoken = language_for(language)
    template = template_of(wording, language=spoken)
    if channel is not None and channel not in template.words:
        spoken_by = ", ".join(sorted(template.words))
        raise CommandFailed(f"'{wording}' has no text for {channel.value}", remedy=f"There is one for: {spoken_by}")
    channels = [channel] if channel else sorted(template.words)
    packs = _packs(pack, role=collector_role)
    answer, lines = [], []
    for each, message in _messages(template, channels, packs):
        said = message.rendered if message else render(wording, channel=each, language=language, facts=SAMPLE_FACTS)
        costed = _costed(template, channel=each, currency=currency_typed(currency), said=said)
        under = (
            {"occasion": message.occasion, "added": message.added, "objections": message.objections} if message else {}
        )
        answer.append({**costed, **under, "subject": said.subject, "body": said.body})
        encoding, count, cost = _told(costed)
        what = (
            f"{count} {'segment' if count == '1' else 'segments'} in {encoding}"
            if each is Action.SMS
            else "one message"
        )
        when = f", {message.occasion} message" if message else ""
        lines += [Text(f"{each.value}{when} ({spoken}, version {template.version}): {what}, {cost}"), Text("")]
        lines += [Text(f"{said.subject}\n\n{said.body}".strip(), overflow="fold"), Text("")]
        lines += [Text(f"may not be sent: {no}", overflow="fold") for no in (message.objections if message else ())]
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
    pack: PackOption = None,
    collector_role: RoleOption = "first_party",
    as_json: JsonFlag = False,
) -> None:
    """Say everything that may not be sent, with its line and what to do; exit code 1 if anything is.

    A template must also say what its wording needs (`policy/wording/requirements.yaml`); its name is its file's. With
    `--pack` it is also asked what these packs would stop it for, after the sentences that they add.
    """
    if language is not None and language not in LANGUAGES:
        raise typer.BadParameter(f"'{language}' is not one of: {', '.join(LANGUAGES)}")
    packs = _packs(pack, role=collector_role)
    problems: list[Problem] = []
    good: list[str] = []
    if files is None:
        shipped = shipped_templates().values()
        problems += [*check_wordings(), *(each for template in shipped for each in _stopped(template, packs))]
        good += [template.file for template in shipped]
    for file in files or []:
        try:
            found = _problems_of(file, language=language, packs=packs)
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


def _packs(names: list[str] | None, *, role: Role) -> Stack | None:
    if not names:
        return None
    for name in names:
        if name not in shipped_packs():
            raise CommandFailed(f"there is no compliance pack '{name}'", remedy=nearest(name, known=shipped_packs()))
    return stack(with_courtesy(names), role=role)


def _messages(
    template: Template, channels: Iterable[Action], packs: Stack | None
) -> Iterator[tuple[Action, Message | None]]:
    """Each channel once, or under packs the first message and the later ones."""
    for channel in channels:
        if packs is None:
            yield channel, None
            continue
        now = machine_now()
        for occasion in OCCASIONS:
            yield channel, message_under(packs, template, channel=channel, occasion=occasion, now=now)


def _stopped(template: Template, packs: Stack | None) -> Iterator[Problem]:
    """What the packs would stop the template for, each once for a channel."""
    found = [
        (channel, no)
        for channel, message in _messages(template, template.words, packs)
        for no in (message.objections if message else ())
    ]
    for channel, no in dict.fromkeys(found):
        what = f"'{channel.value}' would not be sent: {no}"
        yield Problem(template.file, template.words[channel].line, what, "say it, or leave it out")


def _problems_of(file: Path, *, language: str | None, packs: Stack | None) -> tuple[Problem, ...]:
    text = sys.stdin.read() if str(file) == "-" else text_of(file)
    if file.suffix not in TEMPLATES:
        return check_plain_text(text, file=str(file), language=language)
    named = language or (file.parent.name if file.parent.name in LANGUAGES else language_of(text))
    template = read_template(text, file=str(file), wording=file.stem, language=named)
    return (*check_template(template), *_stopped(template, packs))


def _costed(
    template: Template, *, channel: Action, currency: str, said: Rendered | None = None
) -> dict[str, str | int | None]:
    said = said or render(template.wording, channel=channel, language=template.language, facts=SAMPLE_FACTS)
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
