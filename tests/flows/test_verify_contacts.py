"""The step that has an address verified: a person's list first, and the desk only where the packs allow it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

import httpx
import pytest

from connectors.desk_line import DeskAccount
from connectors.enrichment_desk import EnrichmentDesk
from domain.action import Action
from domain.book import BookContact
from domain.borrower import ContactKind
from domain.event import EventKind
from domain.step import Outcome
from domain.work_item import WorkKind
from ledger.database import Ledger
from ledger.people import contact_text
from ledger.removed import Removed
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.journey import EventRow
from ledger.tables.loan import PortfolioRow
from ledger.tables.work_item import WorkItemRow
from ledger.turns import Turn
from policy.next_step import Act
from policy.treatment.reading import shipped_rules
from tasks.surroundings import Surroundings, surround
from tasks.verify_contacts import verify_contacts
from tests.ledger.lender import EMAIL, MOBILE, Lender, a_loan

OLD = BookContact(ContactKind.ADDRESS, "12 Canary Row, London")
NEW = {"kind": "address", "text": "7 Mill Lane, Leeds", "confidence": 0.8}
OTHER_KIND = {"kind": "mobile", "text": "+447400999999", "confidence": 0.9}


@dataclass
class Desk:
    """A desk that counts what it is asked, and answers as it is told to."""

    asked: list[httpx.Request]
    answer: Callable[[], httpx.Response]

    def respond(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer()


@pytest.fixture
def lender(ledger: Ledger) -> Lender:
    """A lender who has no loans yet."""
    return Lender(ledger)


@pytest.fixture
def desk(lender: Lender) -> Iterator[Desk]:
    """A desk that knows two candidates, in the surroundings of the step."""
    told = Desk([], lambda: httpx.Response(200, json={"candidates": [NEW, OTHER_KIND]}))
    with httpx.Client(transport=httpx.MockTransport(told.respond)) as http:
        account = DeskAccount("http://desk.lender.example", "t")
        _surround(lender, EnrichmentDesk(account, http=http))
        yield told


def _surround(lender: Lender, desk: EnrichmentDesk | None) -> None:
    around = Surroundings(
        ledger=lender.ledger,
        clock=lambda: lender.now,
        machine_clock=lambda: lender.now,
        lease=timedelta(minutes=5),
        messengers=MappingProxyType({}),
        desks=MappingProxyType({}),
        enrichment=desk,
        loan_book=None,
        public_url="http://127.0.0.1:1",
        rules=shipped_rules(),
        experiment="test",
        vendors="nobody",
    )
    surround(lambda: around)


def _at_the_check(lender: Lender) -> Turn:
    journey = lender.opens(a_loan(contacts=(MOBILE, EMAIL, OLD)), ladder="standard")
    return lender.lives(journey, days=200, before=Action.VERIFY_CONTACTS)


def _take_the_step(turn: Turn) -> str:
    assert isinstance(turn.decision, Act)
    return verify_contacts.fn(turn, turn.decision)


def _addresses(lender: Lender) -> dict[str, tuple[str, str]]:
    with lender.ledger.reading() as session:
        rows = [row for row in lender.rows(ContactPointRow) if row.kind == "address"]
        return {contact_text(session, row.id): (row.state, row.provenance) for row in rows}


def _told(lender: Lender, kind: EventKind) -> list[dict[str, object]]:
    return [dict(row.facts) for row in lender.rows(EventRow) if row.kind == kind.value]


def test_it_opens_the_work_and_keeps_what_the_desk_says_as_unverified(lender: Lender, desk: Desk) -> None:
    """The candidate bears the desk's name; a kind that was not wanted is not kept; the debt is not mentioned."""
    item = _take_the_step(_at_the_check(lender))
    (row,) = [row for row in lender.rows(WorkItemRow) if row.kind == WorkKind.VERIFY_CONTACTS.value]
    assert item == row.id
    assert _addresses(lender) == {
        OLD.text: ("unverified", "lender's book"),
        NEW["text"]: ("unverified", "enrichment:enrichment_desk"),
    }
    assert not [p for p in lender.rows(ContactPointRow) if p.provenance.startswith("enrichment") and p.kind == "mobile"]
    [request] = desk.asked
    said = request.content.decode()
    assert "Ada Canary" in said
    assert OLD.text in said
    told = said.replace(item, "")  # digits of an id say nothing of money
    assert not any(word in told for word in ("L-1", "800", "900", "GBP", MOBILE.text, "Harbour"))
    assert _told(lender, EventKind.ENRICHMENT_ASKED) == [{"work_item": item, "desk": "enrichment_desk"}]
    (answered,) = _told(lender, EventKind.ENRICHMENT_ANSWERED)
    assert (answered["candidates"], answered["new"]) == (1, 1)


