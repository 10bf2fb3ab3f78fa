"""What a contact is judged on, who decides where the rules ask for a person, and what is kept of the answer."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.book import BookContact
from domain.borrower import ContactKind
from domain.hold import HoldReason
from domain.step import Outcome
from domain.work_item import Disposition, WorkKind
from ledger.cases import case_of
from ledger.contacts import opt_out
from ledger.happenings import VerdictGiven
from ledger.holds import place_hold
from ledger.known_facts import note_fact
from ledger.replaying import NoSuchDecision, Replayed, replay
from ledger.results import ResultDoesNotFit
from ledger.tables.attempt import AttemptRow, VerdictRow
from ledger.tables.borrower import BorrowerRow, ContactPointRow
from ledger.tables.decision import DecisionRow, PackRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import PortfolioRow
from ledger.tables.work_item import WorkItemRow
from ledger.timelines import timeline
from policy.compliance.case import Case
from policy.compliance.history import Happening, LocationInfo, Mark, Marked, Preference, PreferenceKind, Sent
from policy.compliance.telling import sentence
from policy.next_step import Act, Wait
from tests.ledger.lender import EMAIL, MOBILE, NOW, Lender, a_loan

PHOENIX = BookContact(ContactKind.MOBILE, "+16025550123")
TICK = timedelta(microseconds=1)


def learns(lender: Lender, happening: Happening) -> None:
    """Something becomes known of the borrower."""
    with lender.ledger.transaction() as session:
        note_fact(session, lender.loan().borrower_id, happening, known_at=lender.now)


def marks(lender: Lender, mark: Mark) -> None:
    """A mark is made on the borrower."""
    learns(lender, Marked(at=lender.now, mark=mark))


def case_at(lender: Lender, at: datetime) -> Case:
    """The borrower's case as it was known at a moment."""
    with lender.ledger.reading() as session:
        return case_of(session, lender.loan().borrower_id, at=at, knowing=at)


def replays(lender: Lender, attempt_id: str) -> Replayed:
    """The answer to an attempt, given again."""
    with lender.ledger.reading() as session:
        return replay(session, attempt_id)


def attempts_to_send(lender: Lender, journey: str) -> tuple[str, object]:
    """A turn, a plan and a claim: the attempt and what came of it."""
    turn = lender.turn(journey, fence=lender.fences.get(journey, 0))
    attempt = lender.plans(turn)
    return attempt, lender.claims(attempt, turn)


def opens_in_new_york(lender: Lender, *, at: datetime) -> str:
    """A borrower in New York with a phone from Phoenix."""
    lender.now = at
    return lender.opens(a_loan(contacts=[PHOENIX, EMAIL], timezone="America/New_York"))


class TestTheCase:
    """What is known of a person."""

    def test_holds_what_left_and_what_may_have(self, lender: Lender) -> None:
        """A message whose answer is not there yet counts; one that the vendor never processed does not."""
        journey = lender.opens()
        lender.begins_to_send(journey)
        (sent,) = case_at(lender, NOW + TICK).all_of(Sent)
        assert sent.debts == {lender.loan().id}
        assert next(case_at(lender, NOW - TICK).all_of(Sent), None) is None

    def test_knows_where_a_number_from_elsewhere_may_be(self, lender: Lender) -> None:
        """The area code of Phoenix beside a home in New York; a number from home says nothing more."""
        opens_in_new_york(lender, at=NOW)
        case = case_at(lender, NOW)
        assert [zone.key for zone in case.zones()] == ["America/New_York", "America/Phoenix"]
        assert [info.at for info in case.all_of(LocationInfo)] == [NOW]

    def test_names_numbers_by_id(self, lender: Lender) -> None:
        """A STOP is a wish about a contact point, and no number stands in it."""
        lender.opens()
        with lender.ledger.transaction() as session:
            opt_out(session, MOBILE.text, now=NOW)
        (wish,) = case_at(lender, NOW).all_of(Preference)
        (mobile,) = [p for p in lender.rows(ContactPointRow) if p.kind == "mobile"]
        assert (wish.kind, wish.address) == (PreferenceKind.OPT_OUT_ADDRESS, mobile.id)

    def test_holds_standings_of_every_loan(self, lender: Lender) -> None:
        """A hold on one loan is a mark that the other loan's contacts are judged on."""
        lender.opens(a_loan("L-1"), a_loan("L-2"))
        with lender.ledger.transaction() as session:
            place_hold(session, lender.loan("L-2").id, reason=HoldReason.BANKRUPTCY, until=None, now=NOW)
        (mark,) = case_at(lender, NOW).marks(Mark.BANKRUPTCY)
        assert mark.debts == {lender.loan("L-2").id}

    def test_is_blind_for_what_became_known_later(self, lender: Lender) -> None:
        """Something that happened on Monday and was told on Wednesday is not known on Tuesday."""
        lender.opens()
        lender.now = NOW + timedelta(days=2)
        learns(lender, Marked(at=NOW, mark=Mark.VULNERABLE))
        assert not list(case_at(lender, NOW + timedelta(days=1)).marks(Mark.VULNERABLE))
        assert list(case_at(lender, NOW + timedelta(days=2)).marks(Mark.VULNERABLE))


