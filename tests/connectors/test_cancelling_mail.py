"""Mails that SendGrid keeps for a while, and that are cancelled there when nobody knows whether it took them."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from connectors.failure import ChannelMisconfigured, ContactRefused, FateUnknown, VendorBusy
from connectors.retrying import TRIES, patiently
from connectors.sendgrid_email import CANCELLED_UNTIL, LEAVES_AFTER, SendGridAccount, SendGridEmail
from domain.attempt import AttemptId, FailureClass
from domain.fate import Listed
from domain.message import Message
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.remote import SandboxRemote
from simulation.sandbox.sendgrid_batches import LATEST_CANCEL, MOST_CANCELLED
from simulation.sandbox.serving import serving
from simulation.sandbox.settings import MAIL_SENDER, SENDGRID_KEY, SandboxSettings
from tests.connectors.conftest import NOW, Clients, Sandbox
from tests.connectors.test_messengers import UNCLEAR

NUMBERS = itertools.count()
LEAVES_AT = NOW + LEAVES_AFTER
SOON = NOW + timedelta(seconds=30)
NOTHING = Listed("sendgrid")
CERTAINLY_NOT = Listed("sendgrid", is_settled=True)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of the test's own, because its time is moved."""
    settings = SandboxSettings(state=tmp_path / "state.db", clock=lambda: NOW)
    with serving(settings) as url, SandboxRemote(url) as remote:
        yield Sandbox(url=url, remote=remote)


def _email(sandbox: Sandbox, http: httpx.Client, *, key: str = SENDGRID_KEY) -> SendGridEmail:
    account = SendGridAccount(key, MAIL_SENDER, sandbox.url)
    return SendGridEmail(account, http=http, retrying=patiently(sleep=lambda _: None))


@pytest.fixture
def email(sandbox: Sandbox, http: httpx.Client) -> SendGridEmail:
    """The real client, pointed at the sandbox."""
    return _email(sandbox, http)


def _mail(batch_id: str = "") -> Message:
    attempt = AttemptId(f"cancel-{next(NUMBERS)}")
    return Message(
        attempt, "pat@borrower.example", "Please call us.", "Your loan", batch_id=batch_id, leaves_at=LEAVES_AT
    )


def _is_lost(email: SendGridEmail, sandbox: Sandbox, mail: Message, *, fault: FaultKind) -> None:
    sandbox.remote.fault(Vendor.SENDGRID, kind=fault)
    with pytest.raises(FateUnknown):
        email.deliver(mail)


class TestAMailThatIsKept:
    """It was handed over with a batch id and a time."""

    def test_leaves_at_its_time_and_not_before(self, email: SendGridEmail, sandbox: Sandbox) -> None:
        """SendGrid takes it at once, under the id that it leaves with."""
        mail = _mail(email.open_batch())
        accepted = email.deliver(mail)
        sandbox.remote.advance(now=LEAVES_AT - timedelta(seconds=1))
        assert sandbox.accepts_of(mail.attempt_id) == 0
        sandbox.remote.advance(now=LEAVES_AT)
        [accept] = sandbox.remote.accepts().accepts
        assert (accept.vendor_id, accept.accepted_at) == (accepted.vendor_id, LEAVES_AT)

    def test_does_not_leave_once_it_is_cancelled(self, email: SendGridEmail, sandbox: Sandbox) -> None:
        """SendGrid had taken it, and the answer was lost."""
        mail = _mail(email.open_batch())
        _is_lost(email, sandbox, mail, fault=FaultKind.BROKEN_AFTER)
        assert email.look_up(mail, requested_at=NOW, now=SOON) == CERTAINLY_NOT
        sandbox.remote.advance(now=LEAVES_AT + timedelta(days=1))
        assert sandbox.remote.accepts().accepts == ()

    def test_does_not_leave_either_when_it_comes_after_its_cancellation(
        self, email: SendGridEmail, sandbox: Sandbox
    ) -> None:
        """The request was slow on its way; SendGrid takes it and throws it away at its time."""
        mail = _mail(email.open_batch())
        assert email.look_up(mail, requested_at=NOW, now=SOON) == CERTAINLY_NOT
        email.deliver(mail)
        sandbox.remote.advance(now=LEAVES_AT)
        assert sandbox.remote.accepts().accepts == ()

    @pytest.mark.parametrize("before", [CANCELLED_UNTIL, LATEST_CANCEL, timedelta(0), timedelta(days=-1)])
    def test_is_left_alone_when_it_is_too_late(self, email: SendGridEmail, sandbox: Sandbox, before: timedelta) -> None:
        """Then only its event can tell; SendGrid is asked whether an earlier cancellation stands."""
        mail = _mail(email.open_batch())
        _is_lost(email, sandbox, mail, fault=FaultKind.BROKEN_AFTER)
        assert email.look_up(mail, requested_at=NOW, now=LEAVES_AT - before) == NOTHING
        sandbox.remote.advance(now=LEAVES_AT)
        assert sandbox.accepts_of(mail.attempt_id) == 1

    def test_leaves_when_its_cancellation_is_refused(self, email: SendGridEmail, sandbox: Sandbox) -> None:
        """By SendGrid's clock it is too late."""
        mail = _mail(email.open_batch())
        _is_lost(email, sandbox, mail, fault=FaultKind.BROKEN_AFTER)
        sandbox.remote.advance(now=LEAVES_AT - LATEST_CANCEL + timedelta(seconds=1))
        assert email.look_up(mail, requested_at=NOW, now=SOON) == NOTHING
        sandbox.remote.advance(now=LEAVES_AT)
        assert sandbox.accepts_of(mail.attempt_id) == 1

    def test_leaves_when_too_many_others_are_being_cancelled(self, email: SendGridEmail, sandbox: Sandbox) -> None:
        """SendGrid cancels ten at one time; nothing is read out of its refusal."""
        mails = [_mail(email.open_batch()) for _ in range(MOST_CANCELLED + 1)]
        for mail in mails:
            email.deliver(mail)
        told = [email.look_up(mail, requested_at=NOW, now=SOON) for mail in mails]
        assert told == [CERTAINLY_NOT] * MOST_CANCELLED + [NOTHING]
        sandbox.remote.advance(now=LEAVES_AT)
        assert [accept.attempt_id for accept in sandbox.remote.accepts().accepts] == [mails[-1].attempt_id]

    @pytest.mark.parametrize("later", [SOON, LEAVES_AT])
    def test_is_known_to_be_cancelled_though_that_answer_was_lost(
        self, email: SendGridEmail, sandbox: Sandbox, later: datetime
    ) -> None:
        """The next time SendGrid refuses to do it twice, and shows that it stands."""
        mail = _mail(email.open_batch())
        email.deliver(mail)
        sandbox.remote.fault(Vendor.SENDGRID, kind=FaultKind.BROKEN_AFTER)
        with pytest.raises(FateUnknown):
            email.look_up(mail, requested_at=NOW, now=SOON)
        assert email.look_up(mail, requested_at=NOW, now=later) == CERTAINLY_NOT

    @pytest.mark.parametrize("fault", UNCLEAR)
    def test_is_not_taken_for_cancelled_on_an_unclear_answer(
        self, fault: FaultKind, sandbox: Sandbox, clients: Clients
    ) -> None:
        """Whatever is wrong with it."""
        email = _email(sandbox, clients.for_fault(fault))
        mail = _mail(email.open_batch())
        sandbox.remote.fault(Vendor.SENDGRID, kind=fault)
        with pytest.raises(FateUnknown):
            email.look_up(mail, requested_at=NOW, now=SOON)

    def test_needs_a_batch_that_there_is(self, email: SendGridEmail) -> None:
        """Another is refused, and named."""
        with pytest.raises(ContactRefused, match="400 batch_id"):
            email.deliver(_mail("of-another-account"))


