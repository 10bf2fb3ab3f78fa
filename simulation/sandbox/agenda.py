"""What is going to happen: borrowers' acts and vendors' callbacks, each with its instant."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from simulation.sandbox.state import State, stored


class DueKind(StrEnum):
    """The kinds of thing that fall due. The first four are borrowers' acts, for which a driver of time stops."""

    PAYMENT = "payment"
    SELF_PAYMENT = "self_payment"
    TAKEN_BACK = "taken_back"
    REPLY = "reply"
    MAIL = "mail"
    RECEIPT = "receipt"
    CALLBACK = "callback"


ACTS = frozenset({DueKind.PAYMENT, DueKind.SELF_PAYMENT, DueKind.TAKEN_BACK, DueKind.REPLY})


@dataclass(frozen=True, slots=True)
class Due:
    """One entry of the agenda; `payload` is JSON of its kind."""

    id: int
    due_at: datetime
    kind: DueKind
    payload: dict[str, Any]


class Agenda:
    """Entries are carried out by instant, then by `sort_key`: never by the order in which requests came in."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, kind: DueKind, *, at: datetime, sort_key: str, payload: dict[str, Any]) -> None:
        """Put an entry on the agenda."""
        with self._state.transaction() as db:
            db.execute(
                "INSERT INTO due (due_at, sort_key, kind, payload) VALUES (?, ?, ?, ?)",
                (stored(at), sort_key, kind, json.dumps(payload)),
            )

    def first(self, *, until: datetime, kinds: Collection[DueKind], passed_over: set[int]) -> Due | None:
        """The earliest entry of some kinds due by an instant and not passed over; None when there is none."""
        with self._state.transaction() as db:
            rows = db.execute(
                f"SELECT * FROM due WHERE due_at <= ? AND kind IN ({_marks(kinds)})"  # noqa: S608 (question marks only)
                " ORDER BY due_at, sort_key, id LIMIT ?",
                (stored(until), *kinds, len(passed_over) + 1),
            ).fetchall()
        for row in rows:
            if row["id"] not in passed_over:
                at = datetime.fromisoformat(row["due_at"]).astimezone(UTC)
                return Due(id=row["id"], due_at=at, kind=DueKind(row["kind"]), payload=json.loads(row["payload"]))
        return None

    def strike(self, entry: Due) -> None:
        """Take an entry off: it was carried out, or given up."""
        with self._state.transaction() as db:
            db.execute("DELETE FROM due WHERE id = ?", (entry.id,))

    def next_act_at(self, *, after: datetime) -> datetime | None:
        """When the next borrower acts, later than an instant; None when nobody will."""
        with self._state.transaction() as db:
            row = db.execute(
                f"SELECT min(due_at) AS at FROM due WHERE due_at > ? AND kind IN ({_marks(ACTS)})",  # noqa: S608
                (stored(after), *ACTS),
            ).fetchone()
        return datetime.fromisoformat(row["at"]) if row["at"] else None


def _marks(values: Collection[DueKind]) -> str:
    return ", ".join("?" * len(values))
