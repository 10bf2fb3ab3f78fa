"""What becomes of a person's texts: diaries of loans, years after they were settled."""

from datetime import timedelta

import pytest

from domain.event import EventKind
from domain.hold import HoldReason
from ledger.holds import place_hold
from ledger.legal_holds import NoSuchLegalHold, legal_holds
from ledger.retained_texts import Store
from ledger.retention import RemovalIsOff
from policy.compliance.removal import ONLY_LISTED, House, Why
from tests.ledger.lender import a_loan
from tests.retention.archive import AT_FLOOR, PURGING, Archive, kept_for

YEAR = timedelta(days=366)


class TestALoanUnderTheBritishPack:
    """Six years after settlement everything personal goes."""

    def test_is_kept_while_it_is_worked_and_goes_when_its_time_has_come(self, archive: Archive) -> None:
        """Worked in January 2026, settled within weeks, gone in 2032."""
        lender = archive.lender
        journey = lender.opens(ladder="standard")
        lender.lives(journey, days=10)
        archive.worked_under("gb-conc")
        # Day 10: a reminder has gone out; the journey is open, so everything stays.
        assert archive.going() == []
        assert {each.why for each in archive.dry_run().staying} == {Why.OPEN_JOURNEY}
        # The arrears are paid and the journey closes.
        lender.receives(80_000)
        lender.lives(journey, days=1)
        # Five years later: the ceiling is ahead, and its day is known.
        lender.now += 5 * YEAR
        assert archive.going() == []
        stays = archive.dry_run().staying
        assert {(each.why, each.rule) for each in stays} == {(Why.CEILING_AHEAD, "UK-RETAIN")}
        assert {each.next_on.year for each in stays if each.next_on is not None} == {2032}
        # Six years and some days: all texts go under the rule that says so.
        lender.now += YEAR
        listed = archive.dry_run()
        assert {each.rule for each in listed.leaving} == {"UK-RETAIN"}
        assert listed.texts_leaving == len(archive.left())
        archive.real_run()
        assert archive.left() == []

    def test_that_is_still_owed_is_kept_however_old_it_is(self, archive: Archive) -> None:
        """The ladder ended unpaid: the ceiling counts from settlement, which has not come."""
        journey = archive.lender.opens(ladder="gentle")
        archive.lender.lives(journey, days=400)
        assert archive.lender.journey(journey).closing_reason == "exhausted"
        archive.worked_under("gb-conc")
        archive.lender.now += 20 * YEAR
        assert archive.going() == []
        assert {(each.why, each.next_on) for each in archive.dry_run().staying} == {(Why.CEILING_AHEAD, None)}


class TestALoanUnderTheChinesePack:
    """A floor of five years from the making, a ceiling of five years from the settlement."""

    def test_goes_when_floor_and_ceiling_have_passed(self, archive: Archive) -> None:
        """Settled in January 2026: in 2031 the last person's texts go; those of a new borrower stay."""
        archive.has_been_worked()
        archive.lender.now += 5 * YEAR
        overdue_since = archive.lender.now.date() - timedelta(days=9)
        archive.lender.opens(a_loan("L-2", borrower="B-2", past_due_since_on=overdue_since))
        archive.worked_under("cn-mainland")
        assert {each.rule for each in archive.dry_run().leaving} == {"CN-PIPL-RETAIN"}
        archive.real_run()
        (left,) = {each.borrower_id for each in archive.judged()}
        assert left == archive.lender.loan("L-2").borrower_id

    def test_keeps_a_name_for_as_long_as_any_other_record_needs_it(self, archive: Archive) -> None:
        """No floor speaks of names, but the floor of calls and messages would mean little without one."""
        archive.has_been_worked()
        archive.worked_under("cn-mainland")
        archive.lender.now += 4 * YEAR
        assert kept_for(archive.judged(), Store.NAME) == [Why.NEEDED]
        assert kept_for(archive.judged(), Store.CONTACT_POINT) == [Why.NEEDED]
        assert kept_for(archive.judged(), Store.MESSAGE) == [Why.FLOOR]


class TestALoanUnderRegulationF:
    """Three years after the last collection activity as a floor, and no ceiling."""

    @pytest.mark.parametrize("house", [PURGING, AT_FLOOR])
    def test_goes_at_the_floor_only_where_the_house_says_so(self, archive: Archive, house: House) -> None:
        """The law asks to keep; to let go is the lender's own decision, and the list says so."""
        archive.has_been_worked()
        archive.worked_under("us-federal-regf")
        archive.house = house
        archive.lender.now += 3 * YEAR - timedelta(days=30)
        assert {each.why for each in archive.dry_run().staying} <= {Why.FLOOR, Why.NEEDED, Why.NO_CEILING}
        assert archive.going() == []
        archive.lender.now += timedelta(days=60)
        leaving = archive.dry_run().leaving
        if house.at_floor == "keep":
            assert leaving == ()
            assert {each.why for each in archive.dry_run().staying} == {Why.NO_CEILING}
        else:
            assert {each.rule for each in leaving} == {"US-F-RETAIN"}
            assert all(each.citation.startswith("house setting") for each in leaving)

    def test_keeps_a_name_for_which_no_floor_speaks(self, archive: Archive) -> None:
        """Where no rule names a class, the house setting has no floor to remove it at."""
        archive.has_been_worked()
        archive.worked_under("us-federal-regf")
        archive.house = AT_FLOOR
        archive.lender.now += 10 * YEAR
        named = {each.record_class.value for each in archive.dry_run().leaving}
        kept = {each.record_class.value for each in archive.dry_run().staying}
        assert named.isdisjoint(kept)
        assert named | kept == {"borrower_identity", "contact_points", "messages", "work_notes"}


