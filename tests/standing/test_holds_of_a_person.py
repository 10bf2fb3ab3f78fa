"""A hold reaches as far as the packs say, lasts as long as they say, and lets the ladder go on where it stood."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.event import EventKind
from domain.hold import HoldReason
from domain.step import Outcome
from domain.work_item import Disposition, WorkKind
from ledger.holds import BeganBeforeTheLoan, EndIsKnown, HeldTooSoon, NoSuchHold
from ledger.marks import MARKS_OF
from ledger.tables.agreement import HoldRow
from ledger.tables.journey import JourneyRow
from ledger.tables.work_item import WorkItemRow
from policy.compliance.history import Mark, Marked
from policy.compliance.stacking import stack
from policy.compliance.standing import standing_for
from tests.ledger.lender import NOW, Lender, a_loan
from tests.standing.household import Household

OF_PERSON = sorted(set(MARKS_OF) - {HoldReason.DISPUTE})
LISTED = {
    HoldReason.HARDSHIP,
    HoldReason.VULNERABLE,
    HoldReason.REPRESENTED,
    HoldReason.BANKRUPTCY,
    HoldReason.MINOR,
}


def day(number: int, *, hour: int = 0) -> datetime:
    """An hour of a day since the journeys opened; the borrowers live in London, in winter."""
    return datetime(2026, 1, 5, hour, tzinfo=UTC) + timedelta(days=number)


class TestEveryReason:
    """Why loans rest."""

    def test_that_is_a_standing_is_known_to_the_house(self) -> None:
        """Whatever law a portfolio is under, the house's own pack says what it stops and on which loans."""
        packs = stack(["house-courtesy"])
        assert set(HoldReason) - set(MARKS_OF) == {HoldReason.LENDER, HoldReason.HANDED_OVER}
        for reason, (begins, _) in MARKS_OF.items():
            standing = standing_for(packs, begins, at=NOW, zone=NOW.tzinfo)  # type: ignore[arg-type]  # UTC will do
            assert standing is not None, reason
            assert (standing.scope == "person") == (reason in OF_PERSON)


class TestAHoldOfThePerson:
    """Ada has two loans; something is learned about her on the third day."""

    @pytest.mark.parametrize("reason", OF_PERSON)
    def test_rests_on_all_her_loans_and_on_nobody_elses(self, household: Household, reason: HoldReason) -> None:
        """Also on one that comes in afterwards; each loan's record says so."""
        journeys = household.moves_in()
        household.live_all(*journeys.values(), days=2)
        household.rests(reason)
        late = household.opens(a_loan("L-4"))
        waits = {number: household.waits_for(journey) for number, journey in journeys.items()}
        assert waits == {"L-1": "OnHold", "L-2": "OnHold", "L-3": "Waiting"}
        assert household.waits_for(late) == "OnHold"
        assert household.events(EventKind.HOLD_PLACED) == 2
        assert household.open_work() == ([WorkKind.REVIEW_STANDING] if reason in LISTED else [])

    def test_is_lifted_from_all_of_them_at_once(self, household: Household) -> None:
        """Both go on with the second reminder, after the three days that it still had to go; lifted once is lifted."""
        journeys = household.moves_in()
        household.live_all(journeys["L-1"], journeys["L-2"], days=2)
        hold = household.rests(HoldReason.CEASE)
        household.live_all(journeys["L-1"], journeys["L-2"], days=20)
        assert household.is_lifted(hold[:12]) == household.now == day(22, hour=10)
        assert household.hold(hold).lifted_by == "Cleo"
        for journey in (journeys["L-1"], journeys["L-2"]):
            household.now = day(22, hour=10)
            household.lives(journey, days=2)
            assert household.steps(journey) == [("friendly_reminder", "sent")]
            household.lives(journey, days=1)
            assert household.steps(journey)[1:] == [("helpful_reminder", "sent")]
        with pytest.raises(NoSuchHold):
            household.is_lifted(hold)

    def test_takes_work_on_the_other_loan_off_the_list_and_gives_it_out_again(self, household: Household) -> None:
        """A call about L-2 was open when Ada's lawyer wrote about L-1; after the mandate it is given out anew."""
        journeys = household.moves_in(ladder="standard_early_call")
        call = household.has_work(journeys["L-2"])
        hold = household.rests(HoldReason.REPRESENTED)
        assert household.open_work() == [WorkKind.REVIEW_STANDING]
        assert next(row.state for row in household.rows(WorkItemRow) if row.id == call) == "withdrawn"
        household.is_lifted(hold)
        household.lives(journeys["L-2"], days=2)
        assert household.open_work() == [WorkKind.CALLBACK]

    def test_stops_a_message_of_the_other_loan_that_was_written_but_had_not_left(self, household: Household) -> None:
        """It is claimed a moment later, and does not leave."""
        journeys = household.moves_in()
        turn = household.turn(journeys["L-2"])
        attempt = household.plans(turn)
        household.rests(HoldReason.BANKRUPTCY)
        assert household.claims(attempt, turn) is Outcome.OVERTAKEN
        assert household.sent == []

    def test_that_is_told_twice_is_one(self, household: Household) -> None:
        """Two collectors hear of the same lawyer; a longer rest is a new one."""
        household.moves_in()
        first = household.rests(HoldReason.REPRESENTED)
        assert household.rests(HoldReason.REPRESENTED, loan="L-2") == first
        advice = household.rests(HoldReason.DEBT_ADVICE)
        assert household.rests(HoldReason.DEBT_ADVICE) == advice
        assert household.rests(HoldReason.DEBT_ADVICE, until=day(60)) != advice


