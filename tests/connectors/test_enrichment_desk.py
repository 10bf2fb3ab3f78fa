"""The enrichment desk is asked once, with as little as will do, and what it says is read with care."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
import tenacity
import yaml

import connectors
from connectors.desk_line import DeskAccount
from connectors.enrichment_desk import MOST_CANDIDATES, EnrichmentDesk
from connectors.failure import ChannelMisconfigured, ContactRefused, FateUnknown, VendorBusy
from connectors.retrying import patiently
from domain.borrower import ContactKind
from domain.enrichment import Inquiry
from simulation.behaviour.base_rates import shipped_rates
from simulation.sandbox.control import FaultKind, PretendBorrower, Vendor
from simulation.sandbox.homes import home_of
from simulation.sandbox.settings import DESK_TOKEN
from tests.connectors.conftest import Clients, Sandbox
from tests.connectors.test_messengers import UNCLEAR

ASKED = Inquiry("ref-1", "Pat Example", (ContactKind.ADDRESS, "1 Canary Row"), (ContactKind.ADDRESS,))
FILE = Path(connectors.__file__).parent / "openapi" / "enrichment_desk.yaml"
PROTOCOL = yaml.safe_load(FILE.read_text(encoding="utf-8"))


@pytest.fixture
def retrying(pauses: list[float]) -> tenacity.Retrying:
    """The retry policy, with pauses noted and not slept."""
    return patiently(sleep=pauses.append)


@pytest.fixture
def desk(sandbox: Sandbox, http: httpx.Client, retrying: tenacity.Retrying) -> EnrichmentDesk:
    """The connector, pointed at the sandbox."""
    return EnrichmentDesk(DeskAccount(url=sandbox.url, token=DESK_TOKEN), http=http, retrying=retrying)


def _card(number: int) -> PretendBorrower:
    return PretendBorrower(
        loan_number=f"E-{number:03}",
        borrower_number=f"B-{number:03}",
        address=f"{number} Orchard Road",
        arrears_minor=100,
        instalment_minor=50,
        currency="USD",
        days_past_due=10,
        portfolio="finding",
        timezone="UTC",
    )


def _about(card: PretendBorrower) -> Inquiry:
    return Inquiry(card.loan_number, card.name, (ContactKind.ADDRESS, card.address), (ContactKind.ADDRESS,))


def _answering(respond: Callable[[httpx.Request], httpx.Response]) -> EnrichmentDesk:
    http = httpx.Client(transport=httpx.MockTransport(respond))
    return EnrichmentDesk(DeskAccount(url="http://desk.lender.example/", token="t"), http=http)


def _check(schema: str, value: object) -> None:
    whole = {"$ref": f"#/components/schemas/{schema}", "components": PROTOCOL["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def test_some_are_found_and_some_are_not(desk: EnrichmentDesk, sandbox: Sandbox) -> None:
    """Of many people some are named rightly and some wrongly, and the same question has the same answer again."""
    cards = [_card(number) for number in range(40)]
    sandbox.remote.register(cards)
    answers = {card: desk.ask(_about(card)) for card in cards}
    assert answers == {card: desk.ask(_about(card)) for card in cards}
    homes = {card: home_of(card, seed=1, rates=shipped_rates()) for card in cards}
    assert any(home != card.address for card, home in homes.items())
    named = [(homes[card], candidate.text) for card, found in answers.items() for candidate in found]
    assert any(home == text for home, text in named)
    assert any(home != text for home, text in named)
    assert not all(answers.values())
    assert all(found == tuple(sorted(found, key=lambda c: -c.confidence)) for found in answers.values())


def test_a_stranger_is_not_found(desk: EnrichmentDesk) -> None:
    """Nobody known by that address, or nothing known at all."""
    assert desk.ask(ASKED) == ()
    assert desk.ask(Inquiry("ref-2", "Pat Example", None, (ContactKind.ADDRESS,))) == ()


def test_a_question_says_nothing_of_the_debt() -> None:
    """The body is a reference, a name, the last contact and the kinds, exactly as the protocol has it."""
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"candidates": []})

    _answering(respond).ask(ASKED)
    [request] = seen
    body = json.loads(request.content)
    assert (request.method, request.url.path) == ("POST", next(iter(PROTOCOL["paths"])))
    assert (request.headers["Idempotency-Key"], request.headers["Authorization"]) == ("ref-1", "Bearer t")
    assert set(body) == {"reference", "name", "last_known", "wanted"}
    _check("Inquiry", body)
    assert "Pat Example" not in repr(ASKED)
    assert "Orchard" not in repr(ASKED)


def test_what_was_not_wanted_or_cannot_exist_is_left_out() -> None:
    """Only addresses were asked for; an empty one and a formula are none; five are enough."""
    named = [{"kind": "address", "text": f"{n} Mill Lane", "confidence": n / 10} for n in range(9)]
    named += [{"kind": "mobile", "text": "+447400123456", "confidence": 1.0}]
    found = _answering(lambda _request: httpx.Response(200, json={"candidates": named})).ask(ASKED)
    assert [candidate.text for candidate in found] == [f"{n} Mill Lane" for n in (8, 7, 6, 5, 4)]
    assert len(found) == MOST_CANDIDATES
    odd = [{"kind": "address", "text": "=HYPERLINK(1)", "confidence": 0.9}]
    assert _answering(lambda _request: httpx.Response(200, json={"candidates": odd})).ask(ASKED) == ()


@pytest.mark.parametrize(
    "body",
    ["[]", "{}", '{"candidates": [{"kind": "soul", "text": "x", "confidence": 1}]}', '{"candidates": [1]}', "<p>"],
)
def test_an_answer_of_another_shape_is_no_answer(body: str) -> None:
    """And what it said is not told in the error."""
    with pytest.raises(FateUnknown, match="unreadable_success") as caught:
        _answering(lambda _request: httpx.Response(200, text=body)).ask(ASKED)
    assert "soul" not in str(caught.value)


@pytest.mark.parametrize("fault", UNCLEAR)
def test_an_unclear_answer_is_not_repeated(fault: FaultKind, sandbox: Sandbox, clients: Clients) -> None:
    """The question may have been taken, and is charged for."""
    before = sandbox.requests_to(Vendor.ENRICHMENT_DESK)
    sandbox.remote.fault(Vendor.ENRICHMENT_DESK, kind=fault)
    desk = EnrichmentDesk(DeskAccount(url=sandbox.url, token=DESK_TOKEN), http=clients.for_fault(fault))
    with pytest.raises(FateUnknown):
        desk.ask(ASKED)
    assert sandbox.requests_to(Vendor.ENRICHMENT_DESK) == before + 1


def test_a_busy_desk_is_tried_again(desk: EnrichmentDesk, sandbox: Sandbox, pauses: list[float]) -> None:
    """A 429 was never processed."""
    sandbox.remote.fault(Vendor.ENRICHMENT_DESK, kind=FaultKind.THROTTLED, times=2)
    assert desk.ask(ASKED) == ()
    assert len(pauses) == 2


def test_nobody_at_the_desk_is_never_processed(http: httpx.Client, retrying: tenacity.Retrying) -> None:
    """A closed port is tried again and then reported as busy."""
    with pytest.raises(VendorBusy):
        EnrichmentDesk(DeskAccount(url="http://127.0.0.1:9", token="x"), http=http, retrying=retrying).ask(ASKED)


def test_an_unknown_token_is_our_own_setting(sandbox: Sandbox, http: httpx.Client) -> None:
    """A desk that does not know us is a matter for operations."""
    with pytest.raises(ChannelMisconfigured, match="401"):
        EnrichmentDesk(DeskAccount(url=sandbox.url, token="wrong"), http=http).ask(ASKED)


def test_a_refusal_is_final() -> None:
    """A country that the desk does not know is not asked about again."""
    answer = {"code": "not_serviceable", "message": "no records"}
    with pytest.raises(ContactRefused, match="422 not_serviceable"):
        _answering(lambda _request: httpx.Response(422, json=answer)).ask(ASKED)


def test_the_sandboxs_desk_answers_as_its_file_says(sandbox: Sandbox) -> None:
    """Found, malformed, more than it may know, and unknown: each has the documented shape."""
    owner = {"Authorization": f"Bearer {DESK_TOKEN}"}
    good = {"reference": "r", "name": "Pat", "last_known": None, "wanted": ["address"]}
    with httpx.Client() as http:
        for status, headers, body in (
            (200, owner, good),
            (400, owner, {"reference": "r"}),
            (400, owner, {**good, "loan_number": "L-1"}),
            (401, {}, good),
        ):
            answer = http.post(sandbox.url + EnrichmentDesk.path, json=body, headers=headers)
            assert answer.status_code == status
            _check("Answer" if status == 200 else "Problem", answer.json())
