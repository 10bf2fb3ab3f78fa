"""Journeys are listed and told in full, without a name or a usable number."""

from datetime import timedelta

import pytest

from tests.cli.stage import MONDAY, Driven


def test_a_list_says_where_each_journey_stands_and_what_it_waits_for(driven: Driven) -> None:
    """Both loans are open; after the first messages they wait for the next rung."""
    driven.carry_to(MONDAY, start=MONDAY)
    answer = driven.answer("journeys", "list")
    assert answer["total"] == 2
    assert {j["loan_number"]: (j["state"], j["days_past_due"], j["arrears_minor"]) for j in answer["journeys"]} == {
        "A1": ("open", 41, 120050),
        "A2": ("open", 96, 80000),
    }
    told = driven.run("journeys", "list", "--state", "open", "--portfolio", "cards").stdout
    assert "1,200.50 CNY" in told
    assert "comes next" in told
    assert "2 of 2 journeys." in told


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--state", "closed"], 0),
        (["--waiting-for", "AwaitingCallback"], 0),
        (["--waiting-for", "Waiting"], 2),
        (["--limit", "1"], 1),
    ],
)
def test_a_list_can_be_narrowed(driven: Driven, filters: list[str], found: int) -> None:
    """By state, by what is waited for, by a limit that says how many more there are."""
    driven.carry_to(MONDAY, start=MONDAY)
    assert len(driven.answer("journeys", "list", *filters)["journeys"]) == found


def test_a_timeline_tells_everything_in_order_and_nobody_by_name(driven: Driven) -> None:
    """Decision, contact, verdict, step and cost stand in that order, also where they share an instant."""
    driven.carry_to(MONDAY, start=MONDAY)
    driven.import_payments(
        "Loan,Amount,Paid,Ref,Reverses\nA1,100,2026-01-05 09:30,P1,\nA1,100,2026-01-05 09:40,R1,P1\n"
    )
    answer = driven.answer("journeys", "show", "A1")
    kinds = [h["what"] for h in answer["happenings"]]
    first = kinds.index("turn_taken")
    assert kinds[first : first + 3] == ["turn_taken", "attempt_made", "verdict_given"]
    assert kinds.index("step_ended") < kinds.index("cost_incurred")
    assert {"payment_received", "payment_reversed"} <= set(kinds)
    told = driven.run("journeys", "show", "A1").output
    assert "Times are those of Asia/Shanghai." in told
    assert "2026-01-05 10:00" in told
    assert "rules that were asked allow it (house-courtesy@" in told
    assert "saying friendly_reminder@" in told or "saying helpful_reminder@" in told
    for secret in ("Li Wei", "Wei", "13800138000", "li.wei@example.com"):
        assert secret not in told
        assert secret not in str(answer)


def test_a_deferred_contact_says_until_when_and_by_which_rule(driven: Driven) -> None:
    """A turn that falls due at night is put off to the morning, and the timeline cites the rule."""
    night = MONDAY + timedelta(hours=12)
    driven.set_time(night)
    driven.carry_to(night, start=night)
    deferred = [h for h in driven.answer("journeys", "show", "A1")["happenings"] if h["what"] == "verdict_given"]
    assert deferred[0]["told"]["answer"] == "deferred"
    assert [said["rule"] for said in deferred[0]["rules"] if said["verdict"] == "deferred"] == ["HOUSE-HOURS"]
    told = driven.run("journeys", "show", "A1").output
    assert "not contacted on 5 Jan 22:00 in Shanghai: contacts are made between 08:00 and 19:00" in told
    assert "(house policy civil hours" in told
    assert "next allowed 6 Jan 08:00 in Shanghai" in told


@pytest.mark.parametrize(
    ("command", "remedy"),
    [
        (["journeys", "show", "A9"], "`duecourse journeys list`"),
        (["journeys", "list", "--portfolio", "nope"], "there are: cards"),
    ],
)
def test_an_unknown_name_is_told_with_a_remedy(driven: Driven, command: list[str], remedy: str) -> None:
    """A loan or portfolio that is not there is said to be so, with where to look."""
    assert remedy in driven.refusal(*command)


def test_a_number_in_two_portfolios_asks_which(driven: Driven) -> None:
    """The same loan number may exist twice; the command asks rather than guesses."""
    driven.import_loans(portfolio="second")
    assert "say which with --portfolio" in driven.refusal("journeys", "show", "A1")
    assert driven.answer("journeys", "show", "A1", "--portfolio", "second")["journeys"] == []
