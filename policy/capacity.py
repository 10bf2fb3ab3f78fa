"""How much a sender may take, and who goes first where that is too little: token buckets and weighted fair queueing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType

from domain.action import Action

TINY = 1e-6
"""What a sum of fractions may be short of a whole unit."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROS = 1_000_000
AT_MOST_APART = 1.0
"""Instants that are told are rounded up to whole seconds, or finer where a bucket would overflow in that time."""
HEAVIEST_RUNG = 4
"""From the fifth rung on, all weigh the same."""
SLOWEST = 1 / 64
"""The least share of its rate that a sender is slowed to."""
DOUBLES_IN = timedelta(minutes=10)
"""The time in which a sender that was slowed regains as much as it has."""
HASHES = 1 << 64


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units a second in the long run, and so many at once; both above zero.

    A unit is what a vendor counts: a segment of a text message, an email, an order.
    """

    rate: float
    burst: float

    def slowed_to(self, share: float) -> "Limit":
        """The same, at a share of its pace; a burst is never less than a unit where it was one."""
        return Limit(self.rate * share, max(self.burst * share, min(self.burst, 1.0)))


@dataclass(frozen=True, slots=True)
class Sender:
    """A number, an address or a desk, and what it takes. name: as the vendor knows it; once in a channel."""

    name: str
    channel: Action
    limit: Limit

    @property
    def key(self) -> str:
        """What it is called among the senders of all channels: `sms +15550100100`."""
        return f"{self.channel.value} {self.name}"


Senders = Mapping[Action, Sequence[Sender]]
"""The senders of each channel that has a rate; a channel without any takes whatever comes."""
NO_SENDERS: Senders = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pace:
    """The share of its rate that a sender went at when a vendor last found it too fast; it grows back from then on."""

    share: float = 1.0
    since: datetime = EPOCH

    def at(self, now: datetime) -> float:
        """The share at an instant, at most 1."""
        elapsed = max((now - self.since) / DOUBLES_IN, 0.0)
        return min(self.share * math.pow(2.0, min(elapsed, 64.0)), 1.0)

    def slowed(self, *, left_at: datetime, now: datetime) -> "Pace":
        """Half as fast, because a contact that left at `left_at` was too much; one from before the last time is not."""
        return Pace(max(self.at(now) / 2, SLOWEST), now) if left_at > self.since else self


@dataclass(frozen=True, slots=True)
class Bucket:
    """level: the units that may leave at `filled_at`; below zero after a contact that was larger than the burst."""

    level: float
    filled_at: datetime

    def flown_in(self, limit: Limit, *, now: datetime) -> float:
        """The level at `now`, were the bucket boundless; a clock that steps back takes nothing away."""
        return self.level + max((now - self.filled_at).total_seconds(), 0.0) * limit.rate


@dataclass(frozen=True, slots=True)
class Granted:
    """There was room, and it is taken: how the bucket stands afterwards."""

    bucket: Bucket


@dataclass(frozen=True, slots=True)
class Short:
    """There is no room before `room_at`, as far as can be told now."""

    room_at: datetime


def ask(bucket: Bucket, limit: Limit, *, units: int, ahead: int, now: datetime) -> Granted | Short:
    """Whether a contact of so many units may leave now, when contacts of `ahead` units wait that come before it.

    No more leaves in any time than the burst and what flows in meanwhile; a contact that is larger than the burst waits
    for a full bucket and goes alone. What would have overflowed was left by those ahead, who did not come in time: they
    hold nobody up.
    """
    flown_in, own = bucket.flown_in(limit, now=now), min(units, limit.burst)
    level = min(flown_in, limit.burst)
    missing = max(own - level, ahead + own - flown_in)
    if missing <= TINY:
        return Granted(Bucket(level - units, max(bucket.filled_at, now)))
    return Short(_rounded_up(missing / limit.rate, limit, since=now))


def place(*, served: float, last: float | None, units: int, weight: float) -> float:
    """The place of a newcomer in the common queue, to be kept until it has left; smaller ones go first.

    served: the place of whoever was served last. last: of the last one in the newcomer's own line, if any waits there.
    Every line so moves in proportion to its weight while it has somebody waiting, and nobody is overtaken for ever:
    whoever comes later, and heavier, soon gets a place behind (self-clocked fair queueing, Golestani 1994).
    """
    return max(served, served if last is None else last) + units / weight


def sender_for(senders: Sequence[Sender], person: str) -> Sender:
    """The sender that a person hears from: the same one every time, as many people for each as its rate is worth.

    When a sender comes or goes, only those who get or had it change (weighted rendezvous hashing, Thaler and
    Ravishankar 1998). senders: at least one. person: an opaque id.
    """
    return max(senders, key=lambda sender: (-sender.limit.rate / math.log(_drawn(sender, person)), sender.name))


def weight_of(position: int) -> int:
    """What a rung weighs, by its position in its ladder from 0: each twice the one before, up to the fifth."""
    return 1 << min(position, HEAVIEST_RUNG)


def _rounded_up(seconds: float, limit: Limit, *, since: datetime) -> datetime:
    step = max(int(min(AT_MOST_APART, limit.burst / limit.rate / 2) * MICROS), 1)
    micros = (since - EPOCH) // timedelta(microseconds=1) + math.ceil(seconds * MICROS - TINY)
    return EPOCH + timedelta(microseconds=-(-micros // step) * step)


def _drawn(sender: Sender, person: str) -> float:
    """A number between 0 and 1, always the same for the two."""
    digest = sha256(f"{sender.key}|{person}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 1) / (HASHES + 2)
