"""A wake-up function for the worker's tests: it fails the first time and never has anything to wake."""

import os
from pathlib import Path

from tests.worker.sample_flows import read, write


def wake_ups() -> int:
    """Note the call; the first one fails."""
    page = os.environ["DUECOURSE_TEST_PAGE"]
    write(page, "asked")
    if len(read(Path(page))) == 1:
        raise OSError("the outbox is locked")
    return 0
