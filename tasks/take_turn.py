"""Taking a turn: the ledger's situation, policy's decision, booked in one transaction."""

from ledger import turns
from ledger.turns import Turn
from tasks.surroundings import surroundings


def take_turn(journey: str, *, fence: int) -> Turn:
    """Claim the journey and decide what comes next; an act that was begun and not carried out is taken up again.

    fence: of this run's last turn, 0 for its first. Raises ledger.turns.JourneyIsBusy while another run holds the
    journey.
    """
    around = surroundings()
    with around.ledger.transaction() as session:
        return turns.take_turn(
            session,
            journey,
            fence=fence,
            lease=around.lease,
            now=around.clock(),
            machine_now=around.machine_clock(),
        )
