"""Who asks to be left alone is left alone, on every loan, whichever way they ask."""

import pytest

from domain.attempt import AttemptState
from domain.borrower import ContactState
from policy.stop_words import asks_to_stop
from tests.console.pretend_vendors import PretendVendors, event
from tests.console.worked_loans import EMAIL, MOBILE, NOW, WorkedLoans, chat, email, mobile

NO_CONTENT, OK, NOT_FOUND = 204, 200, 404
STOPPED = ContactState.OPTED_OUT


def test_a_stop_counts_for_every_loan_of_the_number(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """Two loans of one person and one of another who shares the phone: all fall silent there and look again at once."""
    loans.take_in("L-1", mobile(), chat(), email())
    loans.take_in("L-2", mobile())
    loans.take_in("L-3", mobile(), borrower="B-2")
    loans.take_in("L-4", mobile("+447400999999"), borrower="B-3")
    assert vendors.twilio_inbound(MOBILE, "STOP", sid="SM1") == NO_CONTENT
    assert loans.contact_states(MOBILE) == [STOPPED, STOPPED, STOPPED]
    assert loans.contact_states("+447400999999") == [ContactState.UNVERIFIED]
    assert loans.contact_states(EMAIL) == [ContactState.UNVERIFIED]
    assert loans.woken() == {"L-1", "L-2", "L-3"}


def test_stopping_again_and_again_is_one_event(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """The same message 46 times, and then a second one of its own, opt the person out once."""
    loans.take_in("L-1", mobile())
    for _ in range(46):
        assert vendors.twilio_inbound(MOBILE, "STOP", sid="SM1") == NO_CONTENT
    assert vendors.twilio_inbound(MOBILE, "STOP", sid="SM2") == NO_CONTENT
    assert loans.events("opted_out") == 1
    assert len(loans.inbox()) == 2


def test_a_stop_in_chat_counts_for_the_number(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """Chat addresses carry a prefix that the ledger does not."""
    loans.take_in("L-1", chat())
    assert vendors.twilio_inbound(f"whatsapp:{MOBILE}", "退订", sid="SM1") == NO_CONTENT
    assert loans.contact_states(MOBILE) == [STOPPED]


def test_a_stop_that_twilio_understood_counts(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """An account may teach Twilio's own opt-out service words that we do not know."""
    loans.take_in("L-1", mobile())
    assert vendors.twilio_inbound(MOBILE, "ARRET", sid="SM1", OptOutType="STOP") == NO_CONTENT
    assert loans.contact_states(MOBILE) == [STOPPED]


def test_a_stop_in_the_words_of_a_pack_counts_from_its_borrowers(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """The European pack knows German; somebody whose loans are not worked under it has only written a word."""
    loans.take_in("L-1", mobile())
    assert vendors.twilio_inbound(MOBILE, "Abmelden!", sid="SM1") == NO_CONTENT
    assert loans.contact_states(MOBILE) == [ContactState.UNVERIFIED]
    loans.is_worked_under("house-courtesy", "eu-ccd2")
    assert vendors.twilio_inbound(MOBILE, "Abmelden!", sid="SM2") == NO_CONTENT
    assert loans.contact_states(MOBILE) == [STOPPED]


def test_a_reply_is_kept_and_stops_nothing(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """A person who writes back about paying is not silenced."""
    loans.take_in("L-1", mobile())
    assert vendors.twilio_inbound(MOBILE, "Thanks, I will pay on Friday", sid="SM1") == NO_CONTENT
    assert loans.contact_states(MOBILE) == [ContactState.UNVERIFIED]
    assert [row.kind for row in loans.inbox()] == ["reply"]


@pytest.mark.parametrize("name", ["unsubscribe", "spamreport", "group_unsubscribe"])
def test_an_unsubscription_by_email_counts(loans: WorkedLoans, vendors: PretendVendors, name: str) -> None:
    """A click on unsubscribe or on spam silences the address, however its case is written."""
    loans.take_in("L-1", email())
    assert vendors.sendgrid(event(name, event_id="e-1", email=EMAIL.upper()), at=NOW) == NO_CONTENT
    assert loans.contact_states(EMAIL) == [STOPPED]
    assert loans.woken() == {"L-1"}


def test_an_unsubscription_without_an_address_counts_by_its_attempt(
    loans: WorkedLoans, vendors: PretendVendors
) -> None:
    """The attempt tells whom we wrote to, also when the event does not."""
    loans.take_in("L-1", email())
    attempt = loans.contacted("L-1")
    assert vendors.sendgrid(event("unsubscribe", event_id="e-1", email="", attempt_id=attempt), at=NOW) == NO_CONTENT
    assert loans.contact_states(EMAIL) == [STOPPED]


def test_looking_at_the_page_stops_nothing(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """Mail scanners open every link; only the button counts."""
    loans.take_in("L-1", email())
    attempt = loans.contacted("L-1")
    page = vendors.client.get(f"/stop/{attempt}")
    assert page.status_code == OK
    assert '<form method="post">' in page.text
    assert loans.contact_states(EMAIL) == [ContactState.UNVERIFIED]


def test_the_button_stops_and_may_be_pressed_twice(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """The second press says the same as the first and changes nothing."""
    loans.take_in("L-1", email())
    loans.take_in("L-2", email(), borrower="B-2")
    attempt = loans.contacted("L-1")
    for _ in range(2):
        page = vendors.client.post(f"/stop/{attempt}")
        assert page.status_code == OK
        assert "<form" not in page.text
    assert loans.contact_states(EMAIL) == [STOPPED, STOPPED]
    assert loans.woken() == {"L-1", "L-2"}
    assert loans.events("opted_out") == 2
    assert loans.state(attempt) is AttemptState.ACCEPTED


def test_the_page_holds_nothing_about_the_person(loans: WorkedLoans, vendors: PretendVendors) -> None:
    """Whoever finds the link learns neither a name nor a number nor an amount, and it travels nowhere."""
    loans.take_in("L-1", email())
    attempt = loans.contacted("L-1")
    for page in (vendors.client.get(f"/stop/{attempt}"), vendors.client.post(f"/stop/{attempt}")):
        for secret in ("Ada", "Canary", EMAIL, "L-1", "300", "Harbour", attempt):
            assert secret not in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("unknown", ["0" * 32, "x", "%00", "..%2f..", "é", "0" * 5000])
def test_a_link_that_is_not_known_says_so(vendors: PretendVendors, unknown: str) -> None:
    """A broken or guessed link is told so in peace, whatever it holds."""
    for page in (vendors.client.get(f"/stop/{unknown}"), vendors.client.post(f"/stop/{unknown}")):
        assert page.status_code == NOT_FOUND


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop.",
        "Stop please",
        "Please stop!",
        "stop texting me",
        "opt-out",
        "\uff34\uff24",
        "t",
        "退订",
        "请停止",
        "退订\uff0c谢谢",
    ],
)
def test_words_that_stop(text: str) -> None:
    """Case, width, punctuation and courtesy make no difference."""
    assert asks_to_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "please",
        "nonstop",
        "Thanks, I will pay",
        "cancel my direct debit",
        "end of the month",
        "T is fine",
        "停止工作了",
    ],
)
def test_words_that_do_not_stop(text: str) -> None:
    """A word with another everyday use silences nobody by accident."""
    assert not asks_to_stop(text)
