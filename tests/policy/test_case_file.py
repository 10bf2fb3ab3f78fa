"""A file of cases: each mistake is told with its case, and what is written but empty says nothing."""

import pytest

from policy.compliance.answering import answer
from policy.compliance.cases import cases_in
from policy.compliance.stacking import stack

GOOD = """
  - id: good
    consumer_tz: America/New_York
    debts: [D1]
    query: {at: 2026-04-08T10:00:00-04:00, action: call}
"""


def odd(lines: str) -> str:
    """A file with one good case and one other."""
    return f"cases:{GOOD}  - id: odd\n    consumer_tz: America/New_York\n{lines}"


class TestAMistake:
    """A mistake in one case..."""

    @pytest.mark.parametrize(
        ("lines", "told"),
        [
            ("    debt_group: {A: G}\n    query: {at: 2026-04-08, action: call}", "unknown key 'debt_group'"),
            ("    given: [{type: telegram_in, at: 2026-04-01}]\n    query: {at: 2026-04-08, action: call}", "telegram"),
            (
                "    given: [{type: call_in, at: 2026-04-01, outcomes: x}]\n    query: {at: 2026-04-08, action: call}",
                "unknown key 'outcomes'; did you mean 'outcome'?",
            ),
            ("    query: {at: 2026-04-08, action: fax}", "unknown action 'fax'"),
            ("    query: {at: 2026-04-08, action: call, target: {phone: x}}", "unknown key 'phone'"),
            ("    debts: [D1]", "the key 'query' is missing"),
        ],
    )
    def test_names_the_case_and_leaves_the_others(self, lines: str, told: str) -> None:
        """... names the case, the key and the line, and the other case is read."""
        read, problems = cases_in(odd(lines), file="cases.yaml")
        assert [posed.id for posed in read] == ["good"]
        assert all("case 'odd': " in str(problem) and "cases.yaml:" in str(problem) for problem in problems)
        assert any(told in str(problem) for problem in problems)

    def test_of_a_case_without_a_name_names_its_place(self) -> None:
        """... names the place in the list where the case has no id."""
        text = f"cases:{GOOD}  - consumer_tz: America/New_York\n    query: {{at: 2026-04-08, action: call}}"
        _, (problem,) = cases_in(text, file="cases.yaml")
        assert "case 2 of the list" in str(problem)


class TestAnAnswer:
    """An answer..."""

    def test_has_the_keys_of_every_answer(self) -> None:
        """... has the same keys in the same order, whatever was asked."""
        packs = stack(["us-federal-regf"])
        shapes = set()
        for action in ("call", "counts", "validation_period_end", "disclosure_sent", "furnish", "web_display"):
            text = f"cases:{GOOD}".replace("action: call", f"action: {action}")
            (posed,), problems = cases_in(text, file="cases.yaml")
            assert not problems
            shapes.add(tuple(answer(posed, packs)))
        assert len(shapes) == 1
