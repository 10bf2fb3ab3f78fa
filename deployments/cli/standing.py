"""Standing: `standing add`, `standing list` and `standing end`: all that is known of a person besides what they owe."""

import getpass
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from deployments.cli.at_hand import at_hand
from deployments.cli.failing import CommandFailed
from deployments.cli.showing import SHORT_ID, JsonFlag, local, show, spoken, table
from deployments.cli.typed import day_typed
from domain.borrower import Borrower
from ledger.known_facts import listed_facts
from ledger.learning import end, learn
from ledger.legal_holds import whose
from ledger.listings import listed_holds
from ledger.marks import MARKS_OF
from ledger.situations import borrower_of
from policy.compliance.given import NotAnEvent, happening_from
from policy.compliance.history import Consent, Happening, Mark, PreferenceKind
from policy.files.problem import nearest
from policy.spacing import local_instant
from reports.figures import fact as fact_told

app = typer.Typer(
    no_args_is_help=True,
    help="Standing: disputes, lawyers, bankruptcy, breathing spaces; wishes, consents and notices of a person.",
)

WISHES = tuple(kind.value for kind in PreferenceKind if kind is not PreferenceKind.OPT_OUT_ADDRESS)
"""An opt-out is not among them: it comes in through the messages' own way out, and is kept on the number itself."""
FACTS = (
    Mark.DISPUTE_WRITTEN,
    Mark.VERIFICATION_SENT,
    Mark.VALIDATION_NOTICE_MAILED,
    Mark.UNDELIVERABLE_NOTICE,
    Mark.FORBEARANCE_OFFERED,
    Mark.ARREARS_NOTICE_SENT,
    Mark.DEFAULT_NOTICE_SENT,
    Mark.AGENT_NOTICE_SENT,
    Mark.VISIT_CONSENTED,
    Mark.CREDITOR_NOTICE_SENT,
    Mark.NUMBER_CHECKED,
    Mark.RESIDENCE_CONFIRMED,
    Mark.UNREACHABLE,
    Mark.TIME_BARRED,
    Mark.DECEASED,
)
MARK_NAMED = {reason.value: marks[0].value for reason, marks in MARKS_OF.items()} | {m.value: m.value for m in FACTS}
"""What a person calls it, and the mark that it is."""
KINDS = (*MARK_NAMED, *WISHES, "consent", "consent_revoked")
SAID_OTHERWISE = {
    "type": "--kind",
    "kind": "--kind",
    "at": "--on",
    "until": "--until",
    "debts": "--loan or --borrower",
    "withdrawn_at": "`duecourse standing end`",
}
"""Keys of a case file that are no part of `--with`, and what says the same."""
LISTS = frozenset({"weekdays", "valid_on"})
"""Keys whose values are lists, with commas between."""


def _kind_typed(text: str) -> str:
    if text not in KINDS:
        raise typer.BadParameter(nearest(text, known=KINDS))
    return text


LoanOption = Annotated[str | None, typer.Option(help="The number of a loan: it is about this one.")]
BorrowerOption = Annotated[str | None, typer.Option(help="The lender's number of a borrower: it is about all loans.")]
PortfolioOption = Annotated[str | None, typer.Option(help="Where several portfolios have that number.")]
ByOption = Annotated[str, typer.Option(help="Who records it: your name.", default_factory=getpass.getuser)]


@app.command("add", epilog="Example: duecourse standing add --loan L000123 --kind breathing_space")
def add(
    *,
    kind: Annotated[
        str, typer.Option(parser=_kind_typed, metavar="KIND", help=f"What was learned: {', '.join(KINDS)}.")
    ],
    loan: LoanOption = None,
    borrower: BorrowerOption = None,
    portfolio: PortfolioOption = None,
    on: Annotated[
        date | None, typer.Option(parser=day_typed, metavar="DATE", help="The day on which it happened; else now.")
    ] = None,
    until: Annotated[
        date | None,
        typer.Option(parser=day_typed, metavar="DATE", help="The day on which a pause ends; else as the packs say."),
    ] = None,
    more: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="KEY=VALUE",
            help="What belongs to it: from, to (15:00), weekdays (MON,TUE), place, medium, valid_through, source for a "
            "wish; scope, valid_on, expires, channel, given_to for a consent; contact (the id of a contact point).",
        ),
    ] = None,
    by: ByOption,
    as_json: JsonFlag = False,
) -> None:
    """Record what was learned of a person: loans pause as the packs say, and every later contact is judged on it."""
    if (loan is None) == (borrower is None):
        raise typer.BadParameter("say whose: one of --loan and --borrower")
    with at_hand() as there, there.ledger.transaction() as session:
        borrower_id, loan_id = whose(session, loan=loan, borrower=borrower, portfolio=portfolio)
        person = borrower_of(session, borrower_id)
        zone = ZoneInfo(person.timezone)
        at = there.now if on is None else _begun(on, zone=zone, now=there.now)
        happening = _happening(person, kind, [loan_id] if loan_id else [], more or [], at=at)
        if isinstance(happening, Consent) and happening.expires is not None and happening.expires <= there.now:
            raise CommandFailed("a consent that has run out allows nothing", remedy="Give a later day with expires=.")
        ends_at = None if until is None else local_instant(until, hour=time(0), zone=zone)
        if ends_at is not None and ends_at <= there.now:
            raise CommandFailed(f"{until} has begun already where the borrower lives", remedy="Give a later day.")
        learned = learn(session, borrower_id, happening, until=ends_at, by=by, now=there.now)
        placed = [
            hold for hold in listed_holds(session, borrower_id=borrower_id, now=there.now) if hold.id in learned.placed
        ]
    told = [f"Recorded: {spoken(kind)}."]
    for hold in placed:
        which = "All loans of the borrower rest" if hold.scope == "person" else f"Loan {hold.loan_number} rests"
        goes_on = f"until {local(hold.until, hold.timezone)}" if hold.until else "until it is ended"
        told.append(f"{which} {goes_on}: {hold.id[:SHORT_ID]}.")
    told += [f"Hold {hold[:SHORT_ID]} is ended by it." for hold in learned.ended]
    show(
        {
            "kind": kind,
            "loan": loan,
            "borrower": borrower,
            "holds": placed,
            "ended": learned.ended,
            "fact": learned.fact,
        },
        "\n".join(told),
        as_json=as_json,
    )


