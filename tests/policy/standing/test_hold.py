"""A hold stops what it says, on the debts it says, from its mark until its days have run or its event has come."""

from datetime import timedelta

import pytest

from policy.compliance.history import Direction, Mark, Medium, Sent
from policy.compliance.objection import Effect, Objection
from policy.compliance.question import Asked, Question
from policy.compliance.rules.hold import Hold, let_it_rest
from policy.compliance.span import Span
from policy.compliance.standing_rule import ACTIONS_OF, Stopped
from tests.policy.standing.situations import D1, D2, LONDON, ask, case, instant, marked

NOON = instant("2026-06-01 12:00", LONDON)
DISPUTE = Hold(
    starts_on=(Mark.DISPUTED,),
    ends_on=(Mark.DISPUTE_ENDED,),
    scope="debt",
    stops=(Stopped.CONTACT, Stopped.REPORTING),
    still_allowed=("required_by_law",),
    exceptions=("reply_once",),
)
SPACE = Hold(
    starts_on=(Mark.BREATHING_SPACE,),
    ends_on=(Mark.BREATHING_SPACE_ENDED,),
    days=60,
    scope="person",
    stops=(Stopped.CONTACT,),
    limit=Span(months=12),
    zone="Europe/London",
)
CRISIS = Hold(
    starts_on=(Mark.MENTAL_HEALTH_CRISIS,),
    ends_on=(Mark.MENTAL_HEALTH_CRISIS_ENDED,),
    days_after_end=30,
    scope="person",
    stops=(Stopped.CONTACT,),
    zone="Europe/London",
)


def heard(params: Hold, question: Question, *history: object) -> Objection | None:
    """What the hold says to a question at its own moment, on what was known then."""
    return let_it_rest(case(*history).known_at(question.at), question, params, at=question.at)  # type: ignore[arg-type]


class TestAHold:
    """What every hold does."""

    def test_says_nothing_before_its_mark(self) -> None:
        """Nobody is held by what has not happened."""
        assert heard(DISPUTE, ask(Asked.CALL, NOON)) is None
        assert heard(DISPUTE, ask(Asked.CALL, NOON - timedelta(minutes=1)), marked(Mark.DISPUTED, NOON)) is None

    def test_stands_until_its_event(self) -> None:
        """Nobody can say when that is, so there is no `until` but the event's name."""
        objection = heard(DISPUTE, ask(Asked.CALL, NOON), marked(Mark.DISPUTED, NOON))
        assert objection is not None
        assert (objection.until, objection.until_event) == (None, "dispute_ended")
        ended = marked(Mark.DISPUTE_ENDED, NOON + timedelta(hours=1))
        assert heard(DISPUTE, ask(Asked.CALL, NOON + timedelta(hours=1)), marked(Mark.DISPUTED, NOON), ended) is None

    def test_stands_until_the_day_that_came_with_its_mark(self) -> None:
        """A hold without days ends when whoever made the mark said."""
        review = NOON + timedelta(days=9)
        objection = heard(DISPUTE, ask(Asked.CALL, NOON), marked(Mark.DISPUTED, NOON, until=review))
        assert objection is not None
        assert objection.until == review
        assert heard(DISPUTE, ask(Asked.CALL, review), marked(Mark.DISPUTED, NOON, until=review)) is None

    def test_begins_anew_with_a_mark_at_the_instant_of_an_end(self) -> None:
        """An end belongs to what stood before it."""
        history = (
            marked(Mark.DISPUTED, NOON - timedelta(days=1)),
            marked(Mark.DISPUTE_ENDED, NOON),
            marked(Mark.DISPUTED, NOON),
        )
        assert heard(DISPUTE, ask(Asked.CALL, NOON), *history) is not None

    @pytest.mark.parametrize("stopped", Stopped)
    def test_stops_what_it_names_and_nothing_else(self, stopped: Stopped) -> None:
        """Interest and fees are the ledger's; the rest is asked for."""
        params = DISPUTE.model_copy(update={"stops": (stopped,)})
        objected = {a for a in Asked if heard(params, ask(a, NOON), marked(Mark.DISPUTED, NOON)) is not None}
        assert objected == ACTIONS_OF[stopped]

    def test_lets_through_what_the_law_asks_for(self) -> None:
        """A purpose that is still allowed is not stopped."""
        history = (marked(Mark.DISPUTED, NOON),)
        assert heard(DISPUTE, ask(Asked.MAIL, NOON, purpose="required_by_law"), *history) is None
        assert heard(DISPUTE, ask(Asked.MAIL, NOON, purpose="discount_offer"), *history) is not None

    def test_lets_one_answer_through(self) -> None:
        """Whoever writes is answered once, in the same medium."""
        wrote = Sent(at=NOON + timedelta(hours=1), direction=Direction.IN, medium=Medium.EMAIL)
        later = NOON + timedelta(hours=2)
        history = (marked(Mark.DISPUTED, NOON), wrote)
        assert heard(DISPUTE, ask(Asked.EMAIL, later, in_reply_to="email_in"), *history) is None
        replied = Sent(at=later, direction=Direction.OUT, medium=Medium.EMAIL)
        again = ask(Asked.EMAIL, later + timedelta(hours=1), in_reply_to="email_in")
        assert heard(DISPUTE, again, *history, replied) is not None


