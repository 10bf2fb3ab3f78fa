"""Every test here has a lender with a folder of its own."""

from pathlib import Path

import pytest

from tests.book_file.lender import Lender


@pytest.fixture
def lender(tmp_path: Path) -> Lender:
    """A lender that writes into this test's folder."""
    return Lender(tmp_path)
