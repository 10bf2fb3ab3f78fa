"""A lender's past comes in: the ledger knows it, the report sees it, and nobody ever acts upon it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlmodel import select

from domain.action import Action
from domain.arrears import Statement
from domain.cost import CostUnit
from domain.journey import ClosingReason, JourneyState
from domain.past import Contacted, Ended, Entered, Paid, PastEvent, PastLoan, PastRow, Promised, Spent
from domain.promise import PromiseState
from domain.step import Outcome
from ledger.database import Ledger
from ledger.evidence.checking import check
from ledger.invariants import broken
from ledger.opening import loans_without_journey
from ledger.past_intake import PastTaken, take_in_past
from ledger.tables.agreement import PromiseRow
from ledger.tables.borrower import BorrowerRow
from ledger.tables.journey import AssignmentRow, JourneyRow, StepRow
from ledger.tables.loan import LoanRow
from ledger.tables.money import CostRow, PaymentRow, ReversalRow
from ledger.tables.work_item import WorkItemRow
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from tests.ledger.lender import NOW, Lender, a_loan

FILE_DAY = datetime(2025, 6, 30, 12, tzinfo=UTC)


def on(day: int) -> datetime:
    """Noon of a day of March 2025."""
    return datetime(2025, 3, day, 12, tzinfo=UTC)


def told(*events: PastEvent, number: str = "H-1", borrower: str | None = None) -> PastRow:
    """A row that tells of these events."""
    loan = PastLoan(
        number, borrower or number, "card", "B", "GBP", "Europe/London", "en", "GB", attributes={"team": "south"}
    )
    return PastRow(loan, "elsewhere", events)


ENTERED = Entered(on(1), "", 100_000, "Level 1", "champion", 0.5, 45)
WORKED = told(
    ENTERED,
    Contacted(on(2), "", Action.SMS, Outcome.SENT, 2, "", 0),
    Contacted(on(3), "", Action.CALLBACK, Outcome.PROMISED, 1, "ana", 3_000),
    Promised(on(3), "", 20_000, date(2025, 3, 8), None),
    Paid(on(8), "p1", 19_000, None),
    Paid(on(9), "r1", 1_000, "p1"),
    Spent(on(9), "", CostUnit.AGENCY_FEE, 1_500_500),
    Ended(on(20), "", ClosingReason.CHARGED_OFF),
)


def take_in(lender: Lender, *rows: PastRow, default_at: datetime = FILE_DAY) -> PastTaken:
    """The past comes in."""
    with lender.ledger.transaction() as session:
        return take_in_past(session, lender.portfolio(session), rows, default_at=default_at, now=lender.now)


class TestThePast:
    """What an import tells."""

    def test_is_kept_whole_and_proven(self, lender: Lender) -> None:
        """Every event has its rows, bound by one event in the loan's chain; all invariants hold."""
        taken = take_in(lender, WORKED)
        assert (taken.new, taken.known, taken.refused) == (8, 0, [])
        (journey,) = lender.rows(JourneyRow)
        assert (journey.state, journey.closing_reason, journey.closed_at) == ("history", "charged_off", on(20))
        assert (journey.opening_minor, journey.opening_days_past_due) == (100_000, 45)
        assert [(s.turn_no, s.action) for s in lender.rows(StepRow)] == [(1, "sms"), (2, "sms"), (3, "callback")]
        (call,) = lender.rows(WorkItemRow)
        assert (call.state, call.taken_by, call.disposition) == ("done", "ana", "promise")
        (promise,) = lender.rows(PromiseRow)
        assert (promise.state, promise.work_item_id) == (PromiseState.KEPT.value, call.id)  # 95 % came in on its day
        assert [(a.arm, a.probability, a.rule) for a in lender.rows(AssignmentRow)] == [("champion", 0.5, "history")]
        assert sorted(c.amount_millis for c in lender.rows(CostRow)) == [3_000, 1_500_500]
        assert (len(lender.rows(PaymentRow)), len(lender.rows(ReversalRow))) == (1, 1)
        proof = check(lender.ledger, keys={})
        assert [flaw for flaw in proof.flaws if flaw.loan] == []
        with lender.ledger.reading() as session:
            assert broken(session) == {}

    def test_changes_nothing_when_it_comes_again(self, lender: Lender) -> None:
        """Two equal calls on one day are two, the first time and every time."""
        twice = told(ENTERED, *[Contacted(on(4), "", Action.CALLBACK, Outcome.NO_ANSWER, 1, "", 0)] * 2)
        assert take_in(lender, WORKED, twice).new == 10
        before = {table: lender.rows(table) for table in (JourneyRow, StepRow, PromiseRow, PaymentRow, CostRow)}
        again = take_in(lender, WORKED, twice)
        assert (again.new, again.known, again.loans, again.journeys) == (0, 11, 0, 0)
        assert {table: lender.rows(table) for table in before} == before

    def test_opens_wakes_and_queues_nothing(self, lender: Lender) -> None:
        """A loan that only the past tells of is never opened, though it is overdue."""
        take_in(lender, told(ENTERED))
        with lender.ledger.reading() as session:
            assert loans_without_journey(session, lender.portfolio(session)) == []
            assert [loan.history_only for loan in session.exec(select(LoanRow)).all()] == [True]

    def test_without_days_stands_on_the_files_day(self, lender: Lender) -> None:
        """An entry without a day is that of the first event; the money without one came in on the file's day."""
        take_in(lender, told(Entered(None, "", 5_000, "x", "", None, None), Paid(None, "", 500, None)))
        (journey,), (payment,) = lender.rows(JourneyRow), lender.rows(PaymentRow)
        assert (journey.opened_at, payment.received_at) == (FILE_DAY, FILE_DAY)
        assert payment.external_id.startswith("H-1/")

    def test_without_an_entry_begins_with_what_happened_first(self, lender: Lender) -> None:
        """The journey is made, and counted as implied; money alone needs none."""
        taken = take_in(
            lender,
            told(Contacted(on(5), "", Action.EMAIL, Outcome.SENT, 1, "", 0), Ended(on(9), "", ClosingReason.SOLD)),
            told(Paid(on(6), "", 500, None), number="H-2"),
        )
        assert (taken.implied, taken.journeys, taken.loans) == (1, 1, 2)
        assert [j.opened_at for j in lender.rows(JourneyRow)] == [on(5)]

    def test_refuses_what_cannot_have_been(self, lender: Lender) -> None:
        """Another amount under a known key, a reversal of nothing, an end before the beginning, a second end."""
        take_in(lender, WORKED)
        taken = take_in(
            lender,
            told(Paid(on(8), "p1", 18_000, None)),
            told(Paid(on(8), "r2", 1, "p7")),
            told(Ended(on(21), "", ClosingReason.SOLD)),
            told(Entered(on(5), "", 1, "x", "", None, None), Ended(on(2), "", ClosingReason.SOLD), number="H-3"),
        )
        assert [reason.split(";")[0].split(",")[0] for _, _, reason in taken.refused] == [
            "'elsewhere' has a payment 'p1' already",
            "there is no payment 'p7' of this loan to reverse",
            "it ended as charged_off on 2025-03-20 already",
            "it ended before it began (2025-03-05)",
        ]

    def test_arms_without_a_probability_have_their_share_of_the_file(self, lender: Lender) -> None:
        """And the rule says that it was worked out."""
        arms = ["a", "a", "a", "b"]
        take_in(
            lender, *(told(replace(ENTERED, arm=arm, probability=None), number=f"H-{i}") for i, arm in enumerate(arms))
        )
        found = {(a.arm, a.probability, a.rule) for a in lender.rows(AssignmentRow)}
        rule = "history, the arm's share of the file"
        assert found == {("a", 0.75, rule), ("b", 0.25, rule)}


