"""What a person finds out about a borrower's contact points, and what may never be concluded."""

from datetime import timedelta

import pytest

from domain.action import Action
from domain.attempt import AttemptState
from domain.book import BookContact
from domain.borrower import ContactKind, ContactState
from domain.disposition import ContactFinding, ContactSource, NewContact
from domain.event import EventKind
from domain.receipt import Receipt, ReceiptKind
from domain.step import Outcome
from domain.work_item import Disposition, WorkKind
from ledger.contacts import opt_out
from ledger.findings import SPOKE_THEMSELVES, FindingDoesNotFit
from ledger.people import contact_text
from ledger.receipts import take_in
from ledger.tables.attempt import AttemptRow
from ledger.tables.borrower import ContactPointRow
from ledger.tables.journey import EventRow
from ledger.work import listed_work, take_work
from ledger.worksheets import worksheet
from tests.ledger.lender import EMAIL, MOBILE, Lender, a_loan

OLD = BookContact(ContactKind.ADDRESS, "12 Canary Row, London")
LANDLINE = BookContact(ContactKind.LANDLINE, "+442079460001")
ELSEWHERE = NewContact(ContactKind.ADDRESS, "7 Mill Lane, Leeds", ContactSource.PUBLIC_REGISTER, is_verified=True)


def points(lender: Lender, kind: ContactKind = ContactKind.ADDRESS) -> dict[str, ContactPointRow]:
    """The contact points of a kind, by their text."""
    with lender.ledger.reading() as session:
        return {contact_text(session, row.id): row for row in lender.rows(ContactPointRow) if row.kind == kind.value}


def a_check(lender: Lender, *contacts: BookContact) -> tuple[str, str]:
    """A journey at its check of contacts: the journey's id and the item's."""
    journey = lender.opens(a_loan(contacts=contacts or (MOBILE, EMAIL, OLD)), ladder="standard")
    return journey, lender.has_work(journey, WorkKind.VERIFY_CONTACTS)


def told(lender: Lender, kind: EventKind) -> list[dict[str, object]]:
    """The facts of every event of a kind."""
    return [dict(row.facts) for row in lender.rows(EventRow) if row.kind == kind.value]


