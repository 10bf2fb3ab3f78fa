"""What a removal leaves behind: every figure and fact as it was, and in the place of a text the day and the rule."""

from datetime import date, timedelta

import pytest
from sqlalchemy import LargeBinary
from sqlmodel import Session, SQLModel

from domain.borrower import ContactState
from domain.event import EventKind
from domain.receipt import ReceiptKind
from ledger import retention
from ledger.contacts import opt_out
from ledger.opening import loans_without_journey, open_journeys
from ledger.people import contact_text, name_shown, person_of, text_shown, unseal_for
from ledger.portfolios import portfolio_named
from ledger.removed import MARK, Removed, TextRemoved, removed_from
from ledger.removing import SEALED_IN
from ledger.retained_texts import Store
from ledger.situations import borrower_of
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import EventRow
from ledger.tables.legal_hold import LegalHoldRow
from ledger.tables.report_mail import ReportSubscriberRow
from ledger.tables.work_item import WorkItemRow
from ledger.timelines import timeline
from ledger.worksheets import worksheet
from reports.as_json import as_json
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from tests.ledger.lender import MOBILE, a_loan, always
from tests.retention.archive import Archive, every_row

LONG = timedelta(days=3660)


def past_its_time(archive: Archive) -> None:
    """Worked, settled, and past every ceiling of the British pack."""
    archive.has_been_worked()
    archive.worked_under("gb-conc")
    archive.lender.now += LONG


