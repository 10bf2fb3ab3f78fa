"""Packs on top of each other: who decides, what is covered, and what adds nothing."""

from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from policy.compliance.case import Case
from policy.compliance.history import Call, CallOutcome, Direction, Location, LocationInfo
from policy.compliance.judging import judge
from policy.compliance.packfile import Pack
from policy.compliance.question import Asked, Question
from policy.compliance.reading import UnreadablePack, pack_named, read_pack, text_of_pack
from policy.compliance.stacking import Stack, stack

PHOENIX, NEW_YORK = ZoneInfo("America/Phoenix"), ZoneInfo("America/New_York")
CONVERSATION = CallOutcome.CONVERSATION
LATE = datetime(2026, 5, 13, 3, 40, tzinfo=UTC)
"""20:40 on 12 May in Phoenix, 23:40 in New York."""


def asked_late(packs: Stack, *, product: str = "card") -> str | None:
    """The rule that decides about a text at 20:40 in Phoenix to a number of New York."""
    elsewhere = LocationInfo(locations=(Location("mobile_area_code", "America/New_York"),))
    case = Case(
        zone=PHOENIX,
        debts=frozenset({"D1"}),
        history=(elsewhere,),
        facts=MappingProxyType({"product": product}),
    )
    verdict = judge(case, Question(at=LATE, action=Asked.SMS, debts=frozenset({"D1"})), packs)
    return None if verdict.decided_by is None else verdict.decided_by.citation


def courtesy(*changes: tuple[str, str]) -> Pack:
    """House courtesy with some of its text changed."""
    text = text_of_pack("house-courtesy")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_pack(text, file="changed.yaml")


def test_of_equal_objections_the_law_is_named_before_the_house() -> None:
    """Both end at the same instant; a borrower is told of the law."""
    assert asked_late(stack(["house-courtesy", "us-federal-regf"])) == "1006.6(b)(1)(i)"
    assert asked_late(stack(["us-federal-regf", "house-courtesy"])) == "1006.6(b)(1)(i)"


def test_a_pack_speaks_of_its_own_products_only() -> None:
    """And of every product where it names none or says any; what is not known of a debt narrows nothing."""
    pack = courtesy(("  sources:", "  applies_to: {products: [card]}\n  sources:"))
    packs = Stack((pack,))
    assert asked_late(packs, product="card") is not None
    assert asked_late(packs, product="") is not None
    assert asked_late(packs, product="mortgage") is None


def test_a_pack_that_extends_itself_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the stack comes to an end, also by way of others."""
    looped = courtesy(("  sources:", "  extends: [house-courtesy]\n  sources:"))
    monkeypatch.setattr("policy.compliance.stacking.pack_named", {"house-courtesy": looped}.__getitem__)
    assert stack(["house-courtesy"]).labels == (looped.label,)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("effective: {from: null, to: null}", "effective: {from: 2027-01-01, to: 2026-01-01}", "before it begins"),
        ("to: any}", "to: any, number_type: [moblie]}", "did you mean 'mobile'?"),
        ("to: any}", "to: any, purposes: [required_by_lawww]}", "did you mean 'required_by_law'?"),
    ],
)
def test_a_word_that_would_silence_a_rule_is_refused(old: str, new: str, told: str) -> None:
    """Otherwise the rule would never speak, and nobody would know."""
    with pytest.raises(UnreadablePack, match=told.replace("?", r"\?")):
        courtesy((old, new))


def test_shipped_packs_are_read_once() -> None:
    """The same value each time, so that judging costs no reading."""
    assert pack_named("us-federal-regf") is pack_named("us-federal-regf")


class TestTheJointMoment:
    """The moment that packs name together..."""

    def ask(self, *names: str, at: datetime, talked_at: datetime | None = None) -> datetime | None:
        """When somebody in New York may be called, asked at a moment."""
        talked = () if talked_at is None else (Call(at=talked_at, direction=Direction.IN, outcome=CONVERSATION),)
        case = Case(zone=NEW_YORK, debts=frozenset({"D1"}), history=talked)
        return judge(case, Question(at=at, action=Asked.CALL, debts=frozenset({"D1"})), stack(names)).until

    def test_lies_inside_the_hours_of_each(self) -> None:
        """... lies where their windows overlap: 08:00-21:00 in New York, and 08:00-19:00 in India (to 09:30 there)."""
        opens_at = self.ask("us-federal-regf", "in-rbi", at=datetime(2026, 4, 8, 10, tzinfo=NEW_YORK))
        assert opens_at == datetime(2026, 4, 9, 8, tzinfo=NEW_YORK)

    def test_is_not_the_latest_of_single_answers(self) -> None:
        """... is Monday morning where a rest ends on Saturday night and the other pack is closed on Sundays."""
        asked = {
            "at": datetime(2026, 4, 8, 21, 30, tzinfo=NEW_YORK),
            "talked_at": datetime(2026, 4, 5, 10, tzinfo=NEW_YORK),
        }
        assert self.ask("us-federal-regf", **asked) == datetime(2026, 4, 12, 8, tzinfo=NEW_YORK)
        assert self.ask("us-federal-regf", "gb-conc", **asked) == datetime(2026, 4, 13, 8, tzinfo=NEW_YORK)
        assert self.ask("gb-conc", "us-federal-regf", **asked) == datetime(2026, 4, 13, 8, tzinfo=NEW_YORK)