class TestADispute:
    """About one loan."""

    def test_rests_on_that_loan_alone(self, household: Household) -> None:
        """The other one is not in dispute."""
        journeys = household.moves_in()
        household.live_all(*journeys.values(), days=2)
        household.rests(HoldReason.DISPUTE)
        assert household.waits_for(journeys["L-1"]) == "OnHold"
        assert household.waits_for(journeys["L-2"]) == "Waiting"


class TestABreathingSpace:
    """Sixty days, once in twelve months (SI 2020/1311)."""

    def test_lasts_sixty_whole_days_and_then_the_ladder_goes_on(self, household: Household) -> None:
        """Granted on day 2: days 3 to 62 are whole, it ends as day 63 begins; three days of spacing were left."""
        journeys = household.moves_in()
        household.live_all(journeys["L-1"], journeys["L-2"], days=2)
        hold = household.hold(household.rests(HoldReason.BREATHING_SPACE))
        assert (hold.until, hold.scope, hold.placed_by) == (day(63), "person", "Cleo")
        for journey in (journeys["L-1"], journeys["L-2"]):
            household.now = day(2, hour=10)
            household.lives(journey, days=63)
            assert household.steps(journey) == [("friendly_reminder", "sent")]
            household.lives(journey, days=1)
            assert household.steps(journey)[1:] == [("helpful_reminder", "sent")]

    def test_is_not_granted_twice_in_twelve_months(self, household: Household) -> None:
        """Not while the first lasts, nor within a year after its end, on whichever loan; then it is."""
        household.moves_in()
        household.rests(HoldReason.BREATHING_SPACE)
        with pytest.raises(HeldTooSoon, match=r"is in force, and another one comes no sooner than 1 year"):
            household.rests(HoldReason.BREATHING_SPACE, loan="L-2")
        household.now = day(200)
        with pytest.raises(HeldTooSoon, match=r"ended on 07 Mar 2026.*1 year after its end .*SI 2020/1311"):
            household.rests(HoldReason.BREATHING_SPACE, loan="L-2")
        household.now = day(61) + timedelta(days=365)
        household.rests(HoldReason.BREATHING_SPACE, loan="L-2")

    def test_is_not_cut_short_by_whoever_records_it(self, household: Household) -> None:
        """A sooner end that somebody types gives way to the law's; a later one stands."""
        household.moves_in()
        assert household.hold(household.rests(HoldReason.DEBT_ADVICE, until=day(5))).until == day(31)
        household.now = day(1)
        assert household.hold(household.rests(HoldReason.DEBT_ADVICE, loan="L-3", until=day(90))).until == day(90)


class TestAMentalHealthCrisis:
    """The treatment and thirty days."""

    def test_ends_thirty_days_after_the_treatment(self, household: Household) -> None:
        """Treated from day 2 to day 50; day 81 begins without the hold, and the rest of the spacing runs from there."""
        journey = household.moves_in()["L-2"]
        household.lives(journey, days=2)
        hold = household.rests(HoldReason.MENTAL_HEALTH_CRISIS)
        assert household.hold(hold).until is None
        household.lives(journey, days=48)
        assert household.is_lifted(hold) == household.hold(hold).until == day(81)
        with pytest.raises(EndIsKnown, match=r"24 Feb 2026.*27 Mar 2026"):
            household.is_lifted(hold)
        household.lives(journey, days=33)
        assert household.steps(journey) == [("friendly_reminder", "sent")]
        household.lives(journey, days=1)
        assert household.steps(journey)[1:] == [("helpful_reminder", "sent")]