@app.command("list", epilog="Example: duecourse standing list --borrower C000077")
def list_standing(
    loan: LoanOption = None,
    borrower: BorrowerOption = None,
    portfolio: PortfolioOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List what stands in the way of collecting, and what is known besides; of one person, or of everybody."""
    with at_hand() as there, there.ledger.reading() as session:
        is_one = loan is not None or borrower is not None
        borrower_id = whose(session, loan=loan, borrower=borrower, portfolio=portfolio)[0] if is_one else None
        holds = listed_holds(session, borrower_id=borrower_id, now=there.now)
        facts = listed_facts(session, borrower_id=borrower_id)
    shown = table("", "id", "borrower", "portfolio", "what", "known since", "until")
    for hold in holds:
        reach = "all loans" if hold.scope == "person" else hold.loan_number
        until = local(hold.until, hold.timezone) if hold.until else "it is ended"
        what = f"{spoken(hold.reason)} ({reach})"
        since = local(hold.placed_at, hold.timezone)
        shown.add_row(hold.id[:SHORT_ID], hold.borrower_number, hold.portfolio, what, since, until)
    for fact in facts:
        since = local(fact.known_at, fact.timezone)
        shown.add_row(fact.id[:SHORT_ID], fact.borrower_number, fact.portfolio, fact_told(fact.given), since, "")
    nothing = "Nothing is known that stands in the way."
    show({"holds": holds, "facts": facts}, shown if holds or facts else nothing, as_json=as_json)


@app.command("end", epilog="Example: duecourse standing end 3f9c2a1b")
def end_standing(
    standing: Annotated[str, typer.Argument(help="Its id, or the beginning, from `duecourse standing list`.")],
    *,
    by: ByOption,
    as_json: JsonFlag = False,
) -> None:
    """End it now: a hold (a treatment and its days after it, too), a wish, a consent, or a fact that was a mistake."""
    with at_hand() as there, there.ledger.transaction() as session:
        types = [fact.type for fact in listed_facts(session) if fact.id.startswith(standing)]
        ends_at = end(session, standing, by=by, now=there.now)
    is_later = ends_at > there.now
    told = f"It ends, and the loans rest until {ends_at:%Y-%m-%d %H:%M} UTC." if is_later else "It is ended."
    if types == [Mark.DECEASED.value]:
        told += (
            " The loans may be worked again. Journeys that it closed stay closed, and no new one is opened for them: "
            "a journey that had not yet closed goes on."
        )
    show({"standing": standing, "ends_at": ends_at}, told, as_json=as_json)


def _begun(day: date, *, zone: ZoneInfo, now: datetime) -> datetime:
    at = local_instant(day, hour=time(0), zone=zone)
    if at > now:
        raise CommandFailed(f"{day} has not begun yet where the borrower lives", remedy="Give the day of the event.")
    return at


def _happening(person: Borrower, kind: str, debts: Iterable[str], more: Iterable[str], *, at: datetime) -> Happening:
    given: dict[str, Any] = {"type": MARK_NAMED.get(kind, kind), "at": at}
    if kind in WISHES:
        given |= {"type": "preference", "kind": kind}
    else:
        given["debts"] = list(debts)
    for text in more:
        key, _, value = text.partition("=")
        if not value:
            raise typer.BadParameter(f"'{text}' is not KEY=VALUE")
        if key in SAID_OTHERWISE:
            raise typer.BadParameter(f"`{key}` does not go with --with: {SAID_OTHERWISE[key]} says it")
        given[key] = value.split(",") if key in LISTS else value
    if "contact" in given:
        given["address"] = _point(person, str(given.pop("contact")))
    try:
        return happening_from(given, zone=ZoneInfo(person.timezone))
    except NotAnEvent as error:
        raise CommandFailed(str(error), remedy="`duecourse standing add --help` shows what belongs to it.") from error


def _point(person: Borrower, written: str) -> str:
    found = [point.id for point in person.contact_points if point.id.startswith(written)]
    if len(found) != 1:
        raise typer.BadParameter(f"the borrower has no single contact point that begins with {written}")
    return found[0]
