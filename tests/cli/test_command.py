"""The command as a whole: help with examples, the version, and words instead of tracebacks."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer.main

from deployments.cli.failing import REMEDIES, words_for
from deployments.cli.main import app
from tests.cli.stage import Stage


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, child in getattr(command, "commands", {}).items():
        if hasattr(child, "commands"):
            yield from _commands(child, (*path, name))
        else:
            yield (*path, name), child


COMMANDS = dict(_commands(typer.main.get_command(app)))
LIVE = {("console",), ("sandbox",), ("demo",)}
"""Commands that run until they are ended, or show something that moves."""


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_helps_with_an_example(bare: Stage, path: tuple[str, ...]) -> None:
    """What it does, and one line to copy."""
    result = bare.run(*path, "--help")
    assert result.exit_code == 0
    assert f"Example: duecourse {' '.join(path)}" in " ".join(result.stdout.split())


@pytest.mark.parametrize("path", [p for p in COMMANDS if p not in LIVE], ids=" ".join)
def test_every_command_answers_programs_too(path: tuple[str, ...]) -> None:
    """`--json` is everywhere but on what runs until it is ended."""
    assert any("--json" in parameter.opts for parameter in COMMANDS[path].params)


def test_the_version_is_that_of_the_package(bare: Stage) -> None:
    """From the installed metadata."""
    assert bare.run("--version").stdout == f"duecourse {version('duecourse')}\n"


def test_a_command_before_there_is_a_ledger_says_how_to_make_one(bare: Stage) -> None:
    """And makes none."""
    assert "`duecourse import loans` makes it" in bare.refusal("journeys", "list")
    assert list(bare.folder.iterdir()) == []


def test_a_wrong_setting_is_named(bare: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its environment variable."""
    monkeypatch.setenv("DUECOURSE_LEASE_SECONDS", "soon")
    assert "DUECOURSE_LEASE_SECONDS" in bare.refusal("work", "list")


@pytest.mark.parametrize("error", REMEDIES, ids=lambda error: error.__name__)
def test_every_expected_error_is_told_in_words(error: type[Exception]) -> None:
    """Its message, or what its class says of itself."""
    told = error.__new__(error)
    assert words_for(told)


def test_an_error_that_nobody_expected_keeps_its_traceback() -> None:
    """It is a bug, and hiding it would help nobody."""
    assert words_for(ZeroDivisionError("a bug")) is None


def test_the_installed_command_runs_from_any_folder(tmp_path: Path) -> None:
    """A real process: an answer, an expected error without a traceback, a mistake of typing."""
    command = [str(Path(sys.executable).parent / "duecourse")]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run("sample-portfolio", "--loans", "5").returncode == 0
    missing = run("journeys", "list")
    assert (missing.returncode, "Traceback" in missing.stderr) == (1, False)
    assert run("journeys", "list", "--state", "asleep").returncode == 2
