"""A channel that is out of order: red in the doctor, listed with its remedy, and closed by whoever mended it."""

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from connectors.remedies import ELSE, remedy_for
from deployments.doctor import examine
from deployments.finding import Finding, Light
from domain.action import Action
from ledger.breakers import trip
from tests.cli.stage import MONDAY, Driven


@pytest.fixture
def broken(driven: Driven) -> Driven:
    """Twilio does not know our token."""
    with driven.ledger.transaction() as session:
        trip(session, Action.SMS, vendor="twilio", code="20003", claimed_at=None, now=MONDAY)
    return driven


def _channels() -> list[Finding]:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        return [finding for finding in examine() if finding.about == "channels"]


class TestTheDoctor:
    """What it says of channels."""

    def test_is_red_with_the_vendors_code_and_the_remedy(self, broken: Driven) -> None:
        """And says how to go on."""
        (finding,) = _channels()
        assert finding.light is Light.RED
        assert "sms is out of order since 2026-01-05 02:00 UTC: twilio says 20003" in finding.says
        assert "DUECOURSE_TWILIO_AUTH_TOKEN" in finding.do
        assert "duecourse channels close sms" in finding.do

    def test_is_green_where_all_are_in_order(self, driven: Driven) -> None:
        """Nothing to do."""
        (finding,) = _channels()
        assert (finding.light, finding.do) == (Light.GREEN, "")


class TestTheCommands:
    """`channels list` and `channels close`."""

    def test_list_what_is_out_of_order_and_what_was(self, broken: Driven) -> None:
        """With the person who mended it."""
        (listed,) = broken.answer("channels", "list")["channels"]
        assert (listed["channel"], listed["code"], listed["closed_at"]) == ("sms", "20003", None)
        broken.answer("channels", "close", "sms", "--by", "Bob")
        (listed,) = broken.answer("channels", "list")["channels"]
        assert listed["closed_by"] == "Bob"
        assert _channels()[0].light is Light.GREEN

    def test_say_when_there_is_nothing_to_close(self, driven: Driven) -> None:
        """And when nothing ever broke."""
        assert "sms is in order" in driven.refusal("channels", "close", "sms", "--by", "Bob")
        assert "No channel was ever out of order" in driven.run("channels", "list").stdout

    def test_show_the_remedy_to_people(self, broken: Driven) -> None:
        """On the line of the channel."""
        assert "restart the workers" in broken.run("channels", "list").stdout


@pytest.mark.parametrize(
    ("vendor", "code", "says"),
    [
        ("twilio", "21606", "can send texts"),
        ("sendgrid", "403", "permission to send mail"),
        ("field_desk", "401 unauthorized", "DUECOURSE_DESK_TOKEN"),
        ("twilio", "35118", ELSE),
    ],
)
def test_every_vendors_codes_have_a_remedy(vendor: str, code: str, says: str) -> None:
    """The code's own, or the advice to look it up."""
    assert says in remedy_for(code, vendor=vendor)
