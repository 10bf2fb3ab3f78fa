"""The benchmark of the report, small: two programs that share nothing but the tables come to the same figures."""

import pytest

from benchmarks.report import FiguresDiffer, agree, measure


@pytest.mark.slow
def test_the_report_agrees_with_a_straightforward_script() -> None:
    """Every amount of every row of all eight splits, worked out by the product and by a script in pandas."""
    found = measure(steps=1_600, payments=400)
    assert found["figures_agree"]
    assert found["product"]["reconciles"]
    assert 0 < found["product"]["peak_mb"] < found["target"]["peak_mb"]


def test_figures_that_differ_are_named() -> None:
    """A benchmark of wrong sums says nothing, so it stops."""
    product = {"loans_entered": 1, "by": {"arm": {"holdout": {"steps": 1}}}}
    agree(product, product)
    with pytest.raises(FiguresDiffer, match=r"by arm, holdout: .* and "):
        agree(product, {"loans_entered": 1, "by": {"arm": {"holdout": {"steps": 2}}}})
    with pytest.raises(FiguresDiffer, match="loans_entered"):
        agree(product, {**product, "loans_entered": 2})
