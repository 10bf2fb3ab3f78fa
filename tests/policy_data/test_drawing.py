"""A ladder's picture can be read in a terminal: rungs against days, with their terms."""

import pytest

from policy.ladders.drawing import draw
from policy.ladders.reading import read_ladder
from policy.ladders.shipped import shipped_ladder, shipped_ladders

SMALL = """\
ladder: small
version: 2
title: A small ladder
hour: "09:00"
promise_grace: 3 days
kept_share: 0.9
finish_after: 14 days
review_holds_after: 30 days
rungs:
  - {name: reminder, action: sms, after: 0 days, wording: friendly_reminder, fallbacks: [email, chat]}
  - name: callback
    action: callback
    after: 5 days
    days_past_due: {at_least: 10, at_most: 120}
    when: contactable.call
    deadline: 3 days
    on_deadline: again
    tries: 3
    again_after: 36 hours
  - {name: check, action: verify_contacts, after: 1 day, deadline: 1 day}
  - {name: visit, action: field_visit, after: 7 days, deadline: 10 days}
"""

PICTURE = """\
A small ladder (small, version 2)
Days since the journey opened, at the earliest. Steps fall at 09:00 where the borrower lives.
● message   ◆ work for people   ━ its deadline   ○ ends unpaid

0         10        20        30
┬─────────┬─────────┬─────────┬─────────
●                                        day   0  reminder: sms, else email or chat
                                                  says "friendly_reminder"
     ◆━━━                                day   5  callback: callback
                                                  not before 10 days past due
                                                  not after 120 days past due
                                                  if contactable.call
                                                  within 3 days, else is given out again
                                                  up to 3 tries, 36 hours apart
      ◆━                                 day   6  check: verify contacts
                                                  within 1 day, else the next rung follows
             ◆━━━━━━━━━━                 day  13  visit: field visit
                                                  within 10 days, else the next rung follows
                           ○             day  27  ends unpaid, if nothing has come in"""


class TestAPicture:
    """What `ladder show` prints."""

    def test_shows_each_rung_on_its_day_with_its_terms(self) -> None:
        """The whole picture of a small ladder."""
        assert draw(read_ladder(SMALL, name="small.yaml")) == PICTURE

    @pytest.mark.parametrize("name", sorted(shipped_ladders()))
    def test_fits_into_100_columns(self, name: str) -> None:
        """Every rung of every shipped ladder is there, and no line is wider than a terminal."""
        ladder = shipped_ladder(name)
        picture = draw(ladder)
        assert max(map(len, picture.splitlines())) <= 100
        assert all(f"  {rung.name}: " in picture for rung in ladder.rungs)

    def test_keeps_a_long_ladder_on_its_axis(self) -> None:
        """A ladder of years is drawn with more days to a column, and its last day still fits."""
        text = SMALL.replace("after: 7 days", "after: 2000 days").replace(
            "finish_after: 14 days", "finish_after: 3650 days"
        )
        marked = [line for line in draw(read_ladder(text, name="f")).splitlines() if "○" in line]
        assert marked[-1].index("○") < 40
        assert "day 5656" in marked[-1]

    def test_wraps_a_long_condition(self) -> None:
        """Words go on in the next line instead of beyond the edge."""
        text = SMALL.replace("contactable.call\n", " or ".join(["contactable.call"] * 20) + "\n")
        assert max(map(len, draw(read_ladder(text, name="f")).splitlines())) <= 100
