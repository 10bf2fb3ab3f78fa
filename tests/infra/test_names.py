"""Every setting that the container files name is one, and every command exists."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
import typer
from prefect.settings import Settings as PrefectSettings
from prefect_redis.client import RedisMessagingSettings  # type: ignore[import-untyped]
from pydantic import AliasChoices, AliasPath, BaseModel
from pydantic_settings import BaseSettings

from deployments.settings import Settings
from deployments.worker_settings import WorkerSettings
from tests.infra.files import INFRA, instructions, names_of_settings, services

COMMANDS = [service["command"] for service in services().values() if "command" in service]
COMMANDS.append(json.loads(instructions("CMD")[0]))
IN_THE_PAGE = [["duecourse", "doctor"]]
PREFECT_COMMANDS = [command for command in COMMANDS if command[0] == "prefect"]
OUR_COMMANDS = [command for command in [*COMMANDS, *IN_THE_PAGE] if command[0] == "duecourse"]


def test_every_name_of_prefect_is_a_setting_of_the_pinned_release() -> None:
    """A setting that was renamed would be passed over in silence; here it is not."""
    named = {name for name in names_of_settings() if name.startswith("PREFECT_")}
    assert len(named) > 20
    known = {*_names(PrefectSettings), *_names(RedisMessagingSettings)}
    assert named - known == set()


def test_every_name_of_ours_is_a_setting() -> None:
    """Ours are read by the product and by its worker."""
    named = {name for name in names_of_settings() if name.startswith("DUECOURSE_")}
    assert len(named) > 15
    known = {*_names(Settings), *_names(WorkerSettings)}
    assert named - known == set()


def test_the_modules_that_settings_name_are_there() -> None:
    """Prefect loads its broker, cache, ordering and leases by the name of their module, and the worker its wake-ups."""
    for service in services().values():
        for value in service.get("environment", {}).values():
            if str(value).startswith("prefect_redis."):
                importlib.import_module(value)
    wake = services()["journey-worker"]["environment"]["DUECOURSE_WORKER_WAKE"]
    assert callable(resolve_name(wake))


@pytest.mark.slow
@pytest.mark.parametrize("command", PREFECT_COMMANDS, ids=" ".join)
def test_prefect_has_the_command(command: list[str], tmp_path: Path) -> None:
    """Its words and its options are those of the pinned release."""
    words = [word for word in command[1:] if not word.startswith("-")]
    known = _help_of_prefect(words[: _depth(command)], home=tmp_path)
    missing = [word for word in command if word.startswith("-") and word not in known.split()]
    assert missing == []


@pytest.mark.parametrize("command", OUR_COMMANDS, ids=" ".join)
def test_duecourse_has_the_command(command: list[str]) -> None:
    """Its words and its options are those of our own command line."""
    app: typer.Typer = importlib.import_module("deployments.cli.main").app
    found: Any = typer.main.get_command(app)
    for word in command[1 : 1 + _depth(command)]:
        found = found.commands[word]
    options = {option for parameter in found.params for option in parameter.opts}
    assert {word for word in command if word.startswith("--")} - options == set()
    assert found.callback is not None, "a group of commands does nothing by itself"


@pytest.mark.parametrize("script", sorted(INFRA.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_well_formed(script: Path) -> None:
    """The shell reads them without a complaint, and they stop at the first failure."""
    subprocess.run(["/bin/sh", "-n", str(script)], check=True)
    assert "set -eu" in script.read_text(encoding="utf-8")
    assert script.stat().st_mode & 0o111


def _depth(command: list[str]) -> int:
    """How many words of a command come before its options."""
    words = command[1:]
    return next((position for position, word in enumerate(words) if word.startswith("-")), len(words))


def _help_of_prefect(words: list[str], *, home: Path) -> str:
    environment = {**os.environ, "PREFECT_HOME": str(home), "COLUMNS": "300", "NO_COLOR": "1"}
    asked = [sys.executable, "-m", "prefect", *words, "--help"]
    told = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    return told.stdout


def _names(model: type[BaseModel]) -> Iterator[str]:
    """The names of the environment variables that a settings class reads, with those of the classes in it."""
    prefix = model.model_config.get("env_prefix", "") if issubclass(model, BaseSettings) else ""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseSettings):
            yield from _names(kind)
        yield f"{prefix}{name}".upper()
        yield from (alias.upper() for alias in _aliases(field.validation_alias))


def _aliases(alias: str | AliasPath | AliasChoices | None) -> list[str]:
    if isinstance(alias, AliasChoices):
        return [choice for choice in alias.choices if isinstance(choice, str)]
    return [alias] if isinstance(alias, str) else []
