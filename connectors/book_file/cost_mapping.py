"""A mapping of costs: prices of units, what was billed for a loan, and what a month cost whatever was done in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import field_validator, model_validator

from connectors.book_file.amount import marks_of
from connectors.book_file.located_yaml import MappingError, checked, located
from connectors.book_file.mapping import AnyMapping, Part, field_readers, known_code, refuse_forbidden
from connectors.book_file.past_mapping import BLANKS
from connectors.book_file.source import Source


class CostFields(Part):
    """Our fields of a cost. A row with a price is one of a unit from a day on; one without a loan is of a whole month.

    corrects: the external id of the cost that the row corrects; its amount is then added to it, or taken off.
    """

    unit: Source | None = None
    price: Source | None = None
    valid_from: Source | None = None
    loan_number: Source | None = None
    amount: Source | None = None
    incurred_at: Source | None = None
    external_id: Source | None = None
    quantity: Source | None = None
    corrects: Source | None = None
    source: Source | None = None
    currency: Source | None = None


class CostDefaults(Part):
    """Values for fields that have no column, or whose cell is empty."""

    unit: str | None = None
    source: str | None = None
    currency: str | None = None
    timezone: str = "UTC"

    _codes = field_validator("currency", "timezone")(known_code)


class CostMapping(AnyMapping):
    """How a file of costs is read."""

    usual_blanks: ClassVar[frozenset[str]] = BLANKS
    usual_finer: ClassVar[Literal["refused", "rounded"]] = "rounded"

    kind: Literal["costs"]
    fields: CostFields
    defaults: CostDefaults = CostDefaults()

    @model_validator(mode="after")
    def _complete(self) -> "CostMapping":
        for name in ("unit", "source", "currency"):
            if getattr(self.fields, name) is None and getattr(self.defaults, name) is None:
                raise ValueError(f"{name} has neither a field nor a default; add it under fields: or defaults:")
        fields = self.fields
        if fields.price is None and fields.amount is None:
            raise ValueError("map price: (what a unit costs from a day on), amount: (what was billed), or both")
        if (fields.price is None) != (fields.valid_from is None):
            raise ValueError("price and valid_from belong together: a price is valid from a day on")
        if fields.amount is not None and (fields.incurred_at is None or fields.external_id is None):
            raise ValueError("an amount that was billed needs incurred_at (its day) and external_id (what tells it)")
        return self

    @property
    def marks(self) -> tuple[str, ...]:
        """Signs of a currency that any number may carry."""
        return tuple(marks_of(self.defaults.currency)) if self.defaults.currency else ()

    @property
    def key_source(self) -> Source | None:
        """The cost's own id."""
        return self.fields.external_id

    def readers(self) -> Iterator[tuple[tuple[str | int, ...], frozenset[str]]]:
        """Each place of the mapping that reads columns, with the columns."""
        yield from field_readers(self.fields)


def read_cost_mapping(path: Path) -> CostMapping:
    """Read a mapping that must be one of costs.

    Raises:
        MappingError: with the file, the line, the key and what to write instead.
    """
    document = located(path)
    if document.data.get("kind") != "costs":
        raise MappingError(path, document.line_of(("kind",)), "kind", "a mapping of costs is needed here: kind: costs")
    mapping = checked(document, CostMapping)
    refuse_forbidden(document, mapping)
    return mapping
