"""Keeping records and letting them go: `retention show` and `retention run`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deployments.cli import legal_holds
from deployments.cli.at_hand import at_hand
from deployments.cli.showing import JsonFlag, screen, show, spoken, table
from ledger.portfolios import portfolio_names
from ledger.retained_listing import texts_of_borrower
from ledger.retention import Review, people_in, remove_texts, review_texts
from ledger.retention_terms import TEXTS, SetTerm, set_terms
from policy.compliance.record_class import RecordClass

app = typer.Typer(no_args_is_help=True, help="How long records are kept, and what goes when its time has come.")
app.add_typer(legal_holds.app, name="hold")

PortfolioOption = Annotated[str | None, typer.Option(help="Only this one; else all of them.")]


@app.command("show", epilog="Example: duecourse retention show --portfolio cards")
def show_terms(portfolio: Annotated[str, typer.Option(help="Whose packs to ask.")], as_json: JsonFlag = False) -> None:
    """Show floors and ceilings of each class of record, and which pack sets them."""
    with at_hand() as there, there.ledger.reading() as session:
        terms = set_terms(session, portfolio, now=there.now)
    at_floor = (
        "Texts whose floors have passed and that no ceiling speaks of are removed (DUECOURSE_RETENTION_AT_FLOOR)."
        if there.settings.retention_at_floor == "remove"
        else "A class without a ceiling is kept for good (DUECOURSE_RETENTION_AT_FLOOR=keep)."
    )
    answer = {
        "portfolio": portfolio,
        "classes": [
            {"record_class": each, "has_texts": each in TEXTS, "terms": [t for t in terms if t.record_class is each]}
            for each in RecordClass
        ],
        "at_floor": there.settings.retention_at_floor,
        "purges": there.settings.retention_purges,
    }
    show(answer, _terms_told(terms), at_floor, as_json=as_json)


@app.command("list", epilog="Example: duecourse retention list --loan L000123")
def list_texts(
    loan: Annotated[str, typer.Option(help="The number of a loan: it is about whoever owes it.")],
    portfolio: Annotated[str | None, typer.Option(help="Where several portfolios have that number.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """List every text that is held of one person: what goes now, and what keeps the rest. Never what they say."""
    with at_hand() as there, there.ledger.reading() as session:
        texts = texts_of_borrower(session, loan, portfolio=portfolio, house=there.settings.house, now=there.now)
    shown = table("", "made", "class", "loan", "stands", "rule", "citation", "until")
    for text in texts:
        stands = f"kept: {spoken(text.why)}" if text.why else "goes"
        until = "" if text.why is None else str(text.until or "not known yet")
        of = text.loan_number or "all"
        shown.add_row(str(text.made_on), spoken(text.record_class), of, stands, text.rule, text.citation, until)
    nothing = "No text is held of the borrower."
    show({"loan": loan, "texts": texts}, shown if texts else nothing, as_json=as_json)


@app.command("run", epilog="Example: duecourse retention run --dry-run")
def run(
    *,
    portfolio: PortfolioOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would go; nothing is removed.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Remove the texts whose time has come: what the dry run lists, exactly. Figures, receipts and events stay."""
    treat = review_texts if dry_run else remove_texts
    with at_hand() as there:
        with there.ledger.reading() as session:
            names = portfolio_names(session) if portfolio is None else [portfolio]
            people = sum(people_in(session, name) for name in names)
        with _progress(people) as on_people:
            reviews = [
                treat(there.ledger, name, house=there.settings.house, now=there.now, on_people=on_people)
                for name in names
            ]
    did = "would go" if dry_run else "went"
    answer = {"dry_run": dry_run, "portfolios": reviews}
    show(answer, *(part for review in reviews for part in _review_told(review, did=did)), as_json=as_json)


@contextmanager
def _progress(people: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = screen(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        going = progress.add_task("people", total=people)
        yield lambda count: progress.advance(going, count)


def _terms_told(terms: list[SetTerm]) -> Table:
    shown = table("", "class", "removed", "floor or ceiling", "counted from", "rule", "pack", "citation")
    for each in RecordClass:
        removed = "its texts" if each in TEXTS else "never: only facts"
        for term in [term for term in terms if term.record_class is each]:
            limit = f"at least {term.span}" if term.limit == "floor" else f"at most {term.span}"
            shown.add_row(spoken(each), removed, limit, spoken(term.counted_from), term.rule, term.pack, term.citation)
        if not any(term.record_class is each for term in terms):
            shown.add_row(spoken(each), removed, "no pack speaks of it", "", "", "", "")
    return shown


def _review_told(review: Review, *, did: str) -> Iterator[Table | str]:
    yield f"{review.portfolio}: {review.texts_leaving:,} texts {did}, of {review.people:,} people."
    if review.leaving:
        leaving = table("", "class", did, "oldest", "rule", "citation")
        for gone in review.leaving:
            leaving.add_row(spoken(gone.record_class), f"{gone.texts:,}", str(gone.oldest_on), gone.rule, gone.citation)
        yield leaving
    if review.staying:
        staying = table("", "class", "kept", "why", "rule", "citation", "next on")
        for kept in review.staying:
            next_on = str(kept.next_on or "not known yet")
            staying.add_row(
                spoken(kept.record_class), f"{kept.texts:,}", spoken(kept.why), kept.rule, kept.citation, next_on
            )
        yield staying
