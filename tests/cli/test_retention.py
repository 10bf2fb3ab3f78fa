"""`duecourse retention`: what is kept for how long, what goes, and what a lawyer asks to keep."""

from datetime import timedelta

import pytest

from ledger.portfolios import portfolio_named
from tests.cli.stage import MONDAY, Driven

LATER = MONDAY + timedelta(days=3700)


@pytest.fixture
def settled(driven: Driven) -> Driven:
    """One of two loans was paid ten years ago, under the Chinese packs; the other is still owed."""
    driven.import_payments("Loan,Amount,Paid,Ref,Reverses\nA1,1200.50,2026-01-05 11:00,P1,\n")
    driven.carry_to(MONDAY + timedelta(days=30), start=MONDAY)
    with driven.ledger.transaction() as session:
        portfolio_named(session, "cards").packs = ["cn-mainland"]
    driven.set_time(LATER)
    return driven


class TestShow:
    """What the packs say."""

    def test_names_the_pack_the_rule_and_the_citation_of_each_limit(self, settled: Driven) -> None:
        """For every class of record, also those that no pack speaks of."""
        answer = settled.answer("retention", "show", "--portfolio", "cards")
        classes = {each["record_class"]: each for each in answer["classes"]}
        floor, *_ = classes["messages"]["terms"]
        assert (floor["limit"], floor["span"], floor["counted_from"]) == ("floor", "2 years", "made")
        assert floor["rule"] == "CN-CC-68-RETAIN"
        assert floor["pack"].startswith("cn-mainland@")
        assert "第六十八条" in floor["citation"]
        assert classes["messages"]["has_texts"]
        assert not classes["payments"]["has_texts"]
        told = settled.run("retention", "show", "--portfolio", "cards").stdout
        assert "at most 5 years" in told
        assert "never: only facts" in told

    def test_of_an_unknown_portfolio_says_which_there_are(self, settled: Driven) -> None:
        """As everywhere."""
        assert "cards" in settled.refusal("retention", "show", "--portfolio", "loans")


class TestList:
    """What is held of one person."""

    def test_tells_of_each_text_whether_it_goes_and_what_keeps_the_rest(self, settled: Driven) -> None:
        """As the dry run counts them: those of the settled debt go, those of the one still owed stay."""
        gone = settled.answer("retention", "list", "--loan", "A1")["texts"]
        kept = settled.answer("retention", "list", "--loan", "A2")["texts"]
        (counted,) = settled.answer("retention", "run", "--dry-run")["portfolios"]
        assert sum(text["why"] is None for text in gone + kept) == sum(line["texts"] for line in counted["leaving"])
        assert sum(text["why"] is not None for text in gone + kept) == sum(line["texts"] for line in counted["staying"])
        assert {text["why"] for text in kept} == {"open_journey"}
        assert {text["rule"] for text in gone if text["why"] is None} == {"CN-PIPL-RETAIN"}
        assert gone == sorted(gone, key=lambda text: str(text["made_on"]))
        told = settled.run("retention", "list", "--loan", "A2").stdout
        assert "kept: open journey" in told
        for secret in ("Chen", "13800138001", "chen.yu"):
            assert secret not in told

    def test_of_an_unknown_loan_says_where_to_look(self, settled: Driven) -> None:
        """As everywhere."""
        assert "`duecourse journeys list`" in settled.refusal("retention", "list", "--loan", "A9")


