"""How Twilio writes a message and a call down in JSON."""

import sqlite3
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

VERSION = "2010-04-01"


def message_body(row: sqlite3.Row, *, account_sid: str) -> dict[str, object]:
    """A Message resource."""
    uri = f"/{VERSION}/Accounts/{account_sid}/Messages/{row['sid']}"
    created, updated = _written(row["created_at"]), _written(row["updated_at"])
    return {
        "account_sid": account_sid,
        "api_version": VERSION,
        "body": row["body"],
        "date_created": created,
        "date_sent": None if row["status"] == "queued" else updated,
        "date_updated": updated,
        "direction": row["direction"],
        "error_code": row["error_code"],
        "error_message": None,
        "from": row["sender"],
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(row["segments"]),
        "price": None,
        "price_unit": "USD",
        "sid": row["sid"],
        "status": row["status"],
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": row["recipient"],
        "uri": f"{uri}.json",
    }


def page_body(
    messages: list[dict[str, object]], *, account_sid: str, filters: dict[str, str], page: int, size: int
) -> dict[str, object]:
    """One page of a list of messages, out of all those that match."""
    start = page * size
    shown = messages[start : start + size]

    def uri_of(number: int) -> str:
        query = urlencode({**filters, "PageSize": size, "Page": number})
        return f"/{VERSION}/Accounts/{account_sid}/Messages.json?{query}"

    return {
        "messages": shown,
        "page": page,
        "page_size": size,
        "start": start,
        "end": start + max(len(shown) - 1, 0),
        "uri": uri_of(page),
        "first_page_uri": uri_of(0),
        "next_page_uri": uri_of(page + 1) if start + size < len(messages) else None,
        "previous_page_uri": uri_of(page - 1) if page else None,
    }


def call_body(*, sid: str, account_sid: str, to: str, sender: str, at: datetime) -> dict[str, object]:
    """A Call resource that was just taken."""
    uri = f"/{VERSION}/Accounts/{account_sid}/Calls/{sid}"
    empty = dict.fromkeys(
        (
            "answered_by",
            "caller_name",
            "date_created",
            "date_updated",
            "duration",
            "end_time",
            "forwarded_from",
            "group_sid",
            "parent_call_sid",
            "price",
            "start_time",
            "trunk_sid",
        )
    )
    return {
        **empty,
        "account_sid": account_sid,
        "api_version": VERSION,
        "date_created": format_datetime(at.astimezone(UTC)),
        "direction": "outbound-api",
        "from": sender,
        "from_formatted": sender,
        "phone_number_sid": "PN" + "0" * 32,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": to,
        "to_formatted": to,
        "uri": f"{uri}.json",
    }


def _written(text: str) -> str:
    return format_datetime(datetime.fromisoformat(text).astimezone(UTC))
