"""A promise is kept from a share of it on."""

from datetime import UTC, date, datetime

import pytest

from domain.promise import Promise


@pytest.mark.parametrize(
    ("share", "received", "is_kept"),
    [(0.9, 89, False), (0.9, 90, True), (1.0, 99, False), (0.55, 54, False), (0.55, 55, True), (0.07, 7, True)],
)
def test_a_promise_is_kept_from_its_share_on(share: float, received: int, is_kept: bool) -> None:  # noqa: FBT001  # a table
    """Of 100, to the minor unit: 0.55 times 100 is 55 and not a little more."""
    promise = Promise("p", datetime(2026, 1, 5, tzinfo=UTC), date(2026, 1, 9), 100, received)
    assert promise.is_kept(share=share) is is_kept
