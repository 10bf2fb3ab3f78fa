"""Asking an outside office where a person may be found: a question that says nothing of the debt, and its answer."""

from dataclasses import dataclass, field

from domain.borrower import ContactKind


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who is looked for: an opaque reference, the name, the last contact that is known, and the kinds that are wanted.

    There is no room in it for a loan, an amount or a reason.
    """

    reference: str
    name: str = field(repr=False)
    last_known: tuple[ContactKind, str] | None = field(repr=False)
    wanted: tuple[ContactKind, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number or address that may be the person's, in the domain's form; confidence is the desk's own, 0 to 1."""

    kind: ContactKind
    text: str = field(repr=False)
    confidence: float
