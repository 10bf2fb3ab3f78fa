"""The lender's own systems post payments and news of orders: signed and fresh, each with one effect."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from pydantic import SecretStr

import connectors
from connectors.lender_signature import FRESH_FOR, signature_of
from console.receipts import ReceiptSettings, create_receipts
from domain.action import Action
from domain.attempt import AttemptState, FailureClass
from domain.work_item import WorkKind, WorkState
from ledger.outcomes import record_failure
from ledger.tables.attempt import AttemptRow
from ledger.tables.inbox import InboxRow
from ledger.tables.journey import WakeUpRow
from ledger.tables.money import PaymentRow
from ledger.tables.work_item import WorkItemRow
from tests.console.served import served
from tests.ledger.lender import Lender

DESK_TOKEN, BOOK_TOKEN = "of the desks", "of the loan book"
PAYMENTS, VISITS = "/receipts/payments/cards", "/receipts/desks/field_desk"
PAYMENT = {
    "loan_number": "L-1",
    "source": "bank",
    "external_id": "PAY-1",
    "amount_minor": 80_000,
    "currency": "GBP",
    "received_at": "2026-01-05T09:00:00+00:00",
    "reverses": None,
}


@dataclass(frozen=True)
class LenderSystems:
    """The loan book and the desks, and the network between them and us."""

    client: httpx.Client
    lender: Lender

    def post(self, path: str, *items: dict[str, Any], token: str | None = None) -> httpx.Response:
        """Post items, signed as the system of that path signs."""
        return self.post_body(path, json.dumps({"items": items}).encode(), token=token)

    def post_body(self, path: str, body: bytes, *, token: str | None = None) -> httpx.Response:
        """Post any body, signed."""
        token = token or (BOOK_TOKEN if path == PAYMENTS else DESK_TOKEN)
        timestamp = str(int(self.lender.now.timestamp()))
        signature = signature_of(body, timestamp=timestamp, token=token)
        return self.send(path, body, signature=signature, timestamp=timestamp)

    def send(self, path: str, body: bytes, *, signature: str | None, timestamp: str | None) -> httpx.Response:
        """Post with these headers, or without."""
        told = {"Duecourse-Signature": signature, "Duecourse-Timestamp": timestamp}
        headers = {name.encode(): text.encode() for name, text in told.items() if text is not None}
        return self.client.post(path, content=body, headers=headers)


@pytest.fixture
def systems(lender: Lender) -> Iterator[LenderSystems]:
    """They know the tokens that the application knows."""
    settings = ReceiptSettings(
        "https://receipts.lender.example", desk_token=SecretStr(DESK_TOKEN), loan_book_token=SecretStr(BOOK_TOKEN)
    )
    with served(create_receipts(lender.ledger, settings=settings, clock=lambda: lender.now)) as client:
        yield LenderSystems(client, lender)


@pytest.fixture
def visit(lender: Lender) -> str:
    """The attempt of a visit that was ordered and that nobody has told about yet."""
    item = lender.has_work(lender.opens(ladder="standard"), WorkKind.FIELD_VISIT)
    return next(row.attempt_id or "" for row in lender.rows(WorkItemRow) if row.id == item)


def news(reference: str, **more: Any) -> dict[str, Any]:
    """A visit was made, and nobody was at home."""
    return {"event_id": "E-1", "reference": reference, "status": "worked", "disposition": "no_answer", **more}


def visits_of(lender: Lender) -> list[WorkItemRow]:
    """The visits of a lender."""
    return [row for row in lender.rows(WorkItemRow) if row.kind == WorkKind.FIELD_VISIT.value]


class TestAPayment:
    """From the loan book, as soon as it is booked there."""

    def test_is_booked_once_and_wakes_its_journey(self, systems: LenderSystems, lender: Lender) -> None:
        """However often it is posted."""
        lender.opens()
        answers = [systems.post(PAYMENTS, PAYMENT).json() for _ in range(5)]
        assert answers == [{"new": 1, "known": 0, "refused": []}] + [{"new": 0, "known": 1, "refused": []}] * 4
        assert len(lender.rows(PaymentRow)) == 1
        assert [row.reason for row in lender.rows(WakeUpRow)].count("payment received") == 1

    def test_is_booked_before_its_reversal_in_whichever_order_they_come(
        self, systems: LenderSystems, lender: Lender
    ) -> None:
        """A batch may tell of the reversal first."""
        lender.opens()
        back = {**PAYMENT, "external_id": "PAY-2", "reverses": "PAY-1"}
        assert systems.post(PAYMENTS, back, PAYMENT).json()["new"] == 2

    def test_that_cannot_be_booked_is_told_and_holds_nothing_up(self, systems: LenderSystems, lender: Lender) -> None:
        """With the reason, for whoever looks after the loan book."""
        lender.opens()
        answer = systems.post(PAYMENTS, {**PAYMENT, "loan_number": "L-9", "external_id": "PAY-9"}, PAYMENT).json()
        assert answer["new"] == 1
        assert [each["external_id"] for each in answer["refused"]] == ["PAY-9"]
        assert "import the loan first" in answer["refused"][0]["reason"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount_minor": 10**19},
            {"received_at": "9999-12-31T23:59:59-12:00"},
            {"received_at": "2062-01-05T09:00:00+00:00"},
            {"external_id": "PAY\0"},
        ],
        ids=["amount", "time", "date", "id"],
    )
    def test_with_a_value_that_no_ledger_can_hold_holds_nothing_up(
        self, systems: LenderSystems, lender: Lender, wrong: dict[str, Any]
    ) -> None:
        """The good payment behind it is booked, and the bad one is told with its reason."""
        lender.opens()
        answer = systems.post(PAYMENTS, {**PAYMENT, "external_id": "PAY-0", **wrong}, PAYMENT)
        assert answer.status_code == 200
        assert (answer.json()["new"], len(answer.json()["refused"])) == (1, 1)
        assert [row.external_id for row in lender.rows(PaymentRow)] == ["PAY-1"]

    def test_of_a_portfolio_that_is_not_there_is_not_found(self, systems: LenderSystems, lender: Lender) -> None:
        """Told only to whoever may know."""
        lender.opens()
        assert systems.post("/receipts/payments/none", PAYMENT, token=BOOK_TOKEN).status_code == 404
        assert systems.post("/receipts/payments/none", PAYMENT, token="guessed").status_code == 403


class TestNewsOfAnOrder:
    """From a desk."""

    def test_ends_its_work_once(self, systems: LenderSystems, lender: Lender, visit: str) -> None:
        """As if a person had recorded it, by the desk's name."""
        answers = [systems.post(VISITS, news(visit, minutes=25)).json() for _ in range(3)]
        assert [answer["new"] for answer in answers] == [1, 0, 0]
        (item,) = visits_of(lender)
        assert (item.state, item.disposition, item.minutes) == (WorkState.DONE.value, "no_answer", 25)
        assert item.taken_by == "field_desk"

    def test_may_bring_a_promise(self, systems: LenderSystems, lender: Lender, visit: str) -> None:
        """With its amount and day."""
        promised = {"amount_minor": 40_000, "due_on": str((lender.now + timedelta(days=5)).date())}
        answer = systems.post(VISITS, news(visit, disposition="promise", promise=promised)).json()
        assert answer["new"] == 1, answer
        assert visits_of(lender)[0].disposition == "promise"

    def test_that_does_not_fit_is_told_and_may_come_mended(
        self, systems: LenderSystems, lender: Lender, visit: str
    ) -> None:
        """A promise without its amount is not kept under that event's id."""
        answer = systems.post(VISITS, news(visit, disposition="promise")).json()
        assert [each["event_id"] for each in answer["refused"]] == ["E-1"]
        assert visits_of(lender)[0].state == WorkState.OPEN.value
        assert systems.post(VISITS, news(visit)).json()["new"] == 1

    def test_that_no_ledger_can_hold_holds_nothing_up(self, systems: LenderSystems, lender: Lender, visit: str) -> None:
        """A promise of more than there is money: the news behind it counts."""
        too_much = {"amount_minor": 10**19, "due_on": str((lender.now + timedelta(days=5)).date())}
        wrong = news(visit, event_id="E-0", disposition="promise", promise=too_much)
        answer = systems.post(VISITS, wrong, news(visit))
        assert (answer.status_code, answer.json()["new"]) == (200, 1)
        assert [each["event_id"] for each in answer.json()["refused"]] == ["E-0"]
        assert visits_of(lender)[0].disposition == "no_answer"

    def test_settles_an_order_of_unknown_fate(self, systems: LenderSystems, lender: Lender) -> None:
        """The answer to the order was lost, and then the desk says that it has it: nobody need ask any more."""
        journey = lender.opens(ladder="standard")
        turn = lender.lives(journey, days=200, before=Action.FIELD_VISIT)
        attempt = lender.plans(turn)
        lender.claims(attempt, turn)
        with lender.ledger.transaction() as session:
            record_failure(session, attempt, failure=FailureClass.AMBIGUOUS, code="ReadTimeout", now=lender.now)
        taken = {"event_id": "E-1", "reference": attempt, "status": "accepted", "order_id": "V-1"}
        assert systems.post(VISITS, taken).json()["new"] == 1
        (row,) = [each for each in lender.rows(AttemptRow) if each.id == attempt]
        assert (row.state, row.vendor_id) == (AttemptState.ACCEPTED.value, "V-1")
        assert [item.state for item in visits_of(lender)] == [WorkState.OPEN.value]

    def test_of_another_desks_order_changes_nothing(self, systems: LenderSystems, lender: Lender, visit: str) -> None:
        """Each desk speaks of its own orders only."""
        assert systems.post("/receipts/desks/legal_desk", news(visit, disposition="done")).json()["new"] == 0
        assert systems.post("/receipts/desks/nobody", news(visit)).status_code == 404
        assert visits_of(lender)[0].state == WorkState.OPEN.value


