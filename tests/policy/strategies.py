"""Ladders and situations of every shape that the ledger could hold, for properties."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

from hypothesis import strategies as st

from domain.action import MESSAGES, Action
from domain.arrangement import Arrangement, Instalment
from domain.arrears import Position
from domain.borrower import Borrower, BorrowerId, ContactKind, ContactPoint, ContactPointId, ContactState
from domain.hold import Hold, HoldReason
from domain.journey import ClosingReason
from domain.promise import Promise
from domain.step import Outcome, StepRecord
from domain.work_item import QUESTIONS, WorkItem, WorkItemId, WorkKind, WorkState
from policy.ladders.checking import FALLBACKS
from policy.ladders.condition import Condition
from policy.ladders.ladder import DaysPastDue, Ladder, OnDeadline, Rung
from policy.situation import Situation

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("posix", "right")))
CONDITIONS = (
    "contactable.email",
    "not contactable.call",
    "opening_balance >= 50000",
    "opening_days_past_due > 30 and not refused",
    'segment in ["retail", "staff"]',
)

zones = st.sampled_from(ZONES)
instants = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spacings = st.one_of(
    st.integers(0, 20).map(lambda n: timedelta(days=n)), st.integers(1, 100).map(lambda n: timedelta(hours=n))
)
lengths = st.one_of(
    st.integers(1, 10).map(lambda n: timedelta(days=n)), st.integers(1, 100).map(lambda n: timedelta(hours=n))
)
hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
contact_points = st.lists(st.tuples(st.sampled_from(ContactKind), st.sampled_from(ContactState)), max_size=8).map(
    lambda points: [ContactPoint(ContactPointId(str(i)), kind, state) for i, (kind, state) in enumerate(points)]
)


@st.composite
def rungs(draw: st.DrawFn, *, name: str) -> Rung:
    """One rung, as a checked file could hold it."""
    action = draw(st.sampled_from(Action))
    allowed = sorted(FALLBACKS[action] - {action})
    at_least = draw(st.sampled_from([0, 0, 30, 90]))
    at_most = draw(st.sampled_from([None, None, at_least + 20]))
    return Rung(
        name=name,
        action=action,
        after=draw(spacings),
        wording="friendly_reminder" if action in MESSAGES else None,
        fallbacks=tuple(draw(st.lists(st.sampled_from(allowed), unique=True))) if allowed else (),
        when=draw(st.sampled_from([None, None, *map(Condition, CONDITIONS)])),
        days_past_due=DaysPastDue(at_least, at_most),
        deadline=None if action in MESSAGES else draw(lengths),
        on_deadline=draw(st.sampled_from(OnDeadline)),
        tries=draw(st.integers(1, 4)),
        again_after=draw(lengths),
        holdout=draw(st.sampled_from([None, None, 0.1, 0.5])),
    )


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """A ladder of up to seven rungs."""
    count = draw(st.integers(1, 7))
    return Ladder(
        name="drawn",
        version=1,
        title="Drawn",
        digest="drawn",
        rungs=tuple(draw(rungs(name=f"rung_{number}")) for number in range(count)),
        hour=draw(hours),
        promise_grace=timedelta(days=draw(st.integers(0, 5))),
        kept_share=draw(st.sampled_from([0.5, 0.9, 1.0])),
        finish_after=draw(spacings),
        review_holds_after=draw(lengths),
    )


def without_upper_bounds(ladder: Ladder) -> Ladder:
    """The same ladder, none of whose rungs is passed over for being late: money can bring such a rung back."""
    free = (replace(r, days_past_due=DaysPastDue(r.days_past_due.at_least)) for r in ladder.rungs)
    return replace(ladder, rungs=tuple(free))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Situation, datetime]:
    """A situation and a now, also such as no history could lead to."""
    ladder = draw(ladders())
    now = draw(instants)
    opened_at = now - timedelta(hours=draw(st.integers(0, 2000)))
    past = st.integers(0, int((now - opened_at).total_seconds())).map(lambda s: opened_at + timedelta(seconds=s))
    around = st.integers(-100, 2000).map(lambda h: now + timedelta(hours=h))
    days = around.map(lambda at: at.date())
    arrears = draw(st.integers(0, 10**6))
    steps = st.builds(
        StepRecord,
        st.integers(1, 50),
        st.sampled_from([r.name for r in ladder.rungs]),
        st.sampled_from(Action),
        st.sampled_from(Outcome),
        past,
        st.none() | around,
    )
    borrower = Borrower(BorrowerId("b"), draw(zones), "en", "GB", tuple(draw(contact_points)))
    situation = Situation(
        ladder=ladder,
        borrower=borrower,
        position=Position(arrears, draw(st.integers(0, 400)) if arrears else 0),
        opened_at=opened_at,
        opening_minor=draw(st.integers(1, 10**6)),
        opening_days_past_due=draw(st.integers(1, 400)),
        product="card",
        segment=draw(st.sampled_from(["retail", "vip"])),
        steps=tuple(sorted(draw(st.lists(steps, max_size=12)), key=lambda s: s.ended_at)),
        holds=tuple(draw(st.lists(st.builds(Hold, st.sampled_from(HoldReason), past, st.none() | around), max_size=2))),
        promise=draw(st.none() | st.builds(Promise, st.just("p"), past, days, st.integers(1, 10**5), st.just(0))),
        arrangement=draw(st.none() | _arrangements(past, days)),
        open_work=draw(st.none() | _work_items(past, around)),
        last_payment_at=draw(st.none() | past),
        closing=draw(st.sampled_from([None, None, None, ClosingReason.WITHDRAWN, ClosingReason.DECEASED])),
        draw_key=draw(st.sampled_from(["", "a", "b", "c"])),
    )
    return situation, now


def _arrangements(past: st.SearchStrategy[datetime], days: st.SearchStrategy[date]) -> st.SearchStrategy[Arrangement]:
    parts = st.lists(st.builds(Instalment, days, st.integers(1, 10**5)), min_size=1, max_size=4)
    in_order = parts.map(lambda found: tuple(sorted(found, key=lambda i: i.due_on)))
    return st.builds(Arrangement, st.just("a"), past, in_order, st.integers(0, 10**5))


def _work_items(past: st.SearchStrategy[datetime], around: st.SearchStrategy[datetime]) -> st.SearchStrategy[WorkItem]:
    kinds = st.sampled_from(sorted(set(WorkKind) - QUESTIONS))
    item = st.just(WorkItemId("w"))
    return st.builds(
        WorkItem, item, kinds, st.just("rung_0"), st.just(1), past, around, st.sampled_from([WorkState.OPEN])
    )