class TestOnWhichDebts:
    """One debt, or all of a person's."""

    def test_a_hold_on_a_debt_leaves_the_others_alone(self) -> None:
        """Only the disputed one rests; a contact about both is about it too."""
        history = (marked(Mark.DISPUTED, NOON, debts=D1),)
        assert heard(DISPUTE, ask(Asked.CALL, NOON, debts=D2), *history) is None
        assert heard(DISPUTE, ask(Asked.CALL, NOON, debts=D1 | D2), *history) is not None

    def test_a_hold_on_a_person_covers_every_debt(self) -> None:
        """Also those that the notice did not name."""
        history = (marked(Mark.BREATHING_SPACE, NOON, debts=D1),)
        assert heard(SPACE, ask(Asked.CALL, NOON, debts=D2), *history) is not None

    def test_a_persons_hold_does_not_end_with_an_event_on_another_debt(self) -> None:
        """What ends must be what began; an event on all debts ends all."""
        began = marked(Mark.MENTAL_HEALTH_CRISIS, NOON, debts=D1)
        much_later = ask(Asked.CALL, NOON + timedelta(days=90))
        for debts, is_over in ((D2, False), (D1, True), (D1 | D2, True), (frozenset[str](), True)):
            ended = marked(Mark.MENTAL_HEALTH_CRISIS_ENDED, NOON + timedelta(days=1), debts=debts)
            assert (heard(CRISIS, much_later, began, ended) is None) is is_over


