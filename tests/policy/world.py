"""A world without tables: one loan, its borrower, the people who work it, and a loop over `decide`.

It stands in for the ledger and the flows, so that a loan's diary is proved in milliseconds. Everything that happens is
written down as a line: `day 4 email helpful_reminder: sent`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from typing import assert_never
from zoneinfo import ZoneInfo

from domain.action import Action
from domain.arrangement import Arrangement, Instalment
from domain.arrears import Statement, position_of
from domain.borrower import Borrower, BorrowerId, ContactKind, ContactPoint, ContactPointId, ContactState
from domain.hold import Hold, HoldReason, Rest
from domain.promise import Promise
from domain.step import Outcome, StepRecord
from domain.work_item import WorkItem, WorkItemId, WorkKind, WorkState
from policy.compliance.case import Case
from policy.compliance.history import Direction, Happening, Medium, Sent
from policy.compliance.judging import judge
from policy.compliance.question import Asked, Question
from policy.compliance.stacking import stack
from policy.ladders.ladder import Ladder
from policy.ladders.shipped import shipped_ladder
from policy.next_step import Act, Finish, PassedOver, Wait, decide
from policy.situation import Situation
from policy.spacing import local_instant

START = datetime(2026, 3, 2, 1, tzinfo=UTC)  # a Monday, 09:00 in Shanghai
MOST_TURNS = 2000
LOAN = frozenset({"loan"})
LEFT = (Outcome.SENT, Outcome.UNKNOWN)
"""How a step ends whose message has left, or may have."""
EVERYTHING = (ContactKind.MOBILE, ContactKind.EMAIL, ContactKind.CHAT, ContactKind.ADDRESS)


@dataclass(frozen=True)
class Answer:
    """What a person records about a piece of work, and how long after it was given out. None: nobody does."""

    outcome: Outcome | None
    after: timedelta = timedelta(hours=4)
    then: Callable[["World"], None] = lambda _world: None


USUAL: dict[Action, Answer] = {
    Action.CALLBACK: Answer(Outcome.NO_ANSWER),
    Action.VERIFY_CONTACTS: Answer(Outcome.NOT_FOUND, after=timedelta(days=1)),
    Action.FIELD_VISIT: Answer(Outcome.NO_ANSWER, after=timedelta(days=2)),
    Action.LEGAL_REFERRAL: Answer(Outcome.HANDED_OVER, after=timedelta(days=3)),
    Action.AGENCY_PLACEMENT: Answer(Outcome.HANDED_OVER, after=timedelta(days=2)),
}
"""What comes of work for a borrower who keeps silent."""


class NeverEnds(AssertionError):
    """The journey took more turns than any journey should."""


@dataclass
class World:
    """One loan on one ladder from `opened_at` on. Amounts are in minor units.

    before: what happened between lender and borrower besides this journey. lateness: how much later than it is due the
    journey is picked up, each time anew (in turn, and from the beginning again).
    """

    ladder: Ladder = field(default_factory=lambda: shipped_ladder("standard"))
    contacts: list[ContactPoint] = field(default_factory=lambda: contacts(*EVERYTHING))
    timezone: str = "Asia/Shanghai"
    opened_at: datetime = START
    arrears_minor: int = 80_000
    instalment_minor: int = 80_000
    days_past_due: int = 10
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    refusals: dict[str, list[Outcome]] = field(default_factory=dict)
    packs: tuple[str, ...] = ("house-courtesy",)
    draw_key: str = ""
    before: tuple[Happening, ...] = ()
    lateness: tuple[timedelta, ...] = ()

    def __post_init__(self) -> None:
        self.now = self.opened_at
        opened_on = self.local_day
        since = opened_on - timedelta(days=self.days_past_due)
        self.statement = Statement(self.arrears_minor, self.instalment_minor, since, opened_on)
        self.steps: list[StepRecord] = []
        self.payments: list[tuple[datetime, int]] = []
        self.holds: list[Hold] = []
        self.lifted: list[Rest] = []
        self.promise: Promise | None = None
        self.arrangement: Arrangement | None = None
        self.work: WorkItem | None = None
        self.answer: tuple[datetime, Answer] | None = None
        self.coming: list[tuple[datetime, Callable[[World], None]]] = []
        self.diary: list[str] = []
        self.waits: list[Wait] = []
        self.acts: list[tuple[datetime, str]] = []
        self.left: list[Sent] = []
        self.late = cycle(self.lateness or (timedelta(0),))
        self.finished: Finish | None = None
        self.turns = 0

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def local_day(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def day(self) -> int:
        """Days on the borrower's calendar since the journey opened."""
        return (self.local_day - self.opened_at.astimezone(self.zone).date()).days

    def at(self, day: int, hour: int = 12) -> datetime:
        """An hour of a day of this journey, on the borrower's clock."""
        return datetime.combine(
            self.opened_at.astimezone(self.zone).date() + timedelta(days=day), datetime.min.time(), tzinfo=self.zone
        ).replace(hour=hour)

    def on(self, day: int, happening: Callable[["World"], None], *, hour: int = 12) -> None:
        """Something will happen on a day of this journey."""
        self.coming.append((self.at(day, hour).astimezone(UTC), happening))
        self.coming.sort(key=lambda pair: pair[0])

    def situation(self) -> Situation:
        """What the ledger would put together now."""
        received = sum(amount for _, amount in self.payments)
        return Situation(
            ladder=self.ladder,
            borrower=Borrower(BorrowerId("b"), self.timezone, "en", "CN", tuple(self.contacts)),
            position=position_of(self.statement, received_minor=received, on=self.local_day),
            opened_at=self.opened_at,
            opening_minor=self.arrears_minor,
            opening_days_past_due=self.days_past_due,
            product="card",
            segment="retail",
            steps=tuple(self.steps),
            holds=tuple(h for h in self.holds if h.until is None or h.until > self.now),
            rested=(*self.lifted, *(Rest(h.placed_at, h.until) for h in self.holds if h.until and h.until <= self.now)),
            promise=self.promise,
            arrangement=self.arrangement,
            open_work=self.work,
            last_payment_at=max((at for at, _ in self.payments), default=None),
            draw_key=self.draw_key,
        )

    def case(self) -> Case:
        """What the packs judge by: what happened before, and what left since."""
        return Case(zone=self.zone, debts=LOAN, history=(*self.before, *self.left))

    def live(self, *, days: int = 400) -> "World":
        """Live until the journey closes or so many days have gone by."""
        until = self.at(days).astimezone(UTC)
        while self.finished is None and self.now < until:
            self.turns += 1
            if self.turns > MOST_TURNS:
                raise NeverEnds(self.diary[-20:])
            self._settle()
            match decide(self.situation(), now=self.now):
                case Act() as act:
                    self._carry_out(act)
                case Wait() as wait:
                    self.waits.append(wait)
                    self._pass_over(wait.passed_over)
                    self._sleep(min(wait.until, until))
                case Finish() as finish:
                    self.finished = finish
                    self._pass_over(finish.passed_over)
                    self.diary.append(f"day {self.day}: closed {finish.reason.value}")
                case other:
                    assert_never(other)
        return self

    def end_step(self, rung: str, action: Action, outcome: Outcome, *, until: datetime | None = None) -> None:
        """Write down how a step ended."""
        self.steps.append(StepRecord(self.turns, rung, action, outcome, self.now, until))
        self.diary.append(f"day {self.day} {action.value} {rung}: {outcome.value}")

    def _carry_out(self, act: Act) -> None:
        self._pass_over(act.passed_over)
        self.acts.append((self.now, act.rung.name))
        if act.action.is_message:
            self._send(act)
            return
        assert act.deadline_at is not None
        kind = WorkKind(act.action.value)
        self.work = WorkItem(
            WorkItemId("w"), kind, act.rung.name, self.turns, self.now, act.deadline_at, WorkState.OPEN
        )
        scripted = self.answers.get(act.rung.name, [])
        answer = scripted.pop(0) if scripted else USUAL[act.action]
        self.answer = None if answer.outcome is None else (self.now + answer.after, answer)

    def _send(self, act: Act) -> None:
        verdict = judge(
            self.case(), Question(at=self.now, action=Asked(act.action.value), debts=LOAN), stack(self.packs)
        )
        if not verdict.is_allowed:
            outcome = Outcome.FORBIDDEN if verdict.until is None else Outcome.DEFERRED
            self.end_step(act.rung.name, act.action, outcome, until=verdict.until)
            return
        scripted = self.refusals.get(act.rung.name, [])
        outcome = scripted.pop(0) if scripted else Outcome.SENT
        if outcome in LEFT:
            self.left.append(Sent(at=self.now, direction=Direction.OUT, medium=Medium(act.action.value)))
        self.end_step(act.rung.name, act.action, outcome)

    def _pass_over(self, passed: tuple[PassedOver, ...]) -> None:
        self.steps += [StepRecord(self.turns, p.rung, p.action, p.outcome, self.now) for p in passed]
        held = [p.rung for p in passed if p.outcome is Outcome.WITHHELD]
        self.diary += [f"day {self.day} {rung}: withheld" for rung in held]

    def _sleep(self, until: datetime) -> None:
        """Until the wait is over, a person answers, or something happens."""
        assert until > self.now, "a wait that is over before it began"
        answered_at = self.answer[0] if self.answer is not None else until
        if self.coming and self.coming[0][0] <= min(until, answered_at):
            at, happening = self.coming.pop(0)
            self.now = max(at, self.now)
            happening(self)
        elif self.answer is not None and answered_at <= until:
            self.now = answered_at
            self._record(self.answer[1])
        else:
            self.now = until + next(self.late)

    def _record(self, answer: Answer) -> None:
        assert self.work is not None
        assert answer.outcome is not None
        work, self.work, self.answer = self.work, None, None
        self.end_step(work.rung, Action(work.kind.value), answer.outcome)
        answer.then(self)

    def _settle(self) -> None:
        """What time settles, as `ledger.settling` does."""
        grace, hour = self.ladder.promise_grace, self.ladder.hour
        if self.promise is not None:
            is_over = local_instant(self.promise.due_on + grace, hour=hour, zone=self.zone) <= self.now
            is_kept = self.promise.is_kept(share=self.ladder.kept_share)
            self.promise = None if is_over or is_kept else self.promise
        if self.arrangement is not None:
            due_on = self.arrangement.next_due_on()
            if due_on is None or local_instant(due_on + grace, hour=hour, zone=self.zone) <= self.now:
                self.arrangement = None
        if self.work is not None and self.work.deadline_at <= self.now:
            work, self.work, self.answer = self.work, None, None
            self.end_step(work.rung, Action(work.kind.value), Outcome.LAPSED)


