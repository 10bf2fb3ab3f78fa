"""What a step needs around it: the ledger, the clock, the messengers and the desks.

Tasks and flows know none of these by themselves. Whoever runs them (a worker, a test, the demo) says once how to make
them; they are made on first use, so that importing a flow opens nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.enrichment_desk import EnrichmentDesk
from connectors.loan_book import LoanBook
from connectors.messenger import Cancellable, Desk, Messenger
from connectors.twilio_inbox import TwilioInbox
from domain.action import Action
from ledger.database import Ledger
from ledger.evidence.roots import Custody
from policy.capacity import Senders
from policy.compliance.removal import ONLY_LISTED, House
from policy.treatment.rule import Rules


class NoSurroundings(RuntimeError):
    """Nobody said where the ledger and the vendors are: start flows through `deployments.entries`."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything outside the decision.

    clock: the time of the business, which may be simulated. machine_clock: real time, for leases and for Prefect.
    lease: how long a run may hold a journey without a sign of life. public_url: where receipts and opt-out links lead.
    house: what the lender has settled about removing texts. custody: who signs the daily roots, if anybody.
    inbox: where what people wrote is read again, in case a webhook never came. senders: those of each channel that has
    a rate. cancellable: the channels whose messages are kept by the vendor for a while, where that was asked for.
    """

    ledger: Ledger
    clock: Callable[[], datetime]
    machine_clock: Callable[[], datetime]
    lease: timedelta
    messengers: Mapping[Action, Messenger]
    desks: Mapping[Action, Desk]
    enrichment: EnrichmentDesk | None
    loan_book: LoanBook | None
    public_url: str
    rules: Rules
    experiment: str
    vendors: str
    house: House = ONLY_LISTED
    custody: Custody | None = None
    inbox: TwilioInbox | None = None
    senders: Senders = field(default_factory=dict)
    cancellable: Mapping[Action, Cancellable] = field(default_factory=dict)


_made: list[Surroundings] = []
_how: list[Callable[[], Surroundings]] = []


def surround(how: Callable[[], Surroundings]) -> None:
    """Say how the surroundings are made; what was made before is forgotten."""
    _how[:] = [how]
    _made.clear()


def surroundings() -> Surroundings:
    """The surroundings of this process, made on first use; raises NoSurroundings."""
    if not _made:
        if not _how:
            raise NoSurroundings(NoSurroundings.__doc__)
        _made.append(_how[0]())
    return _made[0]
