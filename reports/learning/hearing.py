"""Hearing of all that the learning reads beyond the facts, so that a report's stamp stands for it as well."""

import hashlib
from collections.abc import Callable

import numpy as np

from reports.facts.fetching import Fetched

Heard = Callable[[str, Fetched], None]
"""Told of what was read, under a name, before it is used."""


def unheard(_name: str, _read: Fetched) -> None:
    """Nobody listens."""


class Digest:
    """SHA-256 over all that it hears of, in whatever order the database had the rows."""

    def __init__(self) -> None:
        self._told = hashlib.sha256()

    def hear(self, name: str, read: Fetched) -> None:
        """Take in the columns of a query and its names."""
        columns = sorted(read.columns)
        self._told.update(repr((name, len(read), columns, sorted(read.names.items()))).encode())
        order = np.lexsort([read.columns[column] for column in columns])
        for column in columns:
            self._told.update(np.ascontiguousarray(read.columns[column][order], dtype="<i8").data)

    def text(self) -> str:
        """Of everything so far."""
        return self._told.hexdigest()
