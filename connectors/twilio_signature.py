"""Whether a webhook really comes from Twilio."""

import re
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

MOST_FIELDS = 200
"""Several times as many as Twilio posts of a message with ten pictures; anyone can post a form of others."""
SHAPE = re.compile(r"[A-Za-z0-9+/]{27}=", re.ASCII)
"""A SHA-1 in base64."""


class _Form(dict[str, list[str]]):
    """Form fields as the SDK's validator reads them: a name may come more than once, and a blank value counts."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def is_genuine(body: bytes, *, signature: str | None, public_url: str, auth_token: str) -> bool:
    """Check Twilio's signature over a form that it posted.

    Args:
        body: the raw body as it came in.
        signature: the `X-Twilio-Signature` header; None when there was none.
        public_url: the address that Twilio was told to post to. Behind a proxy the request's own may differ.
        auth_token: the account's.

    Returns:
        False for anything missing or mangled; nothing is raised.
    """
    # Asked first, because it costs nothing.
    if not signature or not SHAPE.fullmatch(signature):
        return False
    try:
        fields = parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return False
    form = _Form()
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return bool(RequestValidator(auth_token).validate(public_url, form, signature))
