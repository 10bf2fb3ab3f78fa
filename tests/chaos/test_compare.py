"""The auditor finds what it is there to find: every kind of disagreement between a ledger and a sandbox's log."""

import ast
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos import compare as auditor
from tests.chaos.compare import MUST_BE_NONE, compare, in_words

LEDGER = """
CREATE TABLE journeys (id TEXT, loan_id TEXT);
CREATE TABLE attempts (id TEXT, journey_id TEXT, rung TEXT, turn_no INT, action TEXT, state TEXT, vendor TEXT,
    vendor_id TEXT);
CREATE TABLE costs (loan_id TEXT, rung TEXT, turn_no INT, action TEXT);
INSERT INTO journeys VALUES ('j1', 'loan1'), ('j2', 'loan2');
INSERT INTO attempts VALUES
    ('a1', 'j1', 'reminder', 1, 'sms', 'delivered', 'twilio', 'SM1'),
    ('a2', 'j1', 'notice', 2, 'email', 'accepted', 'sendgrid', 'M2.recvd-1'),
    ('a3', 'j2', 'reminder', 1, 'sms', 'unknown', NULL, NULL),
    ('a4', 'j2', 'visit', 2, 'field_visit', 'accepted', 'field_desk', 'V4'),
    ('a5', 'j2', 'notice', 3, 'sms', 'rejected', NULL, NULL);
INSERT INTO costs VALUES ('loan1', 'reminder', 1, 'sms'), ('loan1', 'notice', 2, 'email');
"""
LOG = """
CREATE TABLE accept (id INTEGER PRIMARY KEY, attempt_id TEXT, channel TEXT, vendor_id TEXT);
INSERT INTO accept (attempt_id, channel, vendor_id) VALUES
    ('a1', 'sms', 'SM1'), ('a2', 'email', 'M2'), ('a3', 'sms', 'SM3'), ('a4', 'field_visit', 'V4');
"""
WRONG = {
    "duplicates": ("log", "INSERT INTO accept (attempt_id, channel, vendor_id) VALUES ('a1', 'sms', 'SM9')"),
    "accepted_and_denied": ("log", "INSERT INTO accept (attempt_id, channel, vendor_id) VALUES ('a5', 'sms', 'SM5')"),
    "accepted_and_not_written_down": ("ledger", "DELETE FROM attempts WHERE id = 'a3'"),
    "claimed_and_never_accepted": ("log", "DELETE FROM accept WHERE attempt_id = 'a4'"),
    "under_another_id": ("ledger", "UPDATE attempts SET vendor_id = 'SM7' WHERE id = 'a1'"),
    "by_another_channel": ("log", "UPDATE accept SET channel = 'chat' WHERE attempt_id = 'a1'"),
    "charged_wrongly": ("ledger", "DELETE FROM costs WHERE rung = 'notice'"),
    "accepted_for_nobody": ("log", "INSERT INTO accept (attempt_id, channel, vendor_id) VALUES ('', 'sms', 'SM8')"),
}


@pytest.fixture
def books(tmp_path: Path) -> dict[str, Path]:
    """A ledger and a log that agree, with one contact of unknown fate that was accepted."""
    files = {"ledger": tmp_path / "ledger.db", "log": tmp_path / "sandbox.db"}
    for name, script in {"ledger": LEDGER, "log": LOG}.items():
        with sqlite3.connect(files[name]) as database:
            database.executescript(script)
    return files


def test_two_that_agree_pass(books: dict[str, Path]) -> None:
    """A contact of unknown fate is no disagreement: the ledger says that it does not know."""
    found = compare(f"sqlite:///{books['ledger']}", books["log"])
    assert found["agrees"] is True
    assert (found["attempts"], found["accepts"]) == (5, 4)
    assert found["unknown"] == found["unknown_accepted"] == ["a3"]
    assert not list(in_words(found))


def test_each_kind_of_disagreement_has_its_case_here() -> None:
    """Nothing is looked for that no test has seen found."""
    assert set(WRONG) == set(MUST_BE_NONE)


@pytest.mark.parametrize("name", WRONG)
def test_a_disagreement_is_found(name: str, books: dict[str, Path]) -> None:
    """One row is changed, and the command says what is wrong and ends with 1."""
    where, statement = WRONG[name]
    with sqlite3.connect(books[where]) as database:
        database.execute(statement)
    found = compare(str(books["ledger"]), books["log"])
    assert found[name]
    assert found["agrees"] is False
    ran = subprocess.run(
        [sys.executable, auditor.__file__, "--ledger", str(books["ledger"]), "--log", str(books["log"])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert name.replace("_", " ") in ran.stdout


def test_the_auditor_shares_nothing_with_the_product() -> None:
    """It imports the standard library and a database driver, and no module of ours."""
    nodes = list(ast.walk(ast.parse(Path(auditor.__file__).read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, "psycopg"}