class TestACheck:
    """The work item of a ladder's `verify_contacts`."""

    def test_is_waited_for_under_its_own_name(self, lender: Lender) -> None:
        """And its list says what is to be looked into, so that nobody can read it over a shoulder."""
        journey, _ = a_check(lender)
        lender.lives(journey, days=0)
        assert lender.journey(journey).waiting_for == "AwaitingVerification"
        with lender.ledger.reading() as session:
            (listed,) = listed_work(session, kind=WorkKind.VERIFY_CONTACTS)
        assert listed.to_verify == ("address ****on",)

    def test_says_when_nothing_is_known(self, lender: Lender) -> None:
        """There is no address at all to look into."""
        a_check(lender, MOBILE)
        with lender.ledger.reading() as session:
            (listed,) = listed_work(session)
        assert listed.to_verify == ("none known",)

    def test_shows_the_address_and_no_number(self, lender: Lender) -> None:
        """Whoever looks for an address calls nobody, so there is no number on the sheet."""
        _, item = a_check(lender)
        with lender.ledger.transaction() as session:
            sheet = worksheet(session, take_work(session, item, by="Bob", now=lender.now), now=lender.now)
        assert [(c.text, c.provenance, c.verified_at) for c in sheet.contacts] == [(OLD.text, "lender's book", None)]
        assert (sheet.verdict, sheet.hours) == (None, ())

    def test_that_confirms_the_address_leads_to_the_visit(self, lender: Lender) -> None:
        """It is verified from that moment, on the record of the work, and costs the minutes that it took."""
        journey, item = a_check(lender)
        address = points(lender)[OLD.text].id
        finding = ContactFinding(address[:8], ContactState.VERIFIED)
        assert lender.records(item, Disposition.CONFIRMED, findings=(finding,)) is Outcome.CONFIRMED
        row = points(lender)[OLD.text]
        assert (row.state, row.verified_at) == ("verified", lender.now)
        assert told(lender, EventKind.CONTACT_VERIFIED) == [
            {"contact_point": address, "state": "verified", "before": "unverified", "work_item": item}
        ]
        lender.has_work(journey, WorkKind.FIELD_VISIT)
        assert ("verify_contacts", "confirmed") in lender.steps()

    def test_that_finds_another_address_sends_the_visitor_there(self, lender: Lender) -> None:
        """The old one is bad, the new one bears where it came from, and only the new one is on the visitor's sheet."""
        journey, item = a_check(lender)
        finding = ContactFinding(points(lender)[OLD.text].id, ContactState.BAD)
        lender.records(item, Disposition.CONFIRMED, findings=(finding,), new_contacts=(ELSEWHERE,))
        assert {text: (row.state, row.provenance) for text, row in points(lender).items()} == {
            OLD.text: ("bad", "lender's book"),
            ELSEWHERE.text: ("verified", "person:public_register"),
        }
        (added,) = told(lender, EventKind.CONTACT_ADDED)
        assert (added["provenance"], added["work_item"], added["kind_of_contact"]) == (
            "person:public_register",
            item,
            "address",
        )
        visit = lender.has_work(journey, WorkKind.FIELD_VISIT)
        with lender.ledger.transaction() as session:
            sheet = worksheet(session, take_work(session, visit, by="Eve", now=lender.now), now=lender.now)
        assert [c.text for c in sheet.contacts] == [ELSEWHERE.text]
        order = lender.sent[-1]
        assert getattr(order, "facts", {})["address"] == ELSEWHERE.text

    def test_that_finds_nothing_keeps_everybody_from_the_door(self, lender: Lender) -> None:
        """No visit and no lawyer: both are passed over on the record, and an agency is asked after notice."""
        journey, item = a_check(lender)
        assert lender.records(item, Disposition.NOT_FOUND) is Outcome.NOT_FOUND
        lender.lives(journey, days=120, before=Action.AGENCY_PLACEMENT)
        acted = [rung for rung, _ in lender.steps()]
        assert "pre_legal_notice" in acted
        assert not {"field_visit", "legal_referral"} & set(acted)

    @pytest.mark.parametrize(
        ("disposition", "state"),
        [
            (Disposition.CONFIRMED, None),
            (Disposition.CONFIRMED, ContactState.BAD),
            (Disposition.NOT_FOUND, ContactState.VERIFIED),
        ],
    )
    def test_must_say_the_same_twice(
        self, lender: Lender, disposition: Disposition, state: ContactState | None
    ) -> None:
        """A result that its own findings contradict is not taken, and nothing of it is kept."""
        _, item = a_check(lender)
        address = points(lender)[OLD.text]
        findings = (ContactFinding(address.id, state),) if state is not None else ()
        with pytest.raises(FindingDoesNotFit, match="verified"):
            lender.records(item, disposition, findings=findings)
        assert points(lender)[OLD.text].state == "unverified"

    def test_may_be_named_twice_by_what_is_known_already(self, lender: Lender) -> None:
        """Whoever types the address that the lender has, and has made sure of it, has verified that one."""
        _, item = a_check(lender)
        same = NewContact(ContactKind.ADDRESS, OLD.text, ContactSource.BORROWER, is_verified=True)
        lender.records(item, Disposition.CONFIRMED, new_contacts=(same,))
        assert {text: row.state for text, row in points(lender).items()} == {OLD.text: "verified"}
        assert lender.events(EventKind.CONTACT_ADDED) == 0


class TestAFinding:
    """About one contact point, on any kind of work with a borrower."""

    @pytest.mark.parametrize("state", [ContactState.UNVERIFIED, ContactState.OPTED_OUT])
    def test_is_only_what_a_person_can_find_out(self, lender: Lender, state: ContactState) -> None:
        """Opting out is for the owner of a number."""
        _, item = a_check(lender)
        with pytest.raises(FindingDoesNotFit, match="nothing that a person finds out"):
            lender.records(item, Disposition.NOT_FOUND, findings=(ContactFinding(points(lender)[OLD.text].id, state),))

    def test_is_about_the_borrowers_own_contact_point(self, lender: Lender) -> None:
        """Not about anybody else's, and not about several at once."""
        _, item = a_check(lender)
        for name in ("zzz", ""):
            with pytest.raises(FindingDoesNotFit, match="no single contact point"):
                lender.records(item, Disposition.NOT_FOUND, findings=(ContactFinding(name, ContactState.BAD),))

    def test_is_not_two_things_at_once(self, lender: Lender) -> None:
        """The same address cannot be right and wrong."""
        _, item = a_check(lender)
        address = points(lender)[OLD.text].id
        both = tuple(ContactFinding(address, state) for state in (ContactState.BAD, ContactState.WRONG_PARTY))
        with pytest.raises(FindingDoesNotFit, match="two different findings"):
            lender.records(item, Disposition.NOT_FOUND, findings=both)

    def test_does_not_undo_an_opt_out(self, lender: Lender) -> None:
        """Neither by its id nor by naming the number anew, for this borrower or as a new one of another."""
        journey = lender.opens(a_loan(contacts=[MOBILE, LANDLINE]), a_loan("L-2", borrower="B-2"), ladder="standard")
        item = lender.has_work(journey)
        with lender.ledger.transaction() as session:
            opt_out(session, LANDLINE.text, now=lender.now)
            opt_out(session, EMAIL.text, now=lender.now)
        point = points(lender, ContactKind.LANDLINE)[LANDLINE.text].id
        with pytest.raises(FindingDoesNotFit, match="opted out"):
            lender.records(item, Disposition.REFUSED, findings=(ContactFinding(point, ContactState.VERIFIED),))
        anew = tuple(
            NewContact(known.kind, known.text, ContactSource.BORROWER, is_verified=True) for known in (LANDLINE, EMAIL)
        )
        lender.records(item, Disposition.MESSAGE_LEFT, new_contacts=anew)
        assert points(lender, ContactKind.LANDLINE)[LANDLINE.text].state == "opted_out"
        assert {row.state for row in lender.rows(ContactPointRow) if row.kind == "email"} == {"opted_out"}

    def test_takes_a_verification_back(self, lender: Lender) -> None:
        """A number that turns out to be a stranger's was verified once, and is not any more."""
        journey = lender.opens(a_loan(contacts=[MOBILE, LANDLINE, OLD]), ladder="standard_early_call")
        first = lender.has_work(journey)
        mobile = points(lender, ContactKind.MOBILE)[MOBILE.text].id
        lender.records(first, Disposition.NO_ANSWER, findings=(ContactFinding(mobile, ContactState.VERIFIED),))
        second = lender.has_work(journey)
        lender.records(second, Disposition.NO_ANSWER, findings=(ContactFinding(mobile, ContactState.WRONG_PARTY),))
        row = points(lender, ContactKind.MOBILE)[MOBILE.text]
        assert (row.state, row.verified_at) == ("wrong_party", None)
        assert told(lender, EventKind.CONTACT_SPOILED)[-1]["before"] == "verified"


