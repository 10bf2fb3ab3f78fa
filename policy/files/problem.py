"""A mistake in a data file, told so that its author can mend it: file, line, what is wrong, what to do."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake; its text is one line, `FILE:LINE: what is wrong; remedy`."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return " ".join(f"{self.file}:{self.line}: {self.what}; {self.remedy}".split())


class UnreadableFile(ValueError):
    """A data file has mistakes; `problems` tells each of them, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, *, known: Iterable[str]) -> str:
    """A remedy for a misspelt word: the known word that is most like it, or all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"write one of: {', '.join(names)}"


def quoted(value: object) -> str:
    """The value as an author would recognise it, cut short where it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."
