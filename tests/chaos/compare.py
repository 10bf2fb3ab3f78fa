"""Compare a sandbox's accept log with a ledger: `python tests/chaos/compare.py --ledger URL --log sandbox.db [--json]`.

An auditor of its own: it imports nothing of the product, opens both files with plain SQL, and so shares none of its
mistakes. `--ledger` takes what DUECOURSE_LEDGER_URL takes, or the path of a SQLite file. It ends with 1 where the two
do not agree.
"""

import argparse
import json
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ATTEMPTS = (
    "SELECT attempts.id, journeys.loan_id, attempts.rung, attempts.turn_no, attempts.action, attempts.state,"
    " attempts.vendor, attempts.vendor_id FROM attempts JOIN journeys ON journeys.id = attempts.journey_id"
)
COSTS = "SELECT loan_id, rung, turn_no FROM costs WHERE action IN ('sms', 'email', 'chat')"
LOG = "SELECT attempt_id, channel, vendor_id FROM accept ORDER BY id"
VENDORS = frozenset({"twilio", "sendgrid", "field_desk", "legal_desk", "agency_desk"})
TOOK = frozenset({"accepted", "delivered", "undelivered"})
MESSAGES = frozenset({"sms", "email", "chat"})
MUST_BE_NONE = (
    *("duplicates", "accepted_and_denied", "accepted_and_not_written_down", "claimed_and_never_accepted"),
    *("under_another_id", "by_another_channel", "charged_wrongly", "accepted_for_nobody"),
)


class Attempt(NamedTuple):
    """A contact as the ledger has it."""

    id: str
    loan_id: str
    rung: str
    turn_no: int
    action: str
    state: str
    vendor: str | None
    vendor_id: str | None

    @property
    def step(self) -> tuple[str, str, int]:
        """What may be accepted once at most."""
        return self.loan_id, self.rung, self.turn_no


def compare(ledger: str, log: Path) -> dict[str, Any]:
    """What the two say of each other: lists of ids, all empty but `unknown`, which a ledger may have.

    duplicates: accepted more than once for a loan, rung and turn. accepted_and_denied: the ledger says it never left.
    claimed_and_never_accepted: the ledger says that it was taken, and the vendor knows nothing of it.
    charged_wrongly: a message that was taken and has no cost or more than one, or the other way round.
    unknown: the ledger does not know and says so; `unknown_accepted` of them were accepted.
    """
    attempts = [Attempt(*row) for row in rows(ledger, ATTEMPTS)]
    accepts = sqlite_rows(log, LOG)
    charged = Counter(rows(ledger, COSTS))
    found: dict[str, list[str]] = {name: [] for name in (*MUST_BE_NONE, "unknown", "unknown_accepted")}
    for name, attempt_id in (*_of_the_log(accepts, attempts), *_of_the_ledger(attempts, accepts, charged)):
        found[name].append(attempt_id)
    return {
        **found,
        "attempts": len(attempts),
        "accepts": len(accepts),
        "agrees": not any(found[name] for name in MUST_BE_NONE),
    }


def _of_the_log(accepts: list[tuple[Any, ...]], attempts: list[Attempt]) -> Iterator[tuple[str, str]]:
    """What is to be said of each accepted contact, with its id."""
    known = {attempt.id: attempt for attempt in attempts}
    steps = Counter[tuple[str, str, int]]()
    for attempt_id, channel, vendor_id in accepts:
        attempt = known.get(attempt_id)
        if attempt is None:
            yield ("accepted_and_not_written_down", attempt_id) if attempt_id else ("accepted_for_nobody", vendor_id)
            continue
        steps[attempt.step] += 1
        said = {
            "duplicates": steps[attempt.step] > 1,
            "unknown_accepted": attempt.state == "unknown",
            "accepted_and_denied": attempt.state not in {*TOOK, "unknown"},
            "under_another_id": attempt.state in TOOK and not _is_same(attempt.vendor_id, vendor_id),
            "by_another_channel": attempt.action != channel,
        }
        yield from ((name, attempt_id) for name, is_so in said.items() if is_so)


def _of_the_ledger(
    attempts: list[Attempt], accepts: list[tuple[Any, ...]], charged: Counter[tuple[str, str, int]]
) -> Iterator[tuple[str, str]]:
    """What is to be said of each attempt, with its id. What no vendor of the sandbox's took is not its business."""
    by_id = {attempt_id for attempt_id, _, _ in accepts}
    for attempt in attempts:
        if attempt.state == "unknown":
            yield "unknown", attempt.id
        if attempt.vendor not in VENDORS:
            continue
        if attempt.state in TOOK and attempt.id not in by_id:
            yield "claimed_and_never_accepted", attempt.id
        if attempt.action in MESSAGES and charged[attempt.step] != (attempt.state in TOOK):
            yield "charged_wrongly", attempt.id


def _is_same(known_as: str | None, vendor_id: str) -> bool:
    """Where the ledger has an id: SendGrid's events carry its own with something behind it."""
    return not known_as or known_as.partition(".")[0] == vendor_id


def rows(ledger: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a ledger that is read and never changed."""
    if re.match(r"postgres\w*(\+\w+)?://", ledger):
        import psycopg  # noqa: PLC0415 - a ledger on SQLite is compared without it

        with psycopg.connect(re.sub(r"^postgres\w*(\+\w+)?://", "postgresql://", ledger)) as connection:
            return list(connection.execute(query.encode()))
    return sqlite_rows(Path(ledger.removeprefix("sqlite:///")), query)


def sqlite_rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a SQLite file that is read and never made."""
    connection = sqlite3.connect(f"file:{file.resolve()}?mode=ro", uri=True)
    try:
        return list(connection.execute(query))
    finally:
        connection.close()


def in_words(found: dict[str, Any]) -> Iterable[str]:
    """A line for everything that must not be."""
    for name in MUST_BE_NONE:
        if found[name]:
            yield f"{name.replace('_', ' ')}: {len(found[name])}, such as {found[name][0]}"


def main() -> int:
    """Read the command line, compare, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ledger", required=True, help="URL of the ledger, or the path of its SQLite file")
    parser.add_argument("--log", required=True, type=Path, help="the sandbox's own file")
    parser.add_argument("--json", action="store_true", help="everything, as JSON")
    given = parser.parse_args()
    found = compare(given.ledger, given.log)
    if given.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in in_words(found))
        agree = "agree" if found["agrees"] else "do NOT agree"
        sys.stdout.write(
            f"{found['accepts']} accepts and {found['attempts']} attempts {agree};"
            f" {len(found['unknown'])} unknown, {len(found['unknown_accepted'])} of them accepted\n"
        )
    return 0 if found["agrees"] else 1


if __name__ == "__main__":
    sys.exit(main())
