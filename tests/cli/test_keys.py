"""The master key is replaced from the command line, also when that is broken off half-way."""

import json
from pathlib import Path

import pytest

from deployments.settings import Settings
from deployments.wiring import keyring_of
from ledger.keyring import keyring_from_file, write_keyring, write_new_key
from tests.cli.stage import Stage

KEY_FILE = Path(".duecourse") / "ledger.key"
LOANS_AGAIN = ("import", "loans", "loans.csv", "--mapping", "loans.yaml", "--portfolio", "cards")
NEXT = Path(".duecourse") / "ledger.key.next"


def said_of_the_key(stage: Stage) -> str:
    """What the doctor says of it."""
    findings = json.loads(stage.run("doctor", "--json").stdout)["findings"]
    return " ".join(finding["says"] for finding in findings if finding["about"] == "key")


class TestRotatingTheKey:
    """`duecourse key rotate`."""

    def test_puts_a_new_key_in_the_place_of_the_old_one(self, bare: Stage) -> None:
        """The old one lies beside it for old backups; both are for their owner only, and imports go on."""
        bare.import_loans()
        old = keyring_from_file(KEY_FILE)
        answer = bare.answer("key", "rotate", "--by", "ana")
        assert answer["borrowers"] == 2
        assert answer["lookups"] == 4
        assert keyring_from_file(Path(answer["old_key_file"])) == old
        assert keyring_from_file(KEY_FILE).earlier
        assert KEY_FILE.stat().st_mode & 0o777 == 0o600
        assert not NEXT.exists()
        again = bare.import_loans()
        assert again["new"] == 0

    def test_says_what_to_do_next(self, bare: Stage) -> None:
        """Restart, copy, and keep the old one no longer than its backups."""
        bare.import_loans()
        told = bare.run("key", "rotate").output
        assert "Restart every worker and the console" in told
        assert "destroy it when no backup from before today is left" in told

    def test_that_was_broken_off_before_the_ledger_is_begun_again_with_the_same_key(self, bare: Stage) -> None:
        """The new key was written down, and nothing was sealed under it yet."""
        bare.import_loans()
        new = keyring_of(Settings()).successor(b"n" * 32)
        write_keyring(new, NEXT)
        bare.answer("key", "rotate")
        assert keyring_from_file(KEY_FILE) == new

    def test_that_was_broken_off_after_the_ledger_is_finished(self, bare: Stage) -> None:
        """The ledger is sealed anew and the old file is still in place: commands and the doctor say so."""
        bare.import_loans()
        bare.answer("key", "rotate", "--to", str(NEXT))
        assert "sealed under another key" in bare.refusal(*LOANS_AGAIN)
        assert "sealed under another key" in said_of_the_key(bare)
        assert bare.answer("key", "rotate")["borrowers"] == 0
        assert bare.import_loans()["new"] == 0
        assert "another key" not in said_of_the_key(bare)

    def test_refuses_a_file_that_holds_something_else(self, bare: Stage) -> None:
        """A key of another ledger would be the end of this one."""
        bare.import_loans()
        write_new_key(NEXT)
        assert "holds no successor" in bare.refusal("key", "rotate")

    def test_from_the_environment_goes_to_a_file(self, bare: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is in the file then goes into the environment, new lines or blanks between the keys."""
        bare.import_loans()
        monkeypatch.setenv("DUECOURSE_KEY", KEY_FILE.read_text().strip())
        assert "--to FILE" in bare.refusal("key", "rotate")
        bare.answer("key", "rotate", "--to", "new.key")
        monkeypatch.setenv("DUECOURSE_KEY", " ".join(Path("new.key").read_text().split()))
        assert bare.import_loans()["new"] == 0


def test_a_key_that_is_not_the_ledgers_is_refused_by_name(bare: Stage) -> None:
    """By commands that need it, by the doctor, and before it is replaced; with the right one all goes on."""
    bare.import_loans()
    KEY_FILE.rename("right.key")
    write_new_key(KEY_FILE)
    assert "sealed under another key" in bare.refusal(*LOANS_AGAIN)
    assert f"another key than that of {KEY_FILE}" in said_of_the_key(bare)
    assert "sealed under another key" in bare.refusal("key", "rotate", "--to", "new.key")
    Path("right.key").replace(KEY_FILE)
    assert "another key" not in said_of_the_key(bare)
    assert bare.import_loans()["new"] == 0