class TestWhatIsNotGenuine:
    """Is refused, and never an error of ours."""

    def test_a_missing_or_mangled_signature_is_refused(self, systems: LenderSystems) -> None:
        """Whatever stands in the headers."""
        now = str(int(systems.lender.now.timestamp()))
        for path in (PAYMENTS, VISITS):
            for signature in (None, "", "sha256=", "sha256=" + "0" * 64, "é", "x" * 10_000):
                for timestamp in (None, "", "soon", "9" * 400, "\uff19", "-1", now):
                    answer = systems.send(path, b'{"items": []}', signature=signature, timestamp=timestamp)
                    assert answer.status_code == 403, (path, signature, timestamp)

    @pytest.mark.parametrize("path", [PAYMENTS, VISITS])
    def test_another_body_another_token_or_another_time_is_refused(
        self, systems: LenderSystems, lender: Lender, path: str
    ) -> None:
        """A signature is good for one body, from one system, for ten minutes."""
        lender.opens()
        body = json.dumps({"items": [PAYMENT if path == PAYMENTS else news("x")]}).encode()
        other = DESK_TOKEN if path == PAYMENTS else BOOK_TOKEN
        assert systems.post_body(path, body, token=other).status_code == 403
        for shift in (-FRESH_FOR - timedelta(seconds=1), FRESH_FOR + timedelta(seconds=1)):
            stamp = str(int((lender.now + shift).timestamp()))
            token = BOOK_TOKEN if path == PAYMENTS else DESK_TOKEN
            good = signature_of(body, timestamp=stamp, token=token)
            assert systems.send(path, body, signature=good, timestamp=stamp).status_code == 403
        stamp = str(int(lender.now.timestamp()))
        good = signature_of(body, timestamp=stamp, token=BOOK_TOKEN if path == PAYMENTS else DESK_TOKEN)
        assert systems.send(path, body + b" ", signature=good, timestamp=stamp).status_code == 403
        assert not lender.rows(PaymentRow)
        assert not lender.rows(InboxRow)

    def test_a_signed_body_that_cannot_be_read_is_told_so(self, systems: LenderSystems) -> None:
        """400, and nothing is kept."""
        unreadable = (b"", b"null", b"[]", b'{"items": [{}]}', b'{"items": "x"}', b"[" * 50_000, b"\xff")
        for path in (PAYMENTS, VISITS):
            for body in (*unreadable, b'{"items": [], "more": 1}'):
                assert systems.post_body(path, body).status_code == 400, (path, body[:20])

    def test_everything_is_refused_where_a_system_is_not_set_up(self, lender: Lender) -> None:
        """An empty token signs nothing."""
        settings = ReceiptSettings("https://receipts.lender.example")
        with served(create_receipts(lender.ledger, settings=settings, clock=lambda: lender.now)) as client:
            answer = LenderSystems(client, lender).post(PAYMENTS, PAYMENT)
        assert answer.status_code == 403


def test_what_is_posted_here_is_as_its_description_says(systems: LenderSystems, lender: Lender, visit: str) -> None:
    """`connectors/openapi/news.yaml` is what a lender builds from."""
    document = yaml.safe_load((Path(connectors.__file__).parent / "openapi" / "news.yaml").read_text(encoding="utf-8"))
    for path, item in (("/receipts/payments/{portfolio}", PAYMENT), ("/receipts/desks/{desk}", news(visit))):
        operation = document["paths"][path]["post"]
        asked = operation["requestBody"]["content"]["application/json"]["schema"]
        told = operation["responses"]["200"]["content"]["application/json"]["schema"]
        answer = systems.post(path.replace("{portfolio}", "cards").replace("{desk}", "field_desk"), item)
        for schema, value in ((asked, {"items": [item]}), (told, answer.json())):
            jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(value)
