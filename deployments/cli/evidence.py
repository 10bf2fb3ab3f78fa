"""The evidence: `evidence verify`, `bundle`, `close-days`, `new-key` and `public-key`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deployments.bundling import write_bundle
from deployments.cli.at_hand import at_hand
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import JsonFlag, screen, show, spoken, table
from deployments.settings import Settings
from deployments.wiring import custody_of
from ledger.evidence.checking import check
from ledger.evidence.proof import Proof
from ledger.evidence.roots import close_days as close
from ledger.evidence.signing import keys_beside, pem_of, public_keys, signing_key, write_signing_key
from ledger.evidence.spans import count_loans
from ledger.listings import loan_numbered

app = typer.Typer(no_args_is_help=True, help="The evidence: chains of events, signed day by day, and what they prove.")

NOT_SOUND = 1

LoanOption = Annotated[str, typer.Option(help="The loan's number.")]
PortfolioOption = Annotated[str | None, typer.Option(help="Where several portfolios have that number.")]
PublicKeyOption = Annotated[
    Path | None, typer.Option("--public-key", help="Whose signatures count; the one beside the signing key.")
]


@app.command("verify", epilog="Example: duecourse evidence verify --loan L000123")
def verify(
    loan: Annotated[str | None, typer.Option(help="Only this loan, by its number; else all of them.")] = None,
    portfolio: PortfolioOption = None,
    public_key: PublicKeyOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Find any event or row that was changed, deleted, moved or cut off. Leaves with 1 where there is one."""
    with at_hand() as there:
        settings = there.settings
        with there.ledger.reading() as session:
            loan_id = None if loan is None else loan_numbered(session, loan, portfolio=portfolio).id
            loans = 1 if loan_id is not None else count_loans(session)
        with _progress(loans) as on_loans:
            proof = check(
                there.ledger,
                loan_id=loan_id,
                keys=public_keys(public_key) if public_key else keys_beside(settings.evidence_key),
                exported=settings.evidence_folder if settings.evidence_folder.exists() else None,
                on_loans=on_loans,
            )
    answer = {"is_sound": proof.is_sound, "proof": proof}
    show(answer, *([_flaws(proof)] if proof.flaws else []), *_told(proof), as_json=as_json)
    if not proof.is_sound:
        raise typer.Exit(NOT_SOUND)


@app.command("bundle", epilog="Example: duecourse evidence bundle --loan L000123 --out L000123.zip")
def bundle(
    loan: LoanOption,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    portfolio: PortfolioOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write everything about a loan into one file, for a lawyer or a court, with what proves it."""
    with at_hand() as there:
        keys = keys_beside(there.settings.evidence_key)
        found = write_bundle(there.ledger, loan, out, portfolio=portfolio, keys=keys)
    show(
        found,
        f"Wrote {out}: {found.events} events, {found.records} records, {found.texts} texts, {found.roots} signed days.",
        "Whoever gets it reads VERIFY.txt in it.",
        as_json=as_json,
    )


@app.command("close-days", epilog="Example: duecourse evidence close-days")
def close_days(as_json: JsonFlag = False) -> None:
    """Sign every day that is over and has no root yet. A worker does the same every night."""
    with at_hand() as there:
        days = close(there.ledger, custody_of(there.settings), now=there.now)
    told = f"Signed {len(days)} days; the roots are in {there.settings.evidence_folder}."
    show({"days": days, "folder": there.settings.evidence_folder}, told, as_json=as_json)


@app.command("new-key", epilog="Example: duecourse evidence new-key /etc/duecourse/evidence.key")
def new_key(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it, never over one that is there; DUECOURSE_EVIDENCE_KEY.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make the key that signs the roots. Give its public part to whoever shall be able to check them."""
    path = file or Settings().evidence_key
    try:
        public = write_signing_key(path)
    except FileExistsError:
        remedy = "Choose another name. A key in use is never written over."
        raise CommandFailed(f"{path} is there already", remedy=remedy) from None
    told = f"Wrote {path} and {public}. Set DUECOURSE_EVIDENCE_KEY to the first, and keep it away from the database."
    show({"key": path, "public_key": public}, told, as_json=as_json)


@app.command("public-key", epilog="Example: duecourse evidence public-key > evidence.key.pub")
def public_key_of(as_json: JsonFlag = False) -> None:
    """Print the public part of the signing key, for whoever shall be able to check what it signed."""
    pem = pem_of(signing_key(Settings().evidence_key).public_key())
    show({"public_key": pem}, pem.strip(), as_json=as_json)


@contextmanager
def _progress(loans: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = screen(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        going = progress.add_task("loans", total=loans)
        yield lambda count: progress.advance(going, count)


def _flaws(proof: Proof) -> Table:
    shown = table("", "loan", "event", "flaw", "what", "record")
    for flaw in proof.flaws:
        event = "" if flaw.seq is None else str(flaw.seq)
        shown.add_row(flaw.loan or "", event, spoken(flaw.what), flaw.says, flaw.record or "")
    return shown


def _told(proof: Proof) -> Iterator[str]:
    looked = f"{proof.events:,} events of {proof.loans:,} loans, {proof.records:,} records, {proof.roots:,} signed days"
    yield f"Sound: {looked}." if proof.is_sound else f"NOT SOUND: {len(proof.flaws):,} flaws in {looked}."
    if proof.not_covered:
        yield f"{proof.not_covered:,} events came after the last signed day: `duecourse evidence close-days`."
