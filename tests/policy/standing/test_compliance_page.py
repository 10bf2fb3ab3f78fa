"""The worked example of the page about packs is a pack, and it does what the page says."""

from pathlib import Path

import pytest

from policy.compliance.history import Mark
from policy.compliance.judging import judge
from policy.compliance.question import Asked
from policy.compliance.reading import read_pack
from policy.compliance.stacking import Stack
from policy.compliance.verdict import Answer
from tests.policy.standing.situations import LONDON, ask, case, instant, marked

PAGE = (Path(__file__).parents[3] / "docs" / "compliance.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def utopia() -> Stack:
    """The example as a reader would copy it."""
    text = PAGE.split("```yaml\n")[1].split("```")[0]
    return Stack((read_pack(text, file="utopia.yaml"),))


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("2026-06-06 08:59", Answer.DEFERRED),
        ("2026-06-06 09:00", Answer.ALLOWED),
        ("2026-06-06 20:00", Answer.DEFERRED),
        ("2026-06-07 12:00", Answer.DEFERRED),
    ],
)
def test_its_hours_are_kept(utopia: Stack, at: str, answer: Answer) -> None:
    """Before nine, after eight, and on a Sunday."""
    assert judge(case(), ask(Asked.CALL, instant(at, LONDON)), utopia).answer is answer


def test_its_disputes_rest(utopia: Stack) -> None:
    """Until the dispute is answered."""
    noon = instant("2026-06-08 12:00", LONDON)
    verdict = judge(case(marked(Mark.DISPUTED, noon)), ask(Asked.EMAIL, noon), utopia)
    assert (verdict.answer, verdict.until_event) == (Answer.DEFERRED, "dispute_ended")
