"""The pass that a browser holds after somebody has signed in: the second at which it ends, and a seal over that."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LASTS = timedelta(hours=8)
"""A working day; then whoever it is signs in again."""
SHORTEST_TOKEN = 16
"""Characters; a shorter token could be guessed however slowly one has to."""
_PASS = re.compile(r"(\d{1,12})\.([0-9a-f]{64})", re.ASCII)


class TokenTooShort(ValueError):
    """DUECOURSE_CONSOLE_TOKEN must have at least 16 characters; `openssl rand -hex 24` makes one."""


@dataclass(frozen=True, slots=True)
class Passes:
    """Issues passes and knows its own. They end early when the token or the key is changed.

    token: what staff type to sign in. key: never leaves this machine, so that nobody can guess the token from a pass.
    """

    token: str = field(repr=False)
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.token) < SHORTEST_TOKEN:
            raise TokenTooShort(TokenTooShort.__doc__)

    def opens(self, typed: str) -> bool:
        """Whether this is the token; how long that takes tells nothing about it."""
        return hmac.compare_digest(_digest(typed), _digest(self.token))

    def issue(self, *, now: datetime) -> str:
        """A pass from now on."""
        ends = str(int((now + LASTS).timestamp()))
        return f"{ends}.{self._seal(ends)}"

    def is_good(self, shown: str | None, *, now: datetime) -> bool:
        """Whether a pass is ours and has not ended."""
        found = _PASS.fullmatch(shown or "")
        if found is None:
            return False
        ends, seal = found.groups()
        return hmac.compare_digest(seal, self._seal(ends)) and now.timestamp() < int(ends)

    def _seal(self, ends: str) -> str:
        return hmac.new(self.key, f"{_digest(self.token).hex()}.{ends}".encode(), hashlib.sha256).hexdigest()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
