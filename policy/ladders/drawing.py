"""A ladder as a plain-text picture: its rungs against the days on which they come at the earliest."""

import textwrap
from collections.abc import Iterator
from datetime import timedelta

from policy.ladders.ladder import Ladder, OnDeadline, Rung

WIDTH = 100
AXIS = 40
TICK = 10
DAY = timedelta(days=1)
MARKS = "● message   ◆ work for people   ━ its deadline   ○ ends unpaid"


def draw(ladder: Ladder) -> str:
    """The picture, at most 100 columns wide: a time axis, then each rung at its earliest day with what it does.

    Earliest: every rung before it was done at once. Conditions on days past due can only make it later.
    """
    starts = list(_earliest(ladder))
    end = starts[-1] + ladder.finish_after
    per_column = max(-(-int(end / DAY) // (AXIS - 1)), 1)
    lines = [
        *textwrap.wrap(f"{ladder.title} ({ladder.name}, version {ladder.version})", WIDTH),
        f"Days since the journey opened, at the earliest. Steps fall at {ladder.hour:%H:%M} where the borrower lives.",
        MARKS,
        "",
        *_axis(per_column),
    ]
    for rung, start in zip(ladder.rungs, starts, strict=True):
        lines += _beside(_bar(rung, start=start, per_column=per_column), _told(rung, start=start))
    lines += _beside(
        " " * _column(end, per_column=per_column) + "○", [f"{_day(end)}  ends unpaid, if nothing has come in"]
    )
    return "\n".join(line.rstrip() for line in lines)


def _earliest(ladder: Ladder) -> Iterator[timedelta]:
    start = timedelta(0)
    for rung in ladder.rungs:
        start += rung.after
        yield start


def _axis(per_column: int) -> list[str]:
    labels = "".join(str(column * per_column).ljust(TICK) for column in range(0, AXIS, TICK))
    return [labels, "".join("┬" if column % TICK == 0 else "─" for column in range(AXIS))]


def _bar(rung: Rung, *, start: timedelta, per_column: int) -> str:
    column = _column(start, per_column=per_column)
    if rung.deadline is None:
        return " " * column + "●"
    until = _column(start + rung.deadline, per_column=per_column)
    return (" " * column + "◆" + "━" * (until - column))[:AXIS]


def _told(rung: Rung, *, start: timedelta) -> list[str]:
    does = rung.action.value.replace("_", " ")
    if rung.fallbacks:
        does += f", else {' or '.join(a.value.replace('_', ' ') for a in rung.fallbacks)}"
    first = f"{_day(start)}  {rung.name}: {does}"
    return [first, *(f"         {line}" for line in _terms(rung))]


def _terms(rung: Rung) -> Iterator[str]:
    if rung.wording:
        yield f'says "{rung.wording}"'
    days = rung.days_past_due
    if days.at_least:
        yield f"not before {days.at_least} days past due"
    if days.at_most is not None:
        yield f"not after {days.at_most} days past due"
    if rung.when:
        yield f"if {rung.when.text}"
    if rung.deadline:
        then = "is given out again" if rung.on_deadline is OnDeadline.AGAIN else "the next rung follows"
        yield f"within {_length(rung.deadline)}, else {then}"
    if rung.tries > 1:
        yield f"up to {rung.tries} tries, {_length(rung.again_after)} apart"
    if rung.holdout:
        yield f"withheld at random from {rung.holdout:.3g} of journeys, to learn what it brings"


def _beside(bar: str, told: list[str]) -> list[str]:
    room = WIDTH - AXIS - 1
    texts = [
        part
        for text in told
        for part in textwrap.wrap(text, room, subsequent_indent=" " * 11, drop_whitespace=True, break_long_words=True)
    ]
    bars = [bar, *[""] * (len(texts) - 1)]
    return [f"{bar.ljust(AXIS)} {text}" for bar, text in zip(bars, texts, strict=True)]


def _column(at: timedelta, *, per_column: int) -> int:
    return int(at / DAY) // per_column


def _day(at: timedelta) -> str:
    return f"day {int(at / DAY):>3}"


def _length(length: timedelta) -> str:
    number, unit = (length.days, "day") if length % DAY == timedelta(0) else (int(length / timedelta(hours=1)), "hour")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
