"""The nightly signing: what Prefect runs closes the days that are over."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deployments.clock import machine_now
from flows.evidence_roots import evidence_roots
from ledger.database import Ledger
from ledger.evidence.checking import check
from ledger.evidence.roots import Custody
from ledger.evidence.signing import public_file, public_keys, signing_key, write_signing_key
from tasks.surroundings import surround, surroundings

pytestmark = pytest.mark.slow


def test_signs_what_is_over_and_nothing_twice(books: Ledger, tmp_path: Path) -> None:
    """Two days later there are two roots, or three where midnight passed meanwhile; a second run signs none."""
    key = tmp_path / "evidence.key"
    write_signing_key(key)
    later = machine_now() + timedelta(days=2)
    custody = Custody(lambda: signing_key(key), tmp_path / "roots")
    around = replace(surroundings(), clock=lambda: later, custody=custody)
    surround(lambda: around)
    assert evidence_roots() in {2, 3}
    assert evidence_roots() == 0
    proof = check(books, keys=public_keys(public_file(key)), exported=tmp_path / "roots")
    assert proof.is_sound, proof.flaws
    assert proof.not_covered == 0
