"""Legal holds: `retention hold place`, `retention hold lift` and `retention hold list`."""

import getpass
from typing import Annotated

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.showing import SHORT_ID, JsonFlag, show, table
from ledger.legal_holds import hold_in_force, legal_holds, lift_legal_hold, place_legal_hold, whose

app = typer.Typer(no_args_is_help=True, help="Legal holds: nothing of a person's records goes while one is in force.")

LoanOption = Annotated[str | None, typer.Option(help="The number of a loan: its borrower is meant.")]
BorrowerOption = Annotated[str | None, typer.Option(help="The lender's number of a borrower.")]
PortfolioOption = Annotated[str | None, typer.Option(help="Where several portfolios have that number.")]
ByOption = Annotated[str, typer.Option(help="Who does it: your name.", default_factory=getpass.getuser)]


@app.command("place", epilog='Example: duecourse retention hold place --loan L000123 --reason "claim 7 of 2026"')
def place(
    *,
    reason: Annotated[str, typer.Option(help="Why everything is to be kept.")],
    loan: LoanOption = None,
    borrower: BorrowerOption = None,
    portfolio: PortfolioOption = None,
    by: ByOption,
    as_json: JsonFlag = False,
) -> None:
    """Keep everything of a person from now on, whatever the packs say, until the hold is lifted."""
    _one_of(loan, borrower)
    with at_hand() as there, there.ledger.transaction() as session:
        borrower_id, loan_id = whose(session, loan=loan, borrower=borrower, portfolio=portfolio)
        hold = place_legal_hold(session, borrower_id, reason=reason, by=by, loan_id=loan_id, now=there.now)
    whom = f"the borrower of loan {loan}" if loan else f"borrower {borrower}"
    told = f"Nothing of {whom} is removed until the hold is lifted: legal hold {hold[:SHORT_ID]}."
    show({"legal_hold": hold, "loan": loan, "borrower": borrower, "reason": reason, "by": by}, told, as_json=as_json)


@app.command("lift", epilog='Example: duecourse retention hold lift 3f9c2a1b --reason "the claim was settled"')
def lift(
    hold: Annotated[str | None, typer.Argument(help="The hold's id, or its beginning; else name whose it is.")] = None,
    *,
    reason: Annotated[str, typer.Option(help="Why it is no longer needed.")],
    loan: LoanOption = None,
    borrower: BorrowerOption = None,
    portfolio: PortfolioOption = None,
    by: ByOption,
    as_json: JsonFlag = False,
) -> None:
    """End a legal hold; what is past its time goes with the next run."""
    _one_of(hold, loan, borrower)
    with at_hand() as there, there.ledger.transaction() as session:
        if hold is None:
            borrower_id, _ = whose(session, loan=loan, borrower=borrower, portfolio=portfolio)
            hold = hold_in_force(session, borrower_id)
        lift_legal_hold(session, hold, reason=reason, by=by, now=there.now)
    told = f"Legal hold {hold[:SHORT_ID]} is lifted."
    show({"legal_hold": hold, "lifted": True, "reason": reason, "by": by}, told, as_json=as_json)


@app.command("list", epilog="Example: duecourse retention hold list")
def list_holds(
    *,
    loan: LoanOption = None,
    borrower: BorrowerOption = None,
    portfolio: PortfolioOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List legal holds, those in force first: who placed and lifted them, when and why."""
    with at_hand() as there, there.ledger.reading() as session:
        of = None
        if loan is not None or borrower is not None:
            _one_of(loan, borrower)
            of, _ = whose(session, loan=loan, borrower=borrower, portfolio=portfolio)
        holds = legal_holds(session, borrower_id=of)
    shown = table("Days are in UTC.", "hold", "portfolio", "borrower", "loan", "placed", "reason", "lifted", "because")
    for each in holds:
        placed = f"{each.placed_at:%Y-%m-%d} by {each.placed_by}"
        lifted = f"{each.lifted_at:%Y-%m-%d} by {each.lifted_by}" if each.lifted_at else ""
        whose_it_is = (each.portfolio, each.borrower_number, each.loan_number or "")
        shown.add_row(each.id[:SHORT_ID], *whose_it_is, placed, each.reason, lifted, each.lifted_because or "")
    show({"legal_holds": holds}, shown if holds else "There is no legal hold.", as_json=as_json)


def _one_of(*given: str | None) -> None:
    if sum(each is not None for each in given) != 1:
        raise typer.BadParameter("name one: --loan or --borrower, or to lift a hold its id")
