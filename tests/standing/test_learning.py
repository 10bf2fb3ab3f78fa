"""What somebody learns of a person is taken in through one door, and everything that it matters for sees it."""

from datetime import datetime, time, timedelta

import pytest

from domain.hold import HoldReason
from ledger.cases import case_of
from ledger.holds import lift_hold
from ledger.known_facts import HasNoEnd, listed_facts
from ledger.learning import NothingToEnd
from ledger.tables.agreement import HoldRow
from ledger.tables.journey import WakeUpRow
from policy.compliance.exceptions import has_consent
from policy.compliance.history import Consent, Mark, Marked, Preference, PreferenceKind
from tests.standing.household import Household

FACTS = sorted(
    {
        Mark.VALIDATION_NOTICE_MAILED,
        Mark.UNDELIVERABLE_NOTICE,
        Mark.VERIFICATION_SENT,
        Mark.FORBEARANCE_OFFERED,
        Mark.DEFAULT_NOTICE_SENT,
        Mark.VISIT_CONSENTED,
        Mark.TIME_BARRED,
    }
)


def known(household: Household, *, knowing: datetime | None = None) -> list[object]:
    """Ada's history as the packs see it."""
    moment = knowing or household.now
    with household.ledger.reading() as session:
        case = case_of(session, household.loan().borrower_id, at=moment, knowing=moment)
        return list(case.known_at(moment).history)


def wish(household: Household) -> Preference:
    """Not before three in the afternoon, on Mondays."""
    kind = PreferenceKind.INCONVENIENT_TIME
    return Preference(at=household.now, kind=kind, weekdays=frozenset({0}), begins=time(0), ends=time(15))


class TestAWrittenDispute:
    """The letter is about L-1."""

    def test_rests_until_the_verification_is_sent_and_resumes_at_its_rung(self, household: Household) -> None:
        """Written on day 2, verified on day 20: the reminder that had three days to go follows on day 23."""
        journeys = household.moves_in("house-courtesy")
        household.lives(journeys["L-1"], days=2)
        learned = household.learns_of(Mark.DISPUTE_WRITTEN, "L-1")
        assert len(learned.placed) == 1
        assert household.waits_for(journeys["L-2"]) == "Waiting"
        household.lives(journeys["L-1"], days=18)
        assert household.learns_of(Mark.VERIFICATION_SENT, "L-1").ended == learned.placed
        household.lives(journeys["L-1"], days=2)
        assert household.steps(journeys["L-1"]) == [("friendly_reminder", "sent")]
        household.lives(journeys["L-1"], days=1)
        assert household.steps(journeys["L-1"])[1:] == [("helpful_reminder", "sent")]
        marks = [h.mark for h in known(household) if isinstance(h, Marked) and h.mark is not Mark.ADDRESS_VERIFIED]
        assert sorted(marks) == [
            Mark.DISPUTE_ENDED,
            Mark.DISPUTE_WRITTEN,
            Mark.DISPUTED,
            Mark.VERIFICATION_SENT,
        ]

    def test_about_all_loans_rests_on_each(self, household: Household) -> None:
        """No loan was named, so all are meant."""
        household.moves_in("house-courtesy")
        assert len(household.learns_of(Mark.DISPUTED).placed) == 2
        with pytest.raises(NothingToEnd):
            household.learns_of(Mark.CEASE_ENDED)

    def test_of_a_person_in_one_place_is_one_hold(self, household: Household) -> None:
        """What reaches all loans is not placed on each; what ends it does, too."""
        household.moves_in("house-courtesy")
        household.learns_of(Mark.MENTAL_HEALTH_CRISIS)
        (hold,) = household.rows(HoldRow)
        household.now += timedelta(days=3)
        household.learns_of(Mark.MENTAL_HEALTH_CRISIS_ENDED)
        assert household.hold(hold.id).event_at == household.now


