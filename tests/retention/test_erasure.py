"""A person is erased: nothing of theirs can be read any more, figures and evidence stay, and nothing comes back."""

from datetime import timedelta

import pytest

from domain.event import EventKind
from ledger.erasure import ErasedAlready, Erasure, ErasureRefused, erase
from ledger.evidence.checking import check
from ledger.evidence.flaw import What
from ledger.legal_holds import legal_holds, lift_legal_hold, place_legal_hold
from ledger.opening import loans_without_journey
from ledger.people import name_shown, seal_for
from ledger.portfolios import portfolio_named
from ledger.removed import TextRemoved
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import EventRow
from policy.compliance.removal import Why
from tests.ledger.lender import a_loan
from tests.retention.archive import AT_FLOOR, Archive

LONG = timedelta(days=3660)


def erased(archive: Archive, *, dry_run: bool = False) -> Erasure:
    """The only borrower is erased."""
    (borrower,) = archive.lender.rows(BorrowerRow)
    with archive.lender.ledger.transaction() as session:
        return erase(session, borrower.id, by="Ana", request="R-17", dry_run=dry_run, now=archive.lender.now)


def flaws(archive: Archive) -> list[object]:
    """What the evidence lacks, but for days that nobody signed."""
    found = check(archive.lender.ledger, keys={}).flaws
    return [flaw for flaw in found if flaw.what is not What.ROOT_UNSIGNED]


def worked_long_ago(archive: Archive) -> None:
    """Settled, and past every floor."""
    archive.has_been_worked()
    archive.worked_under("gb-conc")
    archive.lender.now += LONG


class TestAnErasure:
    """Of a person whose records need not be kept any longer."""

    def test_leaves_nothing_that_can_be_read(self, archive: Archive) -> None:
        """Names, numbers, messages, notes; the key too, so that nothing can be sealed for them again."""
        worked_long_ago(archive)
        there = archive.left()
        found = erased(archive)
        assert (found.is_whole, found.texts) == (True, len(there))
        assert archive.left() == []
        (borrower,) = archive.lender.rows(BorrowerRow)
        with archive.lender.ledger.reading() as session:
            assert "removed" in name_shown(session, borrower.id)
            with pytest.raises(TextRemoved):
                seal_for(session, borrower.id, "anything")

    def test_keeps_figures_and_evidence(self, archive: Archive) -> None:
        """The chain is sound, and says who did it on whose request."""
        worked_long_ago(archive)
        erased(archive)
        assert flaws(archive) == []
        (event,) = [row for row in archive.lender.rows(EventRow) if row.kind == EventKind.BORROWER_ERASED.value]
        assert (event.facts["by"], event.facts["request"], event.facts["is_whole"]) == ("Ana", "R-17", True)

    def test_is_not_undone_by_the_lenders_next_file(self, archive: Archive) -> None:
        """The row is left out and counted, and the loan is worked no more."""
        worked_long_ago(archive)
        erased(archive)
        before = len(archive.lender.rows(ContactPointRow))
        taken = archive.lender.takes_in(a_loan())
        assert (taken.erased, taken.new, taken.changed) == (1, 0, 0)
        assert len(archive.lender.rows(ContactPointRow)) == before
        with archive.lender.ledger.reading() as session:
            assert loans_without_journey(session, portfolio_named(session, "cards")) == []

    @pytest.mark.parametrize("retained_before", [False, True])
    def test_leaves_nobody_who_wrote(self, archive: Archive, *, retained_before: bool) -> None:
        """No reply can be led back to the number, also where the number itself went in its time before."""
        archive.house = AT_FLOOR
        archive.has_been_worked()
        archive.is_written_to()
        archive.worked_under("gb-conc")
        archive.lender.now += LONG
        if retained_before:
            assert archive.real_run().texts_leaving
        assert erased(archive).is_whole
        assert archive.named_in_the_inbox() == []

    def test_happens_once(self, archive: Archive) -> None:
        """A second one is told so."""
        worked_long_ago(archive)
        erased(archive)
        with pytest.raises(ErasedAlready):
            erased(archive)

    def test_is_looked_at_before(self, archive: Archive) -> None:
        """A dry run says the same and changes nothing."""
        worked_long_ago(archive)
        there = archive.left()
        assert erased(archive, dry_run=True).texts == len(there)
        assert archive.left() == there


class TestWhatHasToBeKept:
    """Floors, legal holds and journeys that go on."""

    def test_stays_until_its_day_and_goes_with_the_next_call(self, archive: Archive) -> None:
        """What no rule keeps goes at once; the rest is told with its rule and day."""
        archive.has_been_worked()
        archive.worked_under("us-federal-regf")
        archive.lender.now += timedelta(days=30)
        first = erased(archive)
        assert not first.is_whole
        assert {each.why for each in first.kept} <= {Why.FLOOR, Why.NEEDED}
        assert all(each.rule and each.until for each in first.kept)
        assert flaws(archive) == []
        archive.lender.now += LONG
        assert erased(archive).is_whole
        assert archive.left() == []

    def test_is_everything_under_a_legal_hold(self, archive: Archive) -> None:
        """Nothing is touched; and its reason is removed with the rest once it was lifted."""
        worked_long_ago(archive)
        (borrower,) = archive.lender.rows(BorrowerRow)
        with archive.lender.ledger.transaction() as session:
            hold = place_legal_hold(session, borrower.id, reason="claim 7", by="Bob", now=archive.lender.now)
        with pytest.raises(ErasureRefused, match="legal hold"):
            erased(archive)
        with archive.lender.ledger.transaction() as session:
            lift_legal_hold(session, hold, reason="settled", by="Bob", now=archive.lender.now)
        assert erased(archive).is_whole
        with archive.lender.ledger.reading() as session:
            (shown,) = legal_holds(session, borrower_id=borrower.id)
        assert "removed" in shown.reason

    def test_is_everything_while_a_journey_is_open(self, archive: Archive) -> None:
        """It must end first."""
        archive.lender.opens()
        with pytest.raises(ErasureRefused, match="journey is open"):
            erased(archive)
