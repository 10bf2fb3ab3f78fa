"""Senders: each has a rate, and whoever finds no room waits for it in a common queue, by portfolio and rung.

A sender's row is asked last, after a contact was allowed: in every transaction it is locked after journeys, borrowers,
attempts, contact points and breakers, only one of them, and nothing but the loans' chains is locked after it. A row of
the queue is written by whoever holds its journey.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_
from sqlmodel import Session, and_, col, delete, select

from domain.action import Action
from domain.attempt import AttemptState, FailureClass
from ledger.inserting import insert_new
from ledger.ladders import pinned_ladder
from ledger.tables.attempt import AttemptRow
from ledger.tables.journey import JourneyRow
from ledger.tables.loan import LoanRow
from ledger.tables.sender import SenderBucketRow, SenderWaitRow
from policy.capacity import EPOCH, Bucket, Granted, Limit, Pace, Sender, Short, ask, place, sender_for, weight_of

CAPACITY = "capacity"
"""What the reason of a step begins with that was put off because a sender had no room."""
LATE_AFTER = timedelta(seconds=5)
"""Whoever did not come by then when they were told to come holds nobody up any more."""
UNITS: dict[Action, str] = {Action.SMS: "segment", Action.EMAIL: "email", Action.CHAT: "message"}
"""What is counted; an order where nothing else is said."""
TOO_MANY = frozenset({"429", "20429"})
"""Answers without a class of their own: nothing was processed, because it was too much at once."""
SPANS = (("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400))


@dataclass(frozen=True, slots=True)
class NoRoom:
    """A contact may not leave before `room_at`; it keeps its place in the queue until then."""

    room_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SenderState:
    """A sender as it stands. level: units that may leave now, of at most `burst`; rate: units a second, as it is now.

    share: of the rate that is set; below 1 after the vendor found it too fast. waiting: contacts that were told when to
    come again and have not come too late; units: of all of them; waiting_since: when the first of them was put off;
    last_at: when the last of them is to come.
    """

    channel: Action
    name: str
    rate: float
    burst: float
    level: float
    share: float
    waiting: int = 0
    units: int = 0
    waiting_since: datetime | None = None
    last_at: datetime | None = None

    @property
    def takes(self) -> str:
        """Its rate in words: `1 segment a second`."""
        return told(self.rate, self.channel)


def reserve(
    session: Session, attempt: AttemptRow, journey: JourneyRow, *, senders: Sequence[Sender], now: datetime
) -> NoRoom | None:
    """Take what the contact needs of its sender's rate, which is noted on the attempt; or put it into the queue.

    The journey is locked. A place in the queue is kept for the rung until its contact has left.
    """
    sender = sender_for(senders, attempt.contact_point_id or attempt.borrower_id)
    row = _locked(session, sender, now=now)
    wait = _wait_of(session, attempt, sender)
    units = max(attempt.segments, 1)
    line, weight = _line_of(session, attempt, journey)
    mine = wait.place if wait is not None else _place(session, row, line=line, units=units, weight=weight)
    ahead = _ahead_of(session, row.sender, mine, journey_id=journey.id, now=now)
    bucket, limit = Bucket(row.level, row.filled_at), sender.limit.slowed_to(_pace(row).at(row.filled_at))
    match ask(bucket, limit, units=units, ahead=ahead, now=now):
        case Granted(bucket=after):
            row.level, row.filled_at, row.served = after.level, after.filled_at, max(row.served, mine)
            attempt.sender = sender.name
            leave_queue(session, journey.id)
            return None
        case Short(room_at=room_at):
            if wait is None:
                wait = SenderWaitRow(
                    sender=row.sender,
                    journey_id=journey.id,
                    rung=attempt.rung,
                    line=line,
                    place=mine,
                    units=units,
                    since=now,
                    until=room_at,
                )
            wait.units, wait.until = units, room_at
            session.add(wait)
            return NoRoom(room_at, no_room(limit.rate, sender.channel, ahead=ahead))


def is_too_fast(failure: FailureClass, code: str) -> bool:
    """Whether a vendor's answer says that the sender goes too fast."""
    return failure is FailureClass.THROTTLE or (
        failure is FailureClass.NEVER_PROCESSED and code.partition(" ")[0] in TOO_MANY
    )


def slow_down(session: Session, attempt: AttemptRow, *, now: datetime) -> None:
    """The vendor found the attempt's sender too fast: it goes half as fast from now on, and slowly regains its pace."""
    if attempt.sender is None or attempt.claimed_at is None:
        return
    row = _row(session, f"{attempt.action} {attempt.sender}")
    if row is None:
        return
    before = _pace(row)
    after = before.slowed(left_at=attempt.claimed_at, now=now)
    if after is before:
        return
    bucket = Bucket(row.level, row.filled_at)
    limit = Limit(row.rate, row.burst).slowed_to(before.at(row.filled_at))
    row.level = min(bucket.flown_in(limit, now=now), 0.0)
    row.filled_at, row.share, row.slowed_at = max(row.filled_at, now), after.share, after.since


def leave_queue(session: Session, journey_id: str) -> None:
    """A journey waits for no sender any more: its contact has left, or is not to leave now for another reason."""
    session.exec(delete(SenderWaitRow).where(col(SenderWaitRow.journey_id) == journey_id))


