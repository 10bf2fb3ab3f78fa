"""Breakers: a channel whose account or settings are wrong is left alone, so that nobody's contact is spent on it.

It opens with the vendor's answer, lets one contact through now and then to see (half-open), and closes when one is
accepted, or when a person says so. In every transaction its row is locked after journeys, borrowers and attempts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain.action import Action
from domain.journey import JourneyState
from ledger.inserting import insert_new
from ledger.steps import ask_again
from ledger.tables.breaker import BreakerRow
from ledger.tables.journey import JourneyRow
from ledger.waking import wake

FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=4)
OUT_OF_ORDER = "channel out of order"
PROBE = "a probe"


class NoOpenBreaker(LookupError):
    """This channel is in order; `duecourse channels list` shows those that are not."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """A channel that is out of order; `vendor` and `code` say why. From half_open_at on one contact may go and see."""

    channel: Action
    vendor: str
    code: str
    opened_at: datetime
    half_open_at: datetime
    failed_probes: int
    closed_at: datetime | None
    closed_by: str | None

    @property
    def reason(self) -> str:
        """Why a contact waits, in words."""
        return f"{_began(self.channel.value)}{self.vendor} {self.code})"


def open_breaker(session: Session, channel: Action, *, now: datetime) -> Breaker | None:
    """What holds a channel's contacts back; None where it is in order, and for one contact when it is time to see.

    Where None is said because it is time to see, the row stays locked: whoever sends then says so with
    `let_probe_through`, and whoever does not leaves the turn to the next.
    """
    row = _open(session, channel)
    if row is None or row.half_open_at > now:
        return None if row is None else _breaker(row)
    row = _open_locked(session, channel)
    return None if row is None or row.half_open_at <= now else _breaker(row)


def let_probe_through(session: Session, channel: Action, *, now: datetime) -> None:
    """A contact leaves through a channel: if that is out of order, nobody else is let through for a while."""
    row = _open_locked(session, channel)
    if row is not None:
        row.half_open_at = now + _pause(row.failed_probes)


def trip(
    session: Session, channel: Action, *, vendor: str, code: str, claimed_at: datetime | None, now: datetime
) -> Breaker:
    """The vendor says that our account or settings are wrong: open the breaker, or leave it open for longer.

    claimed_at: when the contact left. One that left before the breaker opened says nothing new.
    """
    made = BreakerRow(
        channel=channel.value, vendor=vendor, code=code, opened_at=now, half_open_at=now + _pause(failed_probes=0)
    )
    if insert_new(session, made):
        return _breaker(made)
    row = _open_locked(session, channel)
    if row is None:  # closed between the two statements
        return _breaker(made)
    if claimed_at is not None and claimed_at > row.opened_at:
        row.failed_probes += 1
        row.vendor, row.code = vendor, code
        row.half_open_at = now + _pause(row.failed_probes)
    return _breaker(row)


def close_by_success(session: Session, channel: Action, *, claimed_at: datetime | None, now: datetime) -> None:
    """A contact was accepted that left after the breaker had opened: the channel is in order again."""
    row = _open(session, channel)
    if row is None or claimed_at is None or claimed_at <= row.opened_at:
        return
    row = _open_locked(session, channel)
    if row is not None:
        row.closed_at, row.closed_by = now, PROBE


def close_breaker(session: Session, channel: Action, *, by: str, now: datetime) -> Breaker:
    """A person has mended the account and says so; raises NoOpenBreaker."""
    row = _open_locked(session, channel)
    if row is None:
        raise NoOpenBreaker(f"{channel.value} is in order; `duecourse channels list` shows what is not")
    row.closed_at, row.closed_by = now, by
    return _breaker(row)


def listed_breakers(session: Session, *, at_most: int = 50) -> list[Breaker]:
    """Open ones first, then those that closed, the last one first."""
    rows = session.exec(
        select(BreakerRow)
        .order_by(col(BreakerRow.closed_at).is_not(None), col(BreakerRow.opened_at).desc())
        .limit(at_most)
    ).all()
    return [_breaker(row) for row in rows]


def breakers_in_force(session: Session) -> list[Breaker]:
    """Channels that are out of order."""
    rows = session.exec(
        select(BreakerRow).where(col(BreakerRow.closed_at).is_(None)).order_by(col(BreakerRow.channel))
    ).all()
    return [_breaker(row) for row in rows]


def go_on(session: Session, *, now: datetime, at_most: int = 500) -> int:
    """Wake journeys that wait for a channel which is in order again; returns how many. Ask again until it is none."""
    out_of_order = {breaker.channel for breaker in breakers_in_force(session)}
    woken = 0
    for channel in sorted(set(Action) - out_of_order):
        for journey in _waiting_for(session, channel, at_most=at_most - woken):
            ask_again(session, journey.id, now=now)
            wake(session, journey.id, reason=f"{channel.value} is in order again", now=now)
            woken += 1
    return woken


def _waiting_for(session: Session, channel: Action, *, at_most: int) -> Sequence[JourneyRow]:
    return session.exec(
        select(JourneyRow)
        .where(
            JourneyRow.state == JourneyState.OPEN.value,
            col(JourneyRow.waiting_reason).startswith(_began(channel.value), autoescape=True),
            col(JourneyRow.wake_seq) == col(JourneyRow.seen_wake_seq),
        )
        .order_by(col(JourneyRow.id))
        .limit(at_most)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()


def _began(channel: str) -> str:
    return f"{OUT_OF_ORDER}: {channel} ("


def _pause(failed_probes: int) -> timedelta:
    """Twice as long after each probe that failed, so that a long outage does not write a row an hour for every loan."""
    return min(FIRST_PAUSE * (1 << min(failed_probes, 10)), LONGEST_PAUSE)


def _open(session: Session, channel: Action) -> BreakerRow | None:
    return session.exec(
        select(BreakerRow).where(BreakerRow.channel == channel.value, col(BreakerRow.closed_at).is_(None))
    ).first()


def _open_locked(session: Session, channel: Action) -> BreakerRow | None:
    return session.exec(
        select(BreakerRow)
        .where(BreakerRow.channel == channel.value, col(BreakerRow.closed_at).is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _breaker(row: BreakerRow) -> Breaker:
    return Breaker(
        channel=Action(row.channel),
        vendor=row.vendor,
        code=row.code,
        opened_at=row.opened_at,
        half_open_at=row.half_open_at,
        failed_probes=row.failed_probes,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
    )