def contacts(*kinds: ContactKind, state: ContactState = ContactState.VERIFIED) -> list[ContactPoint]:
    """One contact point of each kind."""
    return [ContactPoint(ContactPointId(f"{i}"), kind, state) for i, kind in enumerate(kinds)]


def pays(amount_minor: int) -> Callable[[World], None]:
    """Money comes in."""

    def happen(world: World) -> None:
        world.payments.append((world.now, amount_minor))
        world.diary.append(f"day {world.day}: pays {amount_minor}")
        if world.promise is not None:
            world.promise = replace(world.promise, received_minor=world.promise.received_minor + amount_minor)
        if world.arrangement is not None:
            received = world.arrangement.received_minor + amount_minor
            world.arrangement = replace(world.arrangement, received_minor=received)

    return happen


def promises(amount_minor: int, *, in_days: int) -> Answer:
    """On the phone, the borrower promises an amount by a day."""

    def happen(world: World) -> None:
        world.promise = Promise("p", world.now, world.local_day + timedelta(days=in_days), amount_minor, 0)

    return Answer(Outcome.PROMISED, then=happen)


def arranges(*parts: tuple[int, int]) -> Answer:
    """On the phone, instalments are agreed: (amount, in how many days)."""

    def happen(world: World) -> None:
        instalments = tuple(Instalment(world.local_day + timedelta(days=days), amount) for amount, days in parts)
        world.arrangement = Arrangement("a", world.now, instalments, 0)

    return Answer(Outcome.ARRANGED, then=happen)


