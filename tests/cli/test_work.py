"""A person can do callbacks from the terminal, and what they record moves the journey at once."""

import json
from datetime import timedelta

import pytest

from deployments.doctor import examine
from deployments.finding import Light
from ledger.tables.work_item import WorkItemRow
from tests.cli.stage import MONDAY, Driven

CALLED_BY = MONDAY + timedelta(days=14)


@pytest.fixture
def called(driven: Driven) -> Driven:
    """A stage on which callbacks wait for a person."""
    driven.carry_to(CALLED_BY, start=MONDAY)
    assert _callbacks(driven)
    return driven


def _callbacks(driven: Driven) -> list[str]:
    return [item["id"] for item in driven.answer("work", "list", "--kind", "callback")["work"]]


def test_taking_a_callback_shows_what_the_call_needs(called: Driven) -> None:
    """Name, number, amounts in major units, hours and what was said before are on the sheet."""
    item = _callbacks(called)[0]
    told = called.run("work", "take", item[:8], "--by", "Ana").stdout
    assert "Name      Li Wei" in told or "Name      Chen Yu" in told
    assert "Mobile    +86138001380" in told
    assert "CNY" in told
    assert "Hours     08:00 to 19:00, every day, in Asia/Shanghai" in told
    assert "Said before:" in told
    assert "sms: sent" in told
    assert "days past due" in told


def test_a_call_that_nobody_reserved_is_told_of_when_it_broke_a_rule(called: Driven) -> None:
    """At night: the result is recorded, the person is told on the side, and the doctor is yellow about it."""
    item = _callbacks(called)[0]
    called.set_time((CALLED_BY + timedelta(days=1)).replace(hour=16))
    result = called.run("work", "record", item, "no_answer", "--by", "Ana", "--minutes", "1", "--json")
    assert json.loads(result.stdout)["unreserved_call"]["answer"] == "deferred"
    assert "This call should not have been made" in result.stderr
    assert "nobody reserved this call" in result.stderr
    found = {finding.about: finding for finding in examine()}["calls"]
    assert found.light is Light.YELLOW
    assert "1 calls to borrowers were made without leave" in found.says


def test_a_reserved_call_is_told_of_no_more(called: Driven) -> None:
    """Nothing stands on the side, and the doctor is green."""
    item = _callbacks(called)[0]
    assert called.answer("work", "call", item, "--by", "Ana")["reserved"]
    assert (
        called.answer("work", "record", item, "no_answer", "--by", "Ana", "--minutes", "1")["unreserved_call"] is None
    )
    assert {finding.about: finding for finding in examine()}["calls"].light is Light.GREEN


def test_an_item_taken_by_one_is_not_taken_by_another(called: Driven) -> None:
    """The second person is told who has it; the first may look again."""
    item = _callbacks(called)[0]
    called.answer("work", "take", item, "--by", "Ana")
    assert "Ana has taken it" in called.refusal("work", "take", item, "--by", "Ben")
    called.answer("work", "take", item, "--by", "Ana")


def test_a_promise_is_recorded_in_major_units_and_stands_on_the_timeline(called: Driven) -> None:
    """120.50 typed is 12,050 fen kept; the journey is woken and the note stays out of the timeline."""
    item = _callbacks(called)[0]
    loan = called.answer("work", "take", item, "--by", "Ana")["loan_number"]
    day = "2026-03-20"
    record = ["work", "record", item, "promise", "--by", "Ana", "--minutes", "6", "--note", "at work until six"]
    answer = called.answer(*record, "--promise", f"120.50@{day}")
    assert answer["outcome"] == "promised"
    shown = called.answer("journeys", "show", loan)["happenings"]
    promised = next(h for h in shown if h["what"] == "promise_made")
    assert (promised["amount_minor"], promised["due_on"]) == (12050, day)
    assert any(h["what"] == "cost_incurred" and h["unit"] == "collector_minute" and h["quantity"] == 6 for h in shown)
    assert "at work until six" not in str(shown)
    assert "is done already" in called.refusal("work", "record", item, "refused", "--by", "Ana", "--minutes", "1")


