"""SendGrid's batches over HTTP: ids by which mails that are kept until their time can be cancelled.

SendGrid says: not later than ten minutes before, not more than ten batches at one time, and not a second time.
What is cancelled stays where it is, and is thrown away at its time.
"""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from simulation.sandbox.accept_log import digest_of
from simulation.sandbox.sendgrid_access import is_known, refused
from simulation.sandbox.state import stored
from simulation.sandbox.world import World

CANCEL = "cancel"
LATEST_CANCEL = timedelta(minutes=10)
MOST_CANCELLED = 10


def batch_routes(world: World) -> APIRouter:
    """A new batch, its cancellation, and how it stands."""
    router = APIRouter()

    @router.post("/mail/batch")
    async def open_batch(request: Request) -> Response:
        """A new batch id."""
        if not is_known(request, world):
            return refused(401)
        return JSONResponse({"batch_id": await run_in_threadpool(_open, world)}, status_code=201)

    @router.post("/user/scheduled_sends")
    async def cancel(request: Request) -> Response:
        """Cancel what is in a batch."""
        if not is_known(request, world):
            return refused(401)
        try:
            told = await request.json()
            batch_id, status = str(told["batch_id"]), told["status"]
        except (ValueError, KeyError, TypeError):
            return refused(400, "Bad Request")
        if status != CANCEL:
            return refused(400, "The sandbox only cancels.", "status")
        if (words := await run_in_threadpool(_cancel, world, batch_id)) is not None:
            return refused(400, words, "batch_id")
        return JSONResponse({"batch_id": batch_id, "status": CANCEL}, status_code=201)

    @router.get("/user/scheduled_sends/{batch_id}")
    def state_of(request: Request, batch_id: str) -> Response:
        """What was asked for a batch; nothing where it goes its way."""
        if not is_known(request, world):
            return refused(401)
        told = [{"batch_id": batch_id, "status": CANCEL}] if is_cancelled(world, batch_id) else []
        return JSONResponse(told)

    return router


def is_batch(world: World, batch_id: str) -> bool:
    """Whether the sandbox gave out this id."""
    with world.state.transaction() as db:
        return db.execute("SELECT 1 FROM batch WHERE batch_id = ?", (batch_id,)).fetchone() is not None


def is_cancelled(world: World, batch_id: str) -> bool:
    """Whether what is in a batch does not leave."""
    with world.state.transaction() as db:
        found = db.execute("SELECT 1 FROM batch WHERE batch_id = ? AND status = ?", (batch_id, CANCEL)).fetchone()
    return found is not None


def joins(world: World, batch_id: str, *, leaves_at: datetime) -> None:
    """Note when a mail in a batch leaves."""
    with world.state.transaction() as db:
        db.execute("UPDATE batch SET leaves_at = ? WHERE batch_id = ?", (stored(leaves_at), batch_id))


def _open(world: World) -> str:
    with world.state.transaction() as db:
        nth = db.execute("SELECT count(*) AS n FROM batch").fetchone()["n"]
        batch_id = digest_of(f"{world.settings.seed}/batch/{nth}")[:48]
        db.execute("INSERT INTO batch VALUES (?, NULL, NULL)", (batch_id,))
    return batch_id


def _cancel(world: World, batch_id: str) -> str | None:
    """Cancel a batch, also before there is a mail in it; why not, where it cannot be."""
    now = world.time.now()
    with world.state.transaction() as db:
        batch = db.execute("SELECT * FROM batch WHERE batch_id = ?", (batch_id,)).fetchone()
        waiting = db.execute(
            "SELECT count(*) AS n FROM batch WHERE status = ? AND leaves_at > ?", (CANCEL, stored(now))
        ).fetchone()["n"]
        if batch is None:
            return "invalid batch id"
        if batch["status"] is not None:
            return "a status for this batch id exists, try PATCH to update the status"
        if batch["leaves_at"] is not None and batch["leaves_at"] < stored(now + LATEST_CANCEL):
            return "it is too late to cancel this batch"
        if waiting >= MOST_CANCELLED:
            return "too many batches are cancelled or paused"
        db.execute("UPDATE batch SET status = ? WHERE batch_id = ?", (CANCEL, batch_id))
    return None
