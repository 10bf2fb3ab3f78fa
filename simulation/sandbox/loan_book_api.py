"""The lender's own system over HTTP, as connectors/openapi/loan_book.yaml describes it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse

from simulation.sandbox.control import PretendBorrower
from simulation.sandbox.desks_api import is_known, problem
from simulation.sandbox.people import SOURCE
from simulation.sandbox.state import stored
from simulation.sandbox.world import World

PAGE_SIZE = 200


def loan_book_routes(world: World) -> APIRouter:
    """The two readings. Cursors are the place to go on from."""
    router = APIRouter(prefix="/v1/portfolios/{portfolio}")

    @router.get("/delinquencies")
    def delinquencies(
        portfolio: str, since: str = "", cursor: str = "0", authorization: Annotated[str, Header()] = ""
    ) -> JSONResponse:
        """Loans registered at or after an instant, as they stood on that day."""
        if refused := _refused(world, authorization, since=since, cursor=cursor):
            return refused
        with world.state.transaction() as db:
            rows = db.execute(
                "SELECT * FROM person WHERE portfolio = ? AND registered_at >= ? ORDER BY registered_at, loan_number"
                " LIMIT ? OFFSET ?",
                (portfolio, stored(datetime.fromisoformat(since)), PAGE_SIZE + 1, int(cursor)),
            ).fetchall()
        items = [
            _loan(PretendBorrower.model_validate_json(row["card"]), at=datetime.fromisoformat(row["registered_at"]))
            for row in rows
        ]
        return _page(items, cursor=cursor)

    @router.get("/payments")
    def payments(
        portfolio: str, since: str = "", cursor: str = "0", authorization: Annotated[str, Header()] = ""
    ) -> JSONResponse:
        """Payments and reversals received at or after an instant, oldest first."""
        if refused := _refused(world, authorization, since=since, cursor=cursor):
            return refused
        with world.state.transaction() as db:
            rows = db.execute(
                "SELECT * FROM payment WHERE portfolio = ? AND received_at >= ? ORDER BY received_at, external_id"
                " LIMIT ? OFFSET ?",
                (portfolio, stored(datetime.fromisoformat(since)), PAGE_SIZE + 1, int(cursor)),
            ).fetchall()
        items: list[dict[str, object]] = [
            {
                "loan_number": row["loan_number"],
                "source": SOURCE,
                "external_id": row["external_id"],
                "amount_minor": row["amount_minor"],
                "currency": row["currency"],
                "received_at": row["received_at"],
                "reverses": row["reverses"],
            }
            for row in rows
        ]
        return _page(items, cursor=cursor)

    return router


def _refused(world: World, authorization: str, *, since: str, cursor: str) -> JSONResponse | None:
    if not is_known(world, authorization):
        return problem(401, code="unauthorized", message="unknown token")
    try:
        aware = datetime.fromisoformat(since).tzinfo is not None
    except ValueError:
        aware = False
    if aware and cursor.isdecimal():
        return None
    return problem(400, code="malformed", message="since must be an instant with an offset, and a cursor ours")


def _page(items: list[dict[str, object]], *, cursor: str) -> JSONResponse:
    more = len(items) > PAGE_SIZE
    return JSONResponse({"items": items[:PAGE_SIZE], "next": str(int(cursor) + PAGE_SIZE) if more else None})


def _loan(card: PretendBorrower, *, at: datetime) -> dict[str, object]:
    """A row of the book. Its statement is of the day of registration: what was paid since is in the payments."""
    today = at.astimezone(UTC).astimezone(ZoneInfo(card.timezone)).date()
    contacts = [
        {"kind": kind, "text": text, "is_verified": False}
        for kind, text in (
            ("mobile", card.phone),
            ("chat", card.phone),
            ("email", card.email),
            ("address", card.address),
        )
        if text
    ]
    return {
        "number": card.loan_number,
        "borrower_number": card.borrower_number,
        "borrower_name": card.name,
        "contacts": contacts,
        "timezone": card.timezone,
        "language": card.language,
        "jurisdiction": card.jurisdiction,
        "product": card.product,
        "segment": card.segment,
        "currency": card.currency,
        "balance_minor": card.arrears_minor if card.balance_minor is None else card.balance_minor,
        "statement": {
            "arrears_minor": card.arrears_minor,
            "instalment_minor": card.instalment_minor,
            "past_due_since_on": (today - timedelta(days=card.days_past_due)).isoformat(),
            "as_of_on": today.isoformat(),
        },
    }
