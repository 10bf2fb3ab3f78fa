"""Addresses: when two ways of writing one are the same, and what can be sent to it."""

import pytest

from policy.compliance.addresses import is_same_address, may_be_same_address, media_of
from policy.compliance.history import Medium

OPAQUE = "12345678901234567890123456789012"


class TestTwoAddresses:
    """Two addresses..."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("a@example.com", " A@Example.COM "),
            ("+1 (555) 123-4567", "555-123-4567"),
            ("(555) 123-4567", "1 555 123 4567"),
            ("+44 20 7946 0000", "+442079460000"),
            ("cp-1", "CP-1"),
        ],
    )
    def test_are_the_same(self, one: str, other: str) -> None:
        """... are the same, however they are written."""
        assert is_same_address(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("a@example.com", "b@example.com"),
            ("555-123-4567", "555-123-4568"),
            ("+44 20 7946 0000", "20 7946 0000"),
            (OPAQUE, OPAQUE[:-1] + "3"),
            ("a@example.com", None),
        ],
    )
    def test_are_not(self, one: str, other: str | None) -> None:
        """... are not the same; of one that is not known, nobody can say, so it may be any."""
        assert not is_same_address(one, other)
        assert may_be_same_address(one, other) == (other is None)


def test_what_can_be_sent_to_an_address() -> None:
    """Mail goes to what has an @, texts to a number; of an id nobody can say."""
    assert media_of("a@example.com") == {Medium.EMAIL}
    assert media_of("(555) 123-4567") == {Medium.SMS, Medium.CHAT}
    assert media_of(OPAQUE) == {Medium.EMAIL, Medium.SMS, Medium.CHAT}
