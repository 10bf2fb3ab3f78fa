"""The three desks take orders, once each."""

from collections.abc import Callable

import httpx
import pytest
import tenacity

from connectors.agency_desk import AgencyDesk
from connectors.desk_line import DeskAccount, DeskLine
from connectors.failure import ChannelMisconfigured, ContactRefused, FateUnknown, VendorBusy
from connectors.field_desk import FieldDesk
from connectors.legal_desk import LegalDesk
from connectors.messenger import Desk
from connectors.retrying import patiently
from domain.action import Action
from domain.attempt import AttemptId, FailureClass
from domain.message import Order
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.settings import DESK_TOKEN
from tests.connectors.conftest import Clients, Sandbox
from tests.connectors.test_messengers import UNCLEAR

DESKS: list[tuple[type[DeskLine], Vendor, Action]] = [
    (FieldDesk, Vendor.FIELD_DESK, Action.FIELD_VISIT),
    (LegalDesk, Vendor.LEGAL_DESK, Action.LEGAL_REFERRAL),
    (AgencyDesk, Vendor.AGENCY_DESK, Action.AGENCY_PLACEMENT),
]
Make = Callable[[type[DeskLine]], Desk]


@pytest.fixture
def retrying(pauses: list[float]) -> tenacity.Retrying:
    """The retry policy, with pauses noted and not slept."""
    return patiently(sleep=pauses.append)


@pytest.fixture
def make(sandbox: Sandbox, http: httpx.Client, retrying: tenacity.Retrying) -> Make:
    """Builds a desk that is pointed at the sandbox."""
    return lambda kind: kind(DeskAccount(url=sandbox.url, token=DESK_TOKEN), http=http, retrying=retrying)


def _order(key: str, **facts: str) -> Order:
    return Order(attempt_id=AttemptId(key), facts={"loan_number": "L-1", **facts})


@pytest.mark.parametrize(("kind", "vendor", "action"), DESKS)
def test_an_order_is_accepted_once(
    kind: type[DeskLine], vendor: Vendor, action: Action, make: Make, sandbox: Sandbox
) -> None:
    """The desk takes it under an id of its own."""
    accepted = make(kind).place(_order(f"once-{vendor}"))
    [row] = [a for a in sandbox.remote.accepts().accepts if a.attempt_id == f"once-{vendor}"]
    assert (accepted.vendor, accepted.vendor_id) == (vendor, row.vendor_id)
    assert row.channel == action


@pytest.mark.parametrize(("kind", "vendor"), [(kind, vendor) for kind, vendor, _ in DESKS])
@pytest.mark.parametrize("fault", UNCLEAR)
def test_an_unclear_answer_is_not_repeated(
    fault: FaultKind, kind: type[DeskLine], vendor: Vendor, sandbox: Sandbox, clients: Clients
) -> None:
    """A desk's idempotency key would allow it; this product asks a person all the same."""
    before = sandbox.requests_to(vendor)
    sandbox.remote.fault(vendor, kind=fault)
    desk = kind(DeskAccount(url=sandbox.url, token=DESK_TOKEN), http=clients.for_fault(fault))
    with pytest.raises(FateUnknown):
        desk.place(_order(f"unclear-{vendor}-{fault}"))
    assert sandbox.requests_to(vendor) == before + 1


def test_a_busy_desk_is_tried_again(make: Make, sandbox: Sandbox, pauses: list[float]) -> None:
    """A 429 was never processed."""
    sandbox.remote.fault(Vendor.LEGAL_DESK, kind=FaultKind.THROTTLED, times=2)
    make(LegalDesk).place(_order("busy"))
    assert sandbox.accepts_of("busy") == 1
    assert len(pauses) == 2


def test_the_same_key_and_order_again_is_the_same_order(make: Make, sandbox: Sandbox) -> None:
    """A repeat made by hand gets the first answer and does nothing twice."""
    desk = make(FieldDesk)
    assert desk.place(_order("again")) == desk.place(_order("again"))
    assert sandbox.accepts_of("again") == 1


def test_a_key_of_another_order_is_refused_for_review(make: Make, sandbox: Sandbox) -> None:
    """One key for two orders is a fault of ours that a person should look at."""
    desk = make(AgencyDesk)
    desk.place(_order("reused"))
    with pytest.raises(ContactRefused) as caught:
        desk.place(_order("reused", currency="EUR"))
    assert caught.value.code == "409 key_reused"
    assert caught.value.failure is FailureClass.PERMANENT
    assert caught.value.needs_review


def test_an_unknown_token_is_our_own_setting(sandbox: Sandbox, http: httpx.Client) -> None:
    """A desk that does not know us stops the channel."""
    with pytest.raises(ChannelMisconfigured, match="401"):
        FieldDesk(DeskAccount(url=sandbox.url, token="wrong"), http=http).place(_order("token"))


@pytest.mark.parametrize(
    ("url", "token"), [("desk.lender.example", "x"), ("http://desk:port", "x"), ("http://127.0.0.1:9", "a\nb")]
)
def test_an_address_or_token_that_cannot_be_sent_is_our_own_setting(
    url: str, token: str, sandbox: Sandbox, http: httpx.Client
) -> None:
    """What is no address, or no header, is found out without a retry and before anything is processed."""
    where = sandbox.url if "127.0.0.1" in url else url
    with pytest.raises(ChannelMisconfigured):
        FieldDesk(DeskAccount(url=where, token=token), http=http).place(_order("unsendable"))
    assert sandbox.accepts_of("unsendable") == 0


def test_nobody_at_the_desk_is_never_processed(http: httpx.Client, retrying: tenacity.Retrying) -> None:
    """A closed port is tried again and then reported as busy."""
    with pytest.raises(VendorBusy):
        LegalDesk(DeskAccount(url="http://127.0.0.1:9", token="x"), http=http, retrying=retrying).place(_order("none"))