def contacts_under_way(session: Session, channel: Action) -> int:
    """How many contacts of a channel are being made just now."""
    return session.exec(
        select(func.count()).where(AttemptRow.state == AttemptState.SENDING.value, AttemptRow.action == channel.value)
    ).one()


def sender_states(session: Session, *, now: datetime) -> list[SenderState]:
    """Every sender that was ever asked, by channel and name."""
    rows = session.exec(select(SenderBucketRow).order_by(col(SenderBucketRow.sender))).all()
    return [_state(session, row, now=now) for row in rows]


def no_room(rate: float, channel: Action, *, ahead: int) -> str:
    """Why a contact is put off, in words that name nobody."""
    comes = "comes" if ahead == 1 else "come"
    before = f", and {ahead:,} {_unit(channel, ahead)} {comes} before it" if ahead else ""
    return f"{CAPACITY}: {channel.value.replace('_', ' ')} takes {told(rate, channel)}{before}"


def told(rate: float, channel: Action) -> str:
    """A rate in words, over the shortest time in which it comes to a whole unit: `30 orders an hour`."""
    span, seconds = next((each for each in SPANS if rate * each[1] >= 1), SPANS[-1])
    number = round(rate * seconds, 2)
    return f"{number:g} {_unit(channel, number)} {'an' if span == 'hour' else 'a'} {span}"


def _unit(channel: Action, number: float) -> str:
    return UNITS.get(channel, "order") + ("" if number == 1 else "s")


def _locked(session: Session, sender: Sender, *, now: datetime) -> SenderBucketRow:
    """The sender's row, made full on first use, with the limit that the settings say now."""
    row = _row(session, sender.key)
    if row is None:
        limit = sender.limit
        new = SenderBucketRow(
            sender=sender.key,
            channel=sender.channel.value,
            rate=limit.rate,
            burst=limit.burst,
            level=limit.burst,
            filled_at=now,
        )
        insert_new(session, new)
        row = _row(session, sender.key)
    if row is None:
        raise LookupError(sender.key)
    row.rate, row.burst = sender.limit.rate, sender.limit.burst
    return row


def _row(session: Session, key: str) -> SenderBucketRow | None:
    return session.exec(
        select(SenderBucketRow)
        .where(SenderBucketRow.sender == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _pace(row: SenderBucketRow) -> Pace:
    return Pace(row.share, row.slowed_at or EPOCH)


def _wait_of(session: Session, attempt: AttemptRow, sender: Sender) -> SenderWaitRow | None:
    """The place that this contact has in the queue; that of an earlier rung of the journey is given up."""
    row = session.get(SenderWaitRow, (sender.key, attempt.journey_id))
    if row is not None and row.rung == attempt.rung:
        return row
    if row is not None:
        session.delete(row)
        session.flush()
    return None


def _line_of(session: Session, attempt: AttemptRow, journey: JourneyRow) -> tuple[str, int]:
    """A line for the rungs of one weight of each portfolio."""
    rungs = [rung.name for rung in pinned_ladder(session, journey.ladder_digest).rungs]
    weight = weight_of(rungs.index(attempt.rung))
    return f"{session.get_one(LoanRow, journey.loan_id).portfolio_id}/{weight}", weight


def _place(session: Session, row: SenderBucketRow, *, line: str, units: int, weight: int) -> float:
    last = session.exec(
        select(func.max(SenderWaitRow.place)).where(SenderWaitRow.sender == row.sender, SenderWaitRow.line == line)
    ).one()
    return place(served=row.served, last=last, units=units, weight=weight)


def _ahead_of(session: Session, sender: str, mine: float, *, journey_id: str, now: datetime) -> int:
    """The units of those who come first; of two with the same place, the one with the smaller id."""
    comes_first = or_(
        col(SenderWaitRow.place) < mine,
        and_(col(SenderWaitRow.place) == mine, col(SenderWaitRow.journey_id) < journey_id),
    )
    found = session.exec(
        select(func.sum(SenderWaitRow.units)).where(
            SenderWaitRow.sender == sender, col(SenderWaitRow.until) >= now - LATE_AFTER, comes_first
        )
    ).one()
    return int(found or 0)


def _state(session: Session, row: SenderBucketRow, *, now: datetime) -> SenderState:
    pace = _pace(row)
    limit = Limit(row.rate, row.burst).slowed_to(pace.at(row.filled_at))
    waiting, units, since, last_at = session.exec(
        select(
            func.count(),
            func.coalesce(func.sum(SenderWaitRow.units), 0),
            func.min(SenderWaitRow.since),
            func.max(SenderWaitRow.until),
        ).where(SenderWaitRow.sender == row.sender, col(SenderWaitRow.until) >= now - LATE_AFTER)
    ).one()
    channel = Action(row.channel)
    return SenderState(
        channel=channel,
        name=row.sender.removeprefix(f"{channel.value} "),
        rate=row.rate * pace.at(now),
        burst=row.burst,
        level=max(min(Bucket(row.level, row.filled_at).flown_in(limit, now=now), limit.burst), 0.0),
        share=pace.at(now),
        waiting=waiting,
        units=int(units),
        waiting_since=since,
        last_at=last_at,
    )
