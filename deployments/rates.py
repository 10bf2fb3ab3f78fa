"""What each sender takes a second: as the settings say it, or what its vendor publishes for its kind.

Twilio (https://www.twilio.com/docs/api/errors/21611 and its help page on rate limits): a long code of the United
States or Canada takes 1 segment a second, a toll-free number 3, a short code 100, other numbers and names 10; a
WhatsApp sender 10 messages unless more was agreed. It takes requests faster than that and queues them for hours, so
that they would leave when the window has closed: that is why the rate is kept here. SendGrid refuses nothing so
slow; 10 a second spares the reputation of an address. A desk is people: an order a second.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from domain.action import MESSAGES, Action
from policy.capacity import Limit
from policy.files.problem import nearest

DESKS: Mapping[Action, str] = MappingProxyType(
    {
        Action.FIELD_VISIT: "the field desk",
        Action.LEGAL_REFERRAL: "the legal desk",
        Action.AGENCY_PLACEMENT: "the agency desk",
    }
)
"""The senders that have no address of their own."""
CHANNELS: frozenset[Action] = MESSAGES | frozenset(DESKS)
"""What goes out by a sender."""
NORTH_AMERICA, TOLL_FREE, SHORT_CODE, ELSEWHERE = 1.0, 3.0, 100.0, 10.0
CHAT, EMAIL, DESK = 10.0, 10.0, 1.0
AT_ONCE_SECONDS = 10
"""Where no burst is said, what flows in in that time may leave at once."""
SHORT = re.compile(r"\d{3,8}", re.ASCII)
ENTRY = re.compile(
    r"(?P<name>[^=]+)=\s*(?P<rate>\d+(\.\d+)?)\s*(/\s*(?P<span>s|min|h|day))?\s*(:\s*(?P<burst>\d+(\.\d+)?))?", re.ASCII
)
SECONDS: Mapping[str, int] = MappingProxyType({"s": 1, "min": 60, "h": 3600, "day": 86_400})
HOW = "write it as NAME=RATE or NAME=RATE/min:BURST, with commas between: sms=1, +18885550100=3:30, field_visit=20/h"


def limits_typed(text: str, *, senders: Collection[str]) -> dict[str, Limit]:
    """The limits by channel or sender that a setting spells out; raises ValueError that tells the entry and the remedy.

    senders: those that the settings name. A rate is a second's where no `/min`, `/h` or `/day` follows; after a colon
    stands what may leave at once.
    """
    limits: dict[str, Limit] = {}
    known = {channel.value for channel in CHANNELS} | set(senders)
    for entry in (part.strip() for part in text.split(",")):
        if not entry:
            continue
        match = ENTRY.fullmatch(entry)
        if match is None:
            raise ValueError(f"'{entry}' is no rate; {HOW}")
        name = match["name"].strip()
        if name not in known:
            raise ValueError(f"'{name}' is neither a channel nor a sender that is set; {nearest(name, known=known)}")
        rate = float(match["rate"]) / SECONDS[match["span"] or "s"]
        if rate <= 0:
            raise ValueError(
                f"'{entry}' lets nothing leave; write a rate above 0, and stop a channel by its limit in Prefect"
            )
        burst = None if match["burst"] is None else float(match["burst"])
        if burst is not None and burst < 1:
            raise ValueError(f"'{entry}' lets less than one leave at once; write 1 or more after the colon")
        limits[name] = _limit(rate, burst=burst)
    return limits


def limit_for(channel: Action, sender: str, *, typed: Mapping[str, Limit]) -> Limit:
    """What a sender takes: by its own name, by its channel, or as its vendor publishes it."""
    return typed.get(sender) or typed.get(channel.value) or _limit(_published(channel, sender))


def named(text: str | None) -> Sequence[str]:
    """The senders of a setting, with commas between."""
    return [name for part in (text or "").split(",") if (name := part.strip())]


def _limit(rate: float, *, burst: float | None = None) -> Limit:
    return Limit(rate, max(rate * AT_ONCE_SECONDS, 1.0) if burst is None else burst)


def _published(channel: Action, sender: str) -> float:
    match channel:
        case Action.SMS:
            return _of_number(sender)
        case Action.CHAT:
            return CHAT
        case Action.EMAIL:
            return EMAIL
        case _:
            return DESK


def _of_number(sender: str) -> float:
    if SHORT.fullmatch(sender):
        return SHORT_CODE
    try:
        number = phonenumbers.parse(sender)
    except NumberParseException:  # a name
        return ELSEWHERE
    if phonenumbers.number_type(number) == PhoneNumberType.TOLL_FREE:
        return TOLL_FREE
    return NORTH_AMERICA if number.country_code == 1 else ELSEWHERE
