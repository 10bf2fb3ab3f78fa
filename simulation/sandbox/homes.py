"""Where pretend borrowers truly live, and where an enrichment desk believes that they do."""

from dataclasses import dataclass, field
from random import Random

from simulation.behaviour.base_rates import BaseRates
from simulation.behaviour.chance import draws_for
from simulation.sandbox.control import PretendBorrower

STREETS = ("Example Road", "Sample Street", "Pattern Lane")
RIGHT = (0.7, 0.97)
WRONG = (0.3, 0.8)


@dataclass(frozen=True, slots=True)
class Guess:
    """An address that the desk names, and how sure it is (0 to 1)."""

    address: str = field(repr=False)
    confidence: float


def home_of(card: PretendBorrower, *, seed: int, rates: BaseRates) -> str:
    """The true address: the one of the lender's book, unless the person has moved or there is none.

    It belongs to the person, so that two loans of one borrower agree on it.
    """
    draw = draws_for(seed, card.portfolio, card.borrower_number, "home")
    has_moved = draw.random() < rates.address_outdated
    return _made_up(draw) if has_moved or not card.address else card.address


def guesses_at(card: PretendBorrower, *, seed: int, rates: BaseRates) -> list[Guess]:
    """What the desk knows, the surest first: some right, some wrong, sometimes both or nothing; always the same."""
    draw = draws_for(seed, card.portfolio, card.borrower_number, "enrichment")
    found: list[Guess] = []
    if draw.random() < rates.enrichment_finds:
        found.append(Guess(home_of(card, seed=seed, rates=rates), round(draw.uniform(*RIGHT), 2)))
    if draw.random() < rates.enrichment_misleads:
        found.append(Guess(_made_up(draw), round(draw.uniform(*WRONG), 2)))
    return sorted(found, key=lambda guess: -guess.confidence)


def _made_up(draw: Random) -> str:
    return f"{draw.randint(1, 99_999)} {draw.choice(STREETS)}, Example Town"
