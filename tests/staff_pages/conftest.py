"""A ledger on SQLite for pages."""

from pathlib import Path

import pytest

from tests.conftest import on_sqlite


@pytest.fixture
def ledger_url(tmp_path: Path, sqlite_template: Path) -> str:
    """On SQLite alone: pages say nothing of databases, and what they read is tested on both."""
    return on_sqlite(tmp_path, template=sqlite_template)
