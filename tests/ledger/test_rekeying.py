"""The master key is replaced: all can be read under the new one, a STOP still counts, and the old one is no use."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import SQLModel, delete, select, update

from domain.book import BookContact
from domain.borrower import ContactKind, ContactState
from domain.receipt import Receipt, ReceiptKind
from ledger.database import Ledger, keyring_of, open_ledger
from ledger.evidence.checking import check
from ledger.evidence.flaw import What
from ledger.keyring import CannotUnseal, Keyring, KeyWasReplaced, WrongKey, keyring_from_text
from ledger.people import contact_text, person_of
from ledger.receipts import take_in
from ledger.rekeying import Rekeyed, replace_key
from ledger.removed import Removed, removed_from
from ledger.report_subscribers import subscribe, subscribers, unsubscribe
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.inbox import InboxRow
from ledger.tables.key_mark import FIRST, KeyMarkRow
from tests.ledger.lender import EMAIL, MOBILE, NOW, Lender, a_loan

OTHER = replace(MOBILE, text="+447400999888")


@pytest.fixture
def lender(ledger_url: str) -> Iterator[Lender]:
    """A lender whose key will be another one's when the test ends, so that it cannot look after its own ledger then."""
    ledger = open_ledger(ledger_url, keyring=Keyring(os.urandom(32)))
    yield Lender(ledger)
    ledger.close()


@pytest.fixture
def new(lender: Lender) -> Keyring:
    """The keyring that comes after the ledger's own."""
    return lender.ledger.keyring.successor(os.urandom(32))


@pytest.fixture
def reopened(ledger_url: str, new: Keyring) -> Iterator[Ledger]:
    """The same ledger under the new keyring."""
    opened = open_ledger(ledger_url, keyring=new)
    yield opened
    opened.close()


def replaced(lender: Lender, new: Keyring) -> Rekeyed:
    """Ana replaces the key of a lender's ledger."""
    with lender.ledger.transaction() as session:
        return replace_key(session, lender.ledger.keyring, new, by="ana", now=lender.now)


def writes_stop(ledger: Ledger, number: str, *, event: str) -> None:
    """Somebody asks to be left alone."""
    with ledger.transaction() as session:
        take_in(session, Receipt("twilio", event, ReceiptKind.STOP, sender=number), now=NOW)


def states_of(ledger: Ledger, number: str) -> set[str]:
    """What is known of a number, as a ledger finds it."""
    with ledger.reading() as session:
        lookup = keyring_of(session).lookup(number)
        return set(session.exec(select(ContactPointRow.state).where(ContactPointRow.lookup == lookup)).all())


