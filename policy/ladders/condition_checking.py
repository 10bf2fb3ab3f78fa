"""A condition's mistakes told as problems, for every data file that has a `when:`."""

from collections.abc import Mapping

from policy.files.document import Document, Place
from policy.files.problem import Problem, nearest, quoted
from policy.ladders.condition import FactValue, UnknownFact, UnreadableCondition, read_condition


def condition_problems(
    text: str | None, *, place: Place, document: Document, samples: Mapping[str, FactValue]
) -> list[Problem]:
    """What is wrong with a condition (None: there is none, and nothing is wrong).

    samples: a value of the right kind for every known fact, on which the condition is tried.
    """
    known = frozenset(samples)
    try:
        if text is not None:
            read_condition(text, known=known).holds(samples)
    except UnknownFact as error:
        name = str(error).split("'")[1]
        return [document.problem(place, what=f"'when': unknown fact '{name}'", remedy=nearest(name, known=known))]
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        told = str(error) if isinstance(error, UnreadableCondition) else f"cannot read {quoted(text)}"
        remedy = "use facts, whole numbers, text in quotes, comparisons, `and`, `or`, `not` and `in`"
        return [document.problem(place, what=f"'when': {told}", remedy=remedy)]
    return []
