"""The addresses that the lender's own systems post to: payments from the loan book, news of orders from the desks."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import FastAPI, HTTPException, Request, status
from pydantic import SecretStr

from connectors import lender_signature
from console.lender_news import UnreadableNews, desk_news_in, payments_in
from console.raw_body import RawBody
from domain.receipt import Receipt
from ledger.database import Ledger
from ledger.desk_reports import KIND_FOR, DeskReport, take_in_report
from ledger.payment_intake import PaymentsTaken, take_in_payments
from ledger.portfolios import NoSuchPortfolio, portfolio_named
from ledger.receipts import take_in
from ledger.unkeepable import why_unkeepable


def add_lender_routes(
    app: FastAPI,
    ledger: Ledger,
    *,
    desk_token: SecretStr | None,
    loan_book_token: SecretStr | None,
    clock: Callable[[], datetime],
) -> None:
    """Two addresses. A token is None while that system is not set up; what it posts is then refused."""
    door = _LenderDoor(ledger, desk_token=desk_token, loan_book_token=loan_book_token, clock=clock)
    app.add_api_route("/receipts/payments/{portfolio}", door.payments, methods=["POST"])
    app.add_api_route("/receipts/desks/{desk}", door.desk_news, methods=["POST"])


class _LenderDoor:
    """What answers each address, in threads where the ledger may wait."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        desk_token: SecretStr | None,
        loan_book_token: SecretStr | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._desk_token = desk_token
        self._loan_book_token = loan_book_token
        self._clock = clock

    def payments(self, portfolio: str, request: Request, body: RawBody) -> dict[str, Any]:
        self._refuse_unless_genuine(request, body, token=self._loan_book_token)
        try:
            payments = payments_in(body)
        except UnreadableNews as error:
            raise HTTPException(status.HTTP_400_BAD_REQUEST) from error
        all_taken = PaymentsTaken()
        # Reversals after payments, and a transaction each: one that cannot be booked must not hold up the others.
        for payment in sorted(payments, key=lambda p: p.reverses is not None):
            try:
                with self._ledger.transaction() as session:
                    row = portfolio_named(session, portfolio)
                    taken = take_in_payments(session, row, [payment], now=self._clock())
            except NoSuchPortfolio as error:
                raise HTTPException(status.HTTP_404_NOT_FOUND) from error
            except Exception as error:  # noqa: BLE001 - what is not the item's own fault is raised again
                all_taken.refused.append((payment, _reason_of(error)))
                continue
            all_taken.new += taken.new
            all_taken.known += taken.known
            all_taken.refused += taken.refused
        refused = [{"external_id": payment.external_id, "reason": why} for payment, why in all_taken.refused]
        return {"new": all_taken.new, "known": all_taken.known, "refused": refused}

    def desk_news(self, desk: str, request: Request, body: RawBody) -> dict[str, Any]:
        self._refuse_unless_genuine(request, body, token=self._desk_token)
        if desk not in KIND_FOR:
            raise HTTPException(status.HTTP_404_NOT_FOUND)
        try:
            news = desk_news_in(body, desk=desk)
        except UnreadableNews as error:
            raise HTTPException(status.HTTP_400_BAD_REQUEST) from error
        new, refused = 0, []
        for one in news:
            try:
                with self._ledger.transaction() as session:
                    new += self._take(one, session)
            except Exception as error:  # noqa: BLE001 - what is not the item's own fault is raised again
                refused.append({"event_id": one.event_id, "reason": _reason_of(error)})
        return {"new": new, "known": len(news) - new - len(refused), "refused": refused}

    def _take(self, one: Receipt | DeskReport, session: Any) -> bool:
        if isinstance(one, DeskReport):
            return take_in_report(session, one, now=self._clock())
        return take_in(session, one, now=self._clock())

    def _refuse_unless_genuine(self, request: Request, body: bytes, *, token: SecretStr | None) -> None:
        if token is None or not lender_signature.is_genuine(
            body,
            signature=request.headers.get("Duecourse-Signature"),
            timestamp=request.headers.get("Duecourse-Timestamp"),
            token=token.get_secret_value(),
            now=self._clock(),
        ):
            raise HTTPException(status.HTTP_403_FORBIDDEN)


def _reason_of(error: Exception) -> str:
    """Why one item is refused, so that it does not hold up the others; raises what may be told again later."""
    reason = why_unkeepable(error)
    if reason is None:
        raise error
    return reason
