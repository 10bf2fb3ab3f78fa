"""Which of the things that were sent came back: a return belongs to what was sent last before it."""

from collections.abc import Iterable
from datetime import datetime


def came_back(sent: Iterable[datetime], returns: Iterable[datetime]) -> dict[datetime, datetime]:
    """By the instant of sending, when it first came back; what stayed is not in it.

    A return of the very instant of a sending (often only the day is known) is of the one before it, if that one has not
    come back yet: letters are sent again on the day on which they come back.
    """
    back: dict[datetime, datetime] = {}
    moments = sorted(set(sent))
    for returned in sorted(returns):
        earlier = [moment for moment in moments if moment < returned]
        same = [moment for moment in moments if moment == returned]
        is_earlier_out = bool(earlier) and earlier[-1] not in back
        meant = earlier[-1:] if is_earlier_out or not same else same
        for moment in meant:
            back.setdefault(moment, returned)
    return back
