"""A YAML document that remembers on which line each of its values stands.

It is deliberately less than YAML: no aliases, no tags, no repeated keys, and only `true`, `false`, `null` and numbers
are anything but text (so `09:00` and `no` mean what they look like).
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from policy.files.problem import Problem, UnreadableFile

Place = tuple[str | int, ...]
MOST_VALUES, DEEPEST = 2_000_000, 100

MERGE = "<<"
"""The key under which a mapping takes over the keys of another that it does not have itself."""
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
WHOLE_NUMBER = re.compile(r"[-+]?[0-9]{1,18}")
NUMBER = re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,3})?")
# Characters that YAML would fold, or not read back, when the text is written as one line of JSON.
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says (`data`), and on which line it says so (`lines`, by the path of keys and positions)."""

    file: str
    data: object
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of a value's key, or of the nearest thing around it that the file has."""
        known = place
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)

    def problem(self, place: Place, *, what: str, remedy: str) -> Problem:
        """A problem with the value at a place."""
        return Problem(file=self.file, line=self.line(place), what=what, remedy=remedy)


def read_document(text: str, *, file: str, aliases: Literal["refused", "followed"] = "refused") -> Document:
    """Read one YAML document; `file` is the name that its problems are told with.

    aliases: a file that people publish says each thing where it stands; one that a program wrote may refer back.
    Raises UnreadableFile, with every problem that was found.
    """
    try:
        problems = _refused_parts(text, file=file, aliases=aliases)
        root = yaml.compose(text, Loader=_PlainLoader) if not problems else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = error.problem or error.context or "cannot be understood"
        remedy = "mend the YAML (indentation, quotes, brackets)"
        raise UnreadableFile([Problem(file, mark.line + 1 if mark else 1, told, remedy)]) from error
    except yaml.YAMLError as error:
        raise UnreadableFile([Problem(file, 1, str(error), "save the file as plain UTF-8 text")]) from error
    reader = _Reader(file=file, lines={}, problems=problems, aliases=aliases)
    try:
        data = reader.value(root, place=()) if root is not None else None
    except (RecursionError, _TooLarge) as error:
        told = "refers back to itself, or to more than anybody could read"
        raise UnreadableFile([Problem(file, 1, told, "write the values out")]) from error
    if reader.problems:
        raise UnreadableFile(reader.problems)
    return Document(file=file, data=data, lines=reader.lines)


def text_of(path: Path) -> str:
    """The text of a data file; raises UnreadableFile when it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        told = f"cannot be opened ({error.strerror or error})"
        raise UnreadableFile([Problem(str(path), 1, told, "check the path")]) from error
    except UnicodeDecodeError as error:
        told = f"is not UTF-8 text (byte {error.start})"
        raise UnreadableFile([Problem(str(path), 1, told, "save the file as UTF-8")]) from error


def canonical_json(data: object) -> str:
    """One text for one content: sorted keys, no spaces. It is YAML as well, and reads back to the same content."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(data: object) -> str:
    """SHA-256, in hex, of the canonical JSON: comments, quoting and the order of keys do not move it."""
    return hashlib.sha256(canonical_json(data).encode()).hexdigest()


class _PlainLoader(yaml.CSafeLoader):
    """Gives every scalar as text; `_Reader` says which are more than that."""

    yaml_implicit_resolvers: dict[str, object] = {}  # noqa: RUF012 - PyYAML's own way of switching its guesses off


def _refused_parts(text: str, *, file: str, aliases: Literal["refused", "followed"]) -> list[Problem]:
    problems = []
    documents = depth = 0
    for event in yaml.parse(text, Loader=_PlainLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return [Problem(file, line, "is nested too deeply", "take brackets out")]
        if aliases == "refused" and (isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)):
            problems.append(
                Problem(file, line, "an alias or anchor (`*`, `&`)", "write the value out, or quote the text")
            )
        elif getattr(event, "tag", None):
            problems.append(Problem(file, line, "a tag (`!`)", "take it out, or quote the text"))
        elif isinstance(event, yaml.DocumentStartEvent) and documents > 1:
            problems.append(Problem(file, line, "a second document (`---`)", "put it into a file of its own"))
    return problems


class _TooLarge(Exception):
    """A few lines that refer back and forth stand for more values than a file may hold."""


@dataclass(frozen=True, slots=True)
class _Reader:
    file: str
    lines: dict[Place, int]
    problems: list[Problem]
    aliases: Literal["refused", "followed"]

    def value(self, node: yaml.Node, *, place: Place) -> object:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if len(self.lines) > MOST_VALUES:
            raise _TooLarge
        match node:
            case yaml.MappingNode():
                return self._mapping(node, place=place)
            case yaml.SequenceNode():
                return [self.value(item, place=(*place, i)) for i, item in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node, line=line)
            case _:
                raise AssertionError(node)

    def _mapping(self, node: yaml.MappingNode, *, place: Place) -> dict[str, object]:
        found: dict[str, object] = {}
        bases: list[yaml.MappingNode] = []
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(Problem(self.file, line, "a key that is not a word", "write `key: value`"))
                continue
            name = str(self._text(key.value, line=line))
            if self.aliases == "followed" and name == MERGE and isinstance(value, yaml.MappingNode):
                bases.append(value)
                continue
            if name in found:
                self.problems.append(Problem(self.file, line, f"the key '{name}' twice", "keep one of them"))
            self.lines.setdefault((*place, name), line)
            found[name] = self.value(value, place=(*place, name))
        for base in bases:
            found = {**self._mapping(base, place=place), **found}
        return found

    def _scalar(self, node: yaml.ScalarNode, *, line: int) -> object:
        text = self._text(node.value, line=line)
        if node.style:
            return text
        if text.lower() in WORDS:
            return WORDS[text.lower()]
        if WHOLE_NUMBER.fullmatch(text):
            return int(text)
        if NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
            return number
        return text

    def _text(self, text: str, *, line: int) -> str:
        if UNWRITABLE.search(text):
            self.problems.append(Problem(self.file, line, "a control character", "take it out"))
        return text
