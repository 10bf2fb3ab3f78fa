"""The sentences that packs require are told before a message is written, and found in it afterwards."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from policy.compliance.case import Case
from policy.compliance.history import Direction, Medium, Sent
from policy.compliance.judging import judge
from policy.compliance.question import Asked, Question
from policy.compliance.stacking import stack
from policy.compliance.words import elements_said, words_to_add

AGENCY = stack(["us-federal-regf"], role="third_party")
LENDER = stack(["us-federal-regf"], role="first_party")
NOON = datetime(2026, 4, 8, 16, tzinfo=UTC)
FIRST = "This is an attempt to collect a debt. Any information obtained will be used for that purpose."
LATER = "This communication is from a debt collector."
NEW = Case(zone=ZoneInfo("America/New_York"), debts=frozenset({"D1"}))
KNOWN = Case(
    zone=ZoneInfo("America/New_York"),
    debts=frozenset({"D1"}),
    history=(Sent(at=datetime(2026, 4, 1, 16, tzinfo=UTC), direction=Direction.OUT, medium=Medium.EMAIL),),
)


def asking(*, language: str = "en", elements: frozenset[str] | None = None) -> Question:
    """May this email be sent?"""
    return Question(at=NOON, action=Asked.EMAIL, debts=frozenset({"D1"}), language=language, elements=elements)


class TestWordsToAdd:
    """The words to add..."""

    def test_are_the_first_disclosure_and_then_the_later_one(self) -> None:
        """... are those of the occasion."""
        assert words_to_add(NEW, asking(), AGENCY) == (FIRST,)
        assert words_to_add(KNOWN, asking(), AGENCY) == (LATER,)

    def test_are_in_the_language_of_the_message(self) -> None:
        """... are in its language, as 1006.18(e)(4) wants; in English where the pack has no other."""
        assert "催收债务" in words_to_add(NEW, asking(language="zh"), AGENCY)[0]
        assert words_to_add(NEW, asking(language="es"), AGENCY) == (FIRST,)

    def test_are_none_for_a_lender_in_its_own_name(self) -> None:
        """... are none where they would not be true."""
        assert words_to_add(NEW, asking(), LENDER) == ()

    def test_are_none_once_the_text_says_them(self) -> None:
        """... are none once they are there."""
        said = elements_said(f"Dear Sam,\n{FIRST.upper()}", asking(), AGENCY)
        assert words_to_add(NEW, asking(elements=said), AGENCY) == ()


class TestAtTheClaim:
    """At the claim..."""

    def test_a_text_without_the_disclosure_is_held_back(self) -> None:
        """... what lacks it waits, and the section is named."""
        verdict = judge(NEW, asking(elements=frozenset({"opt_out"})), AGENCY)
        assert verdict.decided_by is not None
        assert verdict.decided_by.citation == "1006.18(e)(1)"

    def test_a_text_with_it_goes(self) -> None:
        """... what has it goes."""
        said = elements_said(FIRST, asking(), AGENCY) | {"opt_out"}
        assert judge(NEW, asking(elements=said), AGENCY).is_allowed

    def test_a_text_without_a_way_out_is_forbidden(self) -> None:
        """... what has no way to opt out never goes."""
        said = elements_said(FIRST, asking(), AGENCY)
        verdict = judge(NEW, asking(elements=said), AGENCY)
        assert verdict.decided_by is not None
        assert verdict.decided_by.citation == "1006.6(e)"