class TestAContactThatAPersonDecidesOn:
    """Somebody vulnerable: nothing is automatic."""

    def asked(self, lender: Lender) -> tuple[str, WorkItemRow]:
        """Between plan and claim it becomes known; the contact is put before a person."""
        journey = lender.opens()
        marks(lender, Mark.VULNERABLE)
        _, claimed = attempts_to_send(lender, journey)
        assert claimed is Outcome.DEFERRED
        (item,) = [row for row in lender.rows(WorkItemRow) if row.kind == WorkKind.REVIEW_CONTACT.value]
        return journey, item

    def test_waits_for_the_person(self, lender: Lender) -> None:
        """However often it is looked at, one question is on the list and nothing leaves."""
        journey, _ = self.asked(lender)
        lender.lives(journey, days=10)
        assert lender.sent == []
        assert len([row for row in lender.rows(WorkItemRow) if row.kind == WorkKind.REVIEW_CONTACT.value]) == 1

    def test_leaves_once_when_the_person_says_so(self, lender: Lender) -> None:
        """The rule that asked is set aside for this contact, and who decided is on file; the next one is asked anew."""
        journey, item = self.asked(lender)
        assert lender.records(item.id, Disposition.DONE, note="spoken to her carer") is Outcome.DONE
        lender.lives(journey, days=0)
        assert len(lender.sent) == 1
        (decision,) = [row for row in lender.rows(DecisionRow) if row.answer == "allowed"]
        assert decision.set_aside is not None
        assert decision.set_aside["by"] == "Bob"
        assert "HOUSE-VULNERABLE" in decision.set_aside["rules"]
        assert "overridden" in {row.verdict for row in lender.rows(VerdictRow) if row.rule == "HOUSE-VULNERABLE"}
        lender.lives(journey, days=30)
        assert len(lender.sent) == 1

    def test_is_dropped_when_the_person_says_no(self, lender: Lender) -> None:
        """Another way is asked about on its own."""
        journey, item = self.asked(lender)
        lender.records(item.id, Disposition.RETURNED, note="leave her alone")
        lender.lives(journey, days=0)
        assert lender.sent == []
        assert ("forbidden", "REVIEW") in {(row.answer, row.rule) for row in lender.rows(DecisionRow)}

    def test_needs_a_reason(self, lender: Lender) -> None:
        """Nobody decides without saying why."""
        _, item = self.asked(lender)
        with pytest.raises(ResultDoesNotFit, match="why"):
            lender.records(item.id, Disposition.DONE)

    def test_goes_on_when_the_fact_is_over(self, lender: Lender) -> None:
        """What is learned wakes the journey, and the contact is judged again at once."""
        journey, _ = self.asked(lender)
        lender.now += timedelta(hours=1)
        marks(lender, Mark.VULNERABLE_ENDED)
        lender.lives(journey, days=0)
        assert len(lender.sent) == 1


class TestAContactThatWaitsForAnEvent:
    """Nobody knows when it will be over."""

    def test_is_looked_at_now_and_then_and_at_once_when_it_is_told(self, lender: Lender) -> None:
        """In debt advice: put off for the ladder's review of holds, or until it is told that it has ended."""
        journey = lender.opens()
        marks(lender, Mark.BREATHING_SPACE)
        _, claimed = attempts_to_send(lender, journey)
        assert claimed is Outcome.DEFERRED
        turn = lender.turn(journey, fence=lender.fences[journey])
        assert isinstance(turn.decision, Wait)
        assert turn.decision.until > NOW + timedelta(days=1)
        lender.now += timedelta(hours=1)
        marks(lender, Mark.BREATHING_SPACE_ENDED)
        assert isinstance(lender.turn(journey).decision, Act)