class TestARealRun:
    """The removal itself."""

    def test_removes_exactly_what_the_dry_run_listed(self, archive: Archive) -> None:
        """Text by text, with the rule."""
        past_its_time(archive)
        listed, told = archive.going(), archive.dry_run()
        assert {store for store, _, _ in listed} == set(Store)
        went = archive.real_run()
        assert (went.leaving, went.staying) == (told.leaving, told.staying)
        assert archive.marked() == listed

    @pytest.mark.parametrize("stops", [False, True])
    def test_forgets_who_wrote_but_not_who_asked_to_be_left_alone(self, archive: Archive, *, stops: bool) -> None:
        """A reply is kept without its sender; a STOP keeps its digest, or nobody would know of it."""
        archive.has_been_worked()
        archive.is_written_to()
        if stops:
            archive.is_written_to(ReceiptKind.STOP, event_id="SM2")
        archive.worked_under("gb-conc")
        archive.lender.now += LONG
        archive.real_run()
        assert archive.named_in_the_inbox() == ["stop"] * stops

    def test_forgets_no_reply_of_somebody_who_still_has_the_number(self, archive: Archive) -> None:
        """Two share it, and one of them is still being worked."""
        archive.has_been_worked()
        archive.is_written_to()
        archive.worked_under("gb-conc")
        archive.lender.now += LONG
        archive.lender.opens(a_loan("L-2", borrower="B-2"))
        archive.real_run()
        assert archive.named_in_the_inbox() == ["reply"]

    def test_moves_no_figure_of_the_report(self, archive: Archive) -> None:
        """Before and after, the whole report is the same, and it reconciles."""
        past_its_time(archive)
        until = archive.lender.now.date()

        def reported(session: Session) -> object:
            found = effectiveness(
                session, portfolio="cards", from_on=date(2026, 1, 1), to_on=until, as_of=archive.lender.now
            )
            assert found.total.recovered_minor == 80_000
            return as_json(found, reconcile(session, found))

        with archive.lender.ledger.reading() as session:
            before = reported(session)
        archive.real_run()
        with archive.lender.ledger.reading() as session:
            assert reported(session) == before

    def test_changes_nothing_else_in_the_ledger(self, archive: Archive) -> None:
        """Every row is there; only sealed texts and the look-ups of numbers differ, and its events on their chains."""
        archive.has_been_worked()
        archive.is_written_to()
        archive.worked_under("gb-conc")
        archive.lender.now += LONG

        def everything() -> dict[str, list[dict[str, object]]]:
            tables = [mapper.class_ for mapper in SQLModel._sa_registry.mappers]
            with archive.lender.ledger.reading() as session:
                found = {table.__tablename__: every_row(session, table) for table in tables}
            found["events"] = [row for row in found["events"] if row["kind"] != EventKind.TEXT_REMOVED.value]
            del found["chain_heads"]
            texts = {"name_sealed", "text_sealed", "note_sealed", "lookup", "contact_lookup"}
            return {
                name: sorted(({key: row[key] for key in sorted(row) if key not in texts} for row in rows), key=str)
                for name, rows in found.items()
            }

        before = everything()
        archive.real_run()
        assert everything() == before

    def test_notes_on_the_loan_what_was_removed_under_which_rule(self, archive: Archive) -> None:
        """Counts and classes, and nothing personal."""
        past_its_time(archive)
        archive.real_run()
        facts = [row.facts for row in archive.lender.rows(EventRow) if row.kind == EventKind.TEXT_REMOVED.value]
        assert {fact["record_class"] for fact in facts} >= {"messages", "work_notes", "contact_points"}
        assert {fact["rule"] for fact in facts} == {"UK-RETAIN"}
        assert all(set(fact) == {"record_class", "rule", "texts"} for fact in facts)

    def test_that_was_broken_off_is_taken_up_by_the_next_one(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Batches are transactions of their own: what went stays gone, and the rest goes later."""
        monkeypatch.setattr(retention, "BATCH", 2)
        journeys = archive.lender.opens_one_for_each(range(5))
        for number, journey in journeys.items():
            archive.lender.receives(80_000, loan=f"L-{number}")
            archive.lender.lives(journey, days=1)
        archive.worked_under("gb-conc")
        archive.lender.now += LONG
        listed = archive.going()

        class Unplugged(Exception):
            """The machine was switched off."""

        def unplug(_people: int) -> None:
            raise Unplugged

        with pytest.raises(Unplugged):
            archive.real_run(on_people=unplug)
        assert 0 < len(archive.marked()) < len(listed)
        seen: list[int] = []
        archive.real_run(on_people=seen.append)
        assert seen == [2, 2, 1]
        assert archive.marked() == listed
        assert archive.real_run().texts_leaving == 0


class TestARemovedText:
    """What is read in its place."""

    def test_is_told_by_the_day_and_the_rule(self, archive: Archive) -> None:
        """On the timeline, on a worksheet, and wherever people read."""
        past_its_time(archive)
        removed_on = archive.lender.now.date()
        archive.real_run()
        archive.worked_under("house-courtesy")
        words = f"text was removed on {removed_on} under UK-RETAIN"
        (borrower,) = archive.lender.rows(BorrowerRow)
        item = next(row for row in archive.lender.rows(WorkItemRow) if row.note_sealed)
        with archive.lender.ledger.reading() as session:
            told = timeline(session, "L-1", now=archive.lender.now)
            assert {contact.masked for contact in told.contacts} == {words}
            assert name_shown(session, borrower.id) == words
            assert text_shown(session, borrower.id, item.note_sealed or b"") == words
            sheet = worksheet(session, item, now=archive.lender.now)
            assert (sheet.name, sheet.contacts) == (words, ())
            assert words in {said.note for said in sheet.said_before}

    def test_is_never_taken_for_a_name_or_a_number(self, archive: Archive) -> None:
        """Whoever wants to use it is refused, with the same words."""
        past_its_time(archive)
        archive.real_run()
        (borrower,) = archive.lender.rows(BorrowerRow)
        point = archive.lender.rows(ContactPointRow)[0]
        with archive.lender.ledger.reading() as session:
            for use in (
                lambda: person_of(session, borrower.id),
                lambda: contact_text(session, point.id),
                lambda: unseal_for(session, borrower.id, point.text_sealed),
            ):
                with pytest.raises(TextRemoved, match="under UK-RETAIN"):
                    use()
            assert borrower_of(session, borrower.id).contact_points == ()

    def test_cannot_be_read_out_of_a_sealed_text(self) -> None:
        """A mark is its own words; anything else is a text."""
        removed = Removed(date(2032, 1, 5), "UK-RETAIN")
        assert removed_from(removed.mark) == removed
        assert removed_from(b"") is None
        assert removed_from(MARK[:-1]) is None


class TestABorrowerWhoComesBack:
    """Years later the lender's book names the same person again."""

    def test_is_not_written_to_without_a_name(self, archive: Archive) -> None:
        """A reversal makes the old loan overdue again; no journey opens on it."""
        past_its_time(archive)
        archive.real_run()
        archive.lender.receives(80_000, reverses="P-1")
        with archive.lender.ledger.transaction() as session:
            waiting = loans_without_journey(session, portfolio_named(session, "cards"))
            assert waiting
            assert not open_journeys(session, waiting, rules=always("gentle"), salt="test", now=archive.lender.now)

    def test_has_a_name_and_numbers_again(self, archive: Archive) -> None:
        """What the book says now is taken in, and a journey opens."""
        past_its_time(archive)
        archive.real_run()
        archive.worked_under("house-courtesy")
        today = archive.lender.now.date()
        loan = a_loan("L-2", past_due_since_on=today - timedelta(days=9), as_of_on=today - timedelta(days=1))
        journey = archive.lender.opens(loan)
        (borrower,) = archive.lender.rows(BorrowerRow)
        with archive.lender.ledger.reading() as session:
            assert person_of(session, borrower.id).first_name == "Ada"
            assert len(borrower_of(session, borrower.id).contact_points) == len(loan.contacts)
        archive.lender.lives(journey, days=0)
        assert archive.lender.sent

    def test_who_opted_out_stays_so(self, archive: Archive) -> None:
        """The number is gone, but not that nobody may write to it."""
        archive.has_been_worked()
        with archive.lender.ledger.transaction() as session:
            opt_out(session, MOBILE.text, now=archive.lender.now)
        archive.worked_under("gb-conc")
        archive.lender.now += LONG
        archive.real_run()
        archive.lender.takes_in(a_loan("L-2"), a_loan("L-3", borrower="B-3"))
        mobiles = [row for row in archive.lender.rows(ContactPointRow) if row.kind == MOBILE.kind.value]
        assert {row.state for row in mobiles} == {ContactState.OPTED_OUT.value}
        assert len(mobiles) == 2  # the old one, without its text, and the other borrower's


class TestEverySealedColumn:
    """Classify or fail."""

    def test_is_removed_in_its_time_or_kept_on_purpose(self) -> None:
        """The reason of a legal hold is the record of the hold itself; a reader of reports is no borrower."""
        kept = {
            (LegalHoldRow, "reason_sealed"),
            (LegalHoldRow, "lifted_because_sealed"),
            (ReportSubscriberRow, "address_sealed"),  # forgotten when they unsubscribe
        }
        sealed = {
            (mapper.class_, column.name)
            for mapper in SQLModel._sa_registry.mappers
            for column in mapper.local_table.columns
            if isinstance(column.type, LargeBinary) and column.name.endswith("_sealed")
        }
        assert sealed == set(SEALED_IN.values()) | kept
