"""An archive on each database."""

from pathlib import Path

import pytest

from ledger.database import Ledger
from tests.evidence.archive import Archive, an_archive


@pytest.fixture
def archive(ledger: Ledger, tmp_path: Path) -> Archive:
    """A ledger whose evidence is sound."""
    made = an_archive(ledger, tmp_path)
    assert made.flaws() == []
    return made


@pytest.fixture
def sqlite_only(request: pytest.FixtureRequest) -> None:
    """For proofs about a file."""
    if "postgresql" in request.node.name:
        pytest.skip("PostgreSQL keeps its files to itself")
