"""A planner of people's days learns which calls were refused, and until when; pretend collectors obey it."""

from datetime import datetime, timedelta

from domain.work_item import Disposition, WorkKind
from ledger.calling import reserve_call
from ledger.contacts import opt_out
from ledger.known_facts import note_fact
from ledger.lists import WaitingWork, waiting_work
from ledger.tables.call import CallRow
from ledger.tables.work_item import WorkItemRow
from ledger.work import open_item
from policy.compliance.history import Mark, Marked
from simulation.people import People
from simulation.sandbox.control import Answered
from simulation.sandbox.remote import SandboxRemote
from tests.ledger.lender import MOBILE, Lender, a_loan


class NobodyHome(SandboxRemote):
    """A sandbox in which nobody answers the telephone."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")

    def answer(self, loan_number: str, *, kind: WorkKind, at: datetime) -> Answered:
        """The telephone rings."""
        assert (loan_number, kind) == ("L-1", WorkKind.CALLBACK)
        assert at.tzinfo is not None
        return Answered(disposition=Disposition.NO_ANSWER, minutes=1)


def has_call(lender: Lender) -> str:
    """A callback waits for a person; the item's id."""
    return lender.has_work(lender.opens(a_loan(contacts=[MOBILE]), ladder="standard_early_call"))


def is_asked(lender: Lender, item: str) -> None:
    """Somebody asks for leave to call."""
    with lender.ledger.transaction() as session:
        reserve_call(session, open_item(session, item), by="Ana", now=lender.now)


def waiting(lender: Lender) -> WaitingWork:
    """The one item that waits."""
    with lender.ledger.reading() as session:
        (item,) = waiting_work(session)
    return item


def test_a_refused_call_waits_for_its_moment(lender: Lender) -> None:
    """At night it may be made in the morning, and once it is allowed nothing holds it back."""
    item = has_call(lender)
    lender.now = lender.now.replace(hour=23)
    is_asked(lender, item)
    not_before = waiting(lender).not_before
    assert not_before is not None
    assert not_before.hour == 8
    lender.now = not_before
    is_asked(lender, item)
    assert waiting(lender).not_before is None


def test_a_call_that_was_refused_for_good_is_left(lender: Lender) -> None:
    """The borrower has asked to be left alone."""
    item = has_call(lender)
    with lender.ledger.transaction() as session:
        note_fact(session, lender.loan().borrower_id, Marked(at=lender.now, mark=Mark.CEASE), known_at=lender.now)
    lender.now += timedelta(minutes=1)
    is_asked(lender, item)
    assert waiting(lender).refused_for_good


class TestAPretendCollector:
    """Whoever works the lists of the demo."""

    def works(self, lender: Lender) -> None:
        """Everything that is due is done."""
        sandbox = NobodyHome()
        People(lender.ledger, sandbox, seed=3).work(now=lender.now)
        sandbox.close()

    def test_reserves_the_call_before_it_is_made(self, lender: Lender) -> None:
        """So that it was allowed."""
        has_call(lender)
        lender.now = (waiting(lender).deadline_at - timedelta(days=1)).replace(hour=15)
        self.works(lender)
        assert [(row.outcome, row.by) for row in lender.rows(CallRow)] == [("unanswered", "pretend collector")]

    def test_leaves_the_item_when_told_not_now(self, lender: Lender) -> None:
        """Nobody dials at night."""
        has_call(lender)
        lender.now = (waiting(lender).deadline_at - timedelta(days=1)).replace(hour=23)
        self.works(lender)
        assert lender.rows(CallRow) == []
        assert waiting(lender).not_before is not None

    def test_leaves_the_item_when_there_is_no_number(self, lender: Lender) -> None:
        """The only one was opted out since."""
        has_call(lender)
        lender.now = (waiting(lender).deadline_at - timedelta(days=1)).replace(hour=15)
        with lender.ledger.transaction() as session:
            opt_out(session, MOBILE.text, now=lender.now)
        self.works(lender)
        assert lender.rows(CallRow) == []
        assert all(item.state != "done" for item in lender.rows(WorkItemRow))
