"""Chance that repeats itself: a draw belongs to a seed, a loan, a topic and a count, never to the order of calls."""

import hashlib
import random
from collections.abc import Mapping


def draws_for(seed: int, *key: str | int) -> random.Random:
    """A source of random numbers that is the same for the same seed and key."""
    text = "\x1f".join(str(part) for part in (seed, *key))
    return random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))


def pick(draw: random.Random, shares: Mapping[str, float]) -> str:
    """One name, with the chance of its share."""
    return draw.choices(list(shares), weights=list(shares.values()))[0]


def around(draw: random.Random, mean: float, *, spread: float) -> float:
    """A chance drawn from a beta distribution with a given mean; a small `spread` scatters widely."""
    if not 0 < mean < 1:
        return mean
    return draw.betavariate(mean * spread, (1 - mean) * spread)


def number_for(seed: int, *key: str | int) -> float:
    """One number of 0 to 1 (1 excluded) for a seed and key; far cheaper than a source of many."""
    text = "\x1f".join(str(part) for part in (seed, *key))
    return (int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 11) / 2**53
