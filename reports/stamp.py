"""The stamp of a report: which code worked it out and from which inputs, without a look at any wall clock."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = "duecourse"
FLOORS = ("domain", "policy", "ledger", "simulation", "reports")
"""The house and what it rests on: a position is derived in one of them, a simulated wait decided in another."""
ROOT = Path(__file__).parents[1]
SUFFIXES = frozenset({".py", ".yaml", ".j2", ".css", ".js"})


@dataclass(frozen=True, slots=True)
class Stamp:
    """version: of the installed product. code_digest: SHA-256 over the sources of the report and of all it rests on.

    inputs_digest: SHA-256 over everything that the report read from the ledger. Two reports with the same stamp, scope
    and assumptions are the same to the byte.
    """

    version: str
    code_digest: str
    inputs_digest: str


def stamp_of(inputs_digest: str) -> Stamp:
    """The stamp of a report on these inputs by the code that runs."""
    return Stamp(_version(), code_digest(), inputs_digest)


def together(*digests: str) -> str:
    """One digest over several."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


@cache
def code_digest() -> str:
    """SHA-256 over the names and contents of those source files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*")):
        if path.suffix in SUFFIXES:
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "not installed"
