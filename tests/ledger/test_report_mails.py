"""The report is mailed once to each reader and period, whatever dies in between, and addresses lie sealed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.attempt import AttemptState, FailureClass
from domain.message import Accepted
from domain.receipt import Receipt, ReceiptKind
from ledger.database import Ledger
from ledger.portfolios import NoSuchPortfolio, ensure_portfolio
from ledger.receipts import take_in
from ledger.report_mails import (
    LOST_RUN,
    Address,
    claim_mail,
    mails_by_state,
    plan_mails,
    record_mail,
    record_mail_failure,
    unsubscribe_by_mail,
)
from ledger.report_subscribers import NotAnAddress, NotSubscribed, subscribe, subscribers, unsubscribe

NOW = datetime(2026, 4, 1, 7, tzinfo=UTC)
MARCH = date(2026, 3, 1), date(2026, 3, 31)
LEASE = timedelta(minutes=2)
ADA, BOB = "Ada@lender.example", "bob@lender.example"
TAKEN = Accepted("sendgrid", "m-1")


@pytest.fixture
def office(ledger: Ledger) -> Ledger:
    """A ledger with a portfolio whose report Ada reads."""
    with ledger.transaction() as session:
        ensure_portfolio(
            session,
            "cards",
            currency="CNY",
            lender="Lender",
            help_phone="+86 10 0000 0000",
            pay_url="https://pay.example",
            packs=[],
            now=NOW,
        )
        assert subscribe(session, portfolio="cards", address=ADA, now=NOW)
    return ledger


class TestSubscribing:
    """Who is sent the report."""

    def test_happens_once_and_is_listed_masked(self, office: Ledger) -> None:
        """The same address spelled otherwise is the same reader."""
        with office.transaction() as session:
            assert not subscribe(session, portfolio="cards", address="ada@LENDER.example ", now=NOW)
            assert subscribe(session, portfolio="cards", address=BOB, now=NOW + LEASE)
        with office.reading() as session:
            assert [reader.address for reader in subscribers(session, portfolio="cards")] == [
                "A***@lender.example",
                "b***@lender.example",
            ]

    def test_ends_and_forgets_the_address(self, office: Ledger) -> None:
        """Nothing is left to unseal; whoever comes back is a reader again."""
        with office.transaction() as session:
            unsubscribe(session, portfolio="cards", address=ADA, now=NOW)
        assert plan(office) == []
        with office.transaction() as session:
            with pytest.raises(NotSubscribed):
                unsubscribe(session, portfolio="cards", address=ADA, now=NOW)
            assert subscribe(session, portfolio="cards", address=ADA, now=NOW)
        assert len(plan(office)) == 1

    @pytest.mark.parametrize("wrong", ["", "ada", "ada@", "@lender.example", "a@b", "ada@x.example, bob@x.example"])
    def test_wants_one_address(self, office: Ledger, wrong: str) -> None:
        """No list, no name, nothing that a mail program would read as two."""
        with office.transaction() as session, pytest.raises(NotAnAddress):
            subscribe(session, portfolio="cards", address=wrong, now=NOW)

    def test_wants_a_portfolio(self, office: Ledger) -> None:
        """That exists."""
        with office.transaction() as session, pytest.raises(NoSuchPortfolio):
            subscribe(session, portfolio="loans", address=ADA, now=NOW)


class TestMailing:
    """Plan, claim, send, record."""

    def test_is_planned_once_for_a_reader_and_period(self, office: Ledger) -> None:
        """A second run plans nothing new, and another month is another mail."""
        (mail,) = plan(office)
        assert plan(office) == [mail]
        assert claim(office, mail) == Address(mail, ADA)
        accepted(office, mail)
        assert plan(office) == []
        assert claim(office, mail) is None
        assert len(plan(office, period=(date(2026, 4, 1), date(2026, 4, 30)))) == 1

    def test_is_claimed_by_one_run_only(self, office: Ledger) -> None:
        """Another run leaves it alone while the first may still be sending."""
        (mail,) = plan(office)
        assert claim(office, mail) is not None
        assert claim(office, mail, machine_now=NOW + LEASE / 2) is None
        assert states(office) == {"sending": 1}
        accepted(office, mail)
        assert states(office) == {"accepted": 1}

    def test_is_unknown_when_a_run_died_and_is_never_sent_again(self, office: Ledger) -> None:
        """It is listed as unknown, until its receipt tells."""
        (mail,) = plan(office)
        claim(office, mail)
        assert claim(office, mail, machine_now=NOW + LEASE) is None
        assert states(office) == {"unknown": 1}
        assert claim(office, mail, machine_now=NOW + 2 * LEASE) is None
        with office.reading() as session:
            (reader,) = subscribers(session, portfolio="cards")
        assert reader.last is not None
        assert (reader.last.state, reader.last.code) == (AttemptState.UNKNOWN, LOST_RUN)
        receipt(office, mail, AttemptState.DELIVERED)
        assert states(office) == {"delivered": 1}

    def test_may_leave_later_where_the_vendor_took_nothing(self, office: Ledger) -> None:
        """Busy and misconfigured are planned again; refused is final; unclear is unknown."""
        (mail,) = plan(office)
        for failure in (FailureClass.THROTTLE, FailureClass.NEVER_PROCESSED, FailureClass.CONFIGURATION):
            assert claim(office, mail) is not None
            failed(office, mail, failure)
            assert plan(office) == [mail]
        claim(office, mail)
        failed(office, mail, FailureClass.BAD_NUMBER)
        assert plan(office) == []
        assert states(office) == {"rejected": 1}

    def test_is_unknown_where_no_answer_came(self, office: Ledger) -> None:
        """A late answer of the vendor still settles it."""
        (mail,) = plan(office)
        claim(office, mail)
        failed(office, mail, FailureClass.AMBIGUOUS)
        assert states(office) == {"unknown": 1}
        receipt(office, mail, AttemptState.ACCEPTED)
        assert states(office) == {"accepted": 1}

    def test_goes_to_nobody_who_has_unsubscribed_meanwhile(self, office: Ledger) -> None:
        """Between the plan and the claim, by the link of an earlier mail."""
        (mail,) = plan(office)
        with office.transaction() as session:
            assert unsubscribe_by_mail(session, mail, now=NOW)
            assert not unsubscribe_by_mail(session, "0" * 32, now=NOW)
        assert claim(office, mail) is None
        assert states(office) == {"released": 1}

    def test_ends_when_the_reader_calls_it_spam(self, office: Ledger) -> None:
        """What SendGrid tells of an unsubscription counts as one."""
        (mail,) = plan(office)
        claim(office, mail)
        accepted(office, mail)
        with office.transaction() as session:
            take_in(session, Receipt("sendgrid", "e-1", ReceiptKind.STOP, attempt_id=mail), now=NOW)
        with office.reading() as session:
            assert subscribers(session, portfolio="cards") == []


def plan(ledger: Ledger, *, period: tuple[date, date] = MARCH) -> list[str]:
    """The mails of a period that are still to be sent."""
    with ledger.transaction() as session:
        return plan_mails(session, portfolio="cards", from_on=period[0], to_on=period[1], as_of=NOW, now=NOW)


def claim(ledger: Ledger, mail: str, *, machine_now: datetime = NOW) -> Address | None:
    """Take a mail."""
    with ledger.transaction() as session:
        return claim_mail(session, mail, lease=LEASE, now=NOW, machine_now=machine_now)


def accepted(ledger: Ledger, mail: str) -> None:
    """The vendor took it."""
    with ledger.transaction() as session:
        record_mail(session, mail, TAKEN, now=NOW)


def failed(ledger: Ledger, mail: str, failure: FailureClass) -> None:
    """The vendor did not, or may not have."""
    with ledger.transaction() as session:
        record_mail_failure(session, mail, failure=failure, code="c", now=NOW)


def receipt(ledger: Ledger, mail: str, state: AttemptState) -> None:
    """A receipt comes in."""
    with ledger.transaction() as session:
        told = Receipt("sendgrid", f"e-{state.value}", ReceiptKind.STATUS, attempt_id=mail, state=state)
        take_in(session, told, now=NOW)


def states(ledger: Ledger) -> dict[str, int]:
    """How March's mails stand."""
    with ledger.reading() as session:
        return mails_by_state(session, portfolio="cards", from_on=MARCH[0], to_on=MARCH[1])