def test_an_arrangement_takes_several_instalments_with_thousands(called: Driven) -> None:
    """Commas part instalments and thousands alike."""
    item = _callbacks(called)[0]
    plan = "1,000.00@2026-03-20,200.50@2026-04-20"
    record = ["work", "record", item, "arrangement", "--by", "Ana", "--minutes", "9", "--instalments", plan]
    assert called.answer(*record)["outcome"] == "arranged"
    assert "1,000.00 CNY on 2026-03-20, 200.50 CNY on 2026-04-20" in "".join(
        called.run("journeys", "show", loan).stdout for loan in ("A1", "A2")
    )


def test_a_result_that_does_not_fit_is_refused_with_a_remedy(called: Driven) -> None:
    """Nothing is recorded, and the message says what is missing."""
    item = _callbacks(called)[0]
    for arguments, says in (
        (["promise"], "a promise needs its amount and day"),
        (["refused", "--promise", "10@2026-03-20"], "nothing else takes them"),
        (["promise", "--promise", "10@2020-03-20"], "every day is today or later"),
        (["done"], "does not fit a callback"),
    ):
        told = called.refusal("work", "record", item, *arguments, "--by", "Ana", "--minutes", "1")
        assert says in told
        assert "--help" in told
    assert item in _callbacks(called)


def test_an_amount_that_cannot_be_read_is_a_mistake_of_typing(called: Driven) -> None:
    """Exit code 2, with what was typed."""
    item = _callbacks(called)[0]
    for typed in ("10", "10@tomorrow", "ten@2026-03-20", "0@2026-03-20", "1.234@2026-03-20", "-1@2026-03-20"):
        result = called.run("work", "record", item, "promise", "--by", "Ana", "--minutes", "1", "--promise", typed)
        assert result.exit_code == 2, result.output
        assert "Invalid value" in result.stderr


def test_an_unknown_item_is_told_with_a_remedy(driven: Driven) -> None:
    """The message says where the open items are listed."""
    assert "`duecourse work list`" in driven.refusal("work", "take", "ffff", "--by", "Ana")
    assert driven.run("work", "list").stdout == "No work waits for a person.\n"


def test_a_hold_takes_work_off_the_list_and_is_lifted_by_its_beginning(called: Driven) -> None:
    """Placing a hold withdraws the callback; the hold is listed, lifted, and gone."""
    loan = called.answer("work", "take", _callbacks(called)[0], "--by", "Ana")["loan_number"]
    before = len(_callbacks(called))
    placed = called.answer("holds", "place", loan, "dispute", "--until", "2026-06-01")
    assert placed["until"].startswith("2026-05-31T16:00")
    assert len(_callbacks(called)) == before - 1
    assert [hold["reason"] for hold in called.answer("holds", "list")["holds"]] == ["dispute"]
    assert "2026-06-01 00:00" in called.run("holds", "list").stdout
    called.answer("holds", "lift", placed["hold"][:8])
    assert called.answer("holds", "list")["holds"] == []
    assert "`duecourse holds list`" in called.refusal("holds", "lift", placed["hold"])


def test_a_hold_cannot_end_before_it_begins(driven: Driven) -> None:
    """A day that has begun is refused."""
    assert "Give a later day" in driven.refusal("holds", "place", "A1", "hardship", "--until", "2026-01-05")


@pytest.fixture
def checked(driven: Driven) -> Driven:
    """A stage on which a check of contacts waits for a person: the borrowers of this portfolio have no address."""
    for day in range(2, 60, 2):
        driven.carry_to(MONDAY + timedelta(days=day), start=MONDAY + timedelta(days=day - 2))
        if _checks(driven):
            return driven
    pytest.fail("nobody was asked to check a contact")


def _checks(driven: Driven) -> list[dict[str, str]]:
    work: list[dict[str, str]] = driven.answer("work", "list", "--kind", "verify_contacts")["work"]
    return work


