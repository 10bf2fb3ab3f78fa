"""The lender's files are taken in whole, once, with every bad row written down."""

import csv
from pathlib import Path

import pytest
from sqlmodel import select

from ledger.database import open_ledger
from ledger.keyring import keyring_from_file
from ledger.tables.loan import ImportRow
from tests.cli.stage import LOANS, MAPPING, PAYMENT_MAPPING, Driven, Stage

PAID = "Loan,Amount,Paid,Ref,Reverses\n"


def test_a_first_import_makes_the_ledger_the_key_and_the_prices(bare: Stage) -> None:
    """Nothing has to be set up before the first file."""
    done = bare.import_loans()
    assert (done["read"], done["new"], done["rejected"], done["prices_added"]) == (2, 2, 0, 8)
    assert done["unpriced"] == []
    assert (bare.folder / ".duecourse" / "ledger.key").stat().st_mode & 0o077 == 0
    assert not (bare.folder / "loans.csv.rejects.csv").exists()


def test_the_same_file_again_changes_nothing_and_is_on_record(bare: Stage) -> None:
    """Idempotent; each run leaves its own line."""
    bare.import_loans()
    again = bare.import_loans()
    assert (again["new"], again["changed"], again["unchanged"], again["prices_added"]) == (0, 0, 2, 0)
    home = bare.folder / ".duecourse"
    ledger = open_ledger(f"sqlite:///{home / 'ledger.db'}", keyring=keyring_from_file(home / "ledger.key"))
    with ledger.reading() as session:
        rows = session.exec(select(ImportRow)).all()
    ledger.close()
    assert [(row.kind, row.file_name, row.rows_read, row.rows_new) for row in rows] == [
        ("loans", "loans.csv", 2, 2),
        ("loans", "loans.csv", 2, 0),
    ]
    assert rows[0].file_digest == rows[1].file_digest


def test_newer_figures_replace_older_ones(bare: Stage) -> None:
    """A changed balance is one changed loan."""
    bare.import_loans()
    assert bare.import_loans(LOANS.replace("9000", "8900"))["changed"] == 1


def test_bad_rows_are_told_and_good_ones_kept(bare: Stage) -> None:
    """The rejects file names line, column, value and reason, and nobody's name."""
    bad = LOANS + "A3,Zhang San,-5,100,10,,\nA4,Wang Wu,NaN,100,10,,\n=A5,Zhao Liu,5,100,10,,\nA1,Li Wei,7,100,10,,\n"
    done = bare.import_loans(bad)
    assert (done["read"], done["new"], done["rejected"]) == (6, 2, 4)
    with (bare.folder / done["rejects_file"]).open(encoding="utf-8") as text:
        rejects = list(csv.DictReader(text))
    assert [int(row["line"]) for row in rejects] == [4, 5, 6, 7]
    assert {row["severity"] for row in rejects} == {"rejected"}
    assert "is negative" in rejects[0]["reason"]
    assert "Zhang" not in str(rejects)


def test_a_rejects_file_can_be_named(bare: Stage) -> None:
    """And it is not written where there is nothing to say."""
    loans, mapping = bare.write("loans.csv", LOANS + "A3,X,-5,100,10,,\n"), bare.write("loans.yaml", MAPPING)
    done = bare.answer("import", "loans", loans, "--mapping", mapping, "--portfolio", "p", "--rejects", "bad.csv")
    assert done["rejects_file"] == "bad.csv"
    assert (bare.folder / "bad.csv").exists()


def test_rejects_that_cannot_be_written_stop_the_import(bare: Stage) -> None:
    """What cannot be told is not taken in."""
    loans, mapping = bare.write("loans.csv", LOANS + "A3,X,-5,100,10,,\n"), bare.write("loans.yaml", MAPPING)
    command = ["import", "loans", loans, "--mapping", mapping, "--portfolio", "p", "--rejects", "no/such/bad.csv"]
    assert "Nothing was imported" in bare.refusal(*command)
    assert bare.import_loans(portfolio="p")["new"] == 2


def test_payments_are_booked_once_whatever_their_order(driven: Driven) -> None:
    """A reversal that stands before its payment is booked in the first run, so that the second changes nothing."""
    file = f"{PAID}A1,100,2026-01-05 09:40,R1,P1\nA1,100,2026-01-05 09:30,P1,\nA2,50,2026-01-03,P2,\n"
    first, second = driven.import_payments(file), driven.import_payments(file)
    assert (first["read"], first["new"], first["rejected"]) == (3, 3, 0)
    assert (second["new"], second["unchanged"], second["rejected"]) == (0, 3, 0)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("A9,10,2026-01-03,P1,\n", "the portfolio has no loan 'A9'"),
        ("A1,10,2026-01-03,P1,\nA1,11,2026-01-03,R1,P1\n", "more would be taken back"),
        ("A1,10,2026-01-03,R1,P0\n", "there is no payment 'P0'"),
    ],
)
def test_money_that_cannot_be_booked_is_rejected_with_its_line(driven: Driven, rows: str, reason: str) -> None:
    """The reason stands in the rejects file beside the line of the lender's file."""
    done = driven.import_payments(PAID + rows)
    assert done["rejected"] == 1
    with Path(done["rejects_file"]).open(encoding="utf-8") as text:
        reject = next(csv.DictReader(text))
    assert reason in reject["reason"]
    assert int(reject["line"]) == 1 + len(rows.splitlines())


