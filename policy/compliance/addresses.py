"""When two ways of writing an address or number are the same one, and which media it can serve."""

import re

from policy.compliance.history import Medium

WRITTEN_NUMBER = re.compile(r"\+?[0-9][0-9 ().\-/]{5,}")
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
    if WRITTEN_NUMBER.fullmatch(address.strip()):
        return frozenset({Medium.SMS, Medium.CHAT})
    return frozenset({Medium.EMAIL, Medium.SMS, Medium.CHAT})


def _plain(address: str) -> str:
    told = address.strip()
    if not WRITTEN_NUMBER.fullmatch(told):
        return told.casefold()
    digits = re.sub(r"[^0-9]", "", told)
    # +1 555 123 4567 and (555) 123-4567 ring the same telephone.
    is_whole = len(digits) == LOCAL_DIGITS + 1 and digits.startswith(NORTH_AMERICA)
    return digits[1:] if is_whole else digits
