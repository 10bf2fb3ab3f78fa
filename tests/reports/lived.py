"""A lived year in miniature, with something under every key of the report: written once, looked at by many tests."""

from datetime import date, timedelta

from sqlmodel import Session

from domain.action import Action
from domain.journey import ClosingReason
from domain.step import Outcome
from domain.work_item import Disposition
from reports.effectiveness import Effectiveness, effectiveness
from tests.learning.book import AS_OF, LAST_DAY, PORTFOLIO, START, Book

FIRST_DAY = date(2026, 1, 20)
"""Not the first day of the book, so that something had happened before the period."""
LOANS = 330
SEGMENTS, COLLECTORS = ("mass", "private", "small"), ("ada", "ben", "cleo")
ENDS = (ClosingReason.CURED, ClosingReason.SOLD, ClosingReason.CHARGED_OFF, None)


def lived_year() -> Book:
    """Loans of three arms over five months: steps, rungs withheld, calls, promises, costs, money, and money back."""
    book = Book()
    for number in range(LOANS):
        arm = ("champion", "challenger", "holdout")[number % 3]
        loan = book.loan(
            at=START + timedelta(hours=14 * number, seconds=number),
            arm=arm,
            probability=1 / 3,
            ladder="quiet" if arm == "holdout" else "gentle" if number % 2 else "standard",
            opening_minor=9_000 + 37 * number,
            days_past_due=5 + 7 * (number % 15),
            segment=SEGMENTS[number % 3 if number % 11 else 0],
            product=("card", "loan")[number % 2],
            attributes={"region": "north" if number % 4 else "south", "industry": "trade"} if number % 5 else {},
            originated_on=date(2022 + number % 3, 5, 1),
        )
        if arm != "holdout":
            loan.step("friendly_reminder", day=1, turn=1).costs(3, day=1, rung="friendly_reminder", action=Action.SMS)
            if number % 5:
                loan.turn("helpful_reminder", day=4, turn=2, share=0.2, draw=0.7)
                loan.step("helpful_reminder", day=4.2, turn=2, action=Action.EMAIL)
            else:
                loan.step("helpful_reminder", day=4.2, turn=2, outcome=Outcome.WITHHELD, share=0.2, draw=0.1)
            promised = number % 4 == 0
            said = Outcome.PROMISED if promised else (Outcome.NO_ANSWER, Outcome.REFUSED)[number % 2]
            loan.step("callback", day=9, turn=3, action=Action.CALLBACK, outcome=said).costs(211, day=9)
            loan.work(
                day=9,
                by=COLLECTORS[number // 2 % 3],
                turn=3,
                disposition=Disposition.PROMISE if promised else Disposition.NO_ANSWER,
                promised=(4_000, 14 if number % 8 else None) if promised else None,
                team="early" if number % 2 else None,
                reason="illness" if number % 3 else None,
            )
        for day, share in ((3.3, 2), (7.5, 3), (12.25, 5), (40.01, 6)):
            if number % share == 0:
                paid = loan.pays(1_000 + 13 * number + int(day), day=day)
                if number % 10 == 0:
                    paid.takes_back(333, day=day + 6)
        if (end := ENDS[number % 4]) is not None:
            loan.ends(end, day=15 + number % 40)
    return book


def report_on(session: Session) -> Effectiveness:
    """The report on the year, but for its first days."""
    return effectiveness(session, portfolio=PORTFOLIO, from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
