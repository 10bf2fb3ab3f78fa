"""What an expression's parts do when they are run for a row: each is a step from the row's scope to a value."""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Self

from connectors.book_file.cell import BadCellError, Cell, Formats, date_of, number_of, text_of
from domain.arrears import add_months

_MOST_DAYS = 200 * 366


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may look at: the row's cells, the day the file speaks of, and how the lender writes things."""

    cells: Mapping[str, Cell]
    as_of: date | None
    formats: Formats


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time that can be added to a day."""

    months: int = 0
    days: int = 0

    def after(self, day: date, *, sign: int) -> date:
        """The day, so much later (sign 1) or earlier (sign -1)."""
        return add_months(day, sign * self.months) + timedelta(days=sign * self.days)


Value = Cell | Span | list["Value"]
Step = Callable[[Scope], Value]

ARITHMETIC: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_ORDER: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Lt: operator.lt,  # type: ignore[dict-item]  # both sides are made comparable before
    ast.LtE: operator.le,  # type: ignore[dict-item]
    ast.Gt: operator.gt,  # type: ignore[dict-item]
    ast.GtE: operator.ge,  # type: ignore[dict-item]
}


class NamedText(str):
    """A cell's text that remembers its column, so that a reject can name it."""

    __slots__ = ("column",)
    column: str

    def __new__(cls, text: str, column: str) -> Self:
        named = super().__new__(cls, text)
        named.column = column
        return named


def constant(value: Value) -> Step:
    """A number, text or truth value written in the expression."""
    return lambda _scope: value


def day_of_file(scope: Scope) -> Value:
    """The name as_of: the day that the file speaks of."""
    if scope.as_of is None:
        raise BadCellError("needs as_of, which is not known here")
    return scope.as_of


def listed(parts: list[Step]) -> Step:
    """A list of values."""
    return lambda scope: [part(scope) for part in parts]


def _number(value: Value, scope: Scope) -> Decimal | None:
    if isinstance(value, Span | list):
        raise BadCellError("is not a number")
    try:
        return number_of(value, scope.formats)
    except BadCellError as error:
        raise _placed(error, value) from None


def _day(value: Value, scope: Scope) -> date | None:
    if isinstance(value, Span | list):
        raise BadCellError("is not a date")
    try:
        return date_of(value, scope.formats)
    except BadCellError as error:
        raise _placed(error, value) from None


def _placed(error: BadCellError, value: Cell) -> BadCellError:
    return BadCellError(error.reason, column=getattr(value, "column", ""), value=value)


def truth(value: Value) -> bool:
    """A value as yes or no; an empty cell is no. Raises BadCellError for what is neither."""
    match value:
        case bool():
            return value
        case None:
            return False
        case str() if value.strip().lower() in {"y", "yes", "true", "t", "1"}:
            return True
        case str() if value.strip().lower() in {"", "n", "no", "false", "f", "0"}:
            return False
        case Decimal() if value in {0, 1}:
            return value == 1
        case str():
            raise BadCellError("is neither yes nor no", column=getattr(value, "column", ""), value=value)
        case _:
            raise BadCellError("is neither yes nor no")


def negated(inner: Step) -> Step:
    """A number with its sign turned."""

    def run(scope: Scope) -> Value:
        number = _number(inner(scope), scope)
        return None if number is None else -number

    return run


def denied(inner: Step) -> Step:
    """The opposite of a condition."""
    return lambda scope: not truth(inner(scope))


def arithmetic(left: Step, op: type[ast.operator], right: Step) -> Step:
    """A + B and its kin; a day plus or minus a span is a day, a day minus a day is a count of days."""
    work = ARITHMETIC[op]
    sign = {ast.Add: 1, ast.Sub: -1}.get(op)

    def run(scope: Scope) -> Value:
        one, two = left(scope), right(scope)
        if isinstance(two, Span) and sign:
            day = _day(one, scope)
            return None if day is None else two.after(day, sign=sign)
        if sign == -1 and (isinstance(one, date) or isinstance(two, date)):
            later, earlier = _day(one, scope), _day(two, scope)
            return None if later is None or earlier is None else Decimal((later - earlier).days)
        first, second = _number(one, scope), _number(two, scope)
        return None if first is None or second is None else work(first, second)

    return run


def joined(parts: list[Step], *, is_and: bool) -> Step:
    """A and B, A or B, with as many parts as there are."""

    def run(scope: Scope) -> Value:
        if is_and:
            return all(truth(part(scope)) for part in parts)
        return any(truth(part(scope)) for part in parts)

    return run


def compared(left: Step, op: ast.cmpop, right: Step) -> Step:
    """A < B and its kin, and A in (B, C): as days when either is a day, else as numbers or texts."""

    def run(scope: Scope) -> Value:
        one, two = left(scope), right(scope)
        match op:
            case ast.In() | ast.NotIn() if isinstance(two, list):
                return any(_same(one, each, scope) for each in two) == isinstance(op, ast.In)
            case ast.Eq() | ast.NotEq():
                return _same(one, two, scope) == isinstance(op, ast.Eq)
            case ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE():
                as_what = _day if isinstance(one, date) or isinstance(two, date) else _number
                first, second = as_what(one, scope), as_what(two, scope)
                return first is not None and second is not None and _ORDER[type(op)](first, second)
            case _:
                raise BadCellError("compares in a way that the language does not have")

    return run


def _same(one: Value, two: Value, scope: Scope) -> bool:
    if isinstance(one, Span | list) or isinstance(two, Span | list):
        raise BadCellError("compares things that are not values")
    if isinstance(one, Decimal) or isinstance(two, Decimal):
        return _number(one, scope) == _number(two, scope)
    if isinstance(one, date) or isinstance(two, date):
        return _day(one, scope) == _day(two, scope)
    return text_of(one) == text_of(two)


def chosen(test: Step, body: Step, other: Step) -> Step:
    """A if B else C."""
    return lambda scope: body(scope) if truth(test(scope)) else other(scope)


def picked(items: Step, index: Step) -> Step:
    """[A, B][N], counted from 0."""

    def run(scope: Scope) -> Value:
        place, choices = _number(index(scope), scope), items(scope)
        if place is None or not isinstance(choices, list):
            return None
        if not 0 <= place < len(choices):
            raise BadCellError(f"asks for item {place} of a list of {len(choices)}, counted from 0")
        return choices[int(place)]

    return run


def called(name: str, arguments: list[Step]) -> Step:
    """One of the language's functions."""

    def run(scope: Scope) -> Value:
        if name == "first":
            return next((v for argument in arguments if not _is_empty(v := argument(scope))), None)
        values = [argument(scope) for argument in arguments]
        if name == "date":
            return _day(values[0], scope)
        numbers = [n for n in (_number(v, scope) for v in values) if n is not None]
        if len(numbers) < len(values):
            return None
        match name:
            case "min" | "max":
                return min(numbers) if name == "min" else max(numbers)
            case "number":
                return numbers[0]
            case _:
                return _span(name, numbers[0])

    return run


def _is_empty(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _span(name: str, length: Decimal) -> Span:
    if length != length.to_integral_value() or abs(length) > _MOST_DAYS:
        raise BadCellError(f"{name}({length}) is not a sensible whole number of {name}")
    return Span(days=int(length)) if name == "days" else Span(months=int(length))