class TestRun:
    """Listing and removing."""

    def test_removes_what_the_dry_run_listed(self, settled: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
        """The lender turns it on; the second time there is nothing left."""
        (listed,) = settled.answer("retention", "run", "--dry-run")["portfolios"]
        assert {line["rule"] for line in listed["leaving"]} == {"CN-PIPL-RETAIN"}
        assert {line["why"] for line in listed["staying"]} >= {"open_journey"}
        monkeypatch.setenv("DUECOURSE_RETENTION_PURGES", "yes")
        (went,) = settled.answer("retention", "run", "--portfolio", "cards")["portfolios"]
        assert (went["leaving"], went["staying"]) == (listed["leaving"], listed["staying"])
        (left,) = settled.answer("retention", "run", "--dry-run")["portfolios"]
        assert left["leaving"] == []
        assert "text was removed on" in settled.run("journeys", "show", "A1").stdout

    def test_is_refused_while_the_setting_is_off(self, settled: Driven) -> None:
        """And says how to go on."""
        told = settled.refusal("retention", "run")
        assert "DUECOURSE_RETENTION_PURGES" in told
        assert "--dry-run" in told

    def test_tells_people_what_goes_and_what_stays_without_a_name(self, settled: Driven) -> None:
        """Classes, counts, days and rules."""
        told = settled.run("retention", "run", "--dry-run").stdout
        assert "texts would go, of 2 people" in told
        assert "borrower identity" in told
        assert "open journey" in told
        assert "Li Wei" not in told


class TestALegalHold:
    """Everything of a person is kept."""

    def test_is_placed_listed_and_lifted(self, settled: Driven) -> None:
        """By a loan's number; who, when and why are on the list."""
        placed = settled.answer(
            "retention", "hold", "place", "--loan", "A1", "--reason", "claim 7 of 2036", "--by", "Lena"
        )
        (listed,) = settled.answer("retention", "hold", "list", "--loan", "A1")["legal_holds"]
        assert (listed["id"], listed["loan_number"]) == (placed["legal_hold"], "A1")
        assert (listed["reason"], listed["placed_by"]) == ("claim 7 of 2036", "Lena")
        (kept,) = settled.answer("retention", "run", "--dry-run")["portfolios"]
        assert kept["leaving"] == []
        assert "legal_hold" in {line["why"] for line in kept["staying"]}
        settled.answer("retention", "hold", "lift", "--loan", "A1", "--reason", "settled", "--by", "Lena")
        assert "settled" in settled.run("retention", "hold", "list").stdout
        (goes,) = settled.answer("retention", "run", "--dry-run")["portfolios"]
        assert goes["leaving"]

    def test_takes_a_borrowers_number_and_the_name_of_whoever_is_logged_in(
        self, settled: Driven, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No loan gave rise to it."""
        monkeypatch.setenv("LOGNAME", "mara")
        placed = settled.answer("retention", "hold", "place", "--borrower", "A1", "--reason", "an audit")
        (listed,) = settled.answer("retention", "hold", "list")["legal_holds"]
        assert (listed["placed_by"], listed["loan_number"]) == ("mara", None)
        settled.answer("retention", "hold", "lift", placed["legal_hold"][:8], "--reason", "the audit is over")

    @pytest.mark.parametrize(
        ("arguments", "problem"),
        [
            (("place", "--loan", "A9", "--reason", "x"), "there is no loan 'A9'"),
            (("place", "--borrower", "C9", "--reason", "x"), "there is no borrower 'C9'"),
            (("lift", "--loan", "A1", "--reason", "x"), "no legal holds in force"),
            (("lift", "beef", "--reason", "x"), "no single legal hold"),
        ],
    )
    def test_that_cannot_be_found_is_told(self, settled: Driven, arguments: tuple[str, ...], problem: str) -> None:
        """In one sentence, without a traceback."""
        assert problem in settled.refusal("retention", "hold", *arguments)

    def test_is_of_one_person(self, settled: Driven) -> None:
        """A loan and a borrower together are not understood."""
        asked = settled.run("retention", "hold", "place", "--loan", "A1", "--borrower", "A1", "--reason", "x")
        assert asked.exit_code == 2


def test_a_borrower_is_erased_on_request_and_told_what_stays(driven: Driven) -> None:
    """A journey that is open is in the way; the answer without --yes is to look first."""
    assert "a journey is open" in driven.refusal("erase", "A1", "--yes")
    assert "--dry-run" in driven.refusal("erase", "A1", "--json")
    assert "there is no borrower 'C9'" in driven.refusal("erase", "C9", "--dry-run")