class TestABatchId:
    """It is asked for before the mail."""

    @pytest.mark.parametrize("fault", UNCLEAR)
    def test_whose_answer_is_lost_means_that_nothing_was_processed(
        self, fault: FaultKind, sandbox: Sandbox, clients: Clients
    ) -> None:
        """No mail has left yet; it is not asked for again at once, because each time may take half a minute."""
        sandbox.remote.fault(Vendor.SENDGRID, kind=fault)
        with pytest.raises(VendorBusy) as raised:
            _email(sandbox, clients.for_fault(fault)).open_batch()
        assert raised.value.failure is FailureClass.NEVER_PROCESSED
        assert sandbox.requests_to(Vendor.SENDGRID) == 1

    def test_is_asked_for_again_where_sendgrid_is_busy(self, email: SendGridEmail, sandbox: Sandbox) -> None:
        """A few times, as a mail is."""
        sandbox.remote.fault(Vendor.SENDGRID, kind=FaultKind.THROTTLED, times=TRIES - 1)
        assert email.open_batch()
        assert sandbox.requests_to(Vendor.SENDGRID) == TRIES

    def test_is_not_given_to_strangers(self, sandbox: Sandbox, http: httpx.Client) -> None:
        """A wrong key puts the channel out of order, as with a mail."""
        stranger = _email(sandbox, http, key="another")
        with pytest.raises(ChannelMisconfigured, match="401"):
            stranger.open_batch()
        with pytest.raises(ChannelMisconfigured, match="401"):
            stranger.look_up(_mail("any"), requested_at=NOW, now=SOON)
        with pytest.raises(ChannelMisconfigured, match="401"):
            stranger.look_up(_mail("any"), requested_at=NOW, now=LEAVES_AT)

    def test_that_a_mail_never_got_shows_that_it_was_not_handed_over(
        self, email: SendGridEmail, sandbox: Sandbox
    ) -> None:
        """It is written down before the mail is handed over, so nobody needs to be asked."""
        assert email.look_up(_mail(), requested_at=NOW, now=LEAVES_AT) == CERTAINLY_NOT
        assert sandbox.requests_to(Vendor.SENDGRID) == 0


def test_a_mail_without_either_leaves_at_once(email: SendGridEmail, sandbox: Sandbox) -> None:
    """One request to send it, and none to find out about it."""
    mail = replace(_mail(), leaves_at=None)
    email.deliver(mail)
    assert sandbox.accepts_of(mail.attempt_id) == 1
    assert email.look_up(mail, requested_at=NOW, now=SOON) == NOTHING
    assert sandbox.requests_to(Vendor.SENDGRID) == 1
