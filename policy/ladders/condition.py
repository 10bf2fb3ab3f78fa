"""The `when:` language of a rung: facts compared and combined, read by Python's own parser, never evaluated by it.

Facts are those that a payment does not move, so that paying part can never make a harsher rung apply.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

FactValue = str | int | bool
COMPARISONS: tuple[type[ast.cmpop], ...] = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)


class UnreadableCondition(ValueError):
    """The condition is not in the small language of facts, comparisons, `and`, `or`, `not` and `in`."""


class UnknownFact(UnreadableCondition):
    """The condition asks for a fact that does not exist."""

    def __init__(self, message: str, *, name: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Condition:
    """A checked condition; `text` is what the author wrote."""

    text: str

    def holds(self, facts: Mapping[str, FactValue]) -> bool:
        """Whether the condition is true of these facts (dotted names, e.g. `contactable.email`)."""
        return bool(_value(_parse(self.text), facts))


def read_condition(text: str, *, known: frozenset[str]) -> Condition:
    """Check a condition against the names of the facts that exist.

    Raises UnreadableCondition or UnknownFact, with what to write instead.
    """
    tree = _parse(text)
    for name in _names(tree):
        if name not in known:
            raise UnknownFact(f"unknown fact '{name}'; there are: {', '.join(sorted(known))}", name=name)
    _value(tree, dict.fromkeys(known, ""), probing=True)
    return Condition(text)


@lru_cache(maxsize=1024)
def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnreadableCondition(f"cannot read '{text}': {error}") from error


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name | ast.Attribute):
        return [_dotted(node)]
    return [name for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr) for name in _names(child)]


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{_dotted(value)}.{attr}"
        case _:
            raise UnreadableCondition(f"'{ast.unparse(node)}' is not the name of a fact")


def _value(node: ast.expr, facts: Mapping[str, FactValue], *, probing: bool = False) -> object:
    match node:
        case ast.Constant(value=str() | int() | bool() as value):
            return value
        case ast.Name() | ast.Attribute():
            return facts[_dotted(node)]
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item, facts, probing=probing) for item in items]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, facts, probing=probing)
        case ast.BoolOp(op=ast.And(), values=values):
            return all([bool(_value(v, facts, probing=probing)) for v in values])
        case ast.BoolOp(op=ast.Or(), values=values):
            return any([bool(_value(v, facts, probing=probing)) for v in values])
        case ast.Compare(left=left, ops=[op], comparators=[right]) if isinstance(op, COMPARISONS):
            sides = _value(left, facts, probing=probing), _value(right, facts, probing=probing)
            return True if probing else _compare(op, *sides)
        case _:
            raise UnreadableCondition(f"'{ast.unparse(node)}' is not a fact, a comparison, `and`, `or`, `not` or `in`")


def _compare(op: ast.cmpop, left: object, right: object) -> bool:
    match op:
        case ast.Eq():
            return left == right
        case ast.NotEq():
            return left != right
        case ast.In():
            return left in right if isinstance(right, list) else False
        case ast.NotIn():
            return left not in right if isinstance(right, list) else True
        case _ if isinstance(left, int) and isinstance(right, int):
            return _ordered(op, left, right)
        case _:
            raise UnreadableCondition(f"cannot order {left!r} and {right!r}: only whole numbers have an order")


def _ordered(op: ast.cmpop, left: int, right: int) -> bool:
    match op:
        case ast.Lt():
            return left < right
        case ast.LtE():
            return left <= right
        case ast.Gt():
            return left > right
        case _:
            return left >= right
