"""The case files of the packs outside the United States come out as their siblings say."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from policy.compliance.answering import answer
from policy.compliance.cases import Posed, read_cases
from policy.compliance.stacking import Stack, stack
from policy.files.document import read_document

CASES = Path(__file__).parents[1] / "cases"
PACKS = ("cn-mainland", "gb-conc", "in-rbi", "eu-ccd2", "house-courtesy")


def expected(pack: str) -> Any:
    """The sibling of a pack's case file."""
    path = CASES / f"{pack}.expected.yaml"
    return read_document(path.read_text(encoding="utf-8"), file=path.name).data


def posed(pack: str) -> tuple[Posed, ...]:
    """The cases of a pack's file."""
    path = CASES / f"{pack}.yaml"
    return read_cases(path.read_text(encoding="utf-8"), file=path.name)


def every_case() -> Iterator[Any]:
    """Each case with the packs that judge it and what it has to answer."""
    for pack in PACKS:
        told = expected(pack)
        packs = stack(told["packs"])
        for case in posed(pack):
            yield pytest.param(case, packs, told["answers"][case.id], id=f"{pack}-{case.id}")


@pytest.mark.parametrize("pack", PACKS)
def test_every_case_has_its_answer_and_every_answer_its_case(pack: str) -> None:
    """None is forgotten on either side."""
    assert sorted(case.id for case in posed(pack)) == sorted(expected(pack)["answers"])


@pytest.mark.parametrize(("case", "packs", "told"), list(every_case()))
def test_a_case_comes_out_as_it_is_told(case: Posed, packs: Stack, told: dict[str, Any]) -> None:
    """Its outcome, and as far as the sibling names them its rules (in the order of the pack) and its moment."""
    given: Any = answer(case, packs)
    found = {**given, **{key: [each["id"] for each in given[key]] for key in ("violations", "warnings", "obligations")}}
    if given["until"] is not None:
        found["until"] = datetime.fromisoformat(given["until"])
    wanted = {**told, **({"until": datetime.fromisoformat(told["until"])} if told.get("until") else {})}
    assert {key: found[key] for key in wanted} == wanted
