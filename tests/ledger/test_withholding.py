"""Rungs withheld at random, as the ledger keeps them: share and draw of whoever got the rung and who did not."""

from sqlmodel import select

from domain.action import Action
from domain.step import Outcome
from ledger.ladders import publish
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import JourneyRow, StepRow, TurnRow
from ledger.timelines import timeline
from policy.ladders.reading import read_ladder
from policy.ladders.shipped import FOLDER
from policy.next_step import Wait
from policy.withholding import drawn
from tests.ledger.lender import Lender

SHARE = 0.5
LOANS = 12
TEXT = (
    (FOLDER / "gentle.yaml")
    .read_text(encoding="utf-8")
    .replace("    wording: friendly_reminder\n", f"    wording: friendly_reminder\n    holdout: {SHARE}\n")
)
LADDER = read_ladder(TEXT, name="gentle.yaml")


def opened(lender: Lender) -> list[str]:
    """A dozen journeys on the gentle ladder, its first reminder withheld from about half of them."""
    journeys = [*lender.opens_one_for_each(range(LOANS)).values()]
    with lender.ledger.transaction() as session:
        publish(session, LADDER, content=TEXT, now=lender.now)
        for row in session.exec(select(JourneyRow)).all():
            row.ladder_digest = LADDER.digest
    return journeys


class TestARungWithAHoldout:
    """Half get it, half do not, and both are on record."""

    def test_is_logged_for_whoever_got_it_and_for_who_did_not(self, lender: Lender) -> None:
        """The draw stands on the step that was withheld, or on the turn that took it, and never on both."""
        journeys = opened(lender)
        for journey in journeys:
            lender.lives(journey, days=0)
        steps = {row.journey_id: row for row in lender.rows(StepRow) if row.rung == "friendly_reminder"}
        taken = {row.journey_id: row for row in lender.rows(TurnRow) if row.rung == "friendly_reminder"}
        attempted = {row.journey_id for row in lender.rows(AttemptRow)}
        held = {journey for journey, row in steps.items() if row.outcome == Outcome.WITHHELD.value}
        assert 0 < len(held) < LOANS
        assert attempted == set(journeys) - held == set(taken)
        for journey in journeys:
            row = steps[journey] if journey in held else taken[journey]
            draw = drawn(key=journey, rung="friendly_reminder", share=SHARE)
            assert (row.withhold_share, row.withhold_draw) == (SHARE, draw.number)
            assert draw.withholds is (journey in held)
        assert all(steps[journey].withhold_draw is None for journey in taken)

    def test_waits_for_the_next_one_without_a_word(self, lender: Lender) -> None:
        """The withheld rung costs nothing, says nothing, and is over: the next comes after its own spacing."""
        journey = next(j for j in opened(lender) if drawn(key=j, rung="friendly_reminder", share=SHARE).withholds)
        turn = lender.lives(journey, days=0)
        assert isinstance(turn.decision, Wait)
        assert turn.decision.reason == "helpful reminder comes next"
        assert lender.sent == []
        following = lender.lives(journey, days=6, before=Action.EMAIL)
        assert (lender.now.date() - lender.journey(journey).opened_at.date()).days == 5
        assert following.number > turn.number

    def test_is_told_on_the_timeline(self, lender: Lender) -> None:
        """A person who opens the loan reads that it was left out at random, and with which numbers."""
        journeys = enumerate(opened(lender))
        number, journey = next(
            pair for pair in journeys if drawn(key=pair[1], rung="friendly_reminder", share=SHARE).withholds
        )
        lender.lives(journey, days=0)
        with lender.ledger.reading() as session:
            happenings = timeline(session, f"L-{number}", now=lender.now).happenings
        assert any("withheld at random to learn what it brings" in getattr(h, "reason", "") for h in happenings)