class TestAConversation:
    """On the phone, with the borrower."""

    @pytest.mark.parametrize("disposition", [Disposition.REFUSED, Disposition.HARDSHIP])
    def test_verifies_the_number_that_was_called(self, lender: Lender, disposition: Disposition) -> None:
        """Where there is one; and it never says where somebody lives."""
        journey = lender.opens(a_loan(contacts=[MOBILE, EMAIL, OLD]), ladder="standard_early_call")
        lender.records(lender.has_work(journey), disposition)
        assert points(lender, ContactKind.MOBILE)[MOBILE.text].state == "verified"
        assert points(lender)[OLD.text].state == "unverified"

    def test_does_not_guess_which_of_two_numbers_was_called(self, lender: Lender) -> None:
        """A person says which."""
        journey = lender.opens(a_loan(contacts=[MOBILE, LANDLINE]), ladder="standard_early_call")
        lender.records(lender.has_work(journey), Disposition.REFUSED)
        assert {row.state for row in lender.rows(ContactPointRow)} == {"unverified"}

    @pytest.mark.parametrize("disposition", [Disposition.NO_ANSWER, Disposition.MESSAGE_LEFT, Disposition.PAID])
    def test_that_was_none_verifies_nothing(self, lender: Lender, disposition: Disposition) -> None:
        """A voice on a machine, a ring, or the lender's own books."""
        assert disposition not in SPOKE_THEMSELVES
        journey = lender.opens(a_loan(contacts=[MOBILE, OLD]), ladder="standard_early_call")
        lender.records(lender.has_work(journey), disposition)
        assert {row.state for row in lender.rows(ContactPointRow)} == {"unverified"}

    def test_with_a_stranger_spoils_the_number_that_is_named(self, lender: Lender) -> None:
        """And not the other one as well."""
        journey = lender.opens(a_loan(contacts=[MOBILE, LANDLINE]), ladder="standard_early_call")
        item = lender.has_work(journey)
        line = points(lender, ContactKind.LANDLINE)[LANDLINE.text].id
        finding = ContactFinding(line, ContactState.WRONG_PARTY)
        lender.records(item, Disposition.WRONG_NUMBER, findings=(finding,))
        assert {row.kind: row.state for row in lender.rows(ContactPointRow)} == {
            "mobile": "unverified",
            "landline": "wrong_party",
        }


class TestAReceipt:
    """From the vendor."""

    def test_verifies_nothing(self, lender: Lender) -> None:
        """That a handset took the message does not say whose it is."""
        journey = lender.opens(a_loan(contacts=[MOBILE, OLD]))
        attempt = lender.begins_to_send(journey)
        lender.is_accepted(attempt)
        receipt = Receipt("twilio", "E-1", ReceiptKind.STATUS, attempt_id=attempt, state=AttemptState.DELIVERED)
        with lender.ledger.transaction() as session:
            take_in(session, receipt, now=lender.now + timedelta(seconds=5))
        assert [row.state for row in lender.rows(AttemptRow)] == ["delivered"]
        assert {row.state for row in lender.rows(ContactPointRow)} == {"unverified"}