def test_a_check_is_listed_and_tells_how_it_is_recorded(checked: Driven) -> None:
    """The list says what to look into; the sheet says how to write what was found."""
    item = _checks(checked)[0]["id"]
    assert "none known" in checked.run("work", "list").stdout
    told = checked.run("work", "take", item, "--by", "Ana").stdout
    assert "Find out where the borrower lives. Tell nobody else why you ask." in told
    assert "--contact ID=verified|bad|wrong_party" in told
    assert "Results: confirmed, deceased, not_found" in told


def test_an_address_that_was_found_is_recorded_with_its_source(checked: Driven) -> None:
    """It is on the timeline without its text, and the next sheet of the borrower shows it as verified."""
    item = _checks(checked)[0]
    record = ["work", "record", item["id"], "confirmed", "--by", "Ana", "--minutes", "12"]
    told = checked.answer(*record, "--add-verified", "address=7 Mill Lane, Leeds", "--source", "public_register")
    assert told["outcome"] == "confirmed"
    shown = checked.answer("journeys", "show", item["loan_number"])["happenings"]
    added = next(h for h in shown if h.get("event") == "contact_added")
    assert added["facts"]["provenance"] == "person:public_register"
    assert "Mill Lane" not in str(shown)
    assert "contact added" in checked.run("journeys", "show", item["loan_number"]).stdout


def test_a_number_is_found_wrong_or_right_by_its_id(called: Driven) -> None:
    """The sheet shows the ids; the finding stands beside the result of the call."""
    item = _callbacks(called)[0]
    sheet = called.answer("work", "take", item, "--by", "Ana")
    contact = sheet["contacts"][0]
    record = ["work", "record", item, "no_answer", "--by", "Ana", "--minutes", "2"]
    called.answer(
        *record, "--contact", f"{contact['id'][:8]}=verified", "--add", "mobile=13800138009", "--source", "borrower"
    )
    happenings = called.answer("journeys", "show", sheet["loan_number"])["happenings"]
    facts = [h["facts"] for h in happenings if h.get("event") in {"contact_verified", "contact_added"}]
    assert [f["state"] for f in facts] == ["verified", "unverified"]
    assert facts[1]["provenance"] == "person:borrower"


def test_a_finding_that_cannot_be_recorded_is_refused_with_a_remedy(checked: Driven) -> None:
    """Without an address there is nothing to confirm, and an unknown id is nobody's."""
    item = _checks(checked)[0]["id"]
    record = ["work", "record", item]
    by = ["--by", "Ana", "--minutes", "1"]
    assert "no address is verified" in checked.refusal(*record, "confirmed", *by)
    assert "no single contact point" in checked.refusal(*record, "not_found", *by, "--contact", "zzz=bad")
    assert "`duecourse work take`" in checked.refusal(*record, "confirmed", *by)
    assert item in [work["id"] for work in _checks(checked)]


@pytest.mark.parametrize(
    "typed",
    [
        ("--contact", "abc"),
        ("--contact", "abc=opted_out"),
        ("--add", "street=7 Mill Lane", "--source", "borrower"),
        ("--add", "mobile=12", "--source", "borrower"),
        ("--add", "address=7 Mill Lane"),
    ],
)
def test_a_finding_that_cannot_be_read_is_a_mistake_of_typing(checked: Driven, typed: tuple[str, ...]) -> None:
    """Exit code 2, with what was typed."""
    item = _checks(checked)[0]["id"]
    result = checked.run("work", "record", item, "not_found", "--by", "Ana", "--minutes", "1", *typed)
    assert result.exit_code == 2, result.output
    assert "Invalid value" in result.stderr


def test_a_result_tells_why_and_by_which_team(called: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    """The team is the one that the settings give the person, or another one; reasons are a closed set."""
    monkeypatch.setenv("DUECOURSE_TEAMS", '{"Ana": "early"}')
    item = called.answer("work", "list", "--kind", "callback")["work"][0]["id"]
    asked = ("work", "record", item, "refused", "--by", "Ana", "--minutes", "1", "--reason")
    assert called.run(*asked, "bad luck").exit_code == 2
    called.answer(*asked, "job_loss")
    with called.ledger.reading() as session:
        row = session.get_one(WorkItemRow, item)
    assert (row.team, row.arrears_reason) == ("early", "job_loss")
