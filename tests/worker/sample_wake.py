"""Wake-up functions for the worker's tests: none of them ever has anything to wake."""

import os
import threading
from pathlib import Path

from tests.worker.sample_flows import read, write


def wake_ups() -> int:
    """Note the call; the first one fails."""
    page = os.environ["DUECOURSE_TEST_PAGE"]
    write(page, "asked")
    if len(read(Path(page))) == 1:
        raise OSError("the outbox is locked")
    return 0


def slow_wake_up() -> int:
    """Take as long as its page does not say `go`."""
    page = os.environ["DUECOURSE_TEST_PAGE"]
    write(page, "begins")
    while "go" not in read(Path(page)):
        threading.Event().wait(0.05)
    write(page, "ends")
    return 0
