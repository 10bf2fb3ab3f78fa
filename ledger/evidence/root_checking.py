"""Checking the signed roots: each is signed, follows the one before, covers what is there, and is the one put away."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from ledger.evidence import merkle
from ledger.evidence.canonical import GENESIS, document
from ledger.evidence.flaw import Flaw, What
from ledger.evidence.proof import Proof
from ledger.evidence.put_away import is_broken_off, put_away_text
from ledger.evidence.roots import growth
from ledger.evidence.signing import PublicKeys, is_signed


def check_roots(connection: Connection, proof: Proof, *, keys: PublicKeys, exported: Path | None) -> None:
    """Look at every root in its order, and at the files in which they were put away."""
    previous, upto = GENESIS, 0
    stored: dict[str, dict[str, Any]] = {}
    query = text(
        "SELECT CAST(day AS text) AS day, statement, signature FROM evidence_roots ORDER BY evidence_roots.day"
    )
    for day, statement, signature in connection.execute(query):
        proof.roots += 1
        told = _told(statement)
        proof.flaws.extend(_of_statement(str(day), statement, signature, told, previous=previous, keys=keys))
        proof.flaws.extend(_of_growth(connection, told, after=upto))
        if told is not None:
            stored[str(day)] = {"statement": told, "signature": signature}
            upto = max(upto, told["upto_event"])
        previous = hashlib.sha256(str(statement).encode("utf-8", "surrogateescape")).hexdigest()
    if exported is not None:
        proof.flaws.extend(_of_files(exported, stored, keys=keys))
    proof.covered_upto = upto
    later = text("SELECT COUNT(*) FROM events WHERE id > :upto")
    proof.not_covered = int(connection.execute(later, {"upto": upto}).scalar_one())


def _told(statement: Any) -> dict[str, Any] | None:
    """What a statement says; None where it is not spelled as one."""
    try:
        told = json.loads(statement)
        is_one = document(told) == statement and isinstance(told["upto_event"], int) and isinstance(told["events"], int)
    except (ValueError, TypeError, KeyError):
        return None
    return told if is_one else None


def _of_statement(
    day: str, statement: Any, signature: Any, told: dict[str, Any] | None, *, previous: str, keys: PublicKeys
) -> Iterator[Flaw]:
    if told is None:
        yield Flaw(What.ROOT_DIFFERS, f"the root of {day} is no statement any more")
        return
    if told.get("day") != day:
        yield Flaw(What.ROOT_DIFFERS, f"the root of {day} was signed for {told.get('day')}")
    if told.get("previous") != previous:
        yield Flaw(
            What.ROOT_MISSING, f"the root of {day} does not follow the one before it: one is gone or was changed"
        )
    key = keys.get(str(told.get("key")))
    if key is None:
        yield Flaw(
            What.ROOT_UNSIGNED, f"the root of {day} is signed with a key that is not known here ({told.get('key')})"
        )
    elif not is_signed(statement, str(signature), key=key):
        yield Flaw(What.ROOT_UNSIGNED, f"the signature of the root of {day} does not hold")


def _of_growth(connection: Connection, told: dict[str, Any] | None, *, after: int) -> Iterator[Flaw]:
    if told is None:
        return
    grown = growth(connection, after=after, upto=told["upto_event"])
    day, signed = told["day"], told["events"]
    if grown.events < signed:
        yield Flaw(What.ROOT_DIFFERS, f"on {day} {signed} events were signed, and {grown.events} of them are there")
    elif grown.events > signed:
        yield Flaw(What.ROOT_DIFFERS, f"on {day} {signed} events were signed, and {grown.events} are there")
    elif len(grown.heads) != told["chains"] or merkle.root(grown.leaves) != told["merkle_root"]:
        yield Flaw(What.ROOT_DIFFERS, f"the chains of {day} do not end in what was signed")


def _of_files(folder: Path, stored: dict[str, dict[str, Any]], *, keys: PublicKeys) -> Iterator[Flaw]:
    for path in sorted(folder.glob("root-*.json")):
        day = path.stem.removeprefix("root-")
        if day in stored and is_broken_off(path, put_away_text(**stored[day])):
            yield Flaw(
                What.ROOT_UNSIGNED,
                f"what was put away of {day} ({path.name}) was broken off while it was written; the ledger has the"
                " whole of it, and `duecourse evidence close-days` writes it again",
            )
            continue
        try:
            put_away = json.loads(path.read_text())
            key = keys.get(put_away["statement"]["key"])
            holds = is_signed(document(put_away["statement"]), put_away["signature"], key=key)
        except (ValueError, TypeError, KeyError):
            holds = False
        if not holds:
            yield Flaw(What.ROOT_UNSIGNED, f"what was put away of {day} ({path.name}) does not carry a good signature")
        elif day not in stored:
            yield Flaw(What.ROOT_MISSING, f"the root of {day} was put away, and is not in the ledger")
        elif stored[day] != put_away:
            yield Flaw(What.ROOT_UNLIKE_EXPORT, f"the root of {day} is not the one that was put away")
