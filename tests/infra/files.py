"""Reads the files of infra/ as data."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
SETTING = re.compile(r"(?<![A-Z_/])(?:PREFECT|DUECOURSE)_[A-Z0-9_]*[A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile, with its continuation lines joined."""

    name: str
    text: str


@cache
def dockerfile() -> tuple[Instruction, ...]:
    """The instructions of the Dockerfile, in order."""
    lines = [line for line in (INFRA / "Dockerfile").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    parted = [line.partition(" ") for line in joined.splitlines() if line.strip()]
    return tuple(Instruction(name, text.strip()) for name, _, text in parted)


def instructions(name: str) -> list[str]:
    """What stands behind every instruction of that name."""
    return [one.text for one in dockerfile() if one.name == name]


@cache
def compose() -> dict[str, Any]:
    """The compose file, with its anchors followed."""
    read: dict[str, Any] = yaml.safe_load((INFRA / "compose.yaml").read_text(encoding="utf-8"))
    return read


def services() -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def runs_once(service: dict[str, Any]) -> bool:
    """Whether a service ends by itself."""
    return str(service["restart"]).startswith("on-failure")


def names_of_settings() -> set[str]:
    """Every name of a setting, of Prefect or our own, anywhere in infra/."""
    texts = [path.read_text(encoding="utf-8") for path in INFRA.iterdir() if path.is_file()]
    found = {name for text in texts for name in SETTING.findall(text)}
    return found | {f"DUECOURSE_{name}" for name in _names_in_a_loop(INFRA / "make-secrets.sh")}


def _names_in_a_loop(script: Path) -> list[str]:
    loop = re.search(r"for name in ([A-Z_ ]+);", script.read_text(encoding="utf-8"))
    assert loop is not None
    return loop[1].split()
