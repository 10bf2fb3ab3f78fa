"""What the doctor says of the evidence."""

from datetime import timedelta

from deployments.doctor import examine
from deployments.finding import Light
from tests.cli.stage import MONDAY, Driven
from tests.ledger.unguarded import unguard


def _said() -> list[tuple[Light, str]]:
    return [(finding.light, finding.says) for finding in examine() if finding.about == "evidence"]


def test_the_key_the_last_day_and_the_triggers(driven: Driven) -> None:
    """No key and no signed day; then all is well; then somebody took the triggers off."""
    driven.set_time(MONDAY + timedelta(days=4))
    assert [light for light, _ in _said()] == [Light.YELLOW, Light.YELLOW]
    assert "no day is signed" in _said()[1][1]
    driven.answer("evidence", "close-days")
    assert [light for light, _ in _said()] == [Light.GREEN]
    driven.set_time(MONDAY + timedelta(days=9))
    assert _said()[1] == (Light.YELLOW, "the last signed day is 2026-01-08")
    (driven.folder / ".duecourse" / "evidence.key").chmod(0o644)
    unguard(driven.ledger)
    assert [light for light, _ in _said()] == [Light.RED, Light.RED, Light.YELLOW]