def confirms(kind: ContactKind) -> Answer:
    """A day later, the first usable contact point of a kind is verified."""

    def happen(world: World) -> None:
        index = next(i for i, c in enumerate(world.contacts) if c.kind is kind and c.is_usable)
        world.contacts[index] = replace(world.contacts[index], state=ContactState.VERIFIED)

    return Answer(Outcome.CONFIRMED, after=timedelta(days=1), then=happen)


def is_held(reason: HoldReason, *, days: int | None = None) -> Callable[[World], None]:
    """The journey is paused, with or without an end."""

    def happen(world: World) -> None:
        until = None if days is None else world.now + timedelta(days=days)
        world.holds.append(Hold(reason, world.now, until))
        world.work = world.answer = None

    return happen


def hold_is_lifted(world: World) -> None:
    """A person ends all pauses."""
    world.lifted += [Rest(h.placed_at, world.now) for h in world.holds if h.until is None or h.until > world.now]
    world.holds.clear()


def loses(kind: ContactKind, state: ContactState) -> Callable[[World], None]:
    """The first usable contact point of a kind is spoiled."""

    def happen(world: World) -> None:
        index = next(i for i, c in enumerate(world.contacts) if c.kind is kind and c.is_usable)
        world.contacts[index] = replace(world.contacts[index], state=state)

    return happen
