"""The worked examples of Regulation F's commentary, and cases of the other American packs, with what they answer."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policy.compliance.answering import answer
from policy.compliance.cases import read_cases
from policy.compliance.stacking import stack
from policy.files.document import read_document

FOLDER = Path(__file__).parent / "cases"
PACK_OF = {"1006.": "us-federal-regf", "us-tcpa": "us-tcpa", "us-ma": "us-ma"}
"""The pack that judges a file, by how its name begins."""
FILES = sorted(p for begin in PACK_OF for p in FOLDER.glob(f"{begin}*.yaml") if not p.stem.endswith(".expected"))


@cache
def answers(file: Path) -> dict[str, dict[str, Any]]:
    """The answers to a file, by the ids of its cases."""
    packs = stack([next(pack for begin, pack in PACK_OF.items() if file.name.startswith(begin))], role="third_party")
    posed = read_cases(file.read_text(encoding="utf-8"), file=file.name)
    return {each.id: answer(each, packs) for each in posed}


def expectations(file: Path) -> dict[str, Any]:
    """What is expected of a file's cases, by their ids."""
    path = file.with_suffix(".expected.yaml")
    data: Any = read_document(path.read_text(encoding="utf-8"), file=path.name).data
    return dict(data)


EVERY = [(file, name) for file in FILES for name in expectations(file)]


class TestEveryWorkedExample:
    """Every worked example..."""

    @pytest.mark.parametrize(("file", "name"), EVERY, ids=[f"{file.stem}: {name}" for file, name in EVERY])
    def test_comes_out_as_the_commentary_says(self, file: Path, name: str) -> None:
        """... comes out as the commentary says, also where it is a count, a date, a safe harbour or a warning."""
        got = answers(file)[name]
        expected = dict(expectations(file)[name])
        assert not (expected.pop("no_warnings", False) and got["warnings"]), got["warnings"]
        for key in ("warnings", "obligations"):
            rules = {found["rule"] for found in got[key]}
            assert set(expected.pop(key, [])) <= rules, got[key]
        if (due := expected.pop("due", None)) is not None:
            assert [found["rule"] for found in got["obligations"]] == due
        for name_of_debt, counted in expected.pop("counts", {}).items():
            assert got["counts"][name_of_debt] == counted
        assert {key: got[key] for key in expected} == expected

    @pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
    def test_is_expected_somehow(self, file: Path) -> None:
        """... has an expectation of its own, and none stands for a case that is not there."""
        assert set(answers(file)) == set(expectations(file))
