"""A mapping of a lender's past: what a row says of a loan, and which events it holds."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from connectors.book_file.amount import marks_of
from connectors.book_file.located_yaml import MappingError, checked, located
from connectors.book_file.mapping import AnyMapping, Part, field_readers, known_code, refuse_forbidden
from connectors.book_file.source import ExpressionText, Source

BLANKS = frozenset({"NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "none", "-", "--", "."})
"""What public files write in a cell that is empty."""

EventWord = Literal["entered", "contact", "promise", "payment", "cost", "closed"]

FIELDS: dict[str, frozenset[str]] = {
    "entered": frozenset({"balance", "ladder", "arm", "probability", "days_past_due", "bucket"}),
    "contact": frozenset({"channel", "outcome", "right_party", "count", "by", "cost"}),
    "promise": frozenset({"amount", "due", "kept"}),
    "payment": frozenset({"amount", "reverses"}),
    "cost": frozenset({"amount", "unit"}),
    "closed": frozenset({"reason"}),
}
"""What can be told of an event of each kind, beside `at`, `external_id` and `keep`."""

NEEDS: dict[str, tuple[str, ...]] = {
    "contact": ("channel",),
    "payment": ("amount",),
    "cost": ("amount",),
    "closed": ("reason",),
}


class PastLoanFields(Part):
    """Our fields of the loan that a row speaks of. team, arrears_reason: for the report's tables."""

    number: Source
    borrower_number: Source | None = None
    product: Source | None = None
    segment: Source | None = None
    currency: Source | None = None
    balance: Source | None = None
    originated_on: Source | None = None
    team: Source | None = None
    arrears_reason: Source | None = None


class PastDefaults(Part):
    """Values for fields that have no column, or whose cell is empty."""

    source: str = "history"
    currency: str | None = None
    timezone: str = "UTC"
    language: str = "en"
    jurisdiction: str = "ZZ"
    product: str = "not told"
    segment: str = "not told"
    ladder: str = "history"

    _codes = field_validator("currency", "timezone", "language")(known_code)


class PastEntry(Part):
    """One event of a row: its kind, when it happened, and what is known of it."""

    event: EventWord
    keep: ExpressionText | None = None
    at: Source | None = None
    external_id: Source | None = None
    balance: Source | None = None
    ladder: Source | None = None
    arm: Source | None = None
    probability: Source | None = None
    days_past_due: Source | None = None
    bucket: Source | None = None
    channel: Source | None = None
    outcome: Source | None = None
    right_party: Source | None = None
    count: Source | None = None
    by: Source | None = None
    cost: Source | None = None
    amount: Source | None = None
    due: Source | None = None
    kept: Source | None = None
    reverses: Source | None = None
    unit: Source | None = None
    reason: Source | None = None

    @model_validator(mode="after")
    def _fitting(self) -> "PastEntry":
        given = self.model_fields_set - {"event", "at", "external_id", "keep"}
        for name in sorted(given - FIELDS[self.event]):
            known = ", ".join(sorted(FIELDS[self.event]))
            raise ValueError(f"{name} is nothing that a {self.event} has; it has {known}, at, external_id and keep")
        for name in NEEDS.get(self.event, ()):
            if getattr(self, name) is None:
                raise ValueError(f"a {self.event} needs {name}: a column, or a text as {{value: ...}}")
        if self.bucket is not None and self.days_past_due is not None:
            raise ValueError("give one of bucket and days_past_due")
        return self

    @property
    def columns(self) -> frozenset[str]:
        """Every column that it reads."""
        kept = self.keep.columns if self.keep else frozenset()
        return kept.union(*(columns for _, columns in field_readers(self)))


class PastMapping(AnyMapping):
    """How a file of a lender's past is read."""

    usual_blanks: ClassVar[frozenset[str]] = BLANKS
    usual_finer: ClassVar[Literal["refused", "rounded"]] = "rounded"

    kind: Literal["history"]
    loan: PastLoanFields
    defaults: PastDefaults = PastDefaults()
    events: tuple[PastEntry, ...]
    attributes: dict[str, Source] = Field(default_factory=dict)

    @field_validator("attributes", mode="before")
    @classmethod
    def _plain_columns(cls, raw: object) -> object:
        return {str(name): name for name in raw} if isinstance(raw, list) else raw

    @model_validator(mode="after")
    def _complete(self) -> "PastMapping":
        if self.loan.currency is None and self.defaults.currency is None:
            raise ValueError("currency has neither a column nor a default; add it under defaults:, such as USD")
        if not self.events:
            raise ValueError("name at least one event, such as {event: payment, amount: RECOVERED}")
        return self

    @property
    def marks(self) -> tuple[str, ...]:
        """Signs of a currency that any number may carry."""
        return tuple(marks_of(self.defaults.currency)) if self.defaults.currency else ()

    @property
    def key_source(self) -> Source | None:
        """The loan's number."""
        return self.loan.number

    def readers(self) -> Iterator[tuple[tuple[str | int, ...], frozenset[str]]]:
        """Each place of the mapping that reads columns, with the columns."""
        yield from ((("loan", place[-1]), columns) for place, columns in field_readers(self.loan))
        yield from ((("events", i), entry.columns) for i, entry in enumerate(self.events))
        yield from ((("attributes", name), source.columns) for name, source in self.attributes.items())


def read_past_mapping(path: Path) -> PastMapping:
    """Read a mapping that must be one of a lender's past.

    Raises:
        MappingError: with the file, the line, the key and what to write instead.
    """
    document = located(path)
    if document.data.get("kind") != "history":
        raise MappingError(
            path, document.line_of(("kind",)), "kind", "a mapping of the past is needed here: kind: history"
        )
    mapping = checked(document, PastMapping)
    refuse_forbidden(document, mapping)
    return mapping
