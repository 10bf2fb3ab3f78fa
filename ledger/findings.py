"""What a person found out about a borrower's contact points, recorded with the result of their work.

A person verifies; nothing else does, with one exception. A receipt says that a handset or a mailbox took a message, and
not whose it is, so it verifies nothing. A conversation on the phone in which the borrower promised, agreed, disputed or
refused was had with the borrower, so it verifies the number that was called, where only one can have been. It says
nothing about where the borrower lives: an address is verified only by name.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from domain.action import Action
from domain.borrower import KINDS_FOR, TO_VERIFY, ContactState
from domain.disposition import FINDINGS, ContactFinding, NewContact, WorkResult
from domain.work_item import Disposition, WorkKind
from ledger.contacts import add_contact, mark_contact, point_with
from ledger.database import keyring_of
from ledger.situations import borrower_of
from ledger.tables.journey import JourneyRow
from ledger.tables.work_item import WorkItemRow

FOUND_BY_PERSON = "person:"
"""How the provenance of what a person learned begins; the source follows."""
SPOKE_THEMSELVES = frozenset(
    {
        Disposition.PROMISE,
        Disposition.ARRANGEMENT,
        Disposition.HARDSHIP,
        Disposition.DISPUTE,
        Disposition.REFUSED,
    }
)
"""What only the borrower can have said."""


class FindingDoesNotFit(ValueError):
    """What was found out about a contact point cannot be recorded, or does not agree with the result."""


def note_findings(
    session: Session, item: WorkItemRow, journey: JourneyRow, result: WorkResult, *, now: datetime
) -> None:
    """Change and add contact points as a result says; raises FindingDoesNotFit."""
    if item.kind == WorkKind.RECONCILE_ATTEMPT.value and (result.findings or result.new_contacts):
        raise FindingDoesNotFit("whether a message left says nothing about whose number it went to")
    found = _resolved(session, journey, result.findings)
    # In the order of their ids, as whoever else locks several of them does.
    for point_id, state in sorted(found.items()):
        mark_contact(session, point_id, state, journey=journey, now=now, work_item=item.id)
    for new in result.new_contacts:
        _note_new(session, item, journey, new, now=now)
    if item.kind == WorkKind.CALLBACK.value and result.disposition in SPOKE_THEMSELVES:
        _note_conversation(session, item, journey, told=found, now=now)
    if item.kind == WorkKind.VERIFY_CONTACTS.value:
        _agrees(session, journey, result.disposition)


def _resolved(session: Session, journey: JourneyRow, findings: Iterable[ContactFinding]) -> dict[str, ContactState]:
    points = borrower_of(session, journey.borrower_id).contact_points
    resolved: dict[str, ContactState] = {}
    for finding in findings:
        if finding.state not in FINDINGS:
            raise FindingDoesNotFit(f"'{finding.state.value}' is nothing that a person finds out")
        meant = [p for p in points if p.id.startswith(finding.contact_point)]
        if len(meant) != 1:
            raise FindingDoesNotFit(
                f"the borrower has no single contact point that begins with {finding.contact_point}"
            )
        if meant[0].state is ContactState.OPTED_OUT:
            raise FindingDoesNotFit("its owner opted out, and that stands")
        if resolved.setdefault(meant[0].id, finding.state) is not finding.state:
            raise FindingDoesNotFit(f"two different findings about the contact point {finding.contact_point}")
    return resolved


def _note_new(session: Session, item: WorkItemRow, journey: JourneyRow, new: NewContact, *, now: datetime) -> None:
    state = ContactState.VERIFIED if new.is_verified else ContactState.UNVERIFIED
    added = add_contact(
        session,
        journey,
        kind=new.kind,
        text=new.text,
        state=state,
        provenance=FOUND_BY_PERSON + new.source.value,
        now=now,
        work_item=item.id,
    )
    if added is not None or not new.is_verified:
        return
    known = point_with(session, journey.borrower_id, kind=new.kind, lookup=keyring_of(session).lookup(new.text))
    if known is not None and known.state != ContactState.OPTED_OUT.value:
        mark_contact(session, known.id, ContactState.VERIFIED, journey=journey, now=now, work_item=item.id)


def _note_conversation(
    session: Session, item: WorkItemRow, journey: JourneyRow, *, told: dict[str, ContactState], now: datetime
) -> None:
    numbers = borrower_of(session, journey.borrower_id).usable(*KINDS_FOR[Action.CALLBACK])
    if len(numbers) == 1 and numbers[0].id not in told:
        mark_contact(session, numbers[0].id, ContactState.VERIFIED, journey=journey, now=now, work_item=item.id)


def _agrees(session: Session, journey: JourneyRow, disposition: Disposition) -> None:
    """The word for the result and the contact points must say the same."""
    borrower = borrower_of(session, journey.borrower_id)
    missing = [kind.value for kind in TO_VERIFY if not borrower.has_verified(kind)]
    if disposition is Disposition.CONFIRMED and missing:
        raise FindingDoesNotFit(f"'confirmed', but no {missing[0]} is verified: say which one is")
    if disposition is Disposition.NOT_FOUND and not missing:
        raise FindingDoesNotFit("'not_found', but what was looked for is verified: record it as confirmed")