class TestItsDays:
    """Whole days on the calendar of the rule's zone, whatever the clocks do."""

    @pytest.mark.parametrize(
        ("began", "resumes"),
        [
            ("2026-06-01 12:00", "2026-08-01 00:00"),  # plain: June 1 and sixty days
            ("2026-03-01 23:59", "2026-05-01 00:00"),  # over the beginning of summer time
            ("2026-09-15 08:00", "2026-11-15 00:00"),  # over its end
            ("2028-02-01 00:00", "2028-04-02 00:00"),  # over a leap day: one day less in March
            ("2027-02-01 00:00", "2027-04-03 00:00"),  # and without one
        ],
    )
    def test_sixty_days_end_with_the_midnight_after_the_sixtieth(self, began: str, resumes: str) -> None:
        """One minute earlier it stands, at midnight it does not."""
        mark = marked(Mark.BREATHING_SPACE, instant(began, LONDON))
        end = instant(resumes, LONDON)
        objection = heard(SPACE, ask(Asked.CALL, mark.at), mark)
        assert objection is not None
        assert objection.until == end
        assert heard(SPACE, ask(Asked.CALL, end - timedelta(minutes=1)), mark) is not None
        assert heard(SPACE, ask(Asked.CALL, end), mark) is None

    def test_a_later_end_lengthens_it_and_an_earlier_one_does_not_shorten_it(self) -> None:
        """Its days are the least that it lasts; only its event ends it sooner."""
        for until, resumes in (("2026-06-10 00:00", "2026-08-01 00:00"), ("2026-09-01 00:00", "2026-09-01 00:00")):
            mark = marked(Mark.BREATHING_SPACE, NOON, until=instant(until, LONDON))
            objection = heard(SPACE, ask(Asked.CALL, NOON), mark)
            assert objection is not None
            assert objection.until == instant(resumes, LONDON)

    def test_cancelling_ends_it_at_once(self) -> None:
        """After the midway review, say."""
        cancelled = marked(Mark.BREATHING_SPACE_ENDED, NOON + timedelta(days=31))
        history = (marked(Mark.BREATHING_SPACE, NOON), cancelled)
        assert heard(SPACE, ask(Asked.CALL, cancelled.at), *history) is None

    def test_treatment_has_no_known_end_and_thirty_days_after_it(self) -> None:
        """Treatment ended on 28 February of a leap year: 29 February is one of the thirty."""
        began = marked(Mark.MENTAL_HEALTH_CRISIS, instant("2028-01-10 09:00", LONDON))
        during = heard(CRISIS, ask(Asked.CALL, instant("2028-02-20 09:00", LONDON)), began)
        assert during is not None
        assert (during.until, during.until_event) == (None, "mental_health_crisis_ended")
        ended = marked(Mark.MENTAL_HEALTH_CRISIS_ENDED, instant("2028-02-28 17:00", LONDON))
        after = heard(CRISIS, ask(Asked.CALL, ended.at), began, ended)
        assert after is not None
        assert after.until == instant("2028-03-30 00:00", LONDON)

    def test_holds_that_follow_each_other_are_one_rest(self) -> None:
        """The first instant without any of them is told, not the end of the first."""
        first = marked(Mark.DISPUTED, NOON, until=NOON + timedelta(days=3))
        second = marked(Mark.DISPUTED, NOON + timedelta(days=1), until=NOON + timedelta(days=8))
        objection = heard(DISPUTE, ask(Asked.CALL, second.at), first, second)
        assert objection is not None
        assert objection.until == NOON + timedelta(days=8)


class TestItsLimit:
    """Once in twelve months."""

    @pytest.mark.parametrize(
        ("second", "effect"),
        [("2027-07-31 12:00", Effect.ROUTE), ("2027-08-01 00:00", None)],
    )
    def test_a_second_one_too_soon_is_for_a_person(self, second: str, effect: Effect | None) -> None:
        """The first ended with 31 July 2026: before 1 August 2027 a person checks, and nothing is sent until then."""
        again = marked(Mark.BREATHING_SPACE, instant(second, LONDON))
        objection = heard(SPACE, ask(Asked.CALL, again.at), marked(Mark.BREATHING_SPACE, NOON), again)
        assert objection is not None
        assert objection.effect is effect

    def test_a_second_notice_while_the_first_stands_changes_nothing_until_it_ends(self) -> None:
        """Then a person looks at what the second one means."""
        first, second = marked(Mark.BREATHING_SPACE, NOON), marked(Mark.BREATHING_SPACE, NOON + timedelta(days=10))
        objection = heard(SPACE, ask(Asked.CALL, second.at), first, second)
        assert objection is not None
        assert objection.effect is None
        later = heard(SPACE, ask(Asked.CALL, instant("2026-08-01 09:00", LONDON)), first, second)
        assert later is not None
        assert later.effect is Effect.ROUTE
