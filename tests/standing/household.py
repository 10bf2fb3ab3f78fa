"""A lender with several loans of one person: what is learned of the person, and what each loan does then."""

from dataclasses import dataclass
from datetime import datetime

from domain.hold import HoldReason
from domain.work_item import WorkKind
from ledger.holds import lift_hold, place_hold
from ledger.learning import Learned, end, learn
from ledger.portfolios import portfolio_named
from ledger.tables.agreement import HoldRow
from ledger.tables.journey import JourneyRow, StepRow, TurnRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.history import Happening, Mark, Marked
from tests.ledger.lender import Lender, a_loan


@dataclass
class Household(Lender):
    """Ada (B-1) has the loans L-1 and L-2, and Bob (B-2) has L-3."""

    def moves_in(self, *packs: str, ladder: str = "gentle") -> dict[str, str]:
        """The loans come in and their journeys open; the journeys by their loans' numbers."""
        self.opens(a_loan("L-1"), a_loan("L-2"), a_loan("L-3", borrower="B-2"), ladder=ladder)
        self.is_worked_under(*packs or ("house-courtesy", "gb-conc"))
        loans = {self.loan(number).id: number for number in ("L-1", "L-2", "L-3")}
        return {loans[row.loan_id]: row.id for row in self.rows(JourneyRow)}

    def is_worked_under(self, *packs: str) -> None:
        """The portfolio is worked under these packs from now on."""
        with self.ledger.transaction() as session:
            portfolio_named(session, "cards").packs = list(packs)

    def rests(self, reason: HoldReason, *, loan: str = "L-1", until: datetime | None = None) -> str:
        """A hold is placed on a loan; its id."""
        with self.ledger.transaction() as session:
            return place_hold(session, self.loan(loan).id, reason=reason, until=until, by="Cleo", now=self.now)

    def is_lifted(self, hold: str) -> datetime:
        """A person ends a hold; from when the loans go on."""
        with self.ledger.transaction() as session:
            return lift_hold(session, hold, by="Cleo", now=self.now)

    def learns(self, happening: Happening, *, loan: str = "L-1") -> Learned:
        """Something becomes known of a loan's borrower."""
        with self.ledger.transaction() as session:
            return learn(session, self.loan(loan).borrower_id, happening, by="Cleo", now=self.now)

    def learns_of(self, mark: Mark, *loans: str) -> Learned:
        """A mark is made on some of Ada's loans, or on all of them."""
        debts = frozenset(self.loan(number).id for number in loans)
        return self.learns(Marked(at=self.now, mark=mark, debts=debts))

    def ends(self, written: str) -> datetime:
        """A hold, a wish or a consent is ended."""
        with self.ledger.transaction() as session:
            return end(session, written, by="Cleo", now=self.now)

    def waits_for(self, journey_id: str) -> str | None:
        """A turn is taken; what the journey waits for."""
        self.lives(journey_id, days=0)
        return self.journey(journey_id).waiting_for

    def live_all(self, *journeys: str, days: float) -> None:
        """Drive several journeys day by day, side by side."""
        began = self.now
        for journey in journeys:
            self.now = began
            self.lives(journey, days=days)

    def hold(self, hold_id: str) -> HoldRow:
        """A hold as it stands."""
        return next(row for row in self.rows(HoldRow) if row.id == hold_id)

    def open_work(self) -> list[WorkKind]:
        """What is on people's lists."""
        return sorted(WorkKind(row.kind) for row in self.rows(WorkItemRow) if row.state == "open")

    def acts(self) -> int:
        """How many turns did something, on all journeys."""
        return len([row for row in self.rows(TurnRow) if row.decision == "act"])

    def told(self, journey_id: str, rung: str) -> list[tuple[str, str]]:
        """How a rung ended each time, and why."""
        rows = [row for row in self.rows(StepRow) if row.journey_id == journey_id and row.rung == rung]
        return [(row.outcome, row.reason) for row in sorted(rows, key=lambda row: row.turn_no)]
