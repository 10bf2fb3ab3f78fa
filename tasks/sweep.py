"""The step of a sweep: what people wrote is read from the vendor's own list, in case a webhook never came."""

from prefect import task

from connectors.failure import ConnectorError
from ledger.receipts import take_in
from ledger.stop_words import receipt_of
from ledger.sweeps import due_since, note_swept
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings

UNREAD = -1


@task(task_run_name="sweep what came in", **REPEATABLE)
def sweep_what_came_in() -> int | None:
    """Take in every message that no webhook brought, once an hour; returns how many, None when it was not time.

    -1 when the list could not be read: the next run tries again. What a webhook brought is known by its id, and
    changes nothing.
    """
    around = surroundings()
    inbox = around.inbox
    if inbox is None:
        return None
    began_at = around.clock()
    with around.ledger.reading() as session:
        since = due_since(session, inbox.vendor, now=began_at)
    if since is None:
        return None
    found = 0
    try:
        for written in inbox.written_since(since):
            # A transaction each: a STOP must not wait for whatever stands beside it.
            with around.ledger.transaction() as session:
                found += take_in(session, receipt_of(session, written), now=around.clock())
    except ConnectorError:
        return UNREAD
    with around.ledger.transaction() as session:
        note_swept(session, inbox.vendor, now=began_at)
    return found
