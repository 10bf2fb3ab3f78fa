"""Work for people: `work list`, `work take`, `work call` and `work record`."""

from typing import Annotated

import typer
from rich.text import Text

from deployments.cli.at_hand import at_hand
from deployments.cli.showing import SHORT_ID, JsonFlag, show, spoken, table
from deployments.cli.typed import finding_typed, instalments_typed, new_contact_typed
from deployments.cli.worksheet_lines import lines
from domain.arrears_reason import ArrearsReason
from domain.disposition import ContactSource, NewContact, WorkResult
from domain.work_item import Disposition, WorkKind
from ledger.answers import told_of_unreserved
from ledger.calling import reserve_call
from ledger.people import contact_shown, contact_text
from ledger.results import record_result
from ledger.work import listed_work, open_item, take_work
from ledger.worksheets import country_of_work, currency_of_work, worksheet
from policy.compliance.history import CallOutcome
from policy.compliance.telling import Told, sentence
from policy.compliance.verdict import Answer

app = typer.Typer(
    no_args_is_help=True, help="Callbacks, checks, visits, referrals and questions that wait for a person."
)

ItemArgument = Annotated[str, typer.Argument(help="The item's id, or its beginning, from `duecourse work list`.")]
ByOption = Annotated[str, typer.Option(help="Who does it: your name.")]


