"""The same as-of instant gives the same bytes, whatever happens later: a story, with a report kept at each turn."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from domain.arrears import Statement
from domain.arrears_reason import ArrearsReason
from domain.attempt import AttemptState, FailureClass
from domain.book import BookContact, BookLoan
from domain.borrower import ContactKind
from domain.receipt import Receipt, ReceiptKind
from domain.work_item import Disposition
from ledger.database import Ledger
from ledger.erasure import erase
from ledger.ladders import publish
from ledger.outcomes import record_failure
from ledger.receipts import take_in
from ledger.retention import remove_texts
from ledger.tables.earlier_state import EarlierStateRow
from ledger.tables.journey import LadderRow
from policy.compliance.removal import House
from policy.ladders.shipped import shipped_ladder, shipped_ladder_text
from reports.as_json import as_json
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from tests.ledger.lender import Lender, a_loan
from tests.reports.opened import disagreeing, ground_of

PERIOD = date(2026, 1, 1), date(2026, 3, 31)
LOANS = tuple(f"L-{number}" for number in range(1, 7))


def report_of(ledger: Ledger, *, as_of: datetime) -> str:
    """The JSON of the report as it was known at an instant."""
    with ledger.reading() as session:
        found = effectiveness(session, portfolio="cards", from_on=PERIOD[0], to_on=PERIOD[1], as_of=as_of)
        reconciliation = reconcile(session, found)
        assert reconciliation.reconciles, reconciliation.verdict
        return json.dumps(as_json(found, reconciliation), indent=2)


class Story:
    """A lender's weeks; after each turn of the story the report is kept as it was then."""

    def __init__(self, ledger: Ledger) -> None:
        self.lender = Lender(ledger)
        self.kept: dict[datetime, str] = {}

    def keeps(self) -> None:
        """The report as of now; then time goes on, so that nothing else happens at that instant."""
        self.kept[self.lender.now] = report_of(self.lender.ledger, as_of=self.lender.now)
        self.lender.now += timedelta(hours=1)

    def receipt(self, attempt_id: str, state: AttemptState, *, failure: FailureClass | None = None) -> None:
        """A vendor tells what became of a message."""
        event = f"{attempt_id}-{state.value}"
        receipt = Receipt("twilio", event, ReceiptKind.STATUS, attempt_id=attempt_id, state=state, failure=failure)
        with self.lender.ledger.transaction() as session:
            take_in(session, receipt, now=self.lender.now)

    def fails(self, attempt_id: str, failure: FailureClass) -> None:
        """A vendor gives no clear answer, or a refusal."""
        with self.lender.ledger.transaction() as session:
            record_failure(session, attempt_id, failure=failure, code="c", now=self.lender.now)


def somebody(number: str, **stated: object) -> BookLoan:
    """A borrower of their own for each loan."""
    digits = number.removeprefix("L-")
    contacts = (
        BookContact(ContactKind.MOBILE, f"+44740012345{digits}"),
        BookContact(ContactKind.EMAIL, f"b{digits}@borrower.example"),
    )
    return replace(a_loan(number, borrower=f"B-{digits}", contacts=contacts), **stated)  # type: ignore[arg-type]


def test_whatever_happens_later_changes_no_byte(ledger: Ledger) -> None:
    """Receipts, answers, late money, corrections, newer books, new ladders, results, removals and an erasure."""
    story = Story(ledger)
    lender = story.lender
    lender.opens(*map(somebody, LOANS))
    by_loan = {loan.number: loan.id for loan in lender.rows(type(lender.loan()))}
    journey = {n: next(j.id for j in lender.journeys() if j.loan_id == by_loan[n]) for n in LOANS}
    story.keeps()

    # A message of unknown fate, one that does not arrive, one that is refused, and one that is under way.
    unknown, lost, refused = (lender.begins_to_send(journey[n]) for n in LOANS[:3])
    story.keeps()
    story.fails(unknown, FailureClass.AMBIGUOUS)
    lender.is_accepted(lost)
    story.fails(refused, FailureClass.BAD_NUMBER)
    story.keeps()
    story.receipt(lost, AttemptState.UNDELIVERED, failure=FailureClass.SOFT)
    lender.receives(40_000, loan="L-4", at=lender.now - timedelta(hours=1))
    story.keeps()

    # What was unknown did leave, what was lost arrived after all, and money of before is booked now.
    lender.is_accepted(unknown)
    story.receipt(lost, AttemptState.DELIVERED)
    late = lender.receives(20_000, loan="L-1", at=lender.now - timedelta(hours=3))
    story.keeps()
    lender.receives(5_000, loan="L-1", reverses=late)
    story.keeps()

    # A newer book moves loans to other segments and products; the arrears are others too.
    for number in LOANS[:4]:
        moved = {"segment": "private", "product": "loan", "attributes": {"region": "north"}}
        statement = Statement(120_000, 40_000, date(2025, 11, 20), lender.now.date())
        lender.takes_in(somebody(number, statement=statement, balance_minor=700_000, **moved))
    story.keeps()

    # A call is waited for, taken down with a reason, and paid; another journey is cured.
    item = lender.has_work(journey["L-5"])
    story.keeps()
    lender.records(item, Disposition.REFUSED, team="early", arrears_reason=ArrearsReason.ILLNESS)
    story.keeps()
    lender.receives(80_000, loan="L-6")
    lender.lives(journey["L-6"], days=1)
    story.keeps()

    # Another ladder is published under a name and version that is in use.
    with ledger.transaction() as session:
        used = session.get_one(LadderRow, shipped_ladder("gentle").digest)
        session.add(
            LadderRow(digest="f" * 64, name=used.name, version=used.version, content="{}", published_at=lender.now)
        )
        publish(session, shipped_ladder("standard"), content=shipped_ladder_text("standard"), now=lender.now)
    story.keeps()

    # Years later texts are removed, and a person is erased.
    lender.now += timedelta(days=3_000)
    remove_texts(ledger, "cards", house=House(purges="yes", at_floor="remove"), now=lender.now)
    with ledger.transaction() as session:
        erased = next(row for row in lender.journeys() if row.id == journey["L-6"]).borrower_id
        erase(session, erased, by="Bob", request="R-1", now=lender.now)
    story.keeps()

    assert len(story.kept) == len(set(story.kept.values()))
    assert len(lender.rows(EarlierStateRow)) >= 2
    for as_of, before in story.kept.items():
        assert report_of(ledger, as_of=as_of) == before, as_of

    # And what is behind every figure is still there, of the last report and of one of years before.
    for as_of in sorted(story.kept)[-3::2]:
        with ledger.reading() as session:
            found = effectiveness(session, portfolio="cards", from_on=PERIOD[0], to_on=PERIOD[1], as_of=as_of)
            assert disagreeing(ground_of(session, found)) == []


@pytest.mark.parametrize("key", ["version", "code_digest", "inputs_digest"])
def test_the_stamp_tells_code_and_inputs(ledger: Ledger, key: str) -> None:
    """Other inputs, another digest; the same code, the same one."""
    lender = Lender(ledger)
    lender.opens(somebody("L-1"))
    before = json.loads(report_of(ledger, as_of=lender.now))["stamp"]
    lender.receives(1_000)
    after = json.loads(report_of(ledger, as_of=lender.now))["stamp"]
    assert before[key]
    assert (before[key] == after[key]) is (key != "inputs_digest")
