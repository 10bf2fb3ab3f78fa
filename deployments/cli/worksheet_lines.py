"""A worksheet as a person reads it before picking up the phone."""

from collections.abc import Iterator

from deployments.cli.showing import SHORT_ID, local, spoken
from domain.disposition import FINDINGS
from domain.hold import HoldReason
from domain.money import Money
from domain.work_item import WorkKind
from ledger.worksheets import ContactInClear, Worksheet
from policy.compliance.telling import sentence

DAYS_A_WEEK = 7
TO_LOOK_INTO: dict[HoldReason, str] = {
    HoldReason.HARDSHIP: "Find out what the borrower can afford, and offer that.",
    HoldReason.VULNERABLE: "Find out what help the borrower needs. Nothing is sent by itself.",
    HoldReason.REPRESENTED: "Write to the borrower's lawyer, and to nobody else.",
    HoldReason.BANKRUPTCY: "Lodge the claim in the proceedings. Ask the borrower for nothing.",
    HoldReason.MINOR: "Find out how the loan came about. Ask the borrower for nothing.",
}


def lines(sheet: Worksheet) -> Iterator[str]:
    """The sheet, a line at a time."""
    yield f"{spoken(sheet.kind).capitalize()} {sheet.item_id[:SHORT_ID]} for loan {sheet.loan_number} of {sheet.lender}"
    yield f"To be done by {local(sheet.deadline_at, sheet.timezone)} ({sheet.timezone})"
    yield ""
    yield f"Name      {sheet.name or 'not known'} (speaks {sheet.language})"
    for contact in sheet.contacts:
        yield f"{contact.kind.value.capitalize():<9} {contact.text} ({_standing(contact)}) [{contact.id[:SHORT_ID]}]"
    yield from _when(sheet)
    yield f"Overdue   {_money(sheet.arrears_minor, sheet)}, {sheet.days_past_due} days past due"
    yield f"Balance   {_money(sheet.balance_minor, sheet)}"
    if sheet.instalment_minor:
        yield f"Monthly   {_money(sheet.instalment_minor, sheet)}"
    yield f"Product   {spoken(sheet.product)}"
    yield from _question(sheet)
    yield ""
    yield "Said before:" if sheet.said_before else "Nothing was said before."
    for said in sheet.said_before:
        by = f" ({said.by})" if said.by else ""
        note = f": {said.note}" if said.note else ""
        yield f"  {local(said.at, sheet.timezone)}  {spoken(said.action)}: {spoken(said.outcome)}{by}{note}"
    for promise in sheet.promises:
        yield f"  Promised {_money(promise.amount_minor, sheet)} for {promise.due_on}: {promise.state.value}"
    yield ""
    yield from _to_do(sheet)
    if sheet.kind is WorkKind.CALLBACK:
        yield f"Before you dial: duecourse work call {sheet.item_id[:SHORT_ID]} --by NAME"
    yield f"Record it: duecourse work record {sheet.item_id[:SHORT_ID]} RESULT --by NAME --minutes N"
    yield f"Results: {', '.join(sheet.dispositions)}"


def _standing(contact: ContactInClear) -> str:
    if contact.verified_at is not None:
        return f"verified {contact.verified_at:%Y-%m-%d}"
    return f"unverified, from {contact.provenance}"


def _to_do(sheet: Worksheet) -> Iterator[str]:
    """What is to be done, and how what is found out is written."""
    if sheet.rests_for is not None:
        yield f"The loan rests: {spoken(sheet.rests_for)}. {TO_LOOK_INTO.get(sheet.rests_for, '')}".rstrip()
        yield "Record `done` with a --note when that is done and it has to rest on, `returned` when nothing is in the"
        yield "way any more, `arrangement` with --instalments when one was agreed."
    if sheet.kind is WorkKind.VERIFY_CONTACTS:
        yield "Find out where the borrower lives. Tell nobody else why you ask."
        yield f"For each address add --contact ID={'|'.join(state.value for state in FINDINGS)};"
        yield "for another one --add-verified 'address=TEXT' (or --add, if it is only said) with --source SOURCE."


def _when(sheet: Worksheet) -> Iterator[str]:
    for hours in sheet.hours:
        days = "every day" if len(hours.weekdays) == DAYS_A_WEEK else " ".join(d.capitalize() for d in hours.weekdays)
        yield f"Hours     {hours.opens:%H:%M} to {hours.closes:%H:%M}, {days}, in {sheet.timezone} ({hours.citation})"
    if sheet.verdict is not None:
        yield f"Now       {sentence(sheet.verdict)}"


def _question(sheet: Worksheet) -> Iterator[str]:
    asked = sheet.question
    if asked is None:
        return
    if sheet.kind is WorkKind.REVIEW_CONTACT:
        yield ""
        yield f"May this {spoken(asked.action)} be made? The rules leave it to a person: {asked.why}"
        yield "Record `done` to go ahead, or `returned` to leave it, and say why with --note."
        return
    when = local(asked.claimed_at, sheet.timezone) if asked.claimed_at else "at an unknown time"
    yield ""
    yield f"Nobody knows whether the {spoken(asked.action)} of {when} left. Look for attempt {asked.attempt_id}"
    yield "at the vendor, then record `done` if it did and `returned` if it did not. It is not sent again."


def _money(minor: int, sheet: Worksheet) -> str:
    return str(Money(minor, sheet.currency))
