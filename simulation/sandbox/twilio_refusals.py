"""What Twilio refuses at once: its magic numbers, and what it checks of every request."""

import re

E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
LONGEST_BODY = 1600

FROM_MAGIC = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
TO_MAGIC = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
CALL_TO_MAGIC = {"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}

WORDS = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    21205: "Url parameter is required",
    21201: "No 'To' number is specified",
    21211: "The 'To' number {to} is not a valid phone number.",
    21212: "The 'From' number {sender} is not a valid phone number, shortcode, or alphanumeric sender ID.",
    21213: "'From' phone number is required",
    21214: "The phone number you are attempting to call, {to}, could not be reached.",
    21215: "Account not authorized to call {to}.",
    21216: "Account not allowed to call {to}.",
    21217: "Phone number {to} does not appear to be valid",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number {sender} is not a valid, SMS-capable inbound phone number for your account.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "The 'From' number {sender} has exceeded the maximum number of queued messages.",
    21612: "Message cannot be sent with the current combination of 'To' ({to}) and 'From' ({sender}) parameters",
    21614: "'To' number: {to}, is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}


def refused_message(*, to: str, sender: str, body: str) -> int | None:
    """The error code with which Twilio refuses a message; None when it takes it. Numbers come without a prefix."""
    for missing, code in ((to, 21604), (sender, 21603), (body, 21602)):
        if not missing:
            return code
    if sender in FROM_MAGIC:
        return FROM_MAGIC[sender]
    if to in TO_MAGIC:
        return TO_MAGIC[to]
    if not E164.fullmatch(to):
        return 21211
    if not E164.fullmatch(sender):
        return 21212
    return 21617 if len(body) > LONGEST_BODY else None


def refused_call(*, to: str, sender: str) -> int | None:
    """The error code with which Twilio refuses a call; None when it takes it."""
    if not to:
        return 21201
    if not sender:
        return 21213
    if to in CALL_TO_MAGIC:
        return CALL_TO_MAGIC[to]
    return None if E164.fullmatch(to) else 21217


def error_body(code: int, *, status: int, to: str = "", sender: str = "") -> dict[str, object]:
    """Twilio's error answer. Like the real one it quotes the numbers, which must not reach anybody's log."""
    return {
        "code": code,
        "message": WORDS[code].format(to=to, sender=sender),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
