"""A mapping: what the lender's columns mean, as YAML that is checked before a row is read."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from connectors.book_file.cell import DAY_FIRST, ISO, MONTH_FIRST, Formats
from connectors.book_file.code import currency_of, jurisdiction_of, language_of, timezone_of
from connectors.book_file.layout import Layout
from connectors.book_file.located_yaml import LocatedYaml, MappingError, checked, located
from connectors.book_file.source import ExpressionText, Source
from domain.borrower import ContactKind


class Part(BaseModel):
    """A part of a mapping; a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def known_code(given: str | None, info: ValidationInfo) -> str | None:
    """A default's code, checked against the standard that belongs to its name."""
    checks: dict[str, Callable[[str], str]] = {
        "currency": currency_of,
        "timezone": timezone_of,
        "language": language_of,
        "jurisdiction": jurisdiction_of,
    }
    return None if given is None else checks[str(info.field_name)](given)


class Amounts(Part):
    """How amounts are written: separators, major units (12.50) or minor ones (1250), whether 1e+05 is exact, and what
    becomes of 12.345 in a currency with two decimals.
    """

    unit: Literal["major", "minor"] = "major"
    scientific: Literal["refused", "exact"] = "refused"
    finer: Literal["refused", "rounded"] | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'", ""] = ","

    @model_validator(mode="after")
    def _apart(self) -> "Amounts":
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ; for 1.234,50 write {decimal: ',', thousands: '.'}")
        return self


class Contact(Source):
    """A way to reach the borrower: a source, its kind, and a condition under which the lender has verified it."""

    kind: ContactKind
    verified: ExpressionText | None = None

    @property
    def columns(self) -> frozenset[str]:
        return self.value_columns | (self.verified.columns if self.verified else frozenset())


class LoanFields(Part):
    """Our fields of a loan. Give `past_due_since` (a date) or `days_past_due` (a count), not both."""

    number: Source
    arrears: Source
    past_due_since: Source | None = None
    days_past_due: Source | None = None
    balance: Source | None = None
    instalment: Source | None = None
    borrower_number: Source | None = None
    borrower_name: Source | None = None
    originated_on: Source | None = None
    limitation_on: Source | None = None
    validation_notice_on: Source | None = None
    as_of: Source | None = None
    product: Source | None = None
    segment: Source | None = None
    currency: Source | None = None
    timezone: Source | None = None
    language: Source | None = None
    jurisdiction: Source | None = None

    @model_validator(mode="after")
    def _one_age(self) -> "LoanFields":
        if (self.past_due_since is None) == (self.days_past_due is None):
            raise ValueError("give one of past_due_since (a date) and days_past_due (a count of days)")
        return self


class LoanDefaults(Part):
    """Values for fields that have no column, or whose cell is empty."""

    product: str | None = None
    segment: str | None = None
    currency: str | None = None
    timezone: str | None = None
    language: str | None = None
    jurisdiction: str | None = None

    _codes = field_validator("currency", "timezone", "language", "jurisdiction")(known_code)


class PaymentFields(Part):
    """Our fields of a payment. `reverses` names the external id of a payment that was taken back."""

    loan_number: Source
    amount: Source | None = None
    received_at: Source | None = None
    external_id: Source | None = None
    reverses: Source | None = None
    source: Source | None = None
    currency: Source | None = None


class PaymentDefaults(Part):
    """Values for fields that have no column, or whose cell is empty; `timezone` is that of the file's times."""

    source: str | None = None
    currency: str | None = None
    timezone: str = "UTC"

    _codes = field_validator("currency", "timezone")(known_code)


class WidePayment(Part):
    """One of several payments in a row; what it leaves out is taken from `fields`."""

    amount: Source
    received_at: Source | None = None
    external_id: Source | None = None
    keep: ExpressionText | None = None


