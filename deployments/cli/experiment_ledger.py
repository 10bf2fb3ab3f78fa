"""Experiments from the ledger: `experiment export` writes them out, `experiment value` values a proposal."""

import math
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from deployments.cli.at_hand import AtHand, at_hand
from deployments.cli.experiment import AlphaOption, told_plainly
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import JsonFlag, show, table
from domain.journey import Arm
from policy.ladders.shipped import shipped_ladder, shipped_ladders
from policy.treatment.reading import read_rules
from policy.treatment.rule import Rule, Rules, Share
from reports.as_of import as_of_from
from reports.experiments import telling
from reports.experiments.entry_file import read_entries
from reports.experiments.entry_writing import write_entries
from reports.experiments.off_policy import NothingLogged, OffPolicy, Value
from reports.facts.facts import facts_of
from reports.figures import NOTHING, percent, words
from reports.learning.entering import standing
from reports.learning.proposed import Proposed, loan_entries, value_of_arm, value_of_rules
from reports.learning.windows import money_of
from reports.scope import all_until

PortfolioOption = Annotated[str, typer.Option(help="The portfolio whose loans were given their arms.")]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        parser=as_of_from,
        metavar="DAY|INSTANT",
        help="What was on record then (UTC); a day such as 2026-03-31 means its end; now.",
    ),
]
DaysOption = Annotated[
    int | None,
    typer.Option(min=1, max=3650, help="Days of money after entry; as long as the holdout is left alone, at most 90."),
]


def export(
    *,
    portfolio: PortfolioOption,
    out: Annotated[Path, typer.Option(help="Write the file here, as `experiment evaluate` reads it.")],
    as_of: AsOfOption = None,
    days: DaysOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write every loan that entered, its arm, its logged probability and its money, so that others can judge it."""
    with at_hand() as there, there.ledger.reading() as session:
        facts = facts_of(session, all_until(session, portfolio=portfolio, as_of=instant(there, as_of)))
        stands = standing(session, facts, money_of(session, facts), days=days)
        loans = loan_entries(session, facts, stands)
    number = write_entries(out, loans)
    waiting = stands.loans - number
    told = f"{number:,} loans with the money of {stands.days} days each are in {out}."
    later = f"{waiting:,} more have entered and have not been watched so long." if waiting else ""
    answer = {"file": out, "loans": number, "days": stands.days, "not_watched_long_enough": waiting}
    show(answer, escape(told), *([later] if later else []), as_json=as_json)


def value(
    file: Annotated[
        Path | None, typer.Argument(help="Loans entered, as `experiment export` writes them; else the ledger's.")
    ] = None,
    *,
    arm: Annotated[str, typer.Option(help="Of a file: the arm that everybody would be given.")] = "",
    portfolio: Annotated[str, typer.Option(help="Of the ledger: the portfolio.")] = "",
    ladder: Annotated[str, typer.Option(help="The ladder that everybody would be given.")] = "",
    rules: Annotated[Path | None, typer.Option(help="Or a file of treatment rules that would be followed.")] = None,
    as_of: AsOfOption = None,
    days: DaysOption = None,
    alpha: AlphaOption = 0.05,
    as_json: JsonFlag = False,
) -> None:
    """Say what a proposed ladder or rules would have brought, from choices that were drawn at random and logged."""
    try:
        if file is not None:
            if not arm or portfolio or ladder or rules:
                raise typer.BadParameter("with a file, say which --arm everybody would be given, and nothing else")
            with told_plainly():
                proposed = value_of_arm(read_entries(file).entries, arm=arm.lower(), alpha=alpha)
        else:
            if not portfolio or bool(ladder) == (rules is not None) or arm:
                raise typer.BadParameter("give FILE and --arm, or --portfolio with --ladder or with --rules")
            plan = everybody(ladder) if ladder else _read(rules)
            with at_hand() as there, there.ledger.reading() as session:
                scope = all_until(session, portfolio=portfolio, as_of=instant(there, as_of))
                facts = facts_of(session, scope)
                stands = standing(session, facts, money_of(session, facts), days=days)
                proposed = value_of_rules(session, facts, stands, rules=plan, currency=scope.currency, alpha=alpha)
    except NothingLogged:
        raise CommandFailed(
            "fewer than two loans have been watched long enough",
            remedy="Wait, or count the money of fewer days with --days.",
        ) from None
    told = table("Money per loan entered, minor units", "", "gross", "", "net of cost", "")
    for name in ("logged", "doubly_robust", "snips", "gain"):
        cells = [cell for each in (proposed.gross, proposed.net) for cell in _cells(getattr(each, name))]
        told.add_row(LABELS[name], *cells)
    show(_json(proposed, alpha=alpha), told, *map(escape, _sentences(proposed)), as_json=as_json)


LABELS = {
    "logged": "what was done",
    "doubly_robust": "proposed, doubly robust",
    "snips": "proposed, self-normalised (SNIPS)",
    "gain": "more than what was done",
}


def instant(there: AtHand, as_of: datetime | None) -> datetime:
    """The instant that was asked for, or now."""
    return as_of or there.now


def everybody(ladder: str) -> Rules:
    """Rules that give every loan the same ladder. Raises UnknownLadder."""
    share = Share(Arm.CHAMPION, shipped_ladder(ladder).name, probability=Decimal(1))
    return Rules("proposed", 1, "", (Rule("everyone", (share,)),))


def _read(file: Path | None) -> Rules:
    if file is None or not file.is_file():
        raise CommandFailed(f"there is no file {file}", remedy="Name a file of treatment rules.")
    return read_rules(file.read_text(encoding="utf-8"), name=str(file), ladders=shipped_ladders())


def _cells(value: Value) -> tuple[str, str]:
    if math.isnan(value.value_minor):
        return NOTHING, NOTHING
    low, high = telling.money(value.ci_low, signed=True), telling.money(value.ci_high, signed=True)
    return telling.money(value.value_minor), f"{low} to {high}"


def _sentences(proposed: Proposed) -> list[str]:
    found = proposed.net
    effective = f"{found.effective_sample_size:,.0f} that had been treated as proposed"
    told = [
        f"{found.n:,} loans say as much as {effective}.",
        f"{percent(found.coverage)} of what is proposed was tried on loans alike.",
        f"Verdict, net of cost: {words(found.verdict.value)}.",
        *(f"No verdict: {why}." for why in found.why),
    ]
    return told if proposed.days is None else [*told, f"Money of {proposed.days} days after entry counts."]


def _json(proposed: Proposed, *, alpha: float) -> dict[str, Any]:
    net = proposed.net
    return {
        "n": net.n,
        "days": proposed.days,
        "alpha": alpha,
        "effective_sample_size": net.effective_sample_size,
        "coverage": net.coverage,
        "valid_at_any_time": True,
        "gross": _values(proposed.gross),
        "net_of_cost": _values(net),
        "verdict": net.verdict,
        "why": net.why,
    }


def _values(found: OffPolicy) -> dict[str, Any]:
    values = {name: asdict(getattr(found, name)) for name in ("logged", "doubly_robust", "snips", "gain")}
    known = {
        name: {key: None if math.isnan(number) else number for key, number in each.items()}
        for name, each in values.items()
    }
    return {**known, "verdict": found.verdict}
