"""The classes of record that rules of retention speak of, and what their time is counted from."""

from enum import StrEnum


class RecordClass(StrEnum):
    """Everything that the ledger keeps belongs to one of these."""

    CALLS = "calls"
    CALL_RECORDINGS = "call_recordings"
    MESSAGES = "messages"
    VISITS = "visits"
    VERDICTS = "verdicts"
    CONSENTS = "consents"
    PAYMENTS = "payments"
    AGREEMENTS = "agreements"
    EVENTS = "events"
    WORK_NOTES = "work_notes"
    CONTACT_POINTS = "contact_points"
    BORROWER_IDENTITY = "borrower_identity"


class CountedFrom(StrEnum):
    """The day that a floor or ceiling is counted from.

    made: when the record was made. last_activity: the last collection activity on the debt. settled: when the debt
    was settled or closed. A count that has not begun never ends.
    """

    MADE = "made"
    LAST_ACTIVITY = "last_activity"
    SETTLED = "settled"
