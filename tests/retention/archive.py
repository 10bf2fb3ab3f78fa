"""A lender whose loans are years old, and what a test asks of the texts that are left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, SQLModel, select

from domain.arrangement import Instalment
from domain.receipt import Receipt, ReceiptKind
from domain.work_item import Disposition
from ledger.legal_holds import lift_legal_hold, place_legal_hold
from ledger.portfolios import portfolio_named
from ledger.receipts import take_in
from ledger.retained_texts import Store, Text
from ledger.retention import Judged, Review, judged_texts, remove_texts, review_texts
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.removal import Goes, House
from tests.ledger.lender import MOBILE, Lender

PURGING = House(purges="yes")
AT_FLOOR = House(purges="yes", at_floor="remove")


@dataclass
class Archive:
    """One lender, looked at years later."""

    lender: Lender
    house: House = field(default=PURGING)

    def worked_under(self, *packs: str) -> None:
        """From now on the portfolio is worked under these packs."""
        with self.lender.ledger.transaction() as session:
            portfolio = portfolio_named(session, "cards")
            portfolio.packs = list(packs)

    def has_been_worked(self, *, note: str = "she lost her job", ladder: str = "standard") -> str:
        """A loan is reminded, called, noted and paid; the journey's id, which is closed as cured."""
        journey = self.lender.opens(ladder=ladder)
        item = self.lender.has_work(journey)
        self.lender.records(item, Disposition.REFUSED, note=note)
        self.lender.receives(80_000)
        self.lender.lives(journey, days=1)
        assert self.lender.journey(journey).closing_reason == "cured"
        return journey

    def promises(self, item: str, *, note: str) -> None:
        """On a call the borrower promises an amount within a week."""
        promised = Instalment(self.lender.now.date() + timedelta(days=5), 80_000)
        self.lender.records(item, Disposition.PROMISE, promised=promised, note=note)

    def is_written_to(self, kind: ReceiptKind = ReceiptKind.REPLY, *, event_id: str = "SM1") -> None:
        """A text comes in from the borrower's mobile."""
        with self.lender.ledger.transaction() as session:
            assert take_in(session, Receipt("twilio", event_id, kind, sender=MOBILE.text), now=self.lender.now)

    def named_in_the_inbox(self) -> list[str]:
        """Of what came in, the kinds of what can still be led back to the borrower's mobile."""
        mobile = self.lender.ledger.keyring.lookup(MOBILE.text)
        return sorted(row.kind for row in self.lender.rows(InboxRow) if row.contact_lookup == mobile)

    def dry_run(self) -> Review:
        """What would go now."""
        return review_texts(self.lender.ledger, "cards", house=self.house, now=self.lender.now)

    def real_run(self, *, on_people: Callable[[int], None] = lambda _: None) -> Review:
        """It goes."""
        return remove_texts(self.lender.ledger, "cards", house=self.house, now=self.lender.now, on_people=on_people)

    def judged(self, *, now: datetime | None = None) -> list[Judged]:
        """Every text with what is found of it."""
        people = [row.id for row in self.lender.rows(BorrowerRow)]
        with self.lender.ledger.reading() as session:
            return judged_texts(session, "cards", people, house=self.house, now=now or self.lender.now)

    def going(self) -> list[tuple[Store, str, str]]:
        """Texts that would go, with the rule, in order."""
        judged = self.judged()
        return sorted((j.text.store, j.text.row_id, j.found.rule) for j in judged if isinstance(j.found, Goes))

    def left(self) -> list[tuple[Store, str]]:
        """Texts that are there, in order."""
        return sorted((each.text.store, each.text.row_id) for each in self.judged())

    def marked(self) -> list[tuple[Store, str, str]]:
        """Texts that were removed, with what stands in their place, in order."""
        sealed: Sequence[tuple[Store, type[SQLModel], str]] = (
            (Store.NAME, BorrowerRow, "name_sealed"),
            (Store.CONTACT_POINT, ContactPointRow, "text_sealed"),
            (Store.MESSAGE, AttemptRow, "text_sealed"),
            (Store.NOTE, WorkItemRow, "note_sealed"),
        )
        found = []
        for store, table, column in sealed:
            for row in self.lender.rows(table):
                data = row.model_dump()
                if (text := data[column] or b"").startswith(b"text removed on "):
                    found.append((store, data["id"], text.decode().split()[-1]))
        return sorted(found)

    def is_asked_to_keep(self, *, loan: str = "L-1", reason: str = "claim 7 of 2026") -> str:
        """A lawyer asks that everything of a loan's borrower be kept; the legal hold's id."""
        row = self.lender.loan(loan)
        with self.lender.ledger.transaction() as session:
            return place_legal_hold(
                session, row.borrower_id, reason=reason, by="Lena", loan_id=row.id, now=self.lender.now
            )

    def need_not_keep(self, hold: str) -> None:
        """The hold is lifted."""
        with self.lender.ledger.transaction() as session:
            lift_legal_hold(session, hold, reason="settled out of court", by="Lena", now=self.lender.now)


def kept_for(judged: Sequence[Judged], store: Store) -> list[str]:
    """Why the texts of one store stay, each reason once."""
    return sorted({j.found.why for j in judged if j.text.store is store and not isinstance(j.found, Goes)})


def texts(judged: Sequence[Judged], store: Store) -> list[Text]:
    """The texts of one store."""
    return [j.text for j in judged if j.text.store is store]


def every_row(session: Session, table: type[SQLModel]) -> list[dict[str, object]]:
    """A table's rows as they are."""
    return [row.model_dump() for row in session.exec(select(table)).all()]