class TestAPersonWhoLooksIntoIt:
    """Hardship, vulnerability, a lawyer, bankruptcy, a minor: no machine decides what becomes of them."""

    def test_may_leave_it_as_it_is(self, household: Household) -> None:
        """The claim was lodged; the loans rest on."""
        journey = household.moves_in()["L-1"]
        household.rests(HoldReason.BANKRUPTCY)
        (item,) = [row.id for row in household.rows(WorkItemRow)]
        household.records(item, Disposition.DONE, note="lodged on Tuesday")
        assert household.waits_for(journey) == "OnHold"
        assert household.open_work() == []

    def test_may_find_nothing_in_it(self, household: Household) -> None:
        """Ada is no minor: the loans go on."""
        journeys = household.moves_in()
        hold = household.rests(HoldReason.MINOR)
        (item,) = [row.id for row in household.rows(WorkItemRow)]
        household.records(item, Disposition.RETURNED, note="born in 1971, seen in her passport")
        assert household.hold(hold).lifted_by == "Bob"
        assert {household.waits_for(journeys[number]) for number in ("L-1", "L-2")} == {"Waiting"}

    def test_is_not_asked_any_more_once_it_is_lifted_or_nothing_is_collected(self, household: Household) -> None:
        """A question without a point stays on nobody's list; one loan that is paid leaves the other one's."""
        journeys = household.moves_in()
        household.is_lifted(household.rests(HoldReason.VULNERABLE))
        assert household.open_work() == []
        household.rests(HoldReason.HARDSHIP)
        for number in ("L-1", "L-2"):
            assert household.open_work() == [WorkKind.REVIEW_STANDING]
            household.receives(80_000, loan=number)
            household.lives(journeys[number], days=0)
        assert household.open_work() == []

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            (Disposition.BANKRUPTCY, HoldReason.BANKRUPTCY),
            (Disposition.VULNERABLE, HoldReason.VULNERABLE),
            (Disposition.DEBT_ADVICE, HoldReason.DEBT_ADVICE),
            (Disposition.REPRESENTED, HoldReason.REPRESENTED),
            (Disposition.STOP_CONTACT, HoldReason.CEASE),
            (Disposition.HARDSHIP, HoldReason.HARDSHIP),
        ],
    )
    def test_is_told_of_it_on_the_phone(self, household: Household, said: Disposition, reason: HoldReason) -> None:
        """What Ada says about one loan holds for both."""
        journeys = household.moves_in(ladder="standard_early_call")
        household.records(household.has_work(journeys["L-1"]), said)
        assert household.waits_for(journeys["L-2"]) == "OnHold"
        assert household.journey(journeys["L-2"]).waiting_reason == f"on hold: {reason.value.replace('_', ' ')}" + (
            "" if reason is HoldReason.DEBT_ADVICE else ", until a person lifts it"
        )


class TestADeath:
    """Ada dies."""

    def test_ends_every_journey_and_begins_none(self, household: Household) -> None:
        """Also for a loan that the lender's book brings afterwards; Bob's goes on."""
        journeys = household.moves_in(ladder="standard_early_call")
        household.records(household.has_work(journeys["L-1"]), Disposition.DECEASED)
        for number in ("L-1", "L-2"):
            household.lives(journeys[number], days=0)
            assert household.journey(journeys[number]).closing_reason == "deceased"
        assert household.waits_for(journeys["L-3"]) == "Waiting"
        household.takes_in(a_loan("L-4"))
        assert household.loan("L-4").deceased


NUMBERS = count(10)
MINUTE = timedelta(minutes=1)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reason=st.sampled_from(OF_PERSON),
    before=st.integers(0, 20),
    steps=st.lists(st.tuples(st.integers(0, 2), st.floats(0.1, 12)), min_size=1, max_size=6),
)
def test_while_a_hold_of_the_person_lasts_no_turn_of_any_of_their_loans_acts(
    household: Household, reason: HoldReason, before: int, steps: list[tuple[int, float]]
) -> None:
    """On whichever loan it was placed, whenever, and whichever of them is looked at."""
    household.now = NOW
    owner, numbers = f"B-{next(NUMBERS)}", [f"L-{next(NUMBERS)}" for _ in range(3)]
    household.opens(*(a_loan(number, borrower=owner) for number in numbers), ladder="standard_early_call")
    journeys = _journeys(household, numbers)
    for journey in journeys:
        household.now = NOW
        household.lives(journey, days=before)
    until = household.hold(household.rests(reason, loan=numbers[0])).until
    acted = household.acts()
    for which, days in steps:
        left = timedelta(days=days) if until is None else min(until - household.now, timedelta(days=days))
        household.lives(journeys[which], days=(left - MINUTE) / timedelta(days=1))
    assert household.acts() == acted


def _journeys(lender: Lender, numbers: list[str]) -> list[str]:
    of_loans = {row.loan_id: row.id for row in lender.rows(JourneyRow)}
    return [of_loans[lender.loan(number).id] for number in numbers]


def test_a_pause_does_not_begin_before_its_loan(household: Household) -> None:
    """A day that was typed wrong would move its end."""
    household.opens(replace(a_loan(), originated_on=date(2025, 6, 1)))
    early = Marked(at=datetime(2025, 5, 1, tzinfo=UTC), mark=Mark.BREATHING_SPACE)
    with pytest.raises(BeganBeforeTheLoan):
        household.learns(early)
    assert household.rows(HoldRow) == []
