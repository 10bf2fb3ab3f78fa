"""A small part of every experiment that is quick; `make chaos` runs them whole."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DEADLY = (
    *("after_plan_commit", "after_claim_commit", "request_written", "accepted_by_the_vendor", "before_record_commit"),
    *("evidence_append", "inbox_apply", "wake_up", "after_payment_close", "reconcile_read", "before_reconcile_write"),
)
"""One of each kind; the long run dies at all of them, and by email and a desk too."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def tallies(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """What the command finds; as a process of its own, because it forks and a test run has threads."""
    file = folder / "chaos.json"
    ran = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *arguments, "--json", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found: list[dict[str, Any]] = json.loads(file.read_text())
    return found


def test_a_process_may_die_in_the_middle_of_a_text_message(tmp_path: Path) -> None:
    """Another one goes on: nobody is written to twice, and nothing that was accepted is forgotten."""
    (tally,) = tallies(tmp_path, "--points", *DEADLY, "--ways", "sms", "--only-sqlite")
    assert tally["runs"] == len(DEADLY)
    assert (tally["lost"], tally["duplicates"], tally["unknown_left"], tally["amiss"]) == (0, 0, 0, [])


def test_webhooks_races_and_clocks_do_no_harm(tmp_path: Path) -> None:
    """Forged ones change nothing, who committed first counts, and no zone's change of clocks brings a late message."""
    found = tallies(tmp_path, "--webhooks", "--races", "--clock", "--share", "0.05")
    assert [tally["experiment"] for tally in found] == ["webhooks", "races", "clock"]
    assert all(tally["is_clean"] and tally["runs"] > 0 for tally in found)


def test_vendors_may_misbehave(tmp_path: Path) -> None:
    """Each fault of each vendor twice; only a mail of which no event ever came stays unknown, and a person is asked."""
    (tally,) = tallies(tmp_path, "--provider", "--share", "0.01")
    assert tally["is_clean"]
    assert set(tally["unknown_why"]) <= {"email: a person is asked"}