class TestALoanUnderHouseCourtesyAlone:
    """No pack speaks of retention."""

    def test_is_kept_for_good(self, archive: Archive) -> None:
        """Where nobody says how long, nothing goes; a house setting cannot invent a floor."""
        archive.has_been_worked()
        archive.house = AT_FLOOR
        archive.lender.now += 50 * YEAR
        assert archive.going() == []
        assert {each.why for each in archive.dry_run().staying} == {Why.NO_CEILING}


class TestALegalHold:
    """A lawyer asks that everything be kept."""

    def test_suspends_every_removal_of_the_person_until_it_is_lifted(self, archive: Archive) -> None:
        """Past every ceiling, and yet nothing goes; afterwards it does."""
        archive.has_been_worked()
        archive.worked_under("gb-conc")
        archive.lender.now += 10 * YEAR
        hold = archive.is_asked_to_keep()
        assert archive.real_run().texts_leaving == 0
        assert {each.why for each in archive.dry_run().staying} == {Why.LEGAL_HOLD}
        archive.need_not_keep(hold[:8])
        assert archive.real_run().texts_leaving > 0
        assert archive.lender.events(EventKind.LEGAL_HOLD_PLACED) == 1
        assert archive.lender.events(EventKind.LEGAL_HOLD_LIFTED) == 1

    def test_holds_nothing_of_anybody_else(self, archive: Archive) -> None:
        """Two borrowers, one claim."""
        journeys = archive.lender.opens_one_for_each(["sued", "left alone"])
        archive.lender.receives(80_000, loan="L-0")
        archive.lender.receives(80_000, loan="L-1")
        for journey in journeys.values():
            archive.lender.lives(journey, days=1)
        archive.worked_under("gb-conc")
        archive.is_asked_to_keep(loan="L-0")
        archive.lender.now += 10 * YEAR
        archive.real_run()
        (sued,) = {each.borrower_id for each in archive.judged()}
        assert archive.lender.loan("L-0").borrower_id == sued

    def test_remembers_who_when_and_why(self, archive: Archive) -> None:
        """The reasons are sealed in the ledger and in the clear for those who ask."""
        archive.lender.opens()
        hold = archive.is_asked_to_keep(reason="claim of Ada Canary")
        archive.need_not_keep(hold)
        with archive.lender.ledger.reading() as session:
            (kept,) = legal_holds(session)
        assert (kept.reason, kept.placed_by, kept.loan_number) == ("claim of Ada Canary", "Lena", "L-1")
        assert (kept.lifted_because, kept.lifted_by, kept.lifted_at) == (
            "settled out of court",
            "Lena",
            archive.lender.now,
        )
        assert "Canary" not in repr(kept)

    def test_is_lifted_once(self, archive: Archive) -> None:
        """There is nothing to lift any more."""
        archive.lender.opens()
        hold = archive.is_asked_to_keep()
        archive.need_not_keep(hold)
        with pytest.raises(NoSuchLegalHold):
            archive.need_not_keep(hold)


class TestADispute:
    """What the packs let suspend a ceiling."""

    def test_suspends_the_ceiling_while_it_goes_on(self, archive: Archive) -> None:
        """The pack names disputes; the borrower's is not over."""
        archive.has_been_worked()
        archive.worked_under("gb-conc")
        with archive.lender.ledger.transaction() as session:
            loan = archive.lender.loan().id
            place_hold(session, loan, reason=HoldReason.DISPUTE, until=None, now=archive.lender.now)
        archive.lender.now += 10 * YEAR
        assert archive.going() == []
        assert {(each.why, each.rule) for each in archive.dry_run().staying} == {(Why.SUSPENDED, "dispute")}


class TestAnAgreement:
    """What was agreed by word of mouth is on record in the note of the call."""

    def test_keeps_its_note_until_the_debt_is_settled(self, archive: Archive) -> None:
        """A promise that was broken, and a debt that is still owed years later."""
        lender = archive.lender
        journey = lender.opens(ladder="standard")
        item = lender.has_work(journey)
        archive.promises(item, note="she will pay on Friday")
        lender.lives(journey, days=600)
        archive.worked_under("cn-mainland")
        lender.now += 20 * YEAR
        assert kept_for(archive.judged(), Store.NOTE) == [Why.FLOOR]


class TestTheSetting:
    """Nothing is removed by default."""

    def test_that_is_off_allows_the_dry_run_only(self, archive: Archive) -> None:
        """The list is there, the texts too."""
        archive.has_been_worked()
        archive.worked_under("gb-conc")
        archive.lender.now += 10 * YEAR
        archive.house = ONLY_LISTED
        assert archive.dry_run().texts_leaving > 0
        with pytest.raises(RemovalIsOff):
            archive.real_run()
        assert archive.marked() == []
