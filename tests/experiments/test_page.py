"""The page that people look at: whole in itself, and with the same figures as the tables."""

import re

import numpy as np
import pytest

from reports.experiments.bad_row import BadRow
from reports.experiments.entries import Entries, entries_of
from reports.experiments.entry_file import EntryFile
from reports.experiments.evaluation import evaluate
from reports.experiments.evaluation_json import evaluation_json
from reports.experiments.evaluation_page import evaluation_page
from reports.experiments.telling import interval
from tests.experiments.streams import skewed, stream


def page_of(entries: Entries, *bad: BadRow) -> str:
    """The page of these loans."""
    file = EntryFile(len(entries) + len(bad), entries, bad, with_fractions=0)
    return evaluation_page(evaluate(entries, alpha=0.05, bad_rows=len(bad)), file)


@pytest.fixture(scope="module")
def three_arms() -> Entries:
    """A year of loans in three arms."""
    shares = {"holdout": 0.2, "champion": 0.4, "challenger": 0.4}
    return stream(np.random.default_rng(2), skewed, shares=shares, loans=3_000, times={"champion": 1.4})


class TestThePage:
    """Of an evaluation."""

    def test_needs_nothing_from_elsewhere(self, three_arms: Entries) -> None:
        """No file, no network; the policy in its head forbids both."""
        page = page_of(three_arms)
        assert "default-src 'none'" in page
        assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", page)
        assert page == page_of(three_arms)

    def test_draws_every_pair_and_tells_it_in_words(self, three_arms: Entries) -> None:
        """Each plot has a label for those who hear the page, and the table has its interval."""
        page = page_of(three_arms)
        for pair in evaluate(three_arms, alpha=0.05).pairs:
            assert f"{pair.arm} against {pair.against}: {interval(pair.gross)} at the end" in page
            assert page.count(interval(pair.gross)) >= 2
        assert page.count('class="plot"') == 3

    def test_shows_what_could_not_be_read_and_runs_none_of_it(self, three_arms: Entries) -> None:
        """A cell of a file is text, never part of the page."""
        page = page_of(three_arms, BadRow(7, "arm", "<script>alert(1)</script>", "is odd", "Mend it."))
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page

    def test_of_no_loans_says_that_there_is_nothing_to_compare(self) -> None:
        """And draws nothing."""
        page = page_of(entries_of([]))
        assert "There is nothing to compare" in page
        assert 'class="plot"' not in page


def test_the_answer_for_programs_has_the_fields_that_were_promised(three_arms: Entries) -> None:
    """Per pair, gross and net of cost."""
    told = evaluation_json(evaluate(three_arms, alpha=0.05), EntryFile(3_000, three_arms, (), 0))
    promised = {"difference_per_loan_minor", "ci_low", "ci_high", "alpha", "n", "mde_minor", "verdict"}
    assert len(told["pairs"]) == 3
    for pair in told["pairs"]:
        assert promised | {"valid_at_any_time", "n_by_arm", "net_of_cost"} <= pair.keys()
        assert promised <= pair["net_of_cost"].keys()
        assert pair["valid_at_any_time"] is True
        assert sum(pair["n_by_arm"].values()) == pair["n"]