class TestALoanWithAPast:
    """What becomes of it."""

    def test_is_worked_once_the_book_brings_it_in(self, lender: Lender) -> None:
        """It gets its name and its borrower, and a journey of its own beside that of the past."""
        take_in(lender, replace(WORKED, loan=replace(WORKED.loan, number="L-1")))
        lender.opens(a_loan("L-1"))
        (loan,) = lender.rows(LoanRow)
        names = {row.id: row.number for row in lender.rows(BorrowerRow)}
        assert (loan.history_only, names[loan.borrower_id]) == (None, "B-1")
        assert sorted(j.state for j in lender.rows(JourneyRow)) == ["history", "open"]
        assert {j.borrower_id for j in lender.rows(JourneyRow)} == {loan.borrower_id}
        proof = check(lender.ledger, keys={})
        assert [flaw for flaw in proof.flaws if flaw.loan] == []

    def test_refuses_a_past_that_lies_in_our_own_time(self, lender: Lender) -> None:
        """Since we work it, money has a command of its own."""
        lender.opens(a_loan("L-1"))
        taken = take_in(lender, told(Paid(NOW, "", 5, None), Paid(on(8), "", 7, None), number="L-1"), default_at=NOW)
        assert taken.new == 1
        assert ["worked here since 2026-01-05" in reason for _, _, reason in taken.refused] == [True]

    def test_gets_a_name_also_when_its_borrower_had_none(self, lender: Lender) -> None:
        """The borrower of the past and of the book are one person; zone and language are the book's."""
        take_in(lender, told(ENTERED, number="L-1", borrower="B-1"))
        statement = Statement(80_000, 40_000, date(2025, 12, 20), date(2026, 1, 4))
        lender.takes_in(replace(a_loan("L-1", timezone="Europe/Paris"), statement=statement))
        (borrower,) = lender.rows(BorrowerRow)
        assert borrower.timezone == "Europe/Paris"
        with lender.ledger.reading() as session:
            assert len(loans_without_journey(session, lender.portfolio(session))) == 1


