"""How many wrong tokens may be tried in a minute, by everybody together."""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

AT_MOST = 5
WITHIN = timedelta(minutes=1)


class Guesses:
    """Counts wrong tokens. Addresses can be made up, so it does not matter where they come from.

    While it rests not even the right token is looked at; whoever is signed in stays so.
    """

    def __init__(self) -> None:
        self._wrong: deque[datetime] = deque()
        self._lock = Lock()

    def rest(self, *, now: datetime) -> int:
        """Seconds until another token may be tried; 0 where one may be tried now, which then counts until `forgive`."""
        with self._lock:
            while self._wrong and self._wrong[0] <= now - WITHIN:
                self._wrong.popleft()
            if len(self._wrong) >= AT_MOST:
                return max(1, round((self._wrong[0] + WITHIN - now).total_seconds()))
            # Counted before it is looked at, so that many at once do not slip through together.
            self._wrong.append(now)
            return 0

    def forgive(self) -> None:
        """The last one was right."""
        with self._lock:
            if self._wrong:
                self._wrong.pop()