def test_what_the_desk_says_opens_no_door(lender: Lender, desk: Desk) -> None:
    """A visit still needs a person who has looked into it."""
    turn = _at_the_check(lender)
    _take_the_step(turn)
    lender.lives(turn.journey_id, days=120, before=Action.FIELD_VISIT)
    assert "field_visit" not in [rung for rung, _ in lender.steps()]


def test_a_step_that_is_repeated_asks_nobody_twice(lender: Lender, desk: Desk) -> None:
    """Nor does a second loan of the same person within a quarter."""
    turn = _at_the_check(lender)
    assert _take_the_step(turn) == _take_the_step(turn)
    assert len(desk.asked) == 1
    second = lender.opens(a_loan("L-2", contacts=(MOBILE, EMAIL, OLD)), ladder="standard")
    _take_the_step(lender.lives(second, days=80, before=Action.VERIFY_CONTACTS))
    assert len(desk.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda: httpx.Response(500, json={"code": "broken", "message": ""}),
        lambda: httpx.Response(200, text="<p>"),
        lambda: httpx.Response(422, json={"code": "not_serviceable", "message": ""}),
    ],
)
def test_a_desk_that_does_not_answer_leaves_the_work_to_the_person(
    answer: Callable[[], httpx.Response], lender: Lender, desk: Desk
) -> None:
    """The item is there, the failure is on the record, and nobody asks again."""
    desk.answer = answer
    turn = _at_the_check(lender)
    _take_the_step(turn)
    _take_the_step(turn)
    assert len(desk.asked) == 1
    assert set(_addresses(lender)) == {OLD.text}
    (answered,) = _told(lender, EventKind.ENRICHMENT_ANSWERED)
    assert answered["failure"] in {"ambiguous", "permanent"}


def test_a_pack_that_does_not_allow_it_keeps_the_name_in_the_house(lender: Lender, desk: Desk) -> None:
    """The person is given the work all the same, and no event says that anybody was asked."""
    turn = _at_the_check(lender)
    with lender.ledger.transaction() as session:
        session.get_one(PortfolioRow, lender.rows(PortfolioRow)[0].id).packs = ["house-courtesy", "gb-conc"]
    assert _take_the_step(turn)
    assert desk.asked == []
    assert lender.events(EventKind.ENRICHMENT_ASKED) == 0


def test_nobody_is_asked_about_a_person_whose_name_is_not_kept(lender: Lender, desk: Desk) -> None:
    """Nor is anything made up in its place; the person's list still works."""
    turn = _at_the_check(lender)
    with lender.ledger.transaction() as session:
        borrower = session.get_one(BorrowerRow, lender.rows(BorrowerRow)[0].id)
        borrower.name_sealed = Removed(lender.now.date(), "test").mark
    assert _take_the_step(turn)
    assert desk.asked == []


def test_without_a_desk_people_do_it_alone(lender: Lender) -> None:
    """A lender need not have one."""
    _surround(lender, None)
    assert _take_the_step(_at_the_check(lender))
    assert set(_addresses(lender)) == {OLD.text}


def test_an_overtaken_check_asks_nobody(lender: Lender, desk: Desk) -> None:
    """The loan was paid between the decision and the step."""
    turn = _at_the_check(lender)
    lender.receives(80_000)
    assert _take_the_step(turn) == Outcome.OVERTAKEN
    assert desk.asked == []
    assert lender.rows(WorkItemRow) == [row for row in lender.rows(WorkItemRow) if row.kind != "verify_contacts"]
