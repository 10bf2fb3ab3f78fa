"""Where a field of ours comes from: a column of the lender's file, a derived value, a template, or a look-up."""

import re
import string
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors.book_file.cell import BadCellError, Cell, text_of
from connectors.book_file.evaluation import Scope
from connectors.book_file.expression import BadExpressionError, Expression, parse_expression


def _compiled(text: object) -> Expression:
    if isinstance(text, Expression):
        return text
    if not isinstance(text, str) or not text.strip():
        raise BadExpressionError("an expression is a text such as 30 * PAY_0")
    return parse_expression(text)


@dataclass(frozen=True, slots=True)
class Template:
    """Text with expressions in braces: `{STREET}, {CITY}`; `{ID:05}` pads a number with zeros to five digits."""

    source: str
    parts: tuple[tuple[str, Expression | None, int], ...] = field(repr=False)

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(c for _, expression, _ in self.parts if expression for c in expression.columns)

    def fill(self, scope: Scope, *, partial: bool) -> str | None:
        """The text for a row; None when all its parts are empty, or when any is and `partial` text is of no use."""
        filled = [(literal, text_of(e.value(scope)) if e else None, width) for literal, e, width in self.parts]
        given = [text for _, text, _ in filled if text is not None]
        if given and not (any(given) if partial else all(given)):
            return None
        return "".join(literal + (text or "").zfill(width if text else 0) for literal, text, width in filled)


def parse_template(text: object) -> Template:
    """Check a template and make it ready to fill.

    Raises:
        BadExpressionError: a brace is open, or what stands between braces is not an expression.
    """
    if isinstance(text, Template):
        return text
    if not isinstance(text, str):
        raise BadExpressionError("a template is a text such as '{STREET}, {CITY}'")
    parts: list[tuple[str, Expression | None, int]] = []
    try:
        for literal, inner, spec, conversion in string.Formatter().parse(text):
            expression = parse_expression(inner) if inner is not None else None
            parts.append((literal, expression, _width(spec or "", conversion)))
    except BadExpressionError:
        raise
    except ValueError as error:
        raise BadExpressionError(f"{text!r}: {error}; write a brace that means itself twice") from None
    return Template(source=text, parts=tuple(parts))


def _width(spec: str, conversion: str | None) -> int:
    if conversion or not re.fullmatch(r"(0[1-9]\d?)?", spec):
        raise BadExpressionError(f"{spec!r}: after a colon only a zero and a width are known, as in {{ID:05}}")
    return int(spec or 0)


ExpressionText = Annotated[Expression, BeforeValidator(_compiled)]
TemplateText = Annotated[Template, BeforeValidator(parse_template)]


class Source(BaseModel):
    """One of `column`, `derive`, `template`, `value` and `lookup` (with its `table`); a bare text is a column."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    column: str | None = None
    derive: ExpressionText | None = None
    template: TemplateText | None = None
    lookup: str | None = None
    value_given: str | None = Field(default=None, alias="value")
    table: dict[str, str] | None = None
    otherwise: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_column(cls, raw: object) -> object:
        return {"column": raw} if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _one_way(self) -> "Source":
        ways = [w for w in ("column", "derive", "template", "lookup", "value_given") if getattr(self, w) is not None]
        if len(ways) != 1:
            raise ValueError("give exactly one of column, derive, template, lookup and value")
        if (self.lookup is None) != (self.table is None) or (self.otherwise is not None and self.lookup is None):
            raise ValueError("lookup needs a table, and table and otherwise need a lookup")
        return self

    @property
    def columns(self) -> frozenset[str]:
        """Every column that it reads."""
        return self.value_columns

    @property
    def value_columns(self) -> frozenset[str]:
        """The columns that its value is made of."""
        if self.derive is not None:
            return self.derive.columns
        if self.template is not None:
            return self.template.columns
        if self.value_given is not None:
            return frozenset()
        return frozenset({self.column or self.lookup or ""})

    @property
    def is_derived(self) -> bool:
        """Whether a number from here was calculated, and not written by the lender."""
        return self.derive is not None

    def value(self, scope: Scope, *, partial: bool = False) -> Cell:
        """The cell for a row; None when it is empty.

        Raises:
            BadCellError: the value cannot be worked out, or a look-up's table has no entry for it.
        """
        if self.column is not None:
            return scope.cells[self.column]
        if self.derive is not None:
            return self.derive.value(scope)
        if self.template is not None:
            return self.template.fill(scope, partial=partial)
        if self.value_given is not None:
            return self.value_given
        return self._looked_up(text_of(scope.cells[self.lookup or ""]))

    def _looked_up(self, key: str) -> str | None:
        found = (self.table or {}).get(key, self.otherwise)
        if found is None and key:
            raise BadCellError(
                "is not in the look-up's table; add it there, or say otherwise:", column=self.lookup or "", value=key
            )
        return found
