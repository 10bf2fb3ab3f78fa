"""How much memory this process has held at most."""

import re
import resource
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_mb() -> float:
    """Resident memory in MB (1024 x 1024 bytes).

    On Linux it is the kernel's own high-water mark of this program: `getrusage` also counts what the process that
    started it had held.
    """
    if STATUS.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="ascii"))):
        return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
