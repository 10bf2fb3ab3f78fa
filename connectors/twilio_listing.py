"""Looking for one message in Twilio's list of messages.

Twilio keeps neither our attempt id nor the address for receipts with a message, so it is known by its text, its two
numbers and the time at which it was made. The time of sending is not asked for: it is empty while a message is queued.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from connectors.failure import ConnectorError, failed
from connectors.http_transport import looked_up
from connectors.vendor_codes import error_of
from domain.attempt import FailureClass
from domain.fate import Listed
from domain.message import Message

VENDOR = "twilio"
OK = 200
PAGE_SIZE = 1000
MOST_PAGES = 5
CLOCKS_DIFFER_BY = timedelta(hours=1)
SETTLED_AFTER = timedelta(hours=1)
"""From this age on, what the list does not show was never made. Twilio promises no figure; a request is under way for a
minute at most, and the list follows within seconds.
"""
INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the list. messages: sid, sender, body, direction and made_at of each. following: None on the last."""

    messages: tuple[dict[str, Any], ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One message of the list."""

    sid: str
    text: str
    made_at: datetime


def listed(
    http: httpx.Client,
    *,
    url: str,
    owner: tuple[str, str],
    to: str,
    sender: str,
    message: Message,
    requested_at: datetime,
    now: datetime,
) -> Listed:
    """What the list shows since shortly before the request; a message of another text is told too.

    url: of the account's messages. owner: its id and token. to, sender: as they were given to Twilio.
    Raises as `Messenger.look_up` does.
    """
    entries, is_whole = _entries(http, url=url, owner=owner, to=to, sender=sender)
    recent = [entry for entry in entries if entry.made_at >= requested_at - CLOCKS_DIFFER_BY]
    ours = " ".join(message.body.split())
    return Listed(
        VENDOR,
        matching=tuple(entry.sid for entry in recent if entry.text == ours),
        others=tuple(entry.sid for entry in recent if entry.text != ours),
        names_attempt=message.attempt_id in message.body,
        is_settled=is_whole and now - requested_at >= SETTLED_AFTER,
    )


def _entries(
    http: httpx.Client, *, url: str, owner: tuple[str, str], to: str, sender: str
) -> tuple[list[_Entry], bool]:
    """The messages from us to a number, and whether these are all."""
    found: list[_Entry] = []
    is_whole = False
    for page in pages_of(http, url=url, owner=owner, filters={"To": to, "From": sender}, most=MOST_PAGES):
        found += [
            _Entry(each["sid"], " ".join(each["body"].split()), each["made_at"])
            for each in page.messages
            if each["direction"] != INBOUND
        ]
        is_whole = page.following is None
    return found, is_whole


def pages_of(
    http: httpx.Client, *, url: str, owner: tuple[str, str], filters: Mapping[str, str], most: int
) -> Iterator[ListPage]:
    """The pages of a list of messages, the newest messages first, and no more than `most` of them.

    Raises ConnectorError when one cannot be had, or is no page of messages.
    """
    following: str | None = str(httpx.URL(url, params={**filters, "PageSize": PAGE_SIZE}))
    for _ in range(most):
        if following is None:
            return
        answer = looked_up(http, url=following, vendor=VENDOR, auth=owner)
        if answer.status_code != OK:
            raise error_of(table=VENDOR, vendor=VENDOR, status=answer.status_code, code=_code_of(answer))
        page = _read(answer)
        if page is None:
            raise _unreadable()
        yield page
        following = None if page.following is None else str(httpx.URL(url).join(page.following))


def _read(answer: httpx.Response) -> ListPage | None:
    """One page and the address of the next; None when it is no page of messages."""
    try:
        page: dict[str, Any] = answer.json()
        messages = tuple(
            {
                "sid": str(each["sid"]),
                "sender": str(each["from"]),
                "body": str(each["body"]),
                "direction": each["direction"],
                "made_at": _instant(each["date_created"]),
            }
            for each in page["messages"]
        )
        following = page["next_page_uri"]
    except (ValueError, KeyError, TypeError):
        return None
    if following and not str(following).startswith("/2010-04-01/"):  # our token goes nowhere else
        return None
    return ListPage(messages, following or None)


def _instant(text: str) -> datetime:
    written = parsedate_to_datetime(text)
    return written if written.tzinfo else written.replace(tzinfo=UTC)


def _code_of(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)


def _unreadable() -> ConnectorError:
    return failed(vendor=VENDOR, code="unreadable_list", failure=FailureClass.AMBIGUOUS)
