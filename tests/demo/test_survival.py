"""A demo whose worker and whose Prefect are killed in the middle."""

from pathlib import Path

import pytest

from tests.demo.running import demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_demo_survives_the_death_of_its_worker_and_of_prefect_with_its_database(tmp_path: Path) -> None:
    """Kill -9 the worker, then the server, whose database is deleted: every journey goes on, nothing twice."""
    with demo(tmp_path, "--loans", "6", "--days", "14", "--pace", "0.3", "--seed", "5") as running:
        # Day 0: the journeys have opened; the worker dies with whatever it holds.
        running.read_until("day   0")
        assert running.kill("prefect worker start") > 0
        # Day 10: the server dies, and its database is gone for good.
        running.read_until("day  10")
        assert running.kill("prefect server start") > 0
        for file in (running.home / "prefect").glob("prefect.db*"):
            file.unlink()
        summary = running.summary()
    assert summary["duplicates"] == 0
    assert summary["accepts_agree"] is True
    assert summary["reconciles"] is True
    assert summary["invariants_broken"] == {}
    assert summary["restarts"] >= 2
    assert sum(summary["journeys"]["by_state"].values()) == 6
