"""A ledger with a story worth proving: messages, a call, a promise, a payment and its reversal, and signed days."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from domain.arrangement import Instalment
from domain.work_item import Disposition, WorkKind
from ledger.database import Ledger
from ledger.evidence.checking import check
from ledger.evidence.flaw import Flaw, What
from ledger.evidence.roots import Custody, close_days
from ledger.evidence.signing import PublicKeys, public_keys, signing_key, write_signing_key
from tests.ledger.lender import Lender, a_loan


@dataclass(frozen=True, slots=True)
class Archive:
    """The ledger at work, its signing key, and where its roots are put away."""

    lender: Lender
    key: Path
    folder: Path

    @property
    def ledger(self) -> Ledger:
        return self.lender.ledger

    @property
    def keys(self) -> PublicKeys:
        return public_keys(self.key.with_name(self.key.name + ".pub"))

    @property
    def custody(self) -> Custody:
        return Custody(lambda: signing_key(self.key), self.folder)

    def closes_days(self) -> list[str]:
        """The days that are over are signed."""
        return [day.isoformat() for day in close_days(self.ledger, self.custody, now=self.lender.now)]

    def flaws(self, *, loan_id: str | None = None) -> list[Flaw]:
        """What is wrong, but for the triggers that a test took off."""
        found = check(self.ledger, loan_id=loan_id, keys=self.keys, exported=self.folder).flaws
        return [flaw for flaw in found if flaw.what is not What.GUARD_MISSING]

    def kinds(self) -> set[What]:
        """What kinds of flaws there are."""
        return {flaw.what for flaw in self.flaws()}


def an_archive(ledger: Ledger, folder: Path) -> Archive:
    """Two borrowers with two loans and one, two weeks of their lives, and all days signed but the last."""
    lender = Lender(ledger)
    archive = Archive(lender, folder / "keys" / "evidence.key", folder / "roots")
    write_signing_key(archive.key)
    loans = [a_loan("L-1"), a_loan("L-2"), a_loan("L-3", borrower="B-2", contacts=[])]
    journey = lender.opens(*loans, ladder="standard_early_call")
    item = lender.has_work(journey, WorkKind.CALLBACK)
    lender.now += timedelta(hours=1)
    promised = Instalment((lender.now + timedelta(days=3)).date(), 5_000)
    lender.records(item, Disposition.PROMISE, promised=promised, note="said that Ada Canary will pay")
    paid = lender.receives(5_000)
    lender.lives(journey, days=6)
    lender.receives(2_000, reverses=paid)
    lender.lives(journey, days=8)
    archive.closes_days()
    lender.now += timedelta(days=1)
    lender.receives(1_000)
    return archive
