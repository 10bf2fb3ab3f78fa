"""The question that the packs are asked about a contact, and the same question kept as plain JSON with its answer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from domain.action import Action
from domain.borrower import ContactKind
from ledger.tables.borrower import ContactPointRow
from ledger.text_readings import TextReading
from policy.compliance.question import Asked, Question, Target
from policy.compliance.rules.content import Content
from policy.compliance.rules.legal_bar import LegalBar
from policy.compliance.stacking import Stack
from policy.compliance.words import elements_said

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


def looks_at_text(packs: Stack, question: Question) -> bool:
    """Whether any rule reads the text of such a contact: reading it takes longer than all other rules together."""
    rules = (rule for pack in packs.packs for rule in pack.in_force(question.at))
    return any(
        isinstance(rule.params, Content) or (isinstance(rule.params, LegalBar) and rule.params.bars_words)
        for rule in rules
        if not rule.form.when.action or question.action in rule.form.when.action
    )


def with_text(question: Question, text: str, reading: TextReading, *, packs: Stack) -> Question:
    """The question with what a message's text says and what is wrong with it."""
    return replace(question, elements=reading.elements | elements_said(text, question, packs), faults=reading.faults)


def plain(question: Question) -> dict[str, Any]:
    """A question as JSON."""
    told: dict[str, Any] = QUESTION.dump_python(question, mode="json")
    return told


def question_from(asked: Mapping[str, Any]) -> Question:
    """The question that `plain` wrote."""
    return QUESTION.validate_python(asked)