class AnyMapping(Part):
    """What every mapping says, whatever its rows are."""

    usual_blanks: ClassVar[frozenset[str]] = frozenset()
    usual_finer: ClassVar[Literal["refused", "rounded"]] = "refused"

    file: Layout = Layout()
    as_of: date | None = None
    amounts: Amounts = Amounts()
    dates: tuple[str, ...] = Field(default=(ISO,), min_length=1)
    blanks: frozenset[str] | None = None
    keep: ExpressionText | None = None
    never: frozenset[str] = frozenset()

    @field_validator("dates")
    @classmethod
    def _known_styles(cls, styles: tuple[str, ...]) -> tuple[str, ...]:
        for style in styles:
            if style not in {ISO, DAY_FIRST, MONTH_FIRST} and "%" not in style:
                raise ValueError(
                    f"{style!r} is not a date style; write iso, D/M/Y, M/D/Y, or a pattern such as '%d %b %Y'"
                )
        return styles

    @property
    def formats(self) -> Formats:
        """How this lender writes numbers and dates."""
        amounts = self.amounts.model_dump()
        amounts["finer"] = self.amounts.finer or self.usual_finer
        return Formats(dates=self.dates, marks=self.marks, **amounts)

    @property
    def marks(self) -> tuple[str, ...]:
        """Signs of a currency that any number may carry."""
        return ()

    @property
    def empty_words(self) -> frozenset[str]:
        """What stands in a cell that is empty all the same, such as NA."""
        return self.usual_blanks if self.blanks is None else self.blanks

    @property
    def day_source(self) -> Source | None:
        """The column that says on which day a row stands."""
        return None

    @property
    def key_source(self) -> Source | None:
        """The column by which a row is told from others."""
        return None

    @property
    def columns(self) -> frozenset[str]:
        """Every column that is read; nothing else of the file is."""
        kept = self.keep.columns if self.keep else frozenset()
        return kept.union(*(columns for _, columns in self.readers()))

    def readers(self) -> Iterator[tuple[tuple[str | int, ...], frozenset[str]]]:
        """Each place of the mapping that reads columns, with the columns."""
        raise NotImplementedError

    @property
    def personal_columns(self) -> frozenset[str]:
        """Columns whose content names a person or a way to reach one; a report shows only the shape of it."""
        return frozenset()


class LoanMapping(AnyMapping):
    """How a file of loans is read."""

    kind: Literal["loans"]
    fields: LoanFields
    defaults: LoanDefaults = LoanDefaults()
    contacts: tuple[Contact, ...] = ()
    attributes: dict[str, Source] = {}

    @field_validator("attributes", mode="before")
    @classmethod
    def _plain_columns(cls, raw: object) -> object:
        return {str(name): name for name in raw} if isinstance(raw, list) else raw

    @model_validator(mode="after")
    def _complete(self) -> "LoanMapping":
        for name in LoanDefaults.model_fields:
            if getattr(self.fields, name) is None and getattr(self.defaults, name) is None:
                raise ValueError(f"{name} has neither a field nor a default; add it under fields: or defaults:")
        return self

    def readers(self) -> Iterator[tuple[tuple[str | int, ...], frozenset[str]]]:
        """Each place of the mapping that reads columns, with the columns."""
        yield from field_readers(self.fields)
        yield from ((("contacts", i), contact.columns) for i, contact in enumerate(self.contacts))
        yield from ((("attributes", name), source.columns) for name, source in self.attributes.items())

    @property
    def day_source(self) -> Source | None:
        """The column that says on which day a row stands."""
        return self.fields.as_of

    @property
    def key_source(self) -> Source | None:
        """The loan's number."""
        return self.fields.number

    @property
    def personal_columns(self) -> frozenset[str]:
        """Columns of names and contacts; a report shows only the shape of what stands in them."""
        plain = [self.fields.borrower_name, *self.contacts]
        direct = [c for c in plain if c and (c.column or c.template or c.lookup)]
        return frozenset[str]().union(*(source.value_columns for source in direct))


