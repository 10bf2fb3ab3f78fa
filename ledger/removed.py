"""What stands in the place of a text whose time had come: the day and the rule, and nothing of the text."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, LargeBinary, func, literal
from sqlmodel import col

MARK = b"text removed on "
"""Longer than the random nonce that every sealed text begins with, so that no sealed text is taken for a mark."""


class TextRemoved(LookupError):
    """The text was removed when its time had come; the message says on which day and under which rule."""


@dataclass(frozen=True, slots=True)
class Removed:
    """That a text was removed: on which day (UTC), and under which rule of which pack."""

    on: date
    rule: str

    def __str__(self) -> str:
        return f"text was removed on {self.on} under {self.rule}"

    @property
    def mark(self) -> bytes:
        """The bytes to write over the sealed text."""
        return MARK + f"{self.on.isoformat()} {self.rule}".encode()


def removed_from(sealed: bytes) -> Removed | None:
    """What is told of a text that was removed; None for one that is there."""
    if not sealed.startswith(MARK):
        return None
    on, _, rule = sealed.removeprefix(MARK).decode().partition(" ")
    return Removed(date.fromisoformat(on), rule)


def refuse_removed(sealed: bytes) -> bytes:
    """The sealed text as it is; raises TextRemoved in the place of one that is not there any more."""
    if (removed := removed_from(sealed)) is not None:
        raise TextRemoved(str(removed))
    return sealed


def is_removed(column: bytes | None) -> ColumnElement[bool]:
    """The condition that a sealed column holds a mark in the place of its text."""
    return _beginning(column) == literal(MARK, LargeBinary)


def is_there(column: bytes | None) -> ColumnElement[bool]:
    """The condition that a sealed column holds a text, rather than nothing or a mark."""
    return col(column).is_not(None) & (func.length(col(column)) > 0) & ~is_removed(column)


def _beginning(column: bytes | None) -> ColumnElement[bytes]:
    return func.substr(col(column), 1, len(MARK), type_=LargeBinary)