def test_a_payment_id_of_another_amount_is_not_passed_over_in_silence(driven: Driven) -> None:
    """The same id with other money is a mistake of the file."""
    driven.import_payments(f"{PAID}A1,10,2026-01-03,P1,\n")
    assert driven.import_payments(f"{PAID}A1,12,2026-01-03,P1,\n")["rejected"] == 1


@pytest.mark.parametrize(
    ("mapping", "loans", "says"),
    [
        (MAPPING.replace("Overdue", "Overdo"), LOANS, "did you mean 'Overdue'?"),
        (MAPPING + "colour: red\n", LOANS, "loans.yaml:8: colour: is not a key of a mapping"),
        (PAYMENT_MAPPING, LOANS, "this mapping is of payments"),
        (MAPPING, "", "loans.csv:1: is empty"),
        (MAPPING, LOANS.splitlines()[0] + "\n", "holds no row that can be taken in"),
    ],
)
def test_a_file_or_mapping_that_cannot_be_used_is_told_with_its_line(
    bare: Stage, mapping: str, loans: str, says: str
) -> None:
    """File, line and remedy, and nothing is taken in."""
    file, by = bare.write("loans.csv", loans), bare.write("loans.yaml", mapping)
    assert says in bare.refusal("import", "loans", file, "--mapping", by, "--portfolio", "p")


def test_a_missing_file_is_told(bare: Stage) -> None:
    """The path is named."""
    mapping = bare.write("loans.yaml", MAPPING)
    told = bare.refusal("import", "loans", "nope.csv", "--mapping", mapping, "--portfolio", "p")
    assert "nope.csv:1: cannot be opened" in told


def test_a_portfolio_keeps_its_currency(bare: Stage) -> None:
    """Loans in another currency are asked to go elsewhere."""
    bare.import_loans()
    mapping = bare.write("eur.yaml", MAPPING.replace("CNY", "EUR"))
    told = bare.refusal("import", "loans", "loans.csv", "--mapping", mapping, "--portfolio", "cards")
    assert "another --portfolio" in told


def test_payments_need_a_portfolio_that_is_there(bare: Stage) -> None:
    """The names there are stand in the message."""
    bare.import_loans()
    payments, mapping = bare.write("p.csv", PAID + "A1,1,2026-01-01,P1,\n"), bare.write("p.yaml", PAYMENT_MAPPING)
    told = bare.refusal("import", "payments", payments, "--mapping", mapping, "--portfolio", "nope")
    assert "there are: cards" in told


def test_a_lost_key_is_not_replaced_in_silence(bare: Stage) -> None:
    """A second key beside names sealed under the first would make them unreadable without anybody noticing."""
    bare.import_loans()
    (bare.folder / ".duecourse" / "ledger.key").unlink()
    told = bare.refusal("import", "loans", "loans.csv", "--mapping", "loans.yaml", "--portfolio", "cards")
    assert "Bring it back from its backup" in told


def test_a_key_that_others_can_read_is_refused(bare: Stage) -> None:
    """With the command that mends it."""
    bare.import_loans()
    (bare.folder / ".duecourse" / "ledger.key").chmod(0o644)
    assert "chmod 600" in bare.refusal("work", "list")


def test_a_currency_without_shipped_prices_says_what_is_missing(bare: Stage) -> None:
    """The loans are taken in, and the command says that no journey opens until there are prices."""
    loans = bare.write("loans.csv", LOANS)
    mapping = bare.write("brl.yaml", MAPPING.replace("CNY", "BRL"))
    result = bare.run("import", "loans", loans, "--mapping", mapping, "--portfolio", "p")
    assert result.exit_code == 0
    assert "No journey opens until there is a price in BRL" in result.stdout
    assert "duecourse costs add" in result.stdout


def test_another_database_is_not_migrated_behind_peoples_backs(
    empty_url: str, bare: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is made on first use; a PostgreSQL database is brought up on purpose."""
    monkeypatch.setenv("DUECOURSE_LEDGER_URL", empty_url)
    if empty_url.startswith("sqlite"):
        assert bare.import_loans()["new"] == 2
        return
    loans, mapping = bare.write("loans.csv", LOANS), bare.write("loans.yaml", MAPPING)
    told = bare.refusal("import", "loans", loans, "--mapping", mapping, "--portfolio", "p")
    assert "Run `duecourse migrate`" in told
    assert bare.answer("migrate")["did"] == "was brought to its newest shape"
    assert bare.import_loans()["new"] == 2
