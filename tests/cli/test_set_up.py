"""A ledger, a key and sample files are made from nothing."""

import stat

import pytest

from tests.cli.stage import Stage


def test_migrate_says_what_it_did(bare: Stage) -> None:
    """Made once, then left alone."""
    assert bare.answer("migrate")["did"] == "was made"
    assert "newest shape already" in bare.run("migrate").stdout


def test_a_key_is_made_for_its_owner_and_never_written_over(bare: Stage) -> None:
    """Mode 600, and a second one in its place is refused."""
    bare.answer("key", "new", "keys/ledger.key")
    path = bare.folder / "keys" / "ledger.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert "is there already" in bare.refusal("key", "new", "keys/ledger.key")
    assert path.read_bytes() == before


def test_a_sample_portfolio_can_be_taken_in_as_it_says(bare: Stage) -> None:
    """The commands that it prints work, for loans and for payments."""
    written = bare.answer("sample-portfolio", "--loans", "12", "--seed", "5", "--as-of", "2026-01-05")
    for kind in ("loans", "payments"):
        done = bare.answer(
            "import", kind, written[f"{kind}_file"], "--mapping", written[f"{kind}_mapping"], "--portfolio", "sample"
        )
        assert done["new"] > 0
        assert done["rejected"] == 0
    told = bare.run("sample-portfolio", "--loans", "12", "--seed", "5", "--as-of", "2026-01-05").stdout
    assert "duecourse import loans sample.csv --mapping" in told


def test_deploying_without_prefect_says_how_to_start_it(bare: Stage) -> None:
    """No traceback of a client, and no server is started behind anybody's back."""
    bare.answer("migrate")
    assert "PREFECT_API_URL" in bare.refusal("deploy")


@pytest.mark.parametrize("url", ["https://sandbox.example", "http://10.0.0.1:8026", "http://127.0.0.1"])
def test_the_sandbox_is_served_on_this_machine_only(bare: Stage, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """An address elsewhere is refused with an example."""
    monkeypatch.setenv("DUECOURSE_SANDBOX_URL", url)
    assert "such as http://127.0.0.1:8026" in bare.refusal("sandbox")
