"""The append-only log of what the sandbox accepted: the independent witness for duplicates."""

import hashlib
from datetime import datetime

from simulation.sandbox.control import Accept, Accepts
from simulation.sandbox.state import State, stored


class AcceptLog:
    """Rows are written in the transaction that accepts, and never changed."""

    def __init__(self, state: State, *, seed: int) -> None:
        self._state = state
        self._seed = seed

    def vendor_id(self, prefix: str, *, attempt_id: str, destination: str) -> str:
        """An id of 32 hexadecimal digits for the next accept of an attempt, the same in every repeat of a run."""
        nth = self._state.count_up(f"{attempt_id}/{destination}", prefix)
        digest = hashlib.sha256(f"{self._seed}\x1f{prefix}\x1f{attempt_id}\x1f{destination}\x1f{nth}".encode())
        return prefix + digest.hexdigest()[:32]

    def write(
        self,
        *,
        attempt_id: str,
        channel: str,
        vendor_id: str,
        destination: str,
        body: str,
        segments: int,
        at: datetime,
    ) -> None:
        """Append one accepted message or order."""
        with self._state.transaction() as db:
            db.execute(
                "INSERT INTO accept (attempt_id, channel, vendor_id, destination_hash, body_hash, segments,"
                " accepted_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (attempt_id, channel, vendor_id, digest_of(destination), digest_of(body), segments, stored(at)),
            )

    def read(self) -> Accepts:
        """The whole log in the order of acceptance, with its counts; accepts without an attempt are no duplicates."""
        with self._state.transaction() as db:
            rows = db.execute("SELECT * FROM accept ORDER BY id").fetchall()
            counts = db.execute(
                "SELECT channel, count(*) AS n FROM accept GROUP BY channel ORDER BY channel"
            ).fetchall()
            twice = db.execute(
                "SELECT attempt_id FROM accept WHERE attempt_id != '' GROUP BY attempt_id HAVING count(*) > 1"
                " ORDER BY attempt_id"
            ).fetchall()
        return Accepts(
            accepts=tuple(Accept(**{name: row[name] for name in Accept.model_fields}) for row in rows),
            by_channel={row["channel"]: row["n"] for row in counts},
            duplicates=tuple(row["attempt_id"] for row in twice),
        )


def digest_of(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
