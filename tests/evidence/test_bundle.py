"""The bundle that goes with a referral: checked by its own script, in a process of its own, with nothing of ours."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import col, select

from deployments.bundling import write_bundle
from ledger.evidence.signing import write_signing_key
from ledger.removing import Going, remove
from ledger.retained_texts import Store, Text
from ledger.tables.attempt import AttemptRow
from policy.compliance.record_class import RecordClass
from tests.evidence.archive import Archive

LOAN = "L-1"


@pytest.fixture
def unpacked(archive: Archive, tmp_path: Path) -> Path:
    """The bundle of the first loan, unpacked where nothing else is."""
    archive.closes_days()
    return _unpacked(archive, tmp_path / "bundle")


def _unpacked(archive: Archive, folder: Path) -> Path:
    file = folder.with_suffix(".zip")
    write_bundle(archive.ledger, LOAN, file, portfolio=None, keys=archive.keys)
    with zipfile.ZipFile(file) as packed:
        packed.extractall(folder)
    return folder


def _verified(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the script in the bundle says of it; it is given Python and nothing from here."""
    return subprocess.run([sys.executable, "-I", "verify.py"], cwd=folder, capture_output=True, text=True, check=False)


def _made_good(folder: Path) -> None:
    """A manifest that agrees with the files, as whoever changed one would write it."""
    names = [path.name for path in folder.iterdir() if path.name != "MANIFEST.json"]
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    (folder / "MANIFEST.json").write_text(json.dumps({"sha256": digests}))


class TestASoundBundle:
    """As it was written."""

    def test_says_that_it_is_sound(self, unpacked: Path) -> None:
        """And how far the signatures reach; nothing that a person cannot read on a screen is asked for."""
        said = _verified(unpacked)
        assert (said.returncode, said.stderr) == (0, "")
        assert said.stdout.rstrip().endswith("SOUND")
        assert "signed days cover events 1 to" in said.stdout

    def test_has_the_same_bytes_every_time(self, archive: Archive, tmp_path: Path) -> None:
        """The same ledger, the same file."""
        files = [tmp_path / "one.zip", tmp_path / "two.zip"]
        for file in files:
            write_bundle(archive.ledger, LOAN, file, portfolio=None, keys=archive.keys)
        assert files[0].read_bytes() == files[1].read_bytes()

    def test_tells_the_whole_story(self, unpacked: Path) -> None:
        """Messages as they were sent, why they were allowed, what was paid, in a page that fetches nothing."""
        page = (unpacked / "timeline.html").read_text()
        for told in (
            "Hello Ada",
            "+447400123456",
            "Verdicts",
            "house-courtesy",
            "promised",
            "20.00 GBP",
            "Signed days",
        ):
            assert told in page, told
        assert "<script" not in page
        assert "http-equiv" in page
        records = [json.loads(line)["record"] for line in (unpacked / "records.jsonl").read_text().splitlines()]
        tables = {record.split("/")[0] for record in records}
        assert {"attempts", "verdicts", "decisions", "promises", "payments", "reversals", "costs", "calls"} <= tables

    def test_tells_of_a_text_that_was_removed(self, archive: Archive, tmp_path: Path) -> None:
        """What had its time is told by day and rule, and the rest is as sound as before."""
        with archive.ledger.transaction() as session:
            row = session.exec(select(AttemptRow).order_by(col(AttemptRow.planned_at))).first()
            assert row is not None
            text = Text(
                Store.MESSAGE, row.id, archive.lender.loan().id, (RecordClass.MESSAGES,), archive.lender.now.date()
            )
            remove(session, [Going(row.borrower_id, text, "UK-RETAIN")], now=archive.lender.now)
        assert archive.flaws() == []
        folder = _unpacked(archive, tmp_path / "removed")
        assert _verified(folder).returncode == 0
        for name in ("timeline.html", "messages.jsonl"):
            assert "text was removed on" in (folder / name).read_text()


def _in_line(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        before = (folder / name).read_text()
        assert old in before, (name, old)
        (folder / name).write_text(before.replace(old, new, 1))

    return change


def _without_line(name: str, number: int) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        lines = (folder / name).read_text().splitlines(keepends=True)
        del lines[number]
        (folder / name).write_text("".join(lines))

    return change


CHANGES: dict[str, Callable[[Path], None]] = {
    "an event": _in_line("chain.jsonl", "loan_imported", "loan_exported"),
    "an amount": _in_line("records.jsonl", '"amount_minor": 5000', '"amount_minor": 6000'),
    "a citation": _in_line("records.jsonl", '"citation": "', '"citation": "x'),
    "a message": _in_line("messages.jsonl", "Hello Ada", "Hullo Ada"),
    "a signature": _in_line("roots.jsonl", '"signature": "', '"signature": "00'),
    "a signed count": _in_line("roots.jsonl", '"events": ', '"events": 1'),
    "an event less": _without_line("chain.jsonl", 4),
    "a record less": _without_line("records.jsonl", 0),
    "the name of a field": _in_line("chain.jsonl", '"seq": ', '"Seq": '),
    "half of a line": _in_line("records.jsonl", '"content": {', '"content": '),
}


class TestAChangedBundle:
    """Whoever changes a file changes the manifest too."""

    @pytest.mark.parametrize("what", CHANGES)
    def test_is_found_by_its_own_script(self, unpacked: Path, what: str) -> None:
        """With the old manifest, and with one that agrees."""
        CHANGES[what](unpacked)
        assert _verified(unpacked).returncode == 1
        _made_good(unpacked)
        said = _verified(unpacked)
        assert said.returncode == 1
        assert "WRONG: " in said.stdout
        assert said.stderr == ""

    def test_is_found_in_any_file(self, unpacked: Path, tmp_path: Path) -> None:
        """One byte more in each of them, and a file that does not belong there."""
        for path in sorted(unpacked.iterdir()):
            copy = tmp_path / "copy"
            shutil.copytree(unpacked, copy)
            with (copy / path.name).open("ab") as file:
                file.write(b" ")
            if path.name != "MANIFEST.json":
                assert _verified(copy).returncode == 1, path.name
            shutil.rmtree(copy)
        (unpacked / "more.txt").write_text("put in")
        assert _verified(unpacked).returncode == 1

    def test_signed_by_somebody_else_is_found(self, unpacked: Path, tmp_path: Path) -> None:
        """A public key of another key in the place of the lender's."""
        public = write_signing_key(tmp_path / "other")
        ours = next(unpacked.glob("key-*.pub"))
        ours.write_bytes(public.read_bytes())
        _made_good(unpacked)
        assert _verified(unpacked).returncode == 1
