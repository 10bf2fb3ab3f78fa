"""How a borrower can be reached."""

import pytest

from domain.action import Action
from domain.borrower import KINDS_FOR, Borrower, BorrowerId, ContactKind, ContactPoint, ContactPointId, ContactState


def borrower(*points: tuple[ContactKind, ContactState]) -> Borrower:
    """A borrower with contact points, oldest first."""
    numbered = tuple(ContactPoint(ContactPointId(str(i)), kind, state) for i, (kind, state) in enumerate(points))
    return Borrower(BorrowerId("b"), "UTC", "en", "GB", numbered)


class TestReachableBy:
    """The contact point for an action."""

    def test_prefers_a_verified_number_to_an_older_one(self) -> None:
        """Who confirmed a number wants to be reached there."""
        two = borrower(
            (ContactKind.MOBILE, ContactState.UNVERIFIED), (ContactKind.MOBILE, ContactState.VERIFIED)
        ).reachable_by(Action.SMS)
        assert two is not None
        assert two.id == "1"

    def test_takes_the_oldest_of_equals(self) -> None:
        """The choice does not depend on chance."""
        two = borrower(*[(ContactKind.LANDLINE, ContactState.UNVERIFIED)] * 2).reachable_by(Action.CALLBACK)
        assert two is not None
        assert two.id == "0"

    @pytest.mark.parametrize("state", sorted(set(ContactState) - {ContactState.UNVERIFIED, ContactState.VERIFIED}))
    def test_leaves_a_spoiled_number_alone(self, state: ContactState) -> None:
        """Bad, somebody else's, or opted out."""
        assert borrower((ContactKind.MOBILE, state)).reachable_by(Action.SMS) is None

    @pytest.mark.parametrize("action", Action)
    def test_uses_only_the_kinds_that_fit(self, action: Action) -> None:
        """Every action says what it needs; one that needs nothing has no contact point."""
        for kind in ContactKind:
            point = borrower((kind, ContactState.VERIFIED)).reachable_by(action)
            assert (point is not None) == (kind in KINDS_FOR[action])