class TestAFact:
    """What pauses nothing."""

    @pytest.mark.parametrize("mark", FACTS)
    def test_is_kept_for_the_packs_and_has_the_loans_looked_at_again(self, household: Household, mark: Mark) -> None:
        """All loans of the person: a contact may have been put off for just this."""
        household.moves_in()
        before = len(household.rows(WakeUpRow))
        learned = household.learns_of(mark, "L-1")
        assert learned.placed == learned.ended == ()
        assert Marked(at=household.now, mark=mark, debts=frozenset({household.loan().id})) in known(household)
        assert len(household.rows(WakeUpRow)) == before + 2

    @pytest.mark.parametrize("mark", [*FACTS, Mark.UNREACHABLE])
    def test_that_was_a_mistake_stands_no_more_from_then_on(self, household: Household, mark: Mark) -> None:
        """What was judged before is still judged by it; it cannot be withdrawn twice, nor the withdrawal itself."""
        household.moves_in()
        began, learned = household.now, household.learns_of(mark, "L-1")
        marked = Marked(at=began, mark=mark, debts=frozenset({household.loan().id}))
        household.now += timedelta(days=1)
        household.ends(learned.fact or "")
        assert marked not in known(household)
        assert marked in known(household, knowing=began + timedelta(hours=1))
        with household.ledger.reading() as session:
            of_ada = listed_facts(session, borrower_id=household.loan().borrower_id)
        assert [fact.type for fact in of_ada] == [mark.value, "withdrawn"]
        for fact in of_ada:
            with pytest.raises(HasNoEnd):
                household.ends(fact.id)

    def test_of_a_wish_is_kept_until_it_is_taken_back(self, household: Household) -> None:
        """What was judged before is still judged by it."""
        household.moves_in()
        asked = wish(household)
        fact = household.learns(asked).fact
        began = household.now
        assert asked in known(household)
        household.now += timedelta(days=9)
        household.ends((fact or "")[:9])
        assert asked in known(household, knowing=began + timedelta(days=1))
        assert asked not in known(household)
        with pytest.raises(HasNoEnd):
            household.ends(fact or "")

    def test_of_a_consent_is_revoked_and_stays_on_record(self, household: Household) -> None:
        """Both are listed, in the order in which they became known."""
        household.moves_in()
        consent = Consent(at=household.now, scope="additional_calls")
        fact = household.learns(consent).fact
        household.now += timedelta(days=1)
        household.ends(fact or "")
        with household.ledger.reading() as session:
            listed = listed_facts(session, borrower_id=household.loan().borrower_id)
            case = case_of(session, household.loan().borrower_id, at=household.now, knowing=household.now)
        assert [fact.type for fact in listed] == ["consent", "consent_revoked"]
        assert listed[0].borrower_number == "B-1"
        assert not has_consent(case, "additional_calls", at=household.now)

    def test_that_is_not_there_cannot_be_ended(self, household: Household) -> None:
        """Nor a hold that is over."""
        household.moves_in()
        hold = household.rests(HoldReason.LENDER)
        with household.ledger.transaction() as session:
            lift_hold(session, hold, now=household.now)
        for written in (hold, "%", "nothing"):
            with pytest.raises(NothingToEnd):
                household.ends(written)


class TestADeathThatIsWrittenAbout:
    """A letter from the estate."""

    def test_and_was_another_persons_lets_the_loans_be_worked_again(self, household: Household) -> None:
        """The journey that had closed by then stays closed; the one that had not goes on."""
        journeys = household.moves_in()
        household.learns_of(Mark.DECEASED)
        household.lives(journeys["L-2"], days=0)
        with household.ledger.reading() as session:
            (death,) = listed_facts(session, borrower_id=household.loan().borrower_id)
        household.now += timedelta(hours=1)
        household.ends(death.id)
        household.lives(journeys["L-1"], days=0)
        assert [household.journey(journeys[loan]).state for loan in ("L-1", "L-2")] == ["open", "closed"]
        assert not household.loan("L-2").deceased

    def test_ends_every_loan_and_is_known_to_the_packs(self, household: Household) -> None:
        """No pause is needed for what is over."""
        journeys = household.moves_in()
        household.learns_of(Mark.DECEASED)
        household.lives(journeys["L-2"], days=0)
        assert household.journey(journeys["L-2"]).closing_reason == "deceased"
        assert Marked(at=household.now, mark=Mark.DECEASED) in known(household)
        assert household.rows(HoldRow) == []
