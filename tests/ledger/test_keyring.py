"""Keys: kept from other eyes, and the only way to read what was sealed."""

import os
from pathlib import Path

import pytest

from ledger.keyring import (
    CannotUnseal,
    KeyIsExposed,
    KeyIsMalformed,
    KeyIsMissing,
    Keyring,
    keyring_from_file,
    keyring_from_text,
    write_new_key,
)


class TestAKeyFile:
    """For its owner only."""

    def test_is_made_for_its_owner_only_and_can_be_read(self, tmp_path: Path) -> None:
        """With the folders that are missing."""
        path = tmp_path / "deep" / "key"
        write_new_key(path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert len(keyring_from_file(path).master) == 32

    def test_is_never_made_over_another(self, tmp_path: Path) -> None:
        """An old key thrown away would throw every name away."""
        write_new_key(tmp_path / "key")
        with pytest.raises(FileExistsError):
            write_new_key(tmp_path / "key")

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
    def test_that_others_can_read_is_refused(self, tmp_path: Path, mode: int) -> None:
        """With what to type."""
        path = tmp_path / "key"
        write_new_key(path)
        path.chmod(mode)
        with pytest.raises(KeyIsExposed, match="chmod 600"):
            keyring_from_file(path)

    def test_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        """With what to type."""
        with pytest.raises(KeyIsMissing, match="duecourse key new"):
            keyring_from_file(tmp_path / "key")

    @pytest.mark.parametrize("text", ["", "short", "not base64!", "AAAA", "é" * 44])
    def test_that_holds_no_key_is_refused(self, text: str) -> None:
        """32 bytes in base64, and nothing else."""
        with pytest.raises(KeyIsMalformed):
            keyring_from_text(text)


class TestSealing:
    """Under a borrower's own key."""

    def test_can_be_undone_with_the_same_keys_only(self) -> None:
        """Neither another master key nor another borrower's key opens it, nor is a changed text taken."""
        keyring, other = Keyring(os.urandom(32)), Keyring(os.urandom(32))
        data_key = keyring.new_data_key()
        sealed = keyring.seal(data_key, "Ada Canary")
        assert keyring.unseal(data_key, sealed) == "Ada Canary"
        changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
        for ring, key, text in (
            (other, data_key, sealed),
            (keyring, keyring.new_data_key(), sealed),
            (keyring, data_key, changed),
            (keyring, data_key, b""),
            (keyring, b"", sealed),
        ):
            with pytest.raises(CannotUnseal):
                ring.unseal(key, text)

    def test_never_looks_the_same_twice(self) -> None:
        """Equal names cannot be told from each other by what is stored."""
        keyring = Keyring(os.urandom(32))
        data_key = keyring.new_data_key()
        assert keyring.seal(data_key, "Ada") != keyring.seal(data_key, "Ada")

    def test_looks_equal_numbers_up_under_one_key_only(self) -> None:
        """The same number gives the same digest, under another key another one."""
        keyring, other = Keyring(os.urandom(32)), Keyring(os.urandom(32))
        assert keyring.lookup("+44") == Keyring(keyring.master).lookup("+44")
        assert keyring.lookup("+44") not in {keyring.lookup("+45"), other.lookup("+44")}

    def test_shows_no_key_by_accident(self) -> None:
        """Not in a log, not in a traceback."""
        assert "master" not in repr(Keyring(os.urandom(32)))
