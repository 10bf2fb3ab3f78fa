"""Secrets are made once, kept from others, and reach a part as its settings."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from ledger.evidence.signing import signing_key
from ledger.keyring import keyring_from_file
from tests.infra.files import INFRA, compose


def test_the_script_makes_every_secret_and_a_second_run_changes_none(tmp_path: Path) -> None:
    """An installation's passwords and key survive the script that made them."""
    folder = _made(tmp_path)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(first) == set(compose()["secrets"])
    assert _made(tmp_path) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_the_folder_keeps_others_out_and_the_key_is_one(tmp_path: Path) -> None:
    """The ledger takes the key as it was made."""
    folder = _made(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "ledger.key").stat().st_mode) == 0o400
    assert len(keyring_from_file(folder / "ledger.key").master) == 32


def test_the_evidence_key_signs_what_its_public_part_checks(tmp_path: Path) -> None:
    """It is made without any tool but the shell's, and is a key all the same."""
    key = signing_key(_made(tmp_path) / "evidence.key")
    key.public_key().verify(key.sign(b"day"), b"day")


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    """Passwords are drawn, not written in the script."""
    one, other = _made(tmp_path / "one"), _made(tmp_path / "other")
    for path in one.iterdir():
        text = path.read_text()
        assert not text or text != (other / path.name).read_text(), path.name


def test_secret_files_become_settings(tmp_path: Path) -> None:
    """A file with a setting's name is that setting; an empty one and any other file are not."""
    (tmp_path / "DUECOURSE_TWILIO_AUTH_TOKEN").write_text("a b'c\n")
    (tmp_path / "PREFECT_API_AUTH_STRING").write_text("user:password")
    (tmp_path / "DUECOURSE_DESK_TOKEN").write_text("")
    (tmp_path / "ledger.key").write_text("key")
    told = _environment_with(tmp_path)
    assert told["DUECOURSE_TWILIO_AUTH_TOKEN"] == "a b'c"
    assert told["PREFECT_API_AUTH_STRING"] == "user:password"
    assert "DUECOURSE_DESK_TOKEN" not in told
    assert "key" not in told.values()


def test_a_part_without_secrets_starts_too(tmp_path: Path) -> None:
    """Where no secret is given, there is nothing to read."""
    assert _environment_with(tmp_path / "none")


@pytest.mark.parametrize("code", [0, 7])
def test_the_command_has_the_last_word(tmp_path: Path, code: int) -> None:
    """How the command ends is how the container ends."""
    script = INFRA / "with-secrets.sh"
    ended = subprocess.run(
        ["/bin/sh", str(script), "/bin/sh", "-c", f"exit {code}"], env={"SECRETS": str(tmp_path)}, check=False
    )
    assert ended.returncode == code


def _made(folder: Path) -> Path:
    secrets = folder / "secrets"
    script = INFRA / "make-secrets.sh"
    subprocess.run(["/bin/sh", str(script), str(secrets)], check=True, capture_output=True)
    return secrets


def _environment_with(secrets: Path) -> dict[str, str]:
    script = INFRA / "with-secrets.sh"
    told = subprocess.run(
        ["/bin/sh", str(script), "env", "-0"],
        env={"SECRETS": str(secrets), "PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(entry.split("=", 1) for entry in told.stdout.split("\0") if entry)
