"""Checking the chain of one loan: every event follows the one before it and is what was hashed."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii as encode
from typing import Any

from domain.borrower import ContactState
from domain.event import EventKind
from ledger.evidence.canonical import GENESIS, document
from ledger.evidence.flaw import Flaw, What
from ledger.evidence.stored import StoredEvent
from policy.compliance.record_class import RecordClass

OF_CONTACTS = frozenset({RecordClass.MESSAGES.value, RecordClass.VISITS.value})
"""The classes of record under which the removed texts of contacts are told."""


@dataclass(frozen=True, slots=True)
class ToldHold:
    """What a chain says last of a legal hold. borrower_id: whose, where the event tells it."""

    is_lifted: bool
    borrower_id: str | None
    seq: int


@dataclass(slots=True)
class Chain:
    """What is left of a chain when it has been read: its last link, and what it says of records.

    bound: for each record the digest that was told last, and the event that told it. removed: how many texts of
    contacts were removed, by day and rule. opted_out: the contact points that were, and the event that told it.
    legal_holds: by their ids.
    """

    loan: str
    seq: int = 0
    hash: str = GENESIS
    bound: dict[str, tuple[str, int]] = field(default_factory=dict)
    removed: Counter[tuple[str, str]] = field(default_factory=Counter)
    opted_out: dict[str, int] = field(default_factory=dict)
    legal_holds: dict[str, ToldHold] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)


def read_chain(loan: str, events: Iterable[StoredEvent]) -> Chain:
    """Read the events of a loan in their order, and note what is wrong."""
    chain = Chain(loan)
    for event in events:
        chain.flaws.extend(_flaws(chain, event))
        chain.seq = event.seq if isinstance(event.seq, int) else chain.seq + 1
        chain.hash = event.hash
        for record, digested in _told(event.records).items():
            chain.bound[record] = (digested, chain.seq)
        if event.kind in NOTES:
            NOTES[event.kind](chain, event.kind, str(event.at)[:10], _told(event.facts))
    return chain


def _note_removed(chain: Chain, _kind: str, day: str, facts: dict[str, Any]) -> None:
    if facts.get("record_class") in OF_CONTACTS and isinstance(facts.get("texts"), int):
        chain.removed[day, str(facts.get("rule"))] += facts["texts"]


def _note_opted_out(chain: Chain, _kind: str, _day: str, facts: dict[str, Any]) -> None:
    if facts.get("state") == ContactState.OPTED_OUT.value:
        chain.opted_out[str(facts.get("contact_point"))] = chain.seq


def _note_legal_hold(chain: Chain, kind: str, _day: str, facts: dict[str, Any]) -> None:
    is_lifted = kind == EventKind.LEGAL_HOLD_LIFTED.value
    chain.legal_holds[str(facts.get("legal_hold"))] = ToldHold(is_lifted, facts.get("borrower"), chain.seq)


NOTES: Mapping[str, Callable[[Chain, str, str, dict[str, Any]], None]] = {
    EventKind.TEXT_REMOVED.value: _note_removed,
    EventKind.OPTED_OUT.value: _note_opted_out,
    EventKind.CONTACT_ADDED.value: _note_opted_out,
    EventKind.LEGAL_HOLD_PLACED.value: _note_legal_hold,
    EventKind.LEGAL_HOLD_LIFTED.value: _note_legal_hold,
}
"""Events that tell of rows which they do not bind."""


def _flaws(chain: Chain, event: StoredEvent) -> Iterator[Flaw]:
    where: dict[str, Any] = {"loan": chain.loan, "seq": event.seq if isinstance(event.seq, int) else None}
    if event.seq != chain.seq + 1:
        gap = isinstance(event.seq, int) and event.seq > chain.seq + 1
        says = f"events {chain.seq + 1} to {event.seq - 1} are missing" if gap else f"{event.seq} follows {chain.seq}"
        yield Flaw(What.EVENTS_MISSING if gap else What.EVENT_DOES_NOT_FOLLOW, says, **where)
    elif event.prev_hash != chain.hash:
        yield Flaw(What.EVENT_DOES_NOT_FOLLOW, "it does not name the hash of the event before it", **where)
    if stored_hash(event) != event.hash:
        yield Flaw(What.EVENT_CHANGED, f"the event ({event.kind}) is not what was hashed", **where)


def stored_hash(event: StoredEvent) -> str | None:
    """The hash of an event over its own previous hash, from what lies in its columns; None where that says nothing."""
    if not isinstance(event.facts, str) or not isinstance(event.records, str) or not isinstance(event.prev_hash, str):
        return None
    if not isinstance(event.seq, int):
        return None
    texts = (event.at, event.journey_id, event.kind, event.loan_id)
    if any(isinstance(text, bytes) for text in texts):
        return None
    at, journey, kind, loan = (encode(text) if type(text) is str else document(text) for text in texts)
    # The document of `canonical.link`, put together from texts that are spelled that way already.
    told = (
        f'{{"at": {at}, "facts": {event.facts}, "journey": {journey}, "kind": {kind}, "loan": {loan}, '
        f'"records": {event.records}, "seq": {event.seq}}}'
    )
    return hashlib.sha256((event.prev_hash + told).encode("utf-8", "surrogateescape")).hexdigest()


def _told(raw: Any) -> dict[str, Any]:
    """What the JSON of an event says; nothing where that is no JSON any more."""
    try:
        told = json.loads(raw)
    except (ValueError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}
