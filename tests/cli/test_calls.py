"""Calls and past answers from the terminal: reserve before dialling, note what was made, and give an answer again."""

from datetime import timedelta

import pytest

from ledger.portfolios import portfolio_named
from tests.cli.stage import LOANS, MAPPING, MONDAY, Driven

CALLED_BY = MONDAY + timedelta(days=14)


@pytest.fixture
def item(driven: Driven) -> str:
    """A callback that waits for a person."""
    driven.carry_to(CALLED_BY, start=MONDAY)
    return str(driven.answer("work", "list", "--kind", "callback")["work"][0]["id"])


def test_a_call_is_reserved_and_shows_a_masked_number(driven: Driven, item: str) -> None:
    """The number itself only when asked for; a second call waits until the first one is told of."""
    told = driven.run("work", "call", item, "--by", "Ana").output
    assert "is reserved: ***" in told
    assert "+86138001380" not in told
    assert "may be called on" in told
    assert "Ana reserved a call" in driven.refusal("work", "call", item, "--by", "Ana", "--reveal")
    call = told.split("calls record ")[1].split()[0]
    assert "busy" in driven.run("calls", "record", call, "--outcome", "busy").output
    revealed = driven.answer("work", "call", item, "--by", "Ana", "--reveal")
    assert revealed["number"].startswith("+86138001380")


def test_a_call_at_night_is_refused_with_the_hour_from_which_it_may_be_made(driven: Driven, item: str) -> None:
    """In a sentence, and as JSON."""
    driven.set_time(CALLED_BY + timedelta(hours=14))
    told = driven.run("work", "call", item, "--by", "Ana").output
    assert "not called on" in told
    assert "next allowed" in told
    answer = driven.answer("work", "call", item, "--by", "Ana")
    assert (answer["reserved"], answer["told"]["answer"]) == (False, "deferred")
    assert driven.answer("screen", "replay", item)["is_same_answer"]


def test_a_call_that_the_borrower_made_is_noted(driven: Driven, item: str) -> None:
    """It stands on the timeline; one in the future is refused, and a reservation is no end."""
    added = ["calls", "add", "--loan", "A1", "--inbound", "--outcome", "conversation", "--by", "Ana"]
    assert driven.answer(*added, "--at", "2026-01-06T14:30")["outcome"] == "conversation"
    assert "the borrower called, Ana answered: conversation" in driven.run("journeys", "show", "A1").output
    assert "not yet" in driven.refusal(*added, "--at", "2036-01-06T14:30")


def test_a_call_that_cannot_have_been_is_not_noted(driven: Driven) -> None:
    """The borrower does not reach their own voicemail, and nobody called in the year one."""
    inbound = ["calls", "add", "--loan", "A1", "--inbound", "--by", "Ana", "--outcome"]
    for outcome in ("voicemail", "not_in_service", "busy", "reserved"):
        assert driven.run(*inbound, outcome).exit_code == 2
    assert driven.run(*inbound, "conversation", "--at", "0001-01-01T00:00").exit_code == 2


def test_an_answer_is_given_again(driven: Driven) -> None:
    """On the same facts, in two sentences; an unknown one is said to be so."""
    driven.carry_to(MONDAY, start=MONDAY)
    happenings = driven.answer("journeys", "show", "A1")["happenings"]
    attempt = next(h["attempt_id"] for h in happenings if h["what"] == "attempt_made")
    told = driven.run("screen", "replay", attempt[:12]).output
    assert "The answer is the same, on the same facts." in told
    assert driven.answer("screen", "replay", attempt)["are_same_facts"]
    assert "no single attempt" in driven.refusal("screen", "replay", "feed")


def test_who_collects_is_kept_with_a_new_portfolio(driven: Driven) -> None:
    """A lender for itself, unless it is said otherwise."""
    loans, mapping = driven.write("agency.csv", LOANS), driven.write("agency.yaml", MAPPING)
    driven.answer(
        *("import", "loans", loans, "--mapping", mapping, "--portfolio", "agency"),
        *("--collector-role", "third_party"),
    )
    with driven.ledger.reading() as session:
        assert portfolio_named(session, "agency").collector_role == "third_party"
        assert portfolio_named(session, "cards").collector_role == "first_party"