@app.command("list", epilog="Example: duecourse work list --kind callback")
def list_work(
    kind: Annotated[WorkKind | None, typer.Option(help="Only this kind.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """List what waits for a person, the nearest deadline first."""
    with at_hand() as there, there.ledger.reading() as session:
        items = listed_work(session, kind=kind)
    headings = ("item", "kind", "loan", "rung", "opened", "deadline", "taken by")
    has_checks = any(item.to_verify for item in items)
    shown = table("Deadlines are in UTC.", *headings, *(["to verify"] if has_checks else []))
    for item in items:
        late = " (late)" if item.deadline_at <= there.now else ""
        opened, deadline = f"{item.opened_at:%Y-%m-%d %H:%M}", f"{item.deadline_at:%Y-%m-%d %H:%M}{late}"
        row = (item.id[:SHORT_ID], spoken(item.kind), item.loan_number, spoken(item.rung), opened, deadline)
        checks = [", ".join(item.to_verify)] if has_checks else []
        shown.add_row(*row, item.taken_by or "", *checks)
    show({"work": items}, shown if items else "No work waits for a person.", as_json=as_json)


@app.command("take", epilog="Example: duecourse work take 3f9c2a1b --by Ana")
def take(item: ItemArgument, by: ByOption, as_json: JsonFlag = False) -> None:
    """Put your name to an item and see what you need for it: it shows the borrower's name and number."""
    with at_hand() as there, there.ledger.transaction() as session:
        taken = take_work(session, item, by=by, now=there.now)
        sheet = worksheet(session, taken, now=there.now)
    show(sheet, *(Text(line, overflow="fold") for line in lines(sheet)), as_json=as_json)


@app.command("call", epilog="Example: duecourse work call 3f9c2a1b --by Ana --reveal")
def call(
    item: ItemArgument,
    *,
    by: ByOption,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the number itself.")] = False,
    override: Annotated[
        str | None, typer.Option(metavar="REASON", help="Go ahead for a reason that the rules accept from a person.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Reserve the call of an item before you dial: it is counted from now on; or say why it may not be made now."""
    with at_hand() as there, there.ledger.transaction() as session:
        found = take_work(session, item, by=by, now=there.now)
        asked = reserve_call(session, found, by=by, override=override, now=there.now)
        if isinstance(asked, Told):
            show({"reserved": False, "told": asked}, Text(sentence(asked), overflow="fold"), as_json=as_json)
            return
        number = (contact_text if reveal else contact_shown)(session, asked.contact_point_id)
    lines = (
        f"Call {asked.call_id[:SHORT_ID]} is reserved: {number}",
        sentence(asked.told),
        f"Then: duecourse work record {found.id[:SHORT_ID]} RESULT --by NAME --minutes N",
        f"If the line is busy: duecourse calls record {asked.call_id[:SHORT_ID]} --outcome busy",
    )
    answer = {"reserved": True, "call": asked.call_id, "number": number, "told": asked.told}
    show(answer, *(Text(line, overflow="fold") for line in lines), as_json=as_json)


@app.command(
    "record",
    epilog="Example: duecourse work record 3f9c2a1b promise --by Ana --minutes 6 --promise 120.50@2026-01-31",
)
def record(
    item: ItemArgument,
    disposition: Annotated[Disposition, typer.Argument(help="What came of it.")],
    *,
    by: ByOption,
    minutes: Annotated[int, typer.Option(min=0, max=24 * 60, help="How long it took.")],
    km: Annotated[int, typer.Option(min=0, max=5000, help="Whole kilometres driven for a visit.")] = 0,
    promise: Annotated[
        str | None, typer.Option(metavar="AMOUNT@DATE", help="For a promise: how much, by which day.")
    ] = None,
    instalments: Annotated[
        str | None, typer.Option(metavar="AMOUNT@DATE,...", help="For an arrangement: each instalment and its day.")
    ] = None,
    states: Annotated[
        list[str] | None,
        typer.Option(help="What the writing of the arrangement states, where the packs ask for it; once for each."),
    ] = None,
    contact: Annotated[
        list[str] | None,
        typer.Option(metavar="ID=STATE", help="What was found out about a contact point: verified, bad, wrong_party."),
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option(metavar="KIND=TEXT", help="A new number or address that somebody named.")
    ] = None,
    add_verified: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=TEXT", help="The same, and you made sure that it is the borrower's."),
    ] = None,
    source: Annotated[ContactSource | None, typer.Option(help="From whom the new ones are.")] = None,
    call_outcome: Annotated[
        CallOutcome | None, typer.Option(help="How a callback's call ended, where the result does not tell it.")
    ] = None,
    reason: Annotated[ArrearsReason | None, typer.Option(help="Why the borrower fell behind, as they said it.")] = None,
    team: Annotated[str | None, typer.Option(help="Your team; else the one that DUECOURSE_TEAMS gives you.")] = None,
    note: Annotated[str, typer.Option(help="For colleagues; kept encrypted.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Record what came of an item; the journey moves at once. Amounts are typed in major units (120.50)."""
    with at_hand() as there, there.ledger.transaction() as session:
        found = open_item(session, item)
        currency = currency_of_work(session, found)
        promised = instalments_typed(promise, currency=currency) if promise else ()
        if len(promised) > 1:
            raise typer.BadParameter("a promise is one amount by one day; record an arrangement with --instalments")
        new = _new_contacts(add or [], add_verified or [], source=source, country=country_of_work(session, found))
        result = WorkResult(
            disposition=disposition,
            by=by,
            minutes=minutes,
            kilometres=km,
            promised=promised[0] if promised else None,
            instalments=instalments_typed(instalments, currency=currency) if instalments else (),
            plan_states=frozenset(states or []),
            findings=tuple(map(finding_typed, contact or [])),
            new_contacts=new,
            note=note,
            team=team or there.settings.teams.get(by),
            arrears_reason=reason,
        )
        outcome = record_result(session, found.id, result, call=call_outcome, now=there.now)
        unreserved = told_of_unreserved(session, found.id)
    what = f"{spoken(found.kind)} {found.id[:SHORT_ID]}"
    told = f"Recorded {spoken(disposition)} on {what}; the step ended as {spoken(outcome)}."
    if unreserved is not None and unreserved.answer is not Answer.ALLOWED:
        typer.echo(f"This call should not have been made: {sentence(unreserved)}", err=True)
    answer = {"item": found.id, "disposition": disposition, "outcome": outcome, "unreserved_call": unreserved}
    show(answer, told, as_json=as_json)


def _new_contacts(
    add: list[str], add_verified: list[str], *, source: ContactSource | None, country: str
) -> tuple[NewContact, ...]:
    if not add and not add_verified:
        return ()
    if source is None:
        raise typer.BadParameter("say with --source from whom a new number or address is")
    said = (new_contact_typed(text, country=country, source=source, is_verified=False) for text in add)
    made_sure = (new_contact_typed(text, country=country, source=source, is_verified=True) for text in add_verified)
    return (*said, *made_sure)
