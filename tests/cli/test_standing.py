"""What is learned of a person is recorded in one place, and shows what rests, for how long, and what is known."""

from datetime import date, timedelta

import pytest

from ledger.cases import case_of
from ledger.listings import loan_numbered
from ledger.portfolios import portfolio_named
from ledger.situations import borrower_of
from policy.compliance.history import Mark
from tests.cli.stage import MONDAY, Driven


def test_a_breathing_space_lasts_as_the_packs_say(driven: Driven) -> None:
    """Sixty whole days where the borrower lives, on all loans; the sentence says so, and the list."""
    told = driven.run("standing", "add", "--borrower", "A1", "--kind", "breathing_space", "--by", "Cleo").stdout
    assert "All loans of the borrower rest until 2026-03-07 00:00" in told
    (hold,) = driven.answer("standing", "list", "--loan", "A1")["holds"]
    assert (hold["reason"], hold["scope"], hold["placed_by"]) == ("breathing_space", "person", "Cleo")
    assert driven.answer("standing", "list", "--borrower", "A2") == {"holds": [], "facts": []}
    assert "breathing space (all loans)" in driven.run("standing", "list").stdout
    assert "It is ended." in driven.run("standing", "end", hold["id"][:8]).stdout
    assert "Nothing is known" in driven.run("standing", "list").stdout


def test_a_breathing_space_counts_from_the_day_on_which_it_began(driven: Driven) -> None:
    """Not from the day on which somebody recorded it; the packs judge by the same days."""
    began = ("--on", "2025-12-20")
    told = driven.run("standing", "add", "--borrower", "A1", "--kind", "breathing_space", *began).stdout
    assert "All loans of the borrower rest until 2026-02-19 00:00" in told
    with driven.ledger.reading() as session:
        borrower_id = loan_numbered(session, "A1").borrower_id
        case = case_of(session, borrower_id, at=MONDAY, knowing=MONDAY)
        before = case_of(session, borrower_id, at=MONDAY, knowing=MONDAY - timedelta(days=2))
    (mark,) = case.marks(Mark.BREATHING_SPACE)
    assert mark.at.astimezone(case.zone).date() == date(2025, 12, 20)
    assert list(before.marks(Mark.BREATHING_SPACE)) == []


def test_the_law_may_grant_it_once_only(driven: Driven) -> None:
    """The refusal names the rule."""
    with driven.ledger.transaction() as session:
        portfolio_named(session, "cards").packs = ["gb-conc"]
    driven.answer("standing", "add", "--loan", "A1", "--kind", "breathing_space")
    assert "SI 2020/1311" in driven.refusal("standing", "add", "--loan", "A1", "--kind", "breathing_space")


def test_a_treatment_ends_with_its_thirty_days(driven: Driven) -> None:
    """Whoever ends it is told until when the loans rest; a second time there is nothing to end."""
    added = driven.answer("standing", "add", "--loan", "A1", "--kind", "mental_health_crisis")
    hold = added["holds"][0]["id"]
    assert "rest until 2026-02-04 16:00 UTC" in driven.run("standing", "end", hold).stdout
    assert "its end is known" in driven.refusal("standing", "end", hold)
    assert "its end is known" in driven.refusal("holds", "lift", hold)


def test_a_wish_is_written_with_its_hours_and_taken_back(driven: Driven) -> None:
    """Keys are those of a case file; ids of loans and numbers stay out of the list."""
    hours = ("--with", "from=15:00", "--with", "to=17:00", "--with", "weekdays=MON,TUE")
    added = driven.answer("standing", "add", "--borrower", "A1", "--kind", "inconvenient_time", *hours)
    assert "inconvenient time (weekdays MON TUE, from 15:00, to 17:00)" in driven.run("standing", "list").stdout
    driven.set_time(MONDAY + timedelta(minutes=1))
    driven.answer("standing", "end", added["fact"])
    listed = driven.answer("standing", "list", "--borrower", "A1")["facts"]
    assert [("withdrawn_at" in fact["given"]) for fact in listed] == [False, True]


def test_a_number_is_named_by_its_id(driven: Driven) -> None:
    """As `work take` shows it; another's number is nobody's here."""
    with driven.ledger.reading() as session:
        point = borrower_of(session, loan_numbered(session, "A1").borrower_id).contact_points[0]
    kind = ("--kind", "workplace_prohibited", "--with", f"contact={point.id[:10]}")
    driven.answer("standing", "add", "--borrower", "A1", *kind)
    (fact,) = driven.answer("standing", "list", "--borrower", "A1")["facts"]
    assert fact["given"]["address"] == point.id
    assert driven.run("standing", "add", "--borrower", "A2", *kind).exit_code == 2


def test_a_written_dispute_is_ended_by_the_verification(driven: Driven) -> None:
    """Both stay on record."""
    placed = driven.answer("standing", "add", "--loan", "A1", "--kind", "dispute_written", "--on", "2026-01-04")
    driven.set_time(MONDAY + timedelta(days=9))
    answer = driven.answer("standing", "add", "--loan", "A1", "--kind", "verification_sent")
    assert answer["ended"] == [placed["holds"][0]["id"]]
    told = driven.run("standing", "add", "--loan", "A1", "--kind", "verification_sent").stdout
    assert told.strip() == "Recorded: verification sent."
    facts = driven.answer("standing", "list", "--loan", "A1")["facts"]
    assert [fact["type"] for fact in facts] == ["dispute_written", "verification_sent", "verification_sent"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--loan", "A1", "--kind", "dispute", "--on", "2026-02-01"), "has not begun yet"),
        (("--loan", "A1", "--kind", "dispute", "--until", "2026-01-05"), "has begun already"),
        (("--loan", "A1", "--kind", "consent", "--with", "weekdays=MON"), "means nothing"),
        (("--loan", "A9", "--kind", "dispute"), "A9"),
        (("--loan", "A1", "--kind", "consent", "--with", "scope=banana"), "unknown scope"),
        (("--loan", "A1", "--kind", "consent", "--with", "channel=smoke"), "unknown channel"),
        (("--loan", "A1", "--kind", "consent", "--with", "given_to=nobody"), "unknown receiver"),
        (("--loan", "A1", "--kind", "consent", "--with", "expires=2020-01-01"), "has run out"),
        (("--loan", "A1", "--kind", "stop_medium", "--with", "medium=pigeon"), "unknown medium"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(driven: Driven, arguments: tuple[str, ...], told: str) -> None:
    """Nothing is recorded."""
    assert told in driven.refusal("standing", "add", *arguments)
    assert driven.answer("standing", "list") == {"holds": [], "facts": []}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--kind", "dispute"),
        ("--kind", "dispute", "--loan", "A1", "--borrower", "A1"),
        ("--kind", "nonsense", "--loan", "A1"),
        ("--kind", "consent", "--loan", "A1", "--with", "scope"),
        ("--kind", "dispute_written", "--loan", "A1", "--with", "type=call_out"),
        ("--kind", "visit_consented", "--loan", "A1", "--with", "at=2099-01-01"),
        ("--kind", "visit_consented", "--loan", "A1", "--with", "debts=another"),
        ("--kind", "breathing_space", "--loan", "A1", "--on", "0001-01-01"),
        ("--kind", "breathing_space", "--loan", "A1", "--until", "9999-12-31"),
    ],
)
def test_what_is_not_understood_is_told_at_once(driven: Driven, arguments: tuple[str, ...]) -> None:
    """One of loan and borrower, a known kind, and keys with values."""
    assert driven.run("standing", "add", *arguments).exit_code == 2
