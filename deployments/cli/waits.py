"""`duecourse waits`: how long to wait after each rung, suggested and never applied by itself."""

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from deployments.cli.at_hand import at_hand
from deployments.cli.experiment_ledger import AsOfOption, instant
from deployments.cli.showing import JsonFlag, show, table
from ledger.portfolios import first_day_of
from reports.experiments.telling import money
from reports.facts.facts import facts_of
from reports.figures import NOTHING, words
from reports.learning.learning import waits_of
from reports.learning.wait_interval import TERMS, WaitInterval
from reports.placing import placing_of
from reports.scope import scope_of

MEANING = (
    "Worked out from the hazards of payment that were seen; beside it, simulated with the ladder's own decisions, what"
    " taking it would do; money of 45 days per loan that took the rung, minor units."
)
NEVER = "Nothing applies a suggestion: write it into a new ladder version, and let it run as a challenger."


def waits(
    portfolio: Annotated[str, typer.Option(help="The portfolio to learn from.")],
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day; the first that the ledger knows of."),
    ] = None,
    to: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; today.")] = None,
    as_of: AsOfOption = None,
    journeys: Annotated[
        int, typer.Option(min=2, max=100_000, help="Loans to simulate for each suggestion, four lives each.")
    ] = 200,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Suggest how long to wait after each rung: what one more day brings, against what the next step costs."""
    with at_hand() as there, there.ledger.reading() as session:
        at = instant(there, as_of)
        first = from_.date() if from_ else min(first_day_of(session, portfolio, known_at=at), at.date())
        last = to.date() if to else at.date()
        facts = facts_of(session, scope_of(session, portfolio=portfolio, from_on=first, to_on=last, as_of=at))
        found = waits_of(session, facts, ladders=placing_of(session, facts).ladder_names, most=journeys)
    headings = (
        "rung",
        "segment",
        "loans",
        "wait now",
        "a day more brings",
        "next step costs",
        "suggested",
        "effect",
        "simulated",
    )
    told = table("How long to wait, in days", *headings, "")
    for each in found.intervals:
        told.add_row(
            escape(words(each.rung)),
            escape(words(each.segment)),
            f"{each.n:,}",
            NOTHING if each.wait_days is None else str(each.wait_days),
            money(each.value_of_a_day_minor, signed=True),
            money(each.next_step_cost_minor),
            _suggested(each),
            _effect(each),
            _simulated(each),
            words(each.verdict) + (f" ({escape(each.why)})" if each.why else ""),
        )
    answer = {
        "wait_intervals": found.intervals,
        "wait_hazards": found.hazards,
        "method": MEANING,
        "never_applied_by_itself": True,
        "glossary": TERMS,
    }
    show(answer, told, MEANING, NEVER, as_json=as_json)


def _suggested(each: WaitInterval) -> str:
    if each.suggested_days is None or each.ci_low is None or each.ci_high is None:
        return NOTHING
    return f"{each.suggested_days} ({each.ci_low:.0f} to {each.ci_high:.0f})"


def _effect(each: WaitInterval) -> str:
    if each.effect_per_loan_minor is None:
        return NOTHING
    low, high = money(each.effect_ci_low, signed=True), money(each.effect_ci_high, signed=True)
    return f"{money(each.effect_per_loan_minor, signed=True)} ({low} to {high})"


def _simulated(each: WaitInterval) -> str:
    if each.sim_net_minor is None or each.sim_steps_per_loan is None:
        return NOTHING
    low, high = money(each.sim_net_ci_low, signed=True), money(each.sim_net_ci_high, signed=True)
    return (
        f"{money(each.sim_net_minor, signed=True)} ({low} to {high}), {each.sim_steps_per_loan:+.2f} steps;"
        f" agrees: {words(each.sim_agrees or '')}"
    )