class PaymentMapping(AnyMapping):
    """How a file of payments is read; with `payments`, each row holds several."""

    kind: Literal["payments"]
    fields: PaymentFields
    defaults: PaymentDefaults = PaymentDefaults()
    payments: tuple[WidePayment, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> "PaymentMapping":
        for name in ("source", "currency"):
            if getattr(self.fields, name) is None and getattr(self.defaults, name) is None:
                raise ValueError(f"{name} has neither a field nor a default; add it under fields: or defaults:")
        for name in ("amount", "received_at", "external_id"):
            if getattr(self.fields, name) is None and not (
                self.payments and all(getattr(p, name) for p in self.payments)
            ):
                raise ValueError(f"{name} is missing; add it under fields:, or to each entry of payments:")
        if self.payments and self.fields.reverses:
            raise ValueError(
                "a row with several payments cannot say what it reverses; leave out reverses: or payments:"
            )
        return self

    def readers(self) -> Iterator[tuple[tuple[str | int, ...], frozenset[str]]]:
        """Each place of the mapping that reads columns, with the columns."""
        yield from field_readers(self.fields)
        for i, payment in enumerate(self.payments):
            sources = [payment.amount, payment.received_at, payment.external_id, payment.keep]
            yield ("payments", i), frozenset[str]().union(*(s.columns for s in sources if s))

    @property
    def key_source(self) -> Source | None:
        """The payment's own id."""
        return self.fields.external_id


Mapping = LoanMapping | PaymentMapping


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Raises:
        MappingError: with the file, the line, the key and what to write instead.
    """
    document = located(path)
    kinds: dict[str, type[LoanMapping | PaymentMapping]] = {"loans": LoanMapping, "payments": PaymentMapping}
    kind = str(document.data.get("kind"))
    if kind in {"history", "costs"}:
        problem = f"this mapping is of {kind}; `duecourse import {kind}` reads it"
        raise MappingError(path, document.line_of(("kind",)), "kind", problem)
    if kind not in kinds:
        raise MappingError(
            path, document.line_of(("kind",)), "kind", "say what the file holds: kind: loans or kind: payments"
        )
    mapping = checked(document, kinds[kind])
    refuse_forbidden(document, mapping)
    return mapping


def refuse_forbidden(document: LocatedYaml, mapping: AnyMapping) -> None:
    """Raise MappingError where a mapping reads a column that it says is never to be read."""
    for place, columns in (*mapping.readers(), (("keep",), mapping.keep.columns if mapping.keep else frozenset())):
        if forbidden := sorted(columns & mapping.never):
            key = ".".join(map(str, place))
            problem = f"reads {forbidden[0]}, which stands under never:; take it out of one of the two"
            raise MappingError(document.path, document.line_of(place), key, problem)


def read_loan_mapping(path: Path) -> LoanMapping:
    """Read a mapping that must be one of loans.

    Raises:
        MappingError: as `read_mapping`, or the mapping is one of payments.
    """
    mapping = read_mapping(path)
    if not isinstance(mapping, LoanMapping):
        raise MappingError(path, 1, "kind", "this mapping is of payments; a mapping of loans is needed here")
    return mapping


def read_payment_mapping(path: Path) -> PaymentMapping:
    """Read a mapping that must be one of payments.

    Raises:
        MappingError: as `read_mapping`, or the mapping is one of loans.
    """
    mapping = read_mapping(path)
    if not isinstance(mapping, PaymentMapping):
        raise MappingError(path, 1, "kind", "this mapping is of loans; a mapping of payments is needed here")
    return mapping


def field_readers(fields: BaseModel) -> Iterator[tuple[tuple[str | int, ...], frozenset[str]]]:
    """Each field that has a source, with the columns that it reads."""
    for name in type(fields).model_fields:
        source = getattr(fields, name)
        if isinstance(source, Source):
            yield ("fields", name), source.columns
