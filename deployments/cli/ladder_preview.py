"""`duecourse ladder preview`: what a ladder would do to a portfolio, before anybody publishes it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.markup import escape

from deployments.cli.at_hand import at_hand
from deployments.cli.experiment_ledger import AsOfOption, instant
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import JsonFlag, screen, show, table
from deployments.clock import machine_now
from policy.compliance.stacking import stack, with_courtesy
from policy.ladders.ladder import Ladder
from policy.ladders.reading import UnreadableLadder, read_ladder_file
from policy.ladders.rung_told import with_rungs
from policy.ladders.shipped import shipped_ladder
from reports.experiments.telling import money
from reports.figures import percent, words
from reports.what_if.fitting import TooLittleIsKnown
from reports.what_if.preview import Wanted, ladder_known_as, most_used, pretend_preview, timeline_alone
from reports.what_if.preview import preview as preview_of
from reports.what_if.preview_json import moments_json, preview_json
from reports.what_if.preview_page import preview_page

NEVER = "Simulated: nothing was published, and nothing is applied by itself."
WITHOUT = "Give --portfolio to see what it would bring beside the ladder that is there now."


def preview(
    ladder: Annotated[str, typer.Argument(help="A ladder's file, or the name of one.")],
    *,
    portfolio: Annotated[str, typer.Option(help="The portfolio whose loans live it; only its timeline without.")] = "",
    against: Annotated[
        str, typer.Option(help="The ladder to compare with, a file or a name; the one that most journeys are on.")
    ] = "",
    journeys: Annotated[int, typer.Option(min=10, max=100_000, help="Loans that are lived, four times each.")] = 200,
    days: Annotated[int, typer.Option(min=7, max=365, help="Days of each life, from its opening.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed gives the same chances.")] = 1,
    pretend: Annotated[
        bool, typer.Option("--pretend", help="By the base rates of the pretend world, where nothing is known yet.")
    ] = False,
    zone: Annotated[str, typer.Option(help="Without a portfolio: the borrower's time zone.")] = "UTC",
    as_of: AsOfOption = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots here.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what a ladder does and would bring, before it is published; nothing is ever applied."""
    if not portfolio:
        if html is not None:
            raise typer.BadParameter("a page needs --portfolio", param_hint="--html")
        alone = _read(Path(ladder)) if _is_file(ladder) else shipped_ladder(ladder)
        _timeline_only(alone, zone=zone, as_json=as_json)
        return
    with at_hand() as there, there.ledger.reading() as session:
        at = instant(there, as_of)
        proposed, named = (
            None if not text else _read(Path(text)) if _is_file(text) else ladder_known_as(session, text)
            for text in (ladder, against)
        )
        present = named or most_used(session, portfolio=portfolio, as_of=at)
        if present is None or proposed is None:
            raise CommandFailed(
                f"no journey of portfolio '{portfolio}' has opened yet",
                remedy="Name a ladder with --against; and --pretend, because nothing is known of how its people pay.",
            )
        if present.digest == proposed.digest:
            raise CommandFailed(
                f"{present.name}, version {present.version}, is the ladder to compare with too",
                remedy="Name another one with --against, or change the file.",
            )
        try:
            found = (pretend_preview if pretend else preview_of)(
                session,
                Wanted(
                    portfolio=portfolio,
                    present=present,
                    proposed=proposed,
                    as_of=at,
                    journeys=journeys,
                    days=days,
                    seed=seed,
                ),
            )
        except TooLittleIsKnown as error:
            raise CommandFailed(
                f"portfolio '{portfolio}': {error}",
                remedy="Import more of its past with `duecourse import history` and `import payments`, or wait;"
                " --pretend goes by base rates, and without --portfolio the timeline alone is shown.",
            ) from None
    told = preview_json(found)
    if html is not None:
        html.write_text(preview_page(told), encoding="utf-8")
        screen(stderr=True).print(f"The page is at {html}.")
    show(told, *_tables(told), *map(escape, told["sentences"]), NEVER, as_json=as_json)


def _timeline_only(ladder: Ladder, *, zone: str, as_json: bool) -> None:
    moments = moments_json(timeline_alone(ladder, zone=zone, packs=stack(with_courtesy([])), now=machine_now()))
    answer = {"proposed": f"{ladder.name} v{ladder.version}", "zone": zone, "proposed_timeline": moments}
    show(answer, _moments(f"{ladder.name}, version {ladder.version}", moments), WITHOUT, NEVER, as_json=as_json)


def _read(file: Path) -> Ladder:
    """A ladder's file. Raises UnreadableLadder; mistakes within a rung say which one."""
    try:
        return read_ladder_file(file)
    except UnreadableLadder as error:
        if not file.is_file():
            raise
        text = file.read_text(encoding="utf-8", errors="replace")
        raise UnreadableLadder(with_rungs(error.problems, text=text)) from None


def _is_file(text: str) -> bool:
    return Path(text).suffix in {".yaml", ".yml"} or Path(text).exists()


def _tables(told: dict[str, Any]) -> list[RenderableType]:
    title = (
        f"Per loan over {told['days']} days, minor units: {told['loans']:,} loans, {told['lives_per_loan']} lives each"
    )
    figures = table(title, "", f"now: {told['present']}", f"proposed: {told['proposed']}", "difference")
    for name in ("recovered", "cost", "net"):
        rows = {row["ladder"]: row for row in told["figures"] if row["figure"] == name}
        figures.add_row(
            name,
            *(
                f"{money(row['value_minor'], signed=which == 'difference')} "
                f"({money(row['ci_low'], signed=which == 'difference')} to "
                f"{money(row['ci_high'], signed=which == 'difference')})"
                for which, row in rows.items()
            ),
        )
    for label, key in (("steps", "steps_per_loan"), ("contacts", "contacts_per_loan")):
        of = told[key]
        figures.add_row(label, f"{of['present']:.2f}", f"{of['proposed']:.2f}", f"{of['difference']:+.2f}")
    for horizon in dict.fromkeys(row["horizon_days"] for row in told["cured"]):
        rates = [percent(row["rate"]) for row in told["cured"] if row["horizon_days"] == horizon]
        figures.add_row(f"cured by day {horizon}", *rates)
    rungs = table("Rungs: steps per loan", "rung", "now", "proposed", "a step costs", "payments after it are known")
    for rung in told["rungs"]:
        rungs.add_row(
            escape(words(rung["rung"])),
            f"{rung['present_steps_per_loan']:.2f}",
            f"{rung['proposed_steps_per_loan']:.2f}",
            money(rung["step_cost_minor"]),
            rung["known"] + (f", {rung['days_seen']} days" if rung["days_seen"] else ""),
        )
    timeline = _moments(f"{told['proposed']}: somebody silent in {told['zone']}", told["proposed_timeline"])
    return [timeline, figures, rungs]


def _moments(title: str, moments: list[dict[str, Any]]) -> RenderableType:
    shown = table(title, "day", "local time", "rung", "by", "ends as", "costs", "")
    for moment in moments:
        shown.add_row(
            str(moment["day"]),
            moment["local_time"],
            escape(words(moment["rung"])),
            words(moment["action"]),
            words(moment["outcome"]),
            money(moment["cost_minor"]) if moment["cost_minor"] else "",
            escape(moment["reason"]),
        )
    return shown