class TestAfterTheKeyWasReplaced:
    """Under the new one."""

    def test_names_numbers_and_messages_can_be_read(self, lender: Lender, new: Keyring, reopened: Ledger) -> None:
        """And what was counted is told: one borrower, each of their contact points."""
        lender.lives(lender.opens(), days=3)
        points = lender.rows(ContactPointRow)
        assert replaced(lender, new) == Rekeyed(borrowers=1, lookups=len(points))
        (borrower,) = lender.rows(BorrowerRow)
        with reopened.reading() as session:
            assert person_of(session, borrower.id).name == "Ada Canary"
            assert {MOBILE.text, EMAIL.text} <= {contact_text(session, point.id) for point in points}

    def test_a_stop_finds_the_number(self, lender: Lender, new: Keyring, reopened: Ledger) -> None:
        """The digest of a number is the one that was carried on."""
        lender.opens()
        replaced(lender, new)
        writes_stop(reopened, MOBILE.text, event="1")
        assert states_of(reopened, MOBILE.text) == {ContactState.OPTED_OUT.value}

    def test_a_stop_of_before_binds_a_number_that_comes_back_in_a_later_file(
        self, lender: Lender, new: Keyring, reopened: Ledger
    ) -> None:
        """Somebody whom we did not know asked to be left alone, and nothing but the digest was kept."""
        lender.opens()
        writes_stop(lender.ledger, OTHER.text, event="1")
        replaced(lender, new)
        Lender(reopened, now=lender.now).opens(a_loan("L-2", borrower="B-2", contacts=[OTHER]))
        assert states_of(reopened, OTHER.text) == {ContactState.OPTED_OUT.value}

    def test_a_replied_to_number_finds_its_replies(self, lender: Lender, new: Keyring, reopened: Ledger) -> None:
        """What came in before and what comes in after lie under the same digest."""
        lender.opens()
        writes_stop(lender.ledger, MOBILE.text, event="1")
        replaced(lender, new)
        writes_stop(reopened, MOBILE.text, event="2")
        with reopened.reading() as session:
            assert len(set(session.exec(select(InboxRow.contact_lookup)).all())) == 1

    def test_the_evidence_is_as_it_was(self, lender: Lender, new: Keyring, reopened: Ledger) -> None:
        """No event, no digest of a text and no bound row changes."""
        lender.lives(lender.opens(), days=3)
        replaced(lender, new)
        assert not [flaw for flaw in check(reopened, keys={}).flaws if flaw.what is not What.ROOT_UNSIGNED]

    def test_a_key_that_was_thrown_away_stays_away(self, lender: Lender, new: Keyring) -> None:
        """An erased person is not brought back, and does not stand in the way."""
        lender.opens()
        with lender.ledger.transaction() as session:
            session.exec(select(BorrowerRow)).one().data_key = Removed(NOW.date(), "erasure").mark
        replaced(lender, new)
        (borrower,) = lender.rows(BorrowerRow)
        assert removed_from(borrower.data_key) == Removed(NOW.date(), "erasure")

    def test_it_can_be_replaced_again(self, lender: Lender, new: Keyring, reopened: Ledger, ledger_url: str) -> None:
        """And again: each new key is laid over those before it."""
        lender.opens()
        replaced(lender, new)
        third = new.successor(os.urandom(32))
        replaced(Lender(reopened, now=lender.now), third)
        opened = open_ledger(ledger_url, keyring=keyring_from_text(third.text))
        writes_stop(opened, MOBILE.text, event="1")
        assert states_of(opened, MOBILE.text) == {ContactState.OPTED_OUT.value}
        opened.close()


class TestTheOldKey:
    """Is no use any more."""

    def test_is_refused_before_it_can_do_harm(self, lender: Lender, new: Keyring) -> None:
        """A process that still has it takes no STOP that would find nobody, and seals no name that none could read."""
        lender.opens()
        replaced(lender, new)
        with pytest.raises(KeyWasReplaced, match="Restart"):
            writes_stop(lender.ledger, MOBILE.text, event="1")
        with pytest.raises(KeyWasReplaced):
            lender.opens(a_loan("L-2", borrower="B-2"))

    def test_opens_nothing_and_tests_no_number(self, lender: Lender, new: Keyring) -> None:
        """Whoever steals it later reads no name, and cannot find out whether a number is in the ledger."""
        lender.opens()
        old = lender.ledger.keyring
        replaced(lender, new)
        (borrower,) = lender.rows(BorrowerRow)
        with pytest.raises(CannotUnseal):
            old.unseal(borrower.data_key, borrower.name_sealed)
        lookups = {point.lookup for point in lender.rows(ContactPointRow)}
        assert old.lookup(MOBILE.text) not in lookups
        assert Keyring(new.master).lookup(MOBILE.text) not in lookups
        assert new.lookup(MOBILE.text) in lookups

    def test_is_needed_to_replace_it(self, lender: Lender, ledger_url: str) -> None:
        """Another key than the ledger's own changes nothing."""
        lender.opens()
        stranger = Keyring(os.urandom(32))
        with pytest.raises(CannotUnseal), lender.ledger.transaction() as session:
            replace_key(session, stranger, stranger.successor(os.urandom(32)), by="ana", now=lender.now)
        assert states_of(lender.ledger, MOBILE.text) == {ContactState.UNVERIFIED.value}


