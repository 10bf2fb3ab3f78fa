"""Packs on top of each other: who decides, what is covered, and what adds nothing."""

from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from policy.compliance.case import Case
from policy.compliance.history import Location, LocationInfo
from policy.compliance.judging import judge
from policy.compliance.packfile import Pack
from policy.compliance.question import Asked, Question
from policy.compliance.reading import UnreadablePack, pack_named, read_pack, text_of_pack
from policy.compliance.stacking import Stack, stack

PHOENIX = ZoneInfo("America/Phoenix")
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
