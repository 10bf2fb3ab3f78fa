"""Breakers: a channel whose account or settings are wrong is left alone, so that nobody's contact is spent on it.

It opens with the vendor's answer, or when nobody was found there five times in a row; lets one contact through now and
then to see (half-open); and closes when one is accepted, or when a person says so. Where only one country or one
wording is refused, only that is left alone. In every transaction its row is locked after journeys, borrowers and
attempts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from domain.action import Action
from domain.journey import JourneyState
from ledger.inserting import insert_new
from ledger.scopes import EVERYTHING, is_ended_by_people
from ledger.steps import ask_again
from ledger.tables.breaker import BreakerRow
from ledger.tables.journey import JourneyRow
from ledger.waking import wake

FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=4)
LOOKED_AT_AGAIN_AFTER = timedelta(days=1)
"""When a contact asks again that waits for a person to end a breaker; it is woken before, when one does."""
OUT_OF_ORDER = "channel out of order"
PROBE = "a probe"


class NoOpenBreaker(LookupError):
    """This is in order; `duecourse channels list` shows what is not."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """A channel, or a part of it, that is out of order; `vendor` and `code` say why.

    scope: which part (`ledger.scopes`), empty for all of it. half_open_at: from then on one contact may go and see;
    None where a person has to end it.
    """

    channel: Action
    scope: str
    vendor: str
    code: str
    opened_at: datetime
    half_open_at: datetime | None
    failed_probes: int
    closed_at: datetime | None
    closed_by: str | None

    @property
    def reason(self) -> str:
        """Why a contact waits, in words."""
        return f"{_began(self.channel.value, self.scope)}{self.vendor} {self.code})"

    @property
    def what(self) -> str:
        """What is out of order, in words: `sms`, or `sms, country DE`."""
        return _what(self.channel.value, self.scope)

    def again_at(self, *, now: datetime) -> datetime:
        """When a contact that it holds back asks again."""
        return self.half_open_at or now + LOOKED_AT_AGAIN_AFTER


def open_breaker(
    session: Session, channel: Action, *, scopes: Callable[[], frozenset[str]], now: datetime
) -> Breaker | None:
    """What holds a contact back; None where all is in order, and for one contact when it is time to see.

    scopes: what the contact falls under, asked for only where something of its channel is out of order. Where None is
    said because it is time to see, the rows stay locked: whoever sends then says so with `let_probe_through`, and
    whoever does not leaves the turn to the next.
    """
    for seen in _open(session, channel, scopes=scopes):
        row = seen if not _is_half_open(seen, now=now) else _open_locked(session, channel, scope=seen.scope)
        if row is not None and not _is_half_open(row, now=now):
            return _breaker(row)
    return None


def let_probe_through(
    session: Session, channel: Action, *, scopes: Callable[[], frozenset[str]], now: datetime
) -> None:
    """A contact leaves: where it falls under what is out of order, nobody else is let through for a while."""
    for seen in _open(session, channel, scopes=scopes):
        row = _open_locked(session, channel, scope=seen.scope)
        if row is not None:
            row.half_open_at = now + pause_after(row.failed_probes)


def trip(
    session: Session,
    channel: Action,
    *,
    vendor: str,
    code: str,
    claimed_at: datetime | None,
    now: datetime,
    scope: str = EVERYTHING,
) -> Breaker:
    """The vendor says that our account, settings or words are wrong, or is not there: open it, or leave it for longer.

    claimed_at: when the contact left. One that left before the breaker opened says nothing new.
    """
    half_open_at = None if is_ended_by_people(scope) else now + pause_after(0)
    made = BreakerRow(
        channel=channel.value, scope=scope, vendor=vendor, code=code, opened_at=now, half_open_at=half_open_at
    )
    if insert_new(session, made):
        return _breaker(made)
    row = _open_locked(session, channel, scope=scope)
    if row is None:  # closed between the two statements
        return _breaker(made)
    if not _left_before(claimed_at, row, now=now):
        row.failed_probes += 1
        row.vendor, row.code = vendor, code
        row.half_open_at = None if half_open_at is None else now + pause_after(row.failed_probes)
    return _breaker(row)


def close_by_success(
    session: Session,
    channel: Action,
    *,
    scopes: Callable[[], frozenset[str]],
    claimed_at: datetime | None,
    now: datetime,
) -> None:
    """A contact was accepted that left after the breaker had opened: what it falls under is in order again."""
    for seen in _open(session, channel, scopes=scopes):
        if _left_before(claimed_at, seen, now=now) or is_ended_by_people(seen.scope):
            continue
        row = _open_locked(session, channel, scope=seen.scope)
        if row is not None:
            row.closed_at, row.closed_by = now, PROBE


def close_breaker(session: Session, channel: Action, *, by: str, now: datetime, scope: str = EVERYTHING) -> Breaker:
    """A person has mended it and says so; raises NoOpenBreaker."""
    row = _open_locked(session, channel, scope=scope)
    if row is None:
        what = _what(channel.value, scope)
        raise NoOpenBreaker(f"{what} is in order; `duecourse channels list` shows what is not")
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
    """What is out of order."""
    rows = session.exec(
        select(BreakerRow)
        .where(col(BreakerRow.closed_at).is_(None))
        .order_by(col(BreakerRow.channel), col(BreakerRow.scope))
    ).all()
    return [_breaker(row) for row in rows]


def go_on(session: Session, *, now: datetime, at_most: int) -> int:
    """Wake journeys that wait for a channel which is in order again; returns how many. Ask again until it is none.

    Only what closed lately is looked at: whoever waited for anything else has asked again by themselves.
    """
    out_of_order = {(breaker.channel.value, breaker.scope) for breaker in breakers_in_force(session)}
    lately = now - LONGEST_PAUSE - LOOKED_AT_AGAIN_AFTER
    closed = set(
        session.exec(
            select(BreakerRow.channel, BreakerRow.scope).where(col(BreakerRow.closed_at) >= lately).distinct()
        ).all()
    )
    woken = 0
    for channel, scope in sorted(closed - out_of_order):
        for journey in _waiting_for(session, channel, scope, at_most=at_most - woken):
            ask_again(session, journey.id, now=now)
            wake(session, journey.id, reason=f"{_what(channel, scope)} is in order again", now=now)
            woken += 1
    return woken


def pause_after(failures: int) -> timedelta:
    """Twice as long after each failure, so that a long outage does not write a row an hour for every loan."""
    return min(FIRST_PAUSE * (1 << min(failures, 10)), LONGEST_PAUSE)


def _waiting_for(session: Session, channel: str, scope: str, *, at_most: int) -> Sequence[JourneyRow]:
    return session.exec(
        select(JourneyRow)
        .where(
            JourneyRow.state == JourneyState.OPEN.value,
            col(JourneyRow.waiting_reason).startswith(_began(channel, scope), autoescape=True),
            col(JourneyRow.wake_seq) == col(JourneyRow.seen_wake_seq),
        )
        .order_by(col(JourneyRow.id))
        .limit(at_most)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()


def _began(channel: str, scope: str) -> str:
    return f"{OUT_OF_ORDER}: {_what(channel, scope)} ("


def _what(channel: str, scope: str) -> str:
    return f"{channel}, {scope}" if scope else channel


def _is_half_open(row: BreakerRow, *, now: datetime) -> bool:
    """Also where the next probe is noted further ahead than any pause: a clock was ahead, and is not believed."""
    return row.half_open_at is not None and not now < row.half_open_at <= now + LONGEST_PAUSE


def _left_before(claimed_at: datetime | None, row: BreakerRow, *, now: datetime) -> bool:
    """Whether a contact left before the breaker opened; nobody can tell where that is noted far in the future."""
    return claimed_at is None or claimed_at <= row.opened_at <= now + FIRST_PAUSE


def _open(session: Session, channel: Action, *, scopes: Callable[[], frozenset[str]]) -> Iterator[BreakerRow]:
    rows = session.exec(
        select(BreakerRow)
        .where(BreakerRow.channel == channel.value, col(BreakerRow.closed_at).is_(None))
        .order_by(col(BreakerRow.scope))
    ).all()
    if rows:
        mine = scopes()
        yield from (row for row in rows if row.scope in mine)


def _open_locked(session: Session, channel: Action, *, scope: str) -> BreakerRow | None:
    return session.exec(
        select(BreakerRow)
        .where(BreakerRow.channel == channel.value, BreakerRow.scope == scope, col(BreakerRow.closed_at).is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _breaker(row: BreakerRow) -> Breaker:
    return Breaker(
        channel=Action(row.channel),
        scope=row.scope,
        vendor=row.vendor,
        code=row.code,
        opened_at=row.opened_at,
        half_open_at=row.half_open_at,
        failed_probes=row.failed_probes,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
    )