class TestAKeyThatWasNeverTheLedgers:
    """A file of another house, or one that was made anew beside the right one."""

    @pytest.fixture
    def mistaken(self, lender: Lender, ledger_url: str) -> Iterator[Ledger]:
        """The lender's ledger, opened with it, after a loan came in."""
        lender.takes_in(a_loan())
        opened = open_ledger(ledger_url, keyring=Keyring(os.urandom(32)))
        yield opened
        opened.close()

    def test_takes_no_stop_that_would_find_nobody(self, lender: Lender, mistaken: Ledger) -> None:
        """It is refused, so that it is told again; with the right key it counts."""
        with pytest.raises(WrongKey):
            writes_stop(mistaken, MOBILE.text, event="1")
        assert lender.rows(InboxRow) == []
        writes_stop(lender.ledger, MOBILE.text, event="1")
        assert states_of(lender.ledger, MOBILE.text) == {ContactState.OPTED_OUT.value}

    def test_seals_no_name(self, mistaken: Ledger) -> None:
        """Nobody could read it afterwards."""
        with pytest.raises(WrongKey):
            Lender(mistaken).takes_in(a_loan("L-2", borrower="B-2"))

    @pytest.mark.parametrize("gone", [KeyMarkRow, BorrowerRow])
    def test_is_known_by_the_mark_and_by_the_borrowers(
        self, lender: Lender, mistaken: Ledger, gone: type[SQLModel]
    ) -> None:
        """A ledger from before there was a mark, until its next file; and one whose borrowers were all erased."""
        erase = {"data_key": Removed(NOW.date(), "erasure").mark}
        with lender.ledger.transaction() as session:
            session.exec(delete(KeyMarkRow) if gone is KeyMarkRow else update(BorrowerRow).values(erase))
        with pytest.raises(WrongKey):
            writes_stop(mistaken, MOBILE.text, event="1")
        lender.takes_in(a_loan("L-2", borrower="B-2"))
        (mark,) = lender.rows(KeyMarkRow)
        assert (mark.id, mark.mark) == (FIRST, lender.ledger.keyring.mark)

    def test_is_refused_also_where_the_first_of_both_is_only_just_coming_in(
        self, lender: Lender, ledger_url: str
    ) -> None:
        """Two at once bring the first loan, under different keys: one of them is told so."""
        other = Lender(open_ledger(ledger_url, keyring=Keyring(os.urandom(32))))

        def brings(one: Lender, number: str) -> str:
            try:
                one.takes_in(a_loan(number, borrower=number))
            except WrongKey:
                return "refused"
            return "taken"

        with lender.ledger.transaction() as session:
            lender.portfolio(session)
        with ThreadPoolExecutor(2) as pool:
            told = sorted(pool.map(brings, (lender, other), ("L-1", "L-2")))
        assert told == ["refused", "taken"]
        other.ledger.close()


def test_an_address_of_the_same_person_keeps_its_kind_and_place(lender: Lender, new: Keyring, reopened: Ledger) -> None:
    """The same file again after the key was replaced brings no contact point twice."""
    loan = a_loan(contacts=[MOBILE, EMAIL, BookContact(ContactKind.ADDRESS, "1 Long Row, London")])
    lender.opens(loan)
    before = len(lender.rows(ContactPointRow))
    replaced(lender, new)
    again = Lender(reopened, now=lender.now)
    again.takes_in(loan)
    assert len(again.rows(ContactPointRow)) == before


class TestReadersOfReports:
    """Their addresses lie under keys of their own as well."""

    def test_are_still_readers_afterwards(self, lender: Lender, new: Keyring, reopened: Ledger) -> None:
        """The address can be read, is found again, and one that was forgotten stays forgotten."""
        lender.opens()
        with lender.ledger.transaction() as session:
            subscribe(session, portfolio="cards", address="ada@lender.example", now=NOW)
            subscribe(session, portfolio="cards", address="bob@lender.example", now=NOW)
            unsubscribe(session, portfolio="cards", address="bob@lender.example", now=NOW)
        replaced(lender, new)
        with reopened.transaction() as session:
            assert [reader.address for reader in subscribers(session, portfolio="cards")] == ["a***@lender.example"]
            assert not subscribe(session, portfolio="cards", address="ada@lender.example", now=NOW)
            unsubscribe(session, portfolio="cards", address="ada@lender.example", now=NOW)
