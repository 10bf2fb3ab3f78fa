"""YAML whose every key knows its line, and pydantic's complaints told as file, line, key and remedy."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class MappingError(ValueError):
    """A mapping file cannot be used as it is written."""

    def __init__(self, path: Path, line: int, key: str, problem: str) -> None:
        super().__init__(f"{path}:{line}: {key + ': ' if key else ''}{problem}")
        self.path = path
        self.line = line
        self.key = key
        self.problem = problem


@dataclass(frozen=True, slots=True)
class LocatedYaml:
    """A YAML mapping as plain data (every scalar a text, so that NO stays Norway) with the line of every place."""

    path: Path
    data: dict[str, object]
    lines: dict[Place, int]

    def line_of(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def located(path: Path) -> LocatedYaml:
    """Read a YAML file.

    Raises:
        MappingError: the file cannot be opened, is not YAML, is not a mapping, or says a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=yaml.BaseLoader)  # makes nothing but texts
    except OSError as error:
        raise MappingError(path, 1, "", f"cannot be opened ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise MappingError(path, 1, "", "is not UTF-8 text; save the mapping as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (
            f"is not YAML here ({error.problem}); check the indentation, and quote texts with a colon or a backtick"
        )
        raise MappingError(path, line, "", problem) from None
    except (yaml.YAMLError, RecursionError):
        raise MappingError(path, 1, "", "is not YAML; save it as plain text") from None
    lines: dict[Place, int] = {}
    try:
        data = _plain(path, root, (), lines)
    except RecursionError:
        raise MappingError(path, 1, "", "is nested without end; leave out the anchors (&) and aliases (*)") from None
    if not isinstance(data, dict):
        raise MappingError(path, 1, "", "holds no mapping; begin with kind: loans or kind: payments")
    return LocatedYaml(path=path, data=data, lines=lines)


def checked(document: LocatedYaml, model: type[Model]) -> Model:
    """Make the model of the data.

    Raises:
        MappingError: for the first unknown key, else for the first thing that does not fit.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = [(document.line_of(_place(e)), e) for e in error.errors(include_url=False)]
    # A misspelt key comes first, because it explains why another is missing.
    line, first = min(found, key=lambda pair: (pair[1]["type"] != "extra_forbidden", pair[0]))
    place = _place(first)
    raise MappingError(document.path, line, ".".join(map(str, place)), _problem(first, model))


def _plain(path: Path, node: yaml.Node | None, place: Place, lines: dict[Place, int]) -> object:
    if node is None:
        return None
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(path, child, (*place, i), lines) for i, child in enumerate(node.value)]
    data: dict[str, object] = {}
    for key_node, child in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in data:
            raise MappingError(
                path, line, ".".join(map(str, (*place, key))), "stands here a second time; keep one of the two"
            )
        lines[*place, key] = line
        data[key] = _plain(path, child, (*place, key), lines)
    return data


def _place(error: ErrorDetails) -> Place:
    return tuple(part for part in error["loc"] if part != "[key]")


def _problem(error: ErrorDetails, model: type[BaseModel]) -> str:
    match error["type"]:
        case "extra_forbidden":
            known = sorted(_keys_at(model, error["loc"][:-1]))
            near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
            return "is not a key of a mapping; " + (
                f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            )
        case "missing":
            return "is required; add it"
        case "value_error":
            return str(error.get("ctx", {}).get("error", error["msg"]))
        case _:
            return f"{error['msg'][:1].lower()}{error['msg'][1:]}; found {str(error['input'])[:60]!r}"


def _keys_at(model: type[BaseModel], place: tuple[str | int, ...]) -> set[str]:
    """The keys that a model has at a place inside it, found by following its annotations."""
    current: type[BaseModel] | None = model
    for part in place:
        if isinstance(part, str) and current and part in current.model_fields:
            current = _model_in(current.model_fields[part].annotation)
    return set(current.model_fields) if current else set()


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)
