"""`python -m simulation.sandbox`: serve the sandbox as a process of its own."""

import argparse
from datetime import datetime
from pathlib import Path

from simulation.sandbox.serving import serve
from simulation.sandbox.settings import SandboxSettings

START = "2026-01-05T08:00:00+00:00"


def main() -> None:
    """Read the command line and serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m simulation.sandbox", description="Pretend vendors on 127.0.0.1.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="its SQLite file; it survives a restart")
    parser.add_argument("--callback-base", help="the product's address for replies and email events")
    parser.add_argument("--seed", type=int, default=1, help="the pretend borrowers' chance")
    parser.add_argument("--start", default=START, help="the time until it is first moved (ISO 8601 with an offset)")
    given = parser.parse_args()
    start = datetime.fromisoformat(given.start)
    if start.tzinfo is None:
        parser.error("--start needs an offset from UTC")
    settings = SandboxSettings(
        state=given.state, clock=lambda: start, seed=given.seed, callback_base=given.callback_base
    )
    serve(settings, port=given.port)


if __name__ == "__main__":
    main()