class TestTheReport:
    """What it says of the past."""

    def test_gives_totals_by_strategy_and_reconciles(self, lender: Lender, ledger: Ledger) -> None:
        """From the day on which the past was told; a report as of an earlier day stays as it was."""
        take_in(lender, WORKED)
        period = {"portfolio": "cards", "from_on": date(2025, 1, 1), "to_on": date(2025, 12, 31)}
        with ledger.reading() as session:
            report = effectiveness(session, **period, as_of=NOW)  # type: ignore[arg-type]
            before = effectiveness(session, **period, as_of=NOW - timedelta(days=1))  # type: ignore[arg-type]
            assert reconcile(session, report).reconciles
            assert reconcile(session, before).reconciles
        total = report.total
        assert (total.journeys, total.attempts, total.promises, total.promises_kept) == (1, 3, 1, 1)
        assert (total.recovered_minor, total.reversals_minor, total.cost_millis) == (19_000, 1_000, 1_503_500)
        assert dict(report.closings) == {"charged_off": 1}
        assert (before.total.journeys, before.total.recovered_minor, before.total.cost_millis) == (0, 0, 0)
        rows = {row.name: row.recovered_minor for rows in report.breakdowns.values() for row in rows}
        assert rows["Level 1"] == rows["Level 1: callback"] == rows["champion"] == 19_000


def test_the_database_counts_its_rows_after_an_import(lender: Lender) -> None:
    """On both databases, and repeatedly: a report over many new loans is planned by these counts."""
    take_in(lender, WORKED)
    for _ in range(2):
        lender.ledger.refresh_statistics()
    with lender.ledger.reading() as session:
        is_sqlite = session.connection().dialect.name == "sqlite"
        query = "SELECT count(*) FROM sqlite_stat1" if is_sqlite else "SELECT sum(reltuples) FROM pg_class"
        assert session.connection().exec_driver_sql(query).scalar_one() > 0


def test_a_journey_of_the_past_has_a_state_of_its_own() -> None:
    """Whoever looks for open or closed ones never finds it."""
    assert JourneyState.PAST not in {JourneyState.OPEN, JourneyState.CLOSED}
