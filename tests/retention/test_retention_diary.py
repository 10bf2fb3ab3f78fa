"""What becomes of a person's texts: a loan's diary, years after it was settled."""

from datetime import timedelta

from ledger.retained_texts import Store
from policy.compliance.removal import Why
from tests.retention.archive import Archive, kept_for

YEAR = timedelta(days=365.25)


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
        assert {kept_for(archive.judged(), store)[0] for store in (Store.NAME, Store.MESSAGE)} == {Why.OPEN_JOURNEY}
        # The arrears are paid and the journey closes.
        lender.receives(80_000)
        lender.lives(journey, days=1)
        # Five years later: the ceiling is ahead, and its day is known.
        lender.now += 5 * YEAR
        assert archive.going() == []
        (line,) = {(s.why, s.rule) for s in archive.dry_run().staying}
        assert line == (Why.CEILING_AHEAD, "UK-RETAIN")
        # Six years and some days: all texts go under the rule that says so.
        lender.now += YEAR
        listed = archive.dry_run()
        assert {line.rule for line in listed.leaving} == {"UK-RETAIN"}
        assert listed.texts_leaving == len(archive.left())
        went = archive.real_run()
        assert (went.leaving, went.staying) == (listed.leaving, listed.staying)
        assert archive.left() == []
        assert archive.real_run().texts_leaving == 0
