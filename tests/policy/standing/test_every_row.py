"""Classify or fail: every row of the fact sheet, every mark and every kind of rule has its place."""

import re
from functools import cache
from pathlib import Path

import pytest

from policy.compliance.cases import read_cases
from policy.compliance.history import Mark
from policy.compliance.judging import judge
from policy.compliance.kinds import KINDS
from policy.compliance.packfile import Rule
from policy.compliance.question import Asked
from policy.compliance.reading import pack_named, shipped_packs, text_of_pack
from policy.compliance.stacking import stack
from policy.wording.elements import element_names
from policy.wording.faults import lint_ids

ROOT = Path(__file__).parents[3]
ROWS = {
    "cn-mainland": (
        *("CN-CBA26-TIME", "CN-CBA26-FREQ", "CN-CBA26-3P", "CN-CBA26-BAN", "CN-CBA26-AGENCY", "CN-CBA26-AI"),
        *("CN-GBT45251", "CN-GBT45251-TIME", "CN-NIFA18", "CN-CC-68", "CN-CC-70", "CN-CC-67", "CN-CC-69", "CN-SLC"),
        *("CN-RETAIN5", "CN-CFC", "CN-PIPL", "CN-CIVIL"),
    ),
    "gb-conc": (
        *("UK-FORB", "UK-PRESS", "UK-HOLD", "UK-TIME", "UK-DISPUTE", "UK-STATBAR", "UK-VULN", "UK-BREATH"),
        *("UK-BREATH-MH", "UK-CCA"),
    ),
    "in-rbi": ("IN-TIME", "IN-HARASS", "IN-RESP", "IN-MFI", "IN-AGENT"),
    "eu-ccd2": ("CCD2", "Art. 35", "GDPR", "ePrivacy", "Credit Servicers Directive"),
}
"""The rows of the fact sheet about these countries, by the pack that has to know them."""
SURE_OF = {
    "CN-CBA26-TIME": "secondary",
    "CN-CBA26-FREQ": "secondary",
    "CN-CBA26-3P": "secondary",
    "CN-CBA26-BAN-WORDS": "secondary",
    "CN-CBA26-AGENCY": "secondary",
    "CN-CBA26-AI": "secondary",
    "CN-GBT45251-TIME": "memory",
    "CN-CC-68-WHO": "secondary",
    "CN-CC-68-RETAIN": "secondary",
    "CN-CC-69": "memory",
    "CN-CC-70": "seen",
    "CN-SLC-WORDS": "secondary",
    "CN-RETAIN5": "secondary",
    "CN-PIPL-RETAIN": "memory",
    "UK-FORB": "secondary",
    "UK-PRESS": "secondary",
    "UK-HOLD": "memory",
    "UK-TIME": "memory",
    "UK-DISPUTE": "memory",
    "UK-STATBAR": "memory",
    "UK-VULN": "secondary",
    "UK-BREATH": "secondary",
    "UK-BREATH-MH": "secondary",
    "UK-CCA-DEFAULT": "memory",
    "IN-TIME": "secondary",
    "IN-HARASS-WORDS": "secondary",
    "IN-RESP": "secondary",
    "IN-MFI": "memory",
    "IN-AGENT": "memory",
    "EU-FORB": "secondary",
    "EU-GDPR-AUTO": "memory",
}
"""How sure the fact sheet is of a rule: a pack claims no more and no less."""


GIVES_A_VALUE = {Asked.DISCLOSURE_SENT: "delivery", Asked.VALIDATION_PERIOD_END: "window_restriction"}
"""Kinds of rule that answer a question for a date, or for yes or no."""


def every_rule() -> dict[str, Rule]:
    """Every rule of every shipped pack by its id."""
    return {rule.id: rule for name in shipped_packs() for rule in pack_named(name).rules}


@pytest.mark.parametrize(("pack", "row"), [(pack, row) for pack, rows in ROWS.items() for row in rows])
def test_every_row_has_its_rule_or_the_reason_why_not(pack: str, row: str) -> None:
    """Where it is no rule, the file says why, so that counsel need not wonder."""
    assert row in text_of_pack(pack)


def test_a_pack_is_as_sure_as_its_facts() -> None:
    """Reading somebody's quotation is not reading the rule."""
    rules = every_rule()
    assert {rule: rules[rule].form.citation.verified for rule in SURE_OF} == SURE_OF


def test_no_rule_id_is_used_by_two_packs() -> None:
    """A verdict names a rule by its id."""
    ids = [rule.id for name in shipped_packs() for rule in pack_named(name).rules]
    assert len(ids) == len(set(ids))


def test_what_only_recommends_is_soft() -> None:
    """A recommended standard and 不宜 are no bans."""
    rules = every_rule().values()
    assert all(rule.form.severity == "soft" for rule in rules if rule.form.authority == "standard")
    assert every_rule()["CN-CBA26-FREQ"].form.severity == "soft"


@pytest.mark.parametrize("name", shipped_packs())
def test_every_rule_speaks_english_and_the_packs_own_language(name: str) -> None:
    """The one who reads a receipt may not read Chinese, and the borrower's counsel may read nothing else."""
    pack = pack_named(name)
    for rule in pack.rules:
        assert {"en", pack.form.language} <= set(rule.form.message), rule.id


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_is_known_to_some_pack_or_kind_of_rule(mark: Mark) -> None:
    """A mark that nobody reads would be recorded for nothing."""
    in_packs = any(re.search(rf"\b{mark.value}\b", text_of_pack(name)) for name in shipped_packs())
    kinds = [*(ROOT / "policy/compliance/rules").glob("*.py"), ROOT / "policy/compliance/validation.py"]
    in_code = any(f"Mark.{mark.name}" in file.read_text(encoding="utf-8") for file in kinds)
    assert in_packs or in_code


@cache
def heard_in_cases() -> frozenset[str]:
    """The kinds of rule that have something to say in some case file, under some pack."""
    stacks = [stack([name]) for name in shipped_packs()]
    found: set[str] = set()
    for file in (ROOT / "tests/policy/cases").rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        for posed in read_cases(text, file=file.name) if re.search(r"^cases:", text, re.MULTILINE) else ():
            for packs in stacks:
                verdict = judge(posed.case, posed.question, packs)
                said = (verdict.violations, verdict.warnings, verdict.obligations, verdict.safe_harbor_lost)
                found |= {finding.kind for findings in said for finding in findings}
            found |= {GIVES_A_VALUE[posed.question.action]} if posed.question.action in GIVES_A_VALUE else set()
    return frozenset(found)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_rule_is_shipped_and_tested(kind: str) -> None:
    """Some pack uses it; and a test asks its function, or a case is told something by it."""
    assert any(rule.kind == kind for rule in every_rule().values())
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests/policy").rglob("*.py"))
    assert f"policy.compliance.rules.{kind} import" in tests or kind in heard_in_cases()


def test_packs_ask_for_words_and_lints_that_there_are() -> None:
    """A misspelt lint would never be failed."""
    for rule in every_rule().values():
        params = rule.form.params
        assert set(params.get("must_not", ())) <= lint_ids(), rule.id
        if rule.kind == "content" and "sentence" not in params:  # a pack that gives the sentence names it itself
            assert set(params.get("says", ())) <= element_names(), rule.id
        words = {*params.get("bars_words", ()), *params.get("words", ())}
        assert words <= lint_ids() | element_names(), rule.id
