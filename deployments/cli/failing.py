"""What a person reads when a command cannot be carried out: what is wrong and what to do, and no traceback."""

from typing import Any

import typer
from pydantic import ValidationError
from rich.console import Console
from typer.core import TyperGroup

from connectors.book_file.located_yaml import MappingError
from connectors.book_file.raw_row import BookFileError
from console.staff.passes import TokenTooShort
from deployments.book_import import NothingToImport, RejectsNotWritable
from deployments.wiring import CredentialMissing, RealVendorsRefused
from ledger.booked_costs import CostRefused, NoSuchCost
from ledger.breakers import NoOpenBreaker
from ledger.calling import CallIsOpen, NobodyToCall, NoSuchCall, NotACall
from ledger.erasure import ErasedAlready, ErasureRefused
from ledger.evidence.signing import EvidenceKeyExposed, EvidenceKeyMalformed, EvidenceKeyMissing
from ledger.findings import FindingDoesNotFit
from ledger.holds import BeganBeforeTheLoan, EndIsKnown, HeldTooSoon, NoSuchHold
from ledger.keyring import CannotUnseal, KeyIsExposed, KeyIsMalformed, KeyIsMissing, KeyWasReplaced, WrongKey
from ledger.known_facts import HasNoEnd
from ledger.learning import NothingToEnd
from ledger.legal_holds import NoSuchBorrower, NoSuchLegalHold, SeveralBorrowers
from ledger.listings import NoSuchLoan, SeveralLoans
from ledger.portfolios import NoSuchPortfolio, OtherCurrency
from ledger.removed import TextRemoved
from ledger.replaying import NoSuchDecision
from ledger.report_subscribers import NotAnAddress, NotSubscribed
from ledger.results import ResultDoesNotFit
from ledger.retention import RemovalIsOff
from ledger.standing import trouble_of
from ledger.work import NoSuchWork, WorkIsOver, WorkIsTaken
from policy.compliance.reading import NoSuchPack
from policy.files.problem import UnreadableFile
from policy.ladders.shipped import UnknownLadder
from reports.assumptions import AssumptionIsOff
from reports.opening.address import NoSuchFigure, NoSuchRow, NoSuchTable
from reports.scope import PeriodIsEmpty
from simulation.sandbox.remote import SandboxRefused

COULD_NOT = 1
"""The exit code of a command that was understood and could not be carried out; 2 is for one that was not understood."""


class CommandFailed(Exception):
    """A command cannot be carried out, for a reason that has a remedy."""

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


REMEDIES: dict[type[Exception], str] = {
    BookFileError: "Nothing was imported.",
    MappingError: "The keys of a mapping are explained in deployments/mappings/README.md.",
    NothingToImport: "",
    RejectsNotWritable: "",
    OtherCurrency: "Import them with another --portfolio.",
    NoSuchPortfolio: "",
    NoSuchTable: "`duecourse report open --portfolio P` lists them.",
    NoSuchRow: "",
    NoSuchFigure: "",
    AssumptionIsOff: "",
    NotAnAddress: "Give one address with --email.",
    NotSubscribed: "`duecourse report subscribers` lists who is.",
    PeriodIsEmpty: "Give --from a day that is not after --to.",
    NoSuchCost: "",
    CostRefused: "",
    KeyIsMissing: "",
    KeyIsExposed: "",
    KeyIsMalformed: "Make a key with `duecourse key new FILE`, and set DUECOURSE_KEY_FILE or DUECOURSE_KEY to it.",
    KeyWasReplaced: "`duecourse key rotate` again finishes one that was broken off.",
    WrongKey: "Set DUECOURSE_KEY_FILE to the key that this ledger was made with.",
    CannotUnseal: "Set DUECOURSE_KEY_FILE to the key that this ledger was made with.",
    EvidenceKeyMissing: "",
    EvidenceKeyExposed: "",
    EvidenceKeyMalformed: "Bring the right file back, or set DUECOURSE_EVIDENCE_KEY to where it is.",
    NoSuchLoan: "",
    SeveralLoans: "",
    NoSuchWork: "`duecourse work list` shows the open items.",
    WorkIsTaken: "Choose another item, or ask them to record it.",
    WorkIsOver: "`duecourse work list` shows the open items.",
    FindingDoesNotFit: "`duecourse work take` shows the contact points with their ids.",
    ResultDoesNotFit: "`duecourse work record --help` shows how results are written.",
    NotACall: "`duecourse work list --kind callback` shows the calls.",
    NobodyToCall: "`duecourse work record ITEM wrong_number` ends the item.",
    CallIsOpen: "`duecourse calls record CALL --outcome busy`, or `duecourse work record ITEM RESULT`.",
    NoSuchCall: "`duecourse journeys show LOAN --json` shows the calls of a loan.",
    NoSuchDecision: "`duecourse journeys show LOAN --json` shows the attempts of a loan.",
    NoOpenBreaker: "",
    NoSuchHold: "`duecourse holds list` shows those in force.",
    HeldTooSoon: "",
    BeganBeforeTheLoan: "Give the day of the event with --on.",
    EndIsKnown: "",
    HasNoEnd: "",
    NothingToEnd: "`duecourse standing list` shows what there is.",
    NoSuchLegalHold: "`duecourse retention hold list` shows them all.",
    NoSuchBorrower: "",
    SeveralBorrowers: "",
    TextRemoved: "",
    ErasureRefused: "Nothing was erased.",
    ErasedAlready: "There is nothing left to erase.",
    RemovalIsOff: "Set it to `yes`, or ask with --dry-run what would go.",
    NoSuchPack: "Mend its name, or DUECOURSE_PACKS.",
    UnreadableFile: "",
    UnknownLadder: "",
    TokenTooShort: "",
    CredentialMissing: "Set it, or unset DUECOURSE_REAL_SENDS to use the sandbox.",
    RealVendorsRefused: "",
    SandboxRefused: "Is the sandbox up? `duecourse sandbox` starts it.",
}
"""Every error that is expected, with the remedy where its own message does not tell it."""


class Commands(TyperGroup):
    """The group of all commands: an expected error is told in words, any other is a bug and keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            words = words_for(error)
            if words is None:
                raise
            Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(f"error: {words}")
            raise typer.Exit(COULD_NOT) from error


def words_for(error: Exception) -> str | None:
    """The problem and its remedy; None for an error that nobody expected."""
    if isinstance(error, CommandFailed):
        return f"{error}\n{error.remedy}"
    for kind, remedy in REMEDIES.items():
        if isinstance(error, kind):
            told = str(error) or " ".join((type(error).__doc__ or "").split())
            return f"{told}\n{remedy}" if remedy else told
    if isinstance(error, ValidationError):
        return _settings(error)
    if trouble := trouble_of(error):
        return f"the ledger's database says: {trouble}\n`duecourse doctor` looks for the cause."
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}\nCheck the path and its permissions."
    return None


def _settings(error: ValidationError) -> str:
    told = [f"DUECOURSE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors(include_url=False)]
    return "; ".join(told) + "\nMend or unset the environment variable."
