"""The stamp of a report: which code worked it out and from which inputs, without a look at any wall clock."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = "duecourse"
SOURCES = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Stamp:
    """version: of the installed product. code_digest: SHA-256 over the report's own source files.

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
    """SHA-256 over the names and contents of the report's source files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix in {".py", ".j2", ".css", ".js"}:
            digest.update(path.relative_to(SOURCES).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "not installed"
