"""A third person is contacted only while the debtor cannot be reached: once they are in touch, that is over."""

from datetime import timedelta

import pytest

from policy.compliance.history import (
    Call,
    CallOutcome,
    Direction,
    Happening,
    Mark,
    Medium,
    Sent,
    WebSession,
)
from policy.compliance.question import Asked
from policy.compliance.rules.recipient import Recipient, tell_nobody_else
from tests.policy.standing.situations import LONDON, ask, case, instant, marked

NOON = instant("2026-06-01 12:00", LONDON)
LATER, NOW = NOON + timedelta(days=1), NOON + timedelta(days=2)
UNREACHABLE = marked(Mark.UNREACHABLE, NOON)
RINGS = Call(at=LATER, direction=Direction.IN, outcome=CallOutcome.UNANSWERED)
TALKED = Call(at=LATER, direction=Direction.OUT, outcome=CallOutcome.CONVERSATION)
IN_TOUCH = [RINGS, TALKED, Sent(at=LATER, direction=Direction.IN, medium=Medium.SMS), WebSession(at=LATER)]


def is_met(*history: Happening) -> bool:
    """Whether the brother may be asked where the debtor is."""
    asked = ask(Asked.CALL, NOW, to="third_party:brother")
    params = Recipient(precondition=Mark.UNREACHABLE)
    return tell_nobody_else(case(*history), asked, params, at=NOW) is None


def test_an_unreachable_debtor_may_be_asked_after() -> None:
    """And nobody may who is not known to be so; an attempt of ours that failed changes nothing."""
    assert is_met(UNREACHABLE)
    assert is_met(UNREACHABLE, Call(at=LATER, direction=Direction.OUT, outcome=CallOutcome.UNANSWERED))
    assert not is_met()


@pytest.mark.parametrize("happening", IN_TOUCH)
def test_it_is_over_when_the_debtor_is_in_touch(happening: Happening) -> None:
    """By whatever way; it counts again once they are unreachable again."""
    assert not is_met(UNREACHABLE, happening)
    assert is_met(UNREACHABLE, happening, marked(Mark.UNREACHABLE, LATER + timedelta(hours=1)))
