"""Whether a webhook really comes from one of the lender's own systems, and is fresh: `openapi/news.yaml`."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

FRESH_FOR = timedelta(minutes=10)


def is_genuine(body: bytes, *, signature: str | None, timestamp: str | None, token: str, now: datetime) -> bool:
    """Check a signature over a raw body, and that it was made within ten minutes of `now`.

    Args:
        body: the raw body as it came in.
        signature: the `Duecourse-Signature` header; None when there was none.
        timestamp: the `Duecourse-Timestamp` header (Unix seconds); None when there was none.
        token: the one that we show that system as our bearer token; both of us know it.
        now: aware.

    Returns:
        False for anything missing, mangled or stale; nothing is raised.
    """
    if not signature or not timestamp or not signature.isascii() or not timestamp.isascii():
        return False
    try:
        made_at = datetime.fromtimestamp(int(timestamp), tz=UTC)
    except (ValueError, OverflowError, OSError):  # not a number, or no date
        return False
    is_fresh = abs(now - made_at) <= FRESH_FOR
    return hmac.compare_digest(signature, signature_of(body, timestamp=timestamp, token=token)) and is_fresh


def signature_of(body: bytes, *, timestamp: str, token: str) -> str:
    """HMAC-SHA256 under the token over the timestamp, a full stop and the body, in hexadecimal after `sha256=`."""
    digest = hmac.new(token.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"
