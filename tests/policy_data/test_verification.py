"""Whether an outside desk may be asked about a person is each pack's word, and silence is a no."""

import pytest

from policy.verification import may_ask_enrichment, permissions

PACKS = {
    "house-courtesy",
    "us-federal-regf",
    "us-tcpa",
    "us-ma",
    "cn-mainland",
    "gb-conc",
    "in-rbi",
    "eu-ccd2",
}


class TestAskingADesk:
    """The seam that the step asks."""

    @pytest.mark.parametrize(
        ("packs", "may"),
        [
            (["house-courtesy"], True),
            (["house-courtesy", "us-federal-regf", "us-tcpa"], True),
            (["house-courtesy", "cn-mainland"], False),
            (["us-federal-regf", "us-ma"], False),
            (["gb-conc"], False),
            (["in-rbi"], False),
            (["eu-ccd2"], False),
            (["house-courtesy", "a-pack-of-the-lender"], False),
            ([], False),
        ],
    )
    def test_needs_the_word_of_every_pack(self, packs: list[str], *, may: bool) -> None:
        """One that forbids it is enough, and so is one that says nothing, and so is having none."""
        assert may_ask_enrichment(packs) is may

    def test_is_spoken_of_by_every_pack_with_a_citation(self) -> None:
        """Each says where its word is written, how sure that is, and why."""
        assert set(permissions()) == PACKS
        assert all(said.citation and said.why for said in permissions().values())
