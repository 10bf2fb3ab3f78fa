"""Work for people: a callback, a check of contacts, a visit, a referral, a placement, or a question for no machine."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

WorkItemId = NewType("WorkItemId", str)


class WorkKind(StrEnum):
    """The queues people work. The first five are rungs of a ladder; then questions: what became of a contact, whether
    one may be made, and what becomes of somebody whose loans rest (hardship, a lawyer, bankruptcy).
    """

    CALLBACK = "callback"
    VERIFY_CONTACTS = "verify_contacts"
    FIELD_VISIT = "field_visit"
    LEGAL_REFERRAL = "legal_referral"
    AGENCY_PLACEMENT = "agency_placement"
    RECONCILE_ATTEMPT = "reconcile_attempt"
    REVIEW_CONTACT = "review_contact"
    REVIEW_STANDING = "review_standing"


QUESTIONS = frozenset({WorkKind.RECONCILE_ATTEMPT, WorkKind.REVIEW_CONTACT, WorkKind.REVIEW_STANDING})
"""Work that a journey does not wait for: it asks a person about a contact, or about a hold, for which it waits."""


class WorkState(StrEnum):
    """How a work item stands; the last three are ends."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Disposition(StrEnum):
    """What came of it: the words a collector, visitor, lawyer or agency may choose from."""

    PROMISE = "promise"
    ARRANGEMENT = "arrangement"
    PAID = "paid"
    HARDSHIP = "hardship"
    DISPUTE = "dispute"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    MESSAGE_LEFT = "message_left"
    WRONG_NUMBER = "wrong_number"
    STOP_CONTACT = "stop_contact"
    REPRESENTED = "represented"
    BANKRUPTCY = "bankruptcy"
    VULNERABLE = "vulnerable"
    DEBT_ADVICE = "debt_advice"
    DECEASED = "deceased"
    DONE = "done"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    NOT_FOUND = "not_found"


SPOKEN_TO = frozenset(Disposition) - {
    Disposition.DONE,
    Disposition.RETURNED,
    Disposition.CONFIRMED,
    Disposition.NOT_FOUND,
}
"""What may come of a call or a visit."""

DISPOSITIONS_FOR: dict[WorkKind, frozenset[Disposition]] = {
    WorkKind.CALLBACK: SPOKEN_TO,
    WorkKind.VERIFY_CONTACTS: frozenset({Disposition.CONFIRMED, Disposition.NOT_FOUND, Disposition.DECEASED}),
    WorkKind.FIELD_VISIT: SPOKEN_TO,
    WorkKind.LEGAL_REFERRAL: frozenset(
        {
            Disposition.DONE,
            Disposition.RETURNED,
            Disposition.PAID,
            Disposition.ARRANGEMENT,
            Disposition.DISPUTE,
            Disposition.DECEASED,
        }
    ),
    WorkKind.AGENCY_PLACEMENT: frozenset(
        {
            Disposition.DONE,
            Disposition.RETURNED,
            Disposition.PAID,
            Disposition.PROMISE,
            Disposition.ARRANGEMENT,
            Disposition.DISPUTE,
            Disposition.HARDSHIP,
            Disposition.DECEASED,
        }
    ),
    WorkKind.RECONCILE_ATTEMPT: frozenset({Disposition.DONE, Disposition.RETURNED}),
    WorkKind.REVIEW_CONTACT: frozenset({Disposition.DONE, Disposition.RETURNED}),
    WorkKind.REVIEW_STANDING: frozenset(
        {
            Disposition.DONE,
            Disposition.RETURNED,
            Disposition.ARRANGEMENT,
            Disposition.DECEASED,
        }
    ),
}
"""Which dispositions make sense for which kind of work. Of a standing, `done` leaves the hold as it is: what was to be
done is done. `returned` and an arrangement end it.
"""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One piece of work and its deadline."""

    id: WorkItemId
    kind: WorkKind
    rung: str
    turn: int
    opened_at: datetime
    deadline_at: datetime
    state: WorkState