class TestAnAnswer:
    """On file, and as people read it."""

    def test_reads_as_a_sentence(self, lender: Lender) -> None:
        """Where, when, which window, where it is written, and from when it may be tried again."""
        journey = opens_in_new_york(lender, at=datetime(2026, 5, 13, 3, 40, tzinfo=UTC))
        attempts_to_send(lender, journey)
        with lender.ledger.reading() as session:
            (given,) = [h for h in timeline(session, "L-1", now=lender.now).happenings if isinstance(h, VerdictGiven)]
        said = sentence(given.told)
        assert said.startswith("not contacted on 12 May 23:40 Eastern: ")
        assert "contact window 08:00-19:00 must hold in both New York and Phoenix" in said
        assert "(house policy civil hours" in said
        assert "next allowed 13 May 11:00 Eastern (08:00 in Phoenix)" in said

    def test_is_kept_with_the_packs_that_it_was_given_by(self, lender: Lender) -> None:
        """Their content lies in the ledger once, however often it was used."""
        lender.opens(a_loan("L-1"), a_loan("L-2", borrower="B-2"))
        for row in lender.rows(JourneyRow):
            attempts_to_send(lender, row.id)
        decisions = lender.rows(DecisionRow)
        assert len(decisions) == 2
        assert {named["digest"] for d in decisions for named in d.packs} == {row.digest for row in lender.rows(PackRow)}


class TestAReplay:
    """The same answer, later."""

    def test_gives_the_same_answer_on_the_same_facts(self, lender: Lender) -> None:
        """After a month of messages, a STOP and a hold, the first answers are still what they were."""
        journey = lender.opens(ladder="standard")
        lender.lives(journey, days=12)
        first = sorted(lender.rows(AttemptRow), key=lambda row: row.planned_at)
        lender.now += timedelta(days=20)
        marks(lender, Mark.CEASE)
        for row in first:
            replayed = replays(lender, row.id[:12])
            assert (replayed.is_same_answer, replayed.are_same_facts, replayed.differences) == (True, True, ())

    def test_gives_again_what_was_put_off(self, lender: Lender) -> None:
        """At night: until the morning, by the same rule."""
        lender.now = NOW + timedelta(hours=12)
        attempt, _ = attempts_to_send(lender, lender.opens())
        lender.now += timedelta(days=3)
        replayed = replays(lender, attempt)
        assert replayed.is_same_answer
        assert replayed.again.until == datetime(2026, 1, 6, 8, tzinfo=UTC)

    def test_leaves_out_what_was_recorded_at_the_very_instant(self, lender: Lender) -> None:
        """On a clock that stands still, a fact may bear the instant of the answer and yet have come after it."""
        journey = lender.opens()
        attempt, _ = attempts_to_send(lender, journey)
        marks(lender, Mark.VULNERABLE)
        assert replays(lender, attempt).are_same_facts

    def test_keeps_two_contacts_of_one_instant_apart(self, lender: Lender) -> None:
        """Two loans of one person at the same moment: the second one was judged a tick later, knowing of the first."""
        lender.opens(a_loan("L-1"), a_loan("L-2"))
        made = [attempts_to_send(lender, row.id)[0] for row in lender.rows(JourneyRow)]
        first, second = sorted(lender.rows(DecisionRow), key=lambda row: row.judged_at)
        assert second.judged_at - first.judged_at == TICK
        assert all(replays(lender, attempt).are_same_facts for attempt in made)

    def test_uses_the_pack_of_that_time(self, lender: Lender) -> None:
        """The portfolio changes its packs; the old answer rests on the old ones."""
        attempt, _ = attempts_to_send(lender, lender.opens())
        with lender.ledger.transaction() as session:
            session.get_one(PortfolioRow, lender.loan().portfolio_id).packs = ["cn-mainland"]
        assert replays(lender, attempt).is_same_answer

    def test_says_plainly_when_it_differs(self, lender: Lender) -> None:
        """A row was changed by hand: the facts are not those of then."""
        attempt, _ = attempts_to_send(lender, lender.opens())
        with lender.ledger.transaction() as session:
            session.get_one(BorrowerRow, lender.loan().borrower_id).timezone = "Asia/Tokyo"
        replayed = replays(lender, attempt)
        assert not replayed.are_same_facts
        assert any("facts" in difference for difference in replayed.differences)
        assert any("by hand" in difference for difference in replayed.differences)

    def test_tells_of_an_unusable_number_again(self, lender: Lender) -> None:
        """The house's own rules are replayed as well."""
        second = BookContact(ContactKind.MOBILE, "+447400123457")
        journey = lender.opens(a_loan(contacts=[MOBILE, second]))
        turn = lender.turn(journey)
        attempt = lender.plans(turn)
        (row,) = lender.rows(AttemptRow)
        with lender.ledger.transaction() as session:
            session.get_one(ContactPointRow, row.contact_point_id).state = "bad"
        assert lender.claims(attempt, turn) is Outcome.FORBIDDEN
        assert replays(lender, attempt).is_same_answer

    def test_needs_an_attempt_that_was_judged(self, lender: Lender) -> None:
        """Nothing is made up."""
        lender.opens()
        with pytest.raises(NoSuchDecision):
            replays(lender, "feed")
