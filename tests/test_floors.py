"""The folders, the import contracts and the package list tell the same story, so that no new folder escapes them."""

import ast
import configparser
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOUSES = (
    *("domain", "policy", "ledger", "connectors", "reports", "simulation", "tasks", "flows", "console"),
    *("deployments", "infra", "tests", "benchmarks", "docs"),
)
NOT_ON_A_FLOOR = {"infra", "tests", "benchmarks", "docs"}


def _folders() -> set[str]:
    return {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith((".", "demo-", "duecourse."))}


def _contracts() -> configparser.ConfigParser:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    return contracts


def test_the_top_level_holds_the_houses_and_nothing_else() -> None:
    """A new folder needs a floor first."""
    assert {f for f in _folders() if any((ROOT / f).iterdir()) and f != "build"} == set(HOUSES)


def test_every_house_stands_on_a_floor() -> None:
    """The floors' contract names each package of the product once."""
    layers = _contracts()["importlinter:contract:floors"]["layers"]
    on_floors = [name for line in layers.split() for name in line.split("|") if name not in {":", "|", ""}]
    assert sorted(on_floors) == sorted(set(HOUSES) - NOT_ON_A_FLOOR)
    assert sorted(_contracts()["importlinter"]["root_packages"].split()) == sorted(on_floors)


def test_every_house_is_part_of_the_package() -> None:
    """What stands on a floor is installed; proofs, benchmarks and pages are not."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = settings["tool"]["setuptools"]["packages"]["find"]["include"]
    assert sorted(name.rstrip("*") for name in included) == sorted(set(HOUSES) - NOT_ON_A_FLOOR)


def test_every_house_opens_by_saying_what_lives_there() -> None:
    """A package by its docstring, a folder of pages or containers by its README."""
    for house in HOUSES:
        opening = ROOT / house / "__init__.py"
        if opening.exists():
            assert ast.get_docstring(ast.parse(opening.read_text())), house
        else:
            assert (ROOT / house / "README.md").read_text().startswith("# "), house


def test_no_house_is_named_after_a_standard_module_or_a_vague_word() -> None:
    """`utils` is where things go to be lost."""
    import sys  # noqa: PLC0415 - only for the names of the standard library

    vague = {"utils", "helpers", "manager", "service", "common", "core", "misc"}
    assert not _folders() & (vague | set(sys.stdlib_module_names))
    assert not [p for p in ROOT.rglob("*.py") if ".venv" not in p.parts and p.stem in vague]
