"""The question that the packs are asked about a contact, and the same question kept as plain JSON with its answer."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from domain.action import Action
from domain.borrower import ContactKind
from ledger.tables.borrower import ContactPointRow
from policy.compliance.question import Asked, Question, Target

ASKED_FOR: dict[Action, Asked] = {
    Action.SMS: Asked.SMS,
    Action.EMAIL: Asked.EMAIL,
    Action.CHAT: Asked.CHAT,
    Action.CALLBACK: Asked.CALL,
    Action.VERIFY_CONTACTS: Asked.VERIFY_CONTACTS,
    Action.FIELD_VISIT: Asked.VISIT,
    Action.LEGAL_REFERRAL: Asked.LEGAL_REFERRAL,
    Action.AGENCY_PLACEMENT: Asked.AGENCY_PLACEMENT,
}
"""What is asked before each kind of step."""

QUESTION = TypeAdapter(Question)
PHONES = frozenset({ContactKind.MOBILE, ContactKind.LANDLINE})


def target_of(point: ContactPointRow | None) -> Target:
    """A contact point as far as a rule may know it: by its id, never by its text."""
    if point is None:
        return Target()
    kind = ContactKind(point.kind)
    return Target(
        place="home" if kind is ContactKind.ADDRESS else None,
        number_type=kind.value if kind in PHONES else None,
        address=point.id,
        verified_at=point.verified_at,
    )


def plain(question: Question) -> dict[str, Any]:
    """A question as JSON."""
    told: dict[str, Any] = QUESTION.dump_python(question, mode="json")
    return told


def question_from(asked: Mapping[str, Any]) -> Question:
    """The question that `plain` wrote."""
    return QUESTION.validate_python(asked)
