"""A channel that is out of order: red in the doctor, listed with its remedy, and closed by whoever mended it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from connectors.remedies import ELSE, OUT_OF_REACH, remedy_for
from deployments.doctor import examine
from deployments.finding import Finding, Light
from deployments.settings import Settings
from deployments.wiring import senders_of
from domain.action import Action
from domain.attempt import FailureClass
from domain.message import Message
from ledger.breakers import trip
from ledger.carriage import open_journeys_carried
from ledger.claiming import claim
from ledger.outcomes import record_failure
from ledger.planning import plan
from ledger.turns import take_turn
from policy.capacity import Limit
from policy.next_step import Act
from simulation.sandbox.settings import SENDER
from tests.cli.stage import MONDAY, Driven
from tests.ledger.lender import LEASE


@pytest.fixture
def broken(driven: Driven) -> Driven:
    """Twilio does not know our token."""
    with driven.ledger.transaction() as session:
        trip(session, Action.SMS, vendor="twilio", code="20003", claimed_at=None, now=MONDAY)
    return driven


def _channels() -> list[Finding]:
    return _looked_at("channels")


def _looked_at(about: str) -> list[Finding]:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        return [finding for finding in examine() if finding.about == about]


class TestTheDoctor:
    """What it says of channels."""

    def test_is_red_with_the_vendors_code_and_the_remedy(self, broken: Driven) -> None:
        """And says how to go on."""
        (finding,) = _channels()
        assert finding.light is Light.RED
        assert "sms is out of order since 2026-01-05 02:00 UTC (twilio 20003)" in finding.says
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


class TestCodesThatNobodyKnows:
    """Of contacts that were refused with them."""

    @pytest.fixture
    def refused(self, driven: Driven) -> Driven:
        """Twilio refuses one person's text with a code that stands in no table, and the other's for the number."""
        answers = iter([(FailureClass.PERMANENT, "31415"), (FailureClass.BAD_NUMBER, "21211")])
        with driven.ledger.reading() as session:
            journeys = [carried.journey_id for carried in open_journeys_carried(session)]
        for journey in journeys:
            with driven.ledger.transaction() as session:
                turn = take_turn(session, journey, fence=0, lease=LEASE, now=MONDAY, machine_now=MONDAY)
                assert isinstance(turn.decision, Act)
                rung, action = turn.decision.rung, turn.decision.action
                attempt = plan(session, turn, rung=rung, action=action, public_url="https://x.example", now=MONDAY)
                assert attempt is not None
                assert isinstance(claim(session, attempt, fence=turn.fence, now=MONDAY), Message)
                failure, code = next(answers)
                record_failure(session, attempt, failure=failure, code=code, vendor="twilio", now=MONDAY)
        return driven

    def test_are_told_by_the_doctor(self, refused: Driven) -> None:
        """With the class that they were given for want of a better one, and what to do."""
        (finding,) = [finding for finding in _channels() if finding.light is not Light.GREEN]
        assert finding.light is Light.YELLOW
        assert finding.says.startswith("1 contact by sms ended with the code 31415, which nobody has classed")
        assert "taken as permanent; the last at 2026-01-05 02:00 UTC" in finding.says
        assert "connectors/twilio_codes.yaml" in finding.do

    def test_are_listed(self, refused: Driven) -> None:
        """For programs and for people."""
        (met,) = refused.answer("channels", "list")["unknown_codes"]
        assert (met["channel"], met["code"], met["failure"], met["contacts"]) == ("sms", "31415", "permanent", 1)
        assert "the code 31415, which nobody has classed" in refused.run("channels", "list").stdout

    def test_are_not_told_for_ever(self, refused: Driven) -> None:
        """A month after the last one it is quiet again."""
        refused.set_time(MONDAY + timedelta(days=31))
        assert refused.answer("channels", "list")["unknown_codes"] == []


@pytest.mark.parametrize(
    ("vendor", "code", "says"),
    [
        ("twilio", "21606", "can send texts"),
        ("sendgrid", "403", "permission to send mail"),
        ("field_desk", "401 unauthorized", "DUECOURSE_DESK_TOKEN"),
        ("twilio", "35118", ELSE),
        ("sendgrid", "ConnectTimeout", OUT_OF_REACH),
        ("legal_desk", "ConnectError", OUT_OF_REACH),
    ],
)
def test_every_vendors_codes_have_a_remedy(vendor: str, code: str, says: str) -> None:
    """The code's own, or the advice to look it up."""
    assert says in remedy_for(code, vendor=vendor)


