"""A reader of reports leaves by the link in the mail, or by what SendGrid tells; what became of a mail is seen."""

from datetime import date, timedelta

import pytest

from domain.attempt import AttemptState
from ledger.database import Ledger
from ledger.portfolios import ensure_portfolio
from ledger.report_mails import claim_mail, mails_by_state, plan_mails
from ledger.report_subscribers import subscribe, subscribers
from tests.console.pretend_vendors import PretendVendors, event
from tests.console.worked_loans import NOW

ADA = "ada@lender.example"
MARCH = date(2026, 3, 1), date(2026, 3, 31)


@pytest.fixture
def mail(ledger: Ledger) -> str:
    """The id of a mail that has left for Ada, and of which nobody has told anything yet."""
    with ledger.transaction() as session:
        ensure_portfolio(
            session,
            "cards",
            currency="USD",
            lender="Lender",
            help_phone="+15550100100",
            pay_url="https://pay.example",
            packs=[],
            now=NOW,
        )
        subscribe(session, portfolio="cards", address=ADA, now=NOW)
        (planned,) = plan_mails(session, portfolio="cards", from_on=MARCH[0], to_on=MARCH[1], as_of=NOW, now=NOW)
        claim_mail(session, planned, lease=timedelta(minutes=2), now=NOW, machine_now=NOW)
    return planned


def readers(ledger: Ledger) -> int:
    """How many are sent the report."""
    with ledger.reading() as session:
        return len(subscribers(session, portfolio="cards"))


def test_only_the_button_unsubscribes(mail: str, ledger: Ledger, vendors: PretendVendors) -> None:
    """Mail scanners follow every link; and the page holds nothing about the person."""
    page = vendors.client.get(f"/reports/stop/{mail}")
    assert page.status_code == 200
    assert "Send me no more" in page.text
    assert "ada" not in page.text
    assert readers(ledger) == 1
    for _ in range(2):  # pressing it again changes nothing
        done = vendors.client.post(f"/reports/stop/{mail}")
        assert "No more reports are mailed to you." in done.text
    assert readers(ledger) == 0


@pytest.mark.parametrize("unknown", ["0" * 32, "x", "%00"])
def test_a_link_that_nobody_knows_is_told_apart(mail: str, unknown: str, vendors: PretendVendors) -> None:
    """And looks the same whatever is wrong with it."""
    for page in (vendors.client.get(f"/reports/stop/{unknown}"), vendors.client.post(f"/reports/stop/{unknown}")):
        assert page.status_code == 404
        assert "not known to us" in page.text


def test_events_of_the_vendor_settle_a_mail_and_end_a_subscription(
    mail: str, ledger: Ledger, vendors: PretendVendors
) -> None:
    """Delivered is seen in the list; reported as spam, nothing more is sent."""
    assert vendors.sendgrid(event("delivered", event_id="e1", email=ADA, attempt_id=mail), at=NOW) == 204
    with ledger.reading() as session:
        (reader,) = subscribers(session, portfolio="cards")
        states = mails_by_state(session, portfolio="cards", from_on=MARCH[0], to_on=MARCH[1])
    assert states == {"delivered": 1}
    assert reader.last is not None
    assert reader.last.state is AttemptState.DELIVERED
    assert vendors.sendgrid(event("spamreport", event_id="e2", email=ADA, attempt_id=mail), at=NOW) == 204
    assert readers(ledger) == 0
