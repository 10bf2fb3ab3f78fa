"""The sandbox speaks the vendors' protocols so that their own clients cannot tell."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from connectors.http_transport import TwilioTransport, outbound
from simulation.sandbox.segments import GSM_7, segments_of
from simulation.sandbox.settings import ACCOUNT_SID, AUTH_TOKEN, MAIL_SENDER, SENDER, SENDGRID_KEY
from tests.sandbox.scene import START, Scene, a_scene

NUMBER = "+15550108888"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One world for the module."""
    with a_scene(tmp_path_factory.mktemp("protocols") / "state.db") as made:
        yield made


@pytest.fixture
def twilio(scene: Scene) -> Iterator[Client]:
    """Twilio's own client, pointed at the sandbox."""
    with outbound() as http:
        yield Client(ACCOUNT_SID, AUTH_TOKEN, http_client=TwilioTransport(http, base_url=scene.url))


def test_a_message_can_be_fetched_and_changes_its_status(scene: Scene, twilio: Client) -> None:
    """Queued at first; after a while it is delivered, or not, and has a date of sending."""
    accepted = scene.text("fetch", NUMBER)
    queued = twilio.messages(accepted.vendor_id).fetch()
    assert (queued.status, queued.to, queued.num_segments, queued.date_sent) == ("queued", NUMBER, "1", None)
    assert queued.date_created is not None
    scene.remote.advance(now=scene.remote.health().now + timedelta(minutes=1))
    ended = twilio.messages(accepted.vendor_id).fetch()
    assert ended.status in {"delivered", "undelivered"}
    assert ended.date_sent is not None


def test_messages_are_listed_by_recipient_over_many_pages(scene: Scene, twilio: Client) -> None:
    """The client follows the pages; a number's messages come the newest first, and a day narrows them."""
    to = "+15550108001"
    sids = [scene.text(f"list-{n}", to).vendor_id for n in range(7)]
    assert [m.sid for m in twilio.messages.list(to=to, page_size=3)] == sids[::-1]
    assert len(twilio.messages.list(to=to, date_sent=START)) == 7
    assert not twilio.messages.list(to=to, date_sent_after=START + timedelta(days=3))
    assert not twilio.messages.list(to="+15550108002")


def test_an_unknown_message_is_not_found(twilio: Client) -> None:
    """Twilio's 20404."""
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages("SM" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("to", "code"), [("+15005550001", 21217), ("+15005550002", 21214), ("+15005550003", 21215), ("+15005550004", 21216)]
)
def test_calls_have_magic_numbers_of_their_own(to: str, code: int, twilio: Client) -> None:
    """A call is refused as the number says."""
    with pytest.raises(TwilioRestException) as caught:
        twilio.calls.create(to=to, from_=SENDER, url="https://duecourse.lender.example/twiml")
    assert caught.value.code == code


def test_a_call_is_taken_and_witnessed(scene: Scene, twilio: Client) -> None:
    """It is queued under its own id, and the attempt stands in the log as a call."""
    call = twilio.calls.create(
        to=NUMBER,
        from_=SENDER,
        twiml="<Response/>",
        status_callback="https://duecourse.lender.example/receipts/twilio/call-1",
    )
    assert call.status == "queued"
    [row] = [a for a in scene.remote.accepts().accepts if a.attempt_id == "call-1"]
    assert (row.channel, row.vendor_id) == ("call", call.sid)


def test_another_account_is_not_served(scene: Scene) -> None:
    """Wrong or missing credentials get Twilio's 20003."""
    with httpx.Client() as http:
        for auth in (("", ""), (ACCOUNT_SID, "wrong"), ("AC" + "0" * 32, AUTH_TOKEN)):
            answer = http.post(f"{scene.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json", auth=auth)
            assert (answer.status_code, answer.json()["code"]) == (401, 20003)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{"to": [{"email": "nobody"}]}]}, "personalizations.0.to.0.email"),
        ({"from": {"email": "nobody"}}, "from.email"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": "text"}, None),
    ],
)
def test_mail_that_sendgrid_refuses_is_refused(change: dict[str, object], field: str | None, scene: Scene) -> None:
    """A 400 names the field at fault."""
    body = {
        "personalizations": [{"to": [{"email": "sam@example.org"}]}],
        "from": {"email": MAIL_SENDER},
        "subject": "A reminder",
        "content": [{"type": "text/plain", "value": "Hello"}],
        **change,
    }
    headers = {"Authorization": f"Bearer {SENDGRID_KEY}"}
    answer = httpx.post(f"{scene.url}/v3/mail/send", json=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("明" * 70, 1),
        ("明" * 71, 2),
        ("明" * 134, 2),
        ("明" * 135, 3),
        ("a" * 70 + "é", 1),
        ("a" * 70 + "ê", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_billed(text: str, segments: int) -> None:
    """GSM-7 holds 160 or 153 characters, UCS-2 70 or 67; extended characters count twice."""
    assert segments_of(text) == segments


@given(text=st.text(alphabet=sorted(GSM_7), max_size=400), more=st.characters(codec="utf-8"))
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    """One more character keeps or raises the number of segments."""
    assert segments_of(text + more) >= segments_of(text)
