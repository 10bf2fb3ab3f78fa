"""When two ways of writing an address or number are the same one, and which media it can serve."""

import re

from policy.compliance.history import Medium

WRITTEN_NUMBER = re.compile(r"[+(]?[0-9][0-9 ().\-/]{4,}[0-9]")
MOST_DIGITS = 15
"""No telephone number has more (ITU-T E.164)."""
NORTH_AMERICA = "1"
LOCAL_DIGITS = 10


def is_same_address(one: str | None, other: str | None) -> bool:
    """Whether two known addresses are the same: capitals, spaces and the signs between digits make no difference."""
    return one is not None and other is not None and _plain(one) == _plain(other)


def may_be_same_address(one: str | None, other: str | None) -> bool:
    """Whether two addresses may be the same one: an address that is not known may be any."""
    return one is None or other is None or is_same_address(one, other)


def media_of(address: str) -> frozenset[Medium]:
    """The electronic media that an address can serve by the way it is written: mail has an @, texts go to a number."""
    if "@" in address:
        return frozenset({Medium.EMAIL})
    if _number(address) is not None:
        return frozenset({Medium.SMS, Medium.CHAT})
    return frozenset({Medium.EMAIL, Medium.SMS, Medium.CHAT})


def _plain(address: str) -> str:
    return _number(address) or address.strip().casefold()


def _number(address: str) -> str | None:
    """The digits of a telephone number; None where it is none. +1 555 123 4567 and (555) 123-4567 ring the same one."""
    if not WRITTEN_NUMBER.fullmatch(address.strip()):
        return None
    digits = re.sub(r"[^0-9]", "", address)
    if len(digits) > MOST_DIGITS:
        return None
    has_country = len(digits) == LOCAL_DIGITS + 1 and digits.startswith(NORTH_AMERICA)
    return digits[1:] if has_country else digits
