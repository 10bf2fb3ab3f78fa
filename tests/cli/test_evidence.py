"""The evidence on the command line: proved, signed, bundled; and a change to it is told with exit code 1."""

import json
import stat
import subprocess
import sys
import zipfile
from datetime import timedelta

from sqlalchemy import text

from tests.cli.stage import MONDAY, Driven, Stage
from tests.ledger.unguarded import unguard


def test_is_sound_until_somebody_changes_it(driven: Driven) -> None:
    """Exit code 0 and the counts; then exit code 1 with the loan, the event and the row."""
    driven.carry_to(MONDAY + timedelta(days=2), start=MONDAY)
    closed = driven.answer("evidence", "close-days")
    assert closed["days"] == ["2026-01-05", "2026-01-06"]
    sound = driven.answer("evidence", "verify")
    assert sound["is_sound"]
    assert sound["proof"]["roots"] == 2
    assert "Sound: " in driven.run("evidence", "verify", "--loan", "A1").stdout
    unguard(driven.ledger)
    with driven.ledger.engine.begin() as connection:
        changed = "UPDATE verdicts SET citation = 'made up' WHERE id = (SELECT MIN(id) FROM verdicts)"
        connection.execute(text(changed))
    result = driven.run("evidence", "verify", "--json")
    assert result.exit_code == 1
    flaws = json.loads(result.stdout)["proof"]["flaws"]
    assert [flaw["what"] for flaw in flaws if flaw["what"] != "guard_missing"] == ["record_changed"]
    told = next(flaw for flaw in flaws if flaw["what"] == "record_changed")
    assert told["loan"] in {"A1", "A2"}
    assert told["seq"] > 1
    assert "NOT SOUND" in driven.run("evidence", "verify").stdout


def test_goes_into_one_file_that_proves_itself(driven: Driven) -> None:
    """For a loan by its number; an unknown one is refused in words."""
    driven.carry_to(MONDAY + timedelta(days=2), start=MONDAY)
    driven.answer("evidence", "close-days")
    written = driven.answer("evidence", "bundle", "--loan", "A1", "--out", "A1.zip")
    assert written["roots"] >= 1
    with zipfile.ZipFile(driven.folder / "A1.zip") as packed:
        packed.extractall(driven.folder / "A1")
    verified = subprocess.run(
        [sys.executable, "-I", "A1/verify.py"], cwd=driven.folder, capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stdout
    assert "no loan" in driven.refusal("evidence", "bundle", "--loan", "nobody", "--out", "x.zip")


def test_days_are_checked_with_the_signing_key_alone_where_its_public_part_is_gone(driven: Driven) -> None:
    """In a container the key is a secret file with nothing beside it; its public part can be printed."""
    driven.carry_to(MONDAY + timedelta(days=2), start=MONDAY)
    driven.answer("evidence", "close-days")
    public = driven.folder / ".duecourse" / "evidence.key.pub"
    assert driven.answer("evidence", "public-key")["public_key"] == public.read_text()
    public.unlink()
    assert driven.answer("evidence", "verify")["is_sound"]


def test_the_key_is_made_for_its_owner_and_never_written_over(bare: Stage) -> None:
    """Mode 600, with its public part beside it."""
    made = bare.answer("evidence", "new-key", "keys/evidence.key")
    assert stat.S_IMODE((bare.folder / made["key"]).stat().st_mode) == 0o600
    assert "PUBLIC KEY" in (bare.folder / made["public_key"]).read_text()
    assert "is there already" in bare.refusal("evidence", "new-key", "keys/evidence.key")
