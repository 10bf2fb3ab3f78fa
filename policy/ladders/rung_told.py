"""Saying in which rung of a ladder's file a mistake is, beside its line."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from policy.files.document import read_document
from policy.files.problem import Problem, UnreadableFile, quoted


def with_rungs(problems: Iterable[Problem], *, text: str) -> list[Problem]:
    """The same problems of a ladder's text; those within a rung that has a name say which one."""
    try:
        document = read_document(text, file="")
    except UnreadableFile:
        return list(problems)
    data = document.data if isinstance(document.data, Mapping) else {}
    rungs = data.get("rungs")
    starts: list[tuple[int, object]] = [(document.line((str(key),)), None) for key in data]
    if isinstance(rungs, list):
        starts += [(document.line(("rungs", position)), rung) for position, rung in enumerate(rungs)]
    starts.sort(key=lambda start: start[0])
    return [_in(problem, starts) for problem in problems]


def _in(problem: Problem, starts: list[tuple[int, object]]) -> Problem:
    before = [part for line, part in starts if line <= problem.line]
    rung = before[-1] if before else None
    name = rung.get("name") if isinstance(rung, Mapping) else None
    return replace(problem, what=f"rung {quoted(name)}: {problem.what}") if isinstance(name, str) else problem
