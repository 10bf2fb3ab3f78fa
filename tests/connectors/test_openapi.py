"""The protocols that a lender implements say what our connectors send and what our sandbox answers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

import connectors
from connectors.agency_desk import AgencyDesk
from connectors.desk_line import DeskAccount, DeskLine
from connectors.field_desk import FieldDesk
from connectors.legal_desk import LegalDesk
from domain.attempt import AttemptId
from domain.message import Order
from simulation.sandbox.control import PretendBorrower
from simulation.sandbox.settings import DESK_TOKEN
from tests.connectors.conftest import Sandbox

FILES = sorted((Path(connectors.__file__).parent / "openapi").glob("*.yaml"))
Document = dict[str, Any]


def _read(name: str) -> Document:
    file = next(f for f in FILES if f.stem == name)
    document: Document = yaml.safe_load(file.read_text(encoding="utf-8"))
    return document


def _check(document: Document, schema: Any, value: Any) -> None:
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def _media(part: Any) -> Iterator[dict[str, Any]]:
    """Every media type of a document, with its schema and its examples."""
    if isinstance(part, dict):
        if "schema" in part and "examples" in part:
            yield part
        for inner in part.values():
            yield from _media(inner)


@pytest.mark.parametrize("name", [f.stem for f in FILES])
def test_every_example_follows_its_own_schema(name: str) -> None:
    """Each file is OpenAPI 3.1 and has examples for every body."""
    document = _read(name)
    assert document["openapi"].startswith("3.1")
    shown = list(_media(document))
    assert shown
    for media in shown:
        for example in media["examples"].values():
            _check(document, media["schema"], example["value"])


@pytest.mark.parametrize(
    ("kind", "name"), [(FieldDesk, "field_desk"), (LegalDesk, "legal_desk"), (AgencyDesk, "agency_desk")]
)
def test_an_order_is_sent_as_its_file_says(kind: type[DeskLine], name: str) -> None:
    """Path, key, token and body are those of the document."""
    document = _read(name)
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"id": "1", "status": "accepted"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        desk = kind(DeskAccount(url="http://desk.lender.example/", token="t"), http=http)
        desk.place(Order(attempt_id=AttemptId("at-1"), facts={"loan_number": "L-1"}))
    [request] = seen
    [path] = document["paths"]
    assert (request.method, request.url.path) == ("POST", path)
    assert request.headers["Idempotency-Key"] == "at-1"
    assert request.headers["Authorization"] == "Bearer t"
    body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    _check(document, body["schema"], json.loads(request.content))


@pytest.mark.parametrize("name", ["field_desk", "legal_desk", "agency_desk"])
def test_the_sandboxs_desks_answer_as_their_file_says(name: str, sandbox: Sandbox) -> None:
    """Taken, taken before, another order, malformed and unknown: each has the documented shape."""
    document = _read(name)
    [path] = document["paths"]
    owner = {"Authorization": f"Bearer {DESK_TOKEN}"}
    cases: list[tuple[int, dict[str, str], Any]] = [
        (201, {**owner, "Idempotency-Key": name}, {"facts": {"a": "1"}}),
        (200, {**owner, "Idempotency-Key": name}, {"facts": {"a": "1"}}),
        (409, {**owner, "Idempotency-Key": name}, {"facts": {"a": "2"}}),
        (400, {**owner, "Idempotency-Key": name}, {"facts": {"a": 2}}),
        (400, owner, {"facts": {}}),
        (401, {"Idempotency-Key": name}, {"facts": {}}),
    ]
    with httpx.Client() as http:
        for status, headers, body in cases:
            answer = http.post(sandbox.url + path, json=body, headers=headers)
            assert answer.status_code == status
            told = document["paths"][path]["post"]["responses"][str(status)]["content"]["application/json"]
            _check(document, told["schema"], answer.json())


@pytest.mark.parametrize("name", ["field_desk", "legal_desk", "agency_desk"])
def test_the_sandboxs_desks_tell_of_an_order_as_their_file_says(name: str, sandbox: Sandbox) -> None:
    """One that was taken, one that was not, a question without a reference, and a stranger's."""
    document = _read(name)
    [path] = document["paths"]
    owner = {"Authorization": f"Bearer {DESK_TOKEN}"}
    key = f"told-{name}"
    cases: list[tuple[int, dict[str, str], dict[str, str]]] = [
        (200, owner, {"reference": key}),
        (200, owner, {"reference": "never-sent"}),
        (400, owner, {}),
        (401, {}, {"reference": key}),
    ]
    with httpx.Client() as http:
        http.post(sandbox.url + path, json={"facts": {}}, headers={**owner, "Idempotency-Key": key})
        for status, headers, asked in cases:
            answer = http.get(sandbox.url + path, params=asked, headers=headers)
            assert answer.status_code == status
            told = document["paths"][path]["get"]["responses"][str(status)]["content"]["application/json"]
            _check(document, told["schema"], answer.json())


def test_the_sandboxs_loan_book_answers_as_its_file_says(sandbox: Sandbox) -> None:
    """Loans, payments and refusals have the documented shape."""
    document = _read("loan_book")
    card = PretendBorrower(
        loan_number="L-1",
        borrower_number="B-1",
        phone="+15550100001",
        address="12 Orchard Road",
        arrears_minor=100,
        instalment_minor=50,
        currency="USD",
        days_past_due=10,
        portfolio="shape",
        timezone="Asia/Shanghai",
    )
    sandbox.remote.register([card])
    schemas = {"delinquencies": "LoanPage", "payments": "PaymentPage"}
    with httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {DESK_TOKEN}"}) as http:
        for rows, schema in schemas.items():
            address = f"/v1/portfolios/shape/{rows}"
            found = http.get(address, params={"since": "2026-01-01T00:00:00+00:00"})
            _check(document, {"$ref": f"#/components/schemas/{schema}"}, found.json())
            for query in ({}, {"since": "yesterday"}, {"since": "2026-01-01T00:00:00"}):
                refused = http.get(address, params=query)
                assert refused.status_code == 400
                _check(document, {"$ref": "#/components/schemas/Problem"}, refused.json())
