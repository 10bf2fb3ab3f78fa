"""The small language in which a mapping derives values from columns: arithmetic, comparisons, dates, and nothing else.

`30 * PAY_0`, `as_of - days(30 * PAY_0)`, `STATUS in ('late', 'lost')`, `'A' if SCORE > 700 else 'B'`. A column
whose name is not a plain word stands between backticks. Python's own parser reads the text; every construct that is not
listed here is refused, nothing is ever evaluated by Python, and no attribute, call or name reaches outside the row.
"""

import ast
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.book_file.cell import BadCellError, Cell
from connectors.book_file.evaluation import (
    ARITHMETIC,
    NamedText,
    Scope,
    Span,
    Step,
    Value,
    arithmetic,
    called,
    chosen,
    compared,
    constant,
    day_of_file,
    denied,
    joined,
    listed,
    negated,
    picked,
    truth,
)

AS_OF = "as_of"
FUNCTIONS = ("days", "months", "number", "date", "min", "max", "first")
SEVERAL = frozenset({"min", "max", "first"})
_LONGEST = 4000
_QUOTED = re.compile(r"`([^`]+)`")
_LANGUAGE = (
    "write numbers, 'texts', columns (`between backticks` unless a plain word), as_of, + - * / // %, comparisons, in, "
    f"and, or, not, A if B else C, [A, B][N], and {', '.join(FUNCTIONS)}"
)


class BadExpressionError(ValueError):
    """The text is not an expression of the mapping's language."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: the columns it reads, and how to work it out for a row."""

    source: str
    columns: frozenset[str]
    _run: Step = field(repr=False, compare=False)

    def value(self, scope: Scope) -> Cell:
        """The value for a row; None when a cell that it needs is empty.

        Raises:
            BadCellError: a cell is not the number or date that the expression needs, or the sum cannot be done.
        """
        try:
            result = self._run(scope)
        except BadCellError:
            raise
        except (ArithmeticError, OverflowError, ValueError, IndexError) as error:
            raise BadCellError(f"cannot be worked out from this row ({self.source})") from error
        if isinstance(result, Span | list):
            raise BadCellError(f"gives no value ({self.source})")
        return result

    def is_true(self, scope: Scope) -> bool:
        """Whether a condition holds; one that asks about an empty cell does not."""
        return truth(self.value(scope))


def parse_expression(source: str) -> Expression:
    """Check a text and make it ready to run.

    Raises:
        BadExpressionError: it is not written in the language; the message says what is and what is not.
    """
    quoted: dict[str, str] = {}

    def stand_in(found: re.Match[str]) -> str:
        name = f"_column_{len(quoted)}"
        quoted[name] = found[1]
        return name

    plain = _QUOTED.sub(stand_in, source.strip())
    if len(plain) > _LONGEST:
        raise BadExpressionError(f"is longer than {_LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)  # 1if 2: Python would only warn of it
            tree = ast.parse(plain, mode="eval")
        parser = _Compiler(quoted)
        run = parser.step(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        why = str(error) if isinstance(error, BadExpressionError) else "cannot be read"
        raise BadExpressionError(f"{source!r} {why}; {_LANGUAGE}") from None
    return Expression(source=source, columns=frozenset(parser.columns), _run=run)


class _Compiler:
    """Turns the syntax tree into closures, refusing every node that it does not know."""

    def __init__(self, quoted: Mapping[str, str]) -> None:
        self.quoted = quoted
        self.columns: set[str] = set()

    def step(self, node: ast.expr) -> Step:  # noqa: C901, PLR0912 (one case per construct of the language)
        match node:
            case ast.Constant(value=bool()):
                return constant(bool(node.value))
            case ast.Constant(value=int() | float()):
                return constant(Decimal(str(node.value)))
            case ast.Constant(value=str(text)):
                return constant(text)
            case ast.Name(id=name):
                return self._name(name)
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                return listed([self.step(p) for p in parts])
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return negated(self.step(inner))
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return denied(self.step(inner))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                return arithmetic(self.step(left), type(op), self.step(right))
            case ast.BoolOp(op=op, values=parts):
                return joined([self.step(p) for p in parts], is_and=isinstance(op, ast.And))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return compared(self.step(left), op, self.step(right))
            case ast.IfExp(test=test, body=body, orelse=other):
                return chosen(self.step(test), self.step(body), self.step(other))
            case ast.Subscript(value=ast.List() as items, slice=index):
                return picked(self.step(items), self.step(index))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if _fits(name, len(args)):
                return called(name, [self.step(a) for a in args])
            case _:
                raise BadExpressionError("uses something that the language does not have")

    def _name(self, name: str) -> Step:
        if name == AS_OF:
            return day_of_file
        column = self.quoted.get(name, name)
        self.columns.add(column)

        def read(scope: Scope) -> Value:
            cell = scope.cells[column]
            return NamedText(cell.strip(), column) if isinstance(cell, str) else cell

        return read


def _fits(name: str, count: int) -> bool:
    return count >= 1 if name in SEVERAL else name in FUNCTIONS and count == 1
