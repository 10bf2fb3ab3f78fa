"""Whether an event webhook really comes from SendGrid, and is fresh."""

from datetime import UTC, datetime, timedelta

from sendgrid.helpers.eventwebhook import EventWebhook

FRESH_FOR = timedelta(minutes=10)


def is_genuine(body: bytes, *, signature: str | None, timestamp: str | None, public_key: str, now: datetime) -> bool:
    """Check SendGrid's signature over a raw body, and that it was made within ten minutes of `now`.

    The SDK checks no time, so an old request could be played to us again for ever.

    Args:
        body: the raw body as it came in.
        signature: the `X-Twilio-Email-Event-Webhook-Signature` header (base64); None when there was none.
        timestamp: the `X-Twilio-Email-Event-Webhook-Timestamp` header (Unix seconds); None when there was none.
        public_key: the verification key of the account, base64 without the PEM lines.
        now: aware.

    Returns:
        False for anything missing, mangled or stale.

    Raises:
        ValueError: when the public key itself is not one, which is our own setting.
    """
    webhook = EventWebhook(public_key)
    if not signature or not timestamp or not timestamp.isascii():
        return False
    try:
        made_at = datetime.fromtimestamp(int(timestamp), tz=UTC)
        if abs(now - made_at) > FRESH_FOR:
            return False
        return bool(webhook.verify_signature(body.decode("utf-8"), signature, timestamp))
    except (ValueError, OverflowError, OSError):  # not a number, not a date, not base64, not UTF-8
        return False
