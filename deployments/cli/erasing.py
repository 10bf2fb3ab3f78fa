"""`erase`: a person's texts and key go for good, as far as no floor and no hold forbids it."""

import getpass
from typing import Annotated

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import JsonFlag, show, spoken, table
from ledger.erasure import Erasure, erase
from ledger.legal_holds import whose


def erase_borrower(
    borrower: Annotated[str, typer.Argument(help="The lender's number of the borrower.")],
    *,
    request: Annotated[str, typer.Option(help="The number of the person's request, for the record.")] = "",
    portfolio: Annotated[str | None, typer.Option(help="Where several portfolios have that number.")] = None,
    by: Annotated[str, typer.Option(help="Who does it: your name.", default_factory=getpass.getuser)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go and what would stay.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Erase a borrower: names, numbers, addresses, messages and notes. Figures and evidence stay, and stay provable.

    What the packs say must be kept stays until its day, and is told. A backup still holds what it held.
    """
    if not dry_run and not yes:
        if as_json:
            raise CommandFailed("nothing was erased", remedy="Say --yes, or --dry-run to look first.")
        typer.confirm(f"Erase borrower {borrower}? This cannot be undone.", abort=True)
    with at_hand() as there, there.ledger.transaction() as session:
        borrower_id, _ = whose(session, loan=None, borrower=borrower, portfolio=portfolio)
        found = erase(session, borrower_id, by=by, request=request, dry_run=dry_run, now=there.now)
    shown = table("", "class", "kept", "why", "rule", "citation", "until")
    for each in found.kept:
        until = each.until or "not known yet"
        shown.add_row(spoken(each.record_class), f"{each.texts:,}", spoken(each.why), each.rule, each.citation, until)
    answer = {"borrower": borrower, "dry_run": dry_run, "is_whole": found.is_whole, "erasure": found}
    show(answer, _told(found, borrower=borrower, dry_run=dry_run), *([shown] if found.kept else []), as_json=as_json)


def _told(found: Erasure, *, borrower: str, dry_run: bool) -> str:
    went = "would go" if dry_run else "went"
    said = f"{found.texts:,} texts of borrower {borrower} {went}; their {len(found.loans):,} loans are worked no more."
    if found.is_whole:
        return f"{said} Their key {'would be' if dry_run else 'is'} gone with them."
    stays = sum(each.texts for each in found.kept)
    return f"{said} {stays:,} texts have to be kept; run this again when their day has come:"
