"""A small part of every experiment that is quick; `make chaos` runs them whole."""

import json
import subprocess
import sys
from typing import Any

import pytest

DEADLY = (
    *("after_plan_commit", "after_claim_commit", "request_written", "accepted_by_the_vendor", "before_record_commit"),
    *("evidence_append", "inbox_apply", "wake_up", "after_payment_close", "reconcile_read", "before_reconcile_write"),
)
"""One of each kind; the long run dies at all of them by every way."""
DEADLY_BY_OTHERS = ("inbox_apply:desk", "after_batch_commit:email_cancellable", "reconcile_read:email_cancellable")
QUICK = ("--webhooks", "--races", "--clock", "--provider")
SHARES = ("0.05", "provider=0.005")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def tallies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the command finds; as a process of its own, because it forks and a test run has threads."""
    file = tmp_path_factory.mktemp("chaos") / "chaos.json"
    command = [sys.executable, "-m", "tests.chaos", "--points", *DEADLY, *DEADLY_BY_OTHERS, "--ways", "sms"]
    command += [*QUICK, "--share", *SHARES]
    ran = subprocess.run([*command, "--json", str(file)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return {tally["experiment"]: tally for tally in json.loads(file.read_text())}


def test_a_process_may_die_in_the_middle_of_a_contact(tallies: dict[str, dict[str, Any]]) -> None:
    """Another one goes on: nobody is written to twice, and nothing that was accepted is forgotten."""
    tally = tallies["points"]
    deaths = {f"{point}:{way}" for point, ways in tally["details"]["deaths"].items() for way, n in ways.items() if n}
    assert deaths == {*(f"{point}:sms" for point in DEADLY), *DEADLY_BY_OTHERS}
    assert (tally["lost"], tally["duplicates"], tally["unknown_left"], tally["amiss"]) == (0, 0, 0, [])


@pytest.mark.parametrize("experiment", ["webhooks", "races", "clock"])
def test_webhooks_races_and_clocks_do_no_harm(tallies: dict[str, dict[str, Any]], experiment: str) -> None:
    """Forged ones change nothing, who committed first counts, and no zone's change of clocks brings a late message."""
    assert tallies[experiment]["is_clean"]
    assert tallies[experiment]["runs"] > 0


def test_vendors_may_misbehave(tallies: dict[str, dict[str, Any]]) -> None:
    """Each fault by each way; only a mail of which no event ever came stays unknown, and a person is asked."""
    assert tallies["provider"]["is_clean"]
    assert set(tallies["provider"]["unknown_why"]) <= {"email: a person is asked"}
