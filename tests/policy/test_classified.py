"""Classify or fail: whoever adds a member to a closed set is told what else has to know it."""

from collections import Counter

import pytest

from domain.action import Action
from domain.borrower import KINDS_FOR, NEEDS_VERIFIED, TO_VERIFY, ContactKind
from domain.journey import ClosingReason
from domain.step import Outcome
from domain.work_item import DISPOSITIONS_FOR, QUESTIONS, Disposition, WorkKind
from flows.loan_journey import CARRY_OUT
from policy.ladders.checking import FALLBACKS, NUMBERS, SWITCHES
from policy.next_step import (
    CHANGES_NOTHING,
    CLOSES_AS,
    ENDS_RUNG,
    NEEDS_ANOTHER_TRY,
    NEEDS_ANOTHER_WAY,
    REACHED_OUT,
    SPENDS_NUMBER,
    WAITING_FOR_WORK,
)
from policy.situation import FACTS

GROUPS = (ENDS_RUNG, NEEDS_ANOTHER_TRY, NEEDS_ANOTHER_WAY, CHANGES_NOTHING)


class TestEveryOutcome:
    """How a step may end."""

    def test_means_exactly_one_thing_for_what_comes_next(self) -> None:
        """It ends the rung, asks for another try, asks for another way, or changes nothing."""
        assert Counter(outcome for group in GROUPS for outcome in group) == Counter(Outcome)

    def test_that_reached_out_ended_the_rung_or_was_not_answered(self) -> None:
        """The other groups never count as having told the borrower."""
        assert REACHED_OUT <= ENDS_RUNG | NEEDS_ANOTHER_TRY
        assert Outcome.LAPSED not in REACHED_OUT
        assert not {Outcome.CONFIRMED, Outcome.NOT_FOUND} & REACHED_OUT

    def test_that_spends_a_number_asks_for_another_way(self) -> None:
        """A spent number is one of the ways that were lost."""
        assert SPENDS_NUMBER <= NEEDS_ANOTHER_WAY


class TestEveryAction:
    """What a rung may do."""

    @pytest.mark.parametrize("known", [KINDS_FOR, CARRY_OUT, FALLBACKS])
    def test_is_known_where_it_is_used(self, known: dict[Action, object]) -> None:
        """It has its contact points, its task and its fallbacks."""
        assert set(known) == set(Action)

    def test_of_work_has_a_list_and_a_name_to_wait_for(self) -> None:
        """The queues are the actions that people carry out, and the questions."""
        assert {k.value for k in set(WorkKind) - QUESTIONS} == {a.value for a in Action if not a.is_message}
        assert set(WAITING_FOR_WORK) == set(WorkKind)

    def test_that_uses_no_contact_point_closes_a_journey_or_looks_for_one(self) -> None:
        """Referrals are what nobody can be reached by, so they have to be held back until somebody was told."""
        assert {*CLOSES_AS, Action.VERIFY_CONTACTS} == {action for action, kinds in KINDS_FOR.items() if not kinds}
        assert set(CLOSES_AS.values()) <= set(ClosingReason)

    def test_that_goes_to_a_door_needs_a_verified_address(self) -> None:
        """A visit knocks there and a court writes there; what is verified is what is needed."""
        assert set(NEEDS_VERIFIED) == {Action.FIELD_VISIT, Action.LEGAL_REFERRAL}
        assert TO_VERIFY == (ContactKind.ADDRESS,)


class TestEveryDisposition:
    """What a person may record."""

    def test_fits_at_least_one_kind_of_work(self) -> None:
        """And every kind of work has some."""
        assert frozenset().union(*DISPOSITIONS_FOR.values()) == frozenset(Disposition)
        assert set(DISPOSITIONS_FOR) == set(WorkKind)


class TestEveryFact:
    """What a condition may ask for."""

    def test_is_a_number_a_switch_or_a_text(self) -> None:
        """The checker tries conditions on a value of the right kind."""
        assert NUMBERS | SWITCHES <= FACTS
        assert not NUMBERS & SWITCHES