class TestSenders:
    """What they take, what is left of it, and who waits."""

    @pytest.fixture
    def slow(self, driven: Driven, monkeypatch: pytest.MonkeyPatch) -> Driven:
        """Two people are due at nine, and texts go at two a minute."""
        monkeypatch.setenv("DUECOURSE_RATES", "sms=2/min:2")
        (sender,) = senders_of(Settings())[Action.SMS]
        replace(driven, senders={Action.SMS: [sender]}).carry_to(MONDAY, start=MONDAY)
        return driven

    def test_are_told_with_whoever_waits(self, slow: Driven) -> None:
        """To people, to programs, and by the doctor."""
        (listed,) = slow.answer("channels", "list")["senders"]
        assert (listed["channel"], listed["name"], listed["waiting"]) == ("sms", SENDER, 1)
        assert (listed["burst"], round(listed["rate"] * 60)) == (2, 2)
        shown = slow.run("channels", "list").stdout
        assert "2 segments a minute" in shown
        says = [finding.says for finding in _looked_at("senders")]
        assert says[0].startswith(f"sms by {SENDER} takes 2 segments a minute, ")
        assert "1 contact waits since 2026-01-05 02:00" in says[0]

    def test_say_what_put_a_step_off(self, slow: Driven) -> None:
        """In the loan's own story, and with the instant at which it comes again."""
        told = slow.run("journeys", "show", "A1").stdout + slow.run("journeys", "show", "A2").stdout
        assert "ended as deferred: capacity: sms takes 2 segments a minute" in " ".join(told.split())

    def test_are_told_apart_in_the_report(self, slow: Driven) -> None:
        """A step that had no room is no rule's no."""
        assert slow.run("report", "make", "--portfolio", "cards", "--json", "report.json").exit_code == 0
        outcomes = json.loads((slow.folder / "report.json").read_text(encoding="utf-8"))["outcomes"]
        assert {"deferred: capacity", "sent"} <= {row["outcome"] for row in outcomes}

    def test_are_bound_by_nothing_in_the_sandbox(self, driven: Driven) -> None:
        """Where no rate is set."""
        assert driven.answer("channels", "list")["senders"] == []
        (finding,) = _looked_at("senders")
        assert (finding.light, finding.says) == (Light.GREEN, "the sandbox takes whatever comes; no rate is set")

    @pytest.mark.parametrize(
        ("rates", "says"),
        [
            ("smss=1", "did you mean 'sms'?"),
            ("sms=fast", "write it as NAME=RATE"),
            ("sms=0", "write a rate above 0"),
            ("sms=1:0.5", "write 1 or more after the colon"),
            ("+15550199=1", "neither a channel nor a sender that is set"),
        ],
    )
    def test_refuse_what_is_no_rate(
        self, driven: Driven, monkeypatch: pytest.MonkeyPatch, rates: str, says: str
    ) -> None:
        """With the setting and the remedy."""
        monkeypatch.setenv("DUECOURSE_RATES", rates)
        refused = driven.refusal("channels", "list")
        assert "DUECOURSE_RATES: " in refused
        assert says in refused


class TestRates:
    """Of senders whose rate nobody set: what their vendor publishes."""

    @pytest.mark.parametrize(
        ("number", "rate"),
        [("+15550100100", 1), ("+18885550100", 3), ("24273", 100), ("+447400123456", 10), ("HARBOUR", 10)],
    )
    def test_go_by_the_kind_of_number(self, monkeypatch: pytest.MonkeyPatch, number: str, rate: float) -> None:
        """A long code, a toll-free number, a short code, one from elsewhere, a name."""
        monkeypatch.setenv("DUECOURSE_TWILIO_SMS_SENDER", number)
        monkeypatch.setenv("DUECOURSE_REAL_SENDS", "yes")
        (sender,) = senders_of(Settings())[Action.SMS]
        assert (sender.name, sender.limit) == (number, Limit(rate, rate * 10))

    def test_go_by_what_is_set_for_a_sender_or_for_its_channel(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Several senders, one of them with a rate of its own, and desks, which have no number."""
        monkeypatch.setenv("DUECOURSE_TWILIO_SMS_SENDER", "+15550100100, +18885550100")
        monkeypatch.setenv("DUECOURSE_RATES", "+18885550100=25:50, sms=2, field_visit=30/h")
        monkeypatch.setenv("DUECOURSE_REAL_SENDS", "yes")
        senders = senders_of(Settings())
        assert [sender.limit for sender in senders[Action.SMS]] == [Limit(2, 20), Limit(25, 50)]
        assert [sender.name for sender in senders[Action.CHAT]] == ["+15550100100"]
        (desk,) = senders[Action.FIELD_VISIT]
        assert (desk.name, round(desk.limit.rate * 3600), desk.limit.burst) == ("the field desk", 30, 1)
