"""The daily roots: every day is signed once, what was missed is made good, and what was put away tells."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from ledger.database import Ledger
from ledger.evidence.flaw import What
from ledger.evidence.merkle import climbed, leaf, path, root
from ledger.evidence.roots import Custody, close_days
from ledger.evidence.signing import (
    EvidenceKeyExposed,
    EvidenceKeyMalformed,
    EvidenceKeyMissing,
    signing_key,
    write_signing_key,
)
from ledger.tables.evidence import EvidenceRootRow
from tests.evidence.archive import Archive
from tests.ledger.lender import a_loan
from tests.ledger.unguarded import unguard


class TestClosingDays:
    """Every UTC day that is over."""

    def test_makes_good_what_was_missed_and_repeats_nothing(self, archive: Archive) -> None:
        """One root a day without a gap, each with a file; closing again does nothing until another day is over."""
        assert len(archive.closes_days()) == 1  # the day that was open when the archive was made
        days = sorted(row.day for row in archive.lender.rows(EvidenceRootRow))
        assert [after - before for before, after in pairwise(days)] == [timedelta(days=1)] * (len(days) - 1)
        assert {p.name for p in archive.folder.glob("root-*")} == {f"root-{day}.json" for day in days}
        assert archive.closes_days() == []
        archive.lender.now += timedelta(days=3)
        assert len(archive.closes_days()) == 3
        assert archive.flaws() == []

    def test_counts_every_event_once(self, archive: Archive) -> None:
        """The counts of all days together are the events that the last one covers."""
        said = [json.loads(row.statement) for row in archive.lender.rows(EvidenceRootRow)]
        assert sum(statement["events"] for statement in said) == max(statement["upto_event"] for statement in said)

    def test_of_an_empty_ledger_has_nothing_to_sign(self, ledger: Ledger, archive: Archive) -> None:
        """No event, no day."""
        assert archive.lender.rows(EvidenceRootRow)
        archive.lender.takes_in(a_loan("L-9", borrower="B-9"))
        assert archive.flaws() == []

    def test_puts_a_lost_file_back(self, archive: Archive) -> None:
        """A file that is there is never written over; one that is gone is made again."""
        first = min(archive.folder.glob("root-*"))
        text_before = first.read_text()
        first.unlink()
        archive.closes_days()
        assert first.read_text() == text_before

    @pytest.mark.parametrize("left", [0, 40])
    def test_makes_good_a_file_that_was_broken_off(self, archive: Archive, left: int) -> None:
        """A machine that died while a file was written: the check names the remedy, and the remedy is one."""
        last = max(archive.folder.glob("root-*"))
        whole = last.read_text()
        last.write_text(whole[:left])
        (flaw,) = archive.flaws()
        assert flaw.what is What.ROOT_UNSIGNED
        assert "close-days" in flaw.says
        archive.closes_days()
        assert last.read_text() == whole
        assert archive.flaws() == []

    def test_never_writes_over_a_file_that_says_something_else(self, archive: Archive) -> None:
        """Somebody changed it, or the ledger: it is left for whoever looks into it."""
        last = max(archive.folder.glob("root-*"))
        changed = last.read_text().replace("merkle", "Merkle")
        last.write_text(changed)
        archive.closes_days()
        assert last.read_text() == changed
        assert archive.kinds() == {What.ROOT_UNSIGNED}

    def test_leaves_no_half_a_file_behind(self, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever stops it before a file is whole on disk, there is no file of that day."""

        class Unplugged(Exception):
            """The machine was switched off."""

        def unplug(_descriptor: int) -> None:
            raise Unplugged

        there = {path.name for path in archive.folder.iterdir()}
        archive.lender.now += timedelta(days=2)
        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", unplug)
            with pytest.raises(Unplugged):
                archive.closes_days()
        assert {path.name for path in archive.folder.glob("root-*.json")} <= there
        archive.closes_days()
        assert archive.flaws() == []

    def test_needs_a_key_that_only_its_owner_reads(self, archive: Archive) -> None:
        """Missing, readable by others, or something else: refused, and nothing is signed."""
        archive.key.chmod(0o640)
        with pytest.raises(EvidenceKeyExposed):
            archive.closes_days()
        archive.key.chmod(0o600)
        archive.key.write_text("nonsense")
        with pytest.raises(EvidenceKeyMalformed):
            archive.closes_days()
        archive.key.unlink()
        with pytest.raises(EvidenceKeyMissing):
            archive.closes_days()


class TestAFalseRoot:
    """Whoever can write to the database cannot sign."""

    def test_is_found_by_its_signature(self, archive: Archive) -> None:
        """Signed with a key of one's own."""
        unguard(archive.ledger)
        other = archive.key.with_name("other.key")
        write_signing_key(other)
        archive.lender.now += timedelta(days=2)
        close_days(archive.ledger, Custody(lambda: signing_key(other), archive.folder), now=archive.lender.now)
        assert archive.kinds() == {What.ROOT_UNSIGNED}

    def test_that_was_changed_or_taken_out_is_found(self, archive: Archive) -> None:
        """A signature of one day on another, a statement with another number, a root that is gone from the middle."""
        unguard(archive.ledger)
        for damage in (
            "UPDATE evidence_roots SET statement = replace(statement, 'events', 'Events') WHERE day = :day",
            "UPDATE evidence_roots SET signature = 'aa' || substr(signature, 3) WHERE day = :day",
            "DELETE FROM evidence_roots WHERE day = :day",
        ):
            day = sorted(row.day for row in archive.lender.rows(EvidenceRootRow))[2]
            with archive.ledger.engine.begin() as connection:
                connection.execute(text(damage), {"day": day})
            assert archive.flaws()

    def test_that_was_cut_off_the_end_is_missed_by_its_file(self, archive: Archive) -> None:
        """The last days, with everything that happened in them, taken out of the database."""
        unguard(archive.ledger)
        day = max(row.day for row in archive.lender.rows(EvidenceRootRow))
        with archive.ledger.engine.begin() as connection:
            connection.execute(text("DELETE FROM evidence_roots WHERE day = :day"), {"day": day})
        assert archive.kinds() == {What.ROOT_MISSING}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 13, 100])
def test_every_leaf_has_a_path_to_the_root(size: int) -> None:
    """And no other leaf has it."""
    leaves = [leaf(str(number)) for number in range(size)]
    top = root(leaves)
    for index, each in enumerate(leaves):
        assert climbed(each, path(leaves, index)) == top
        assert climbed(leaf("x"), path(leaves, index)) != top
