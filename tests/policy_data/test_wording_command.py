"""The `duecourse wording` commands list, show and check."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deployments.cli.main import app
from policy.wording.rendering import every_wording
from policy.wording.segments import segments

GOOD = "Hello {{ first_name }}, {{ lender }} here. {{ amount }} is open. Call {{ help_phone }}. Reply STOP to opt out"


def run(*arguments: str, typed: str | None = None) -> Result:
    """One command."""
    return CliRunner().invoke(app, ["wording", *arguments], input=typed)


def answer(*arguments: str) -> Any:
    """The answer of a command as JSON."""
    return json.loads(run(*arguments, "--json").stdout)


class TestTheList:
    """`wording list`."""

    def test_names_every_wording_in_every_language_and_channel(self) -> None:
        """With the segments and the cost of a text message."""
        listed = answer("list")["wordings"]
        assert {each["wording"] for each in listed} == every_wording()
        assert len(listed) == len(every_wording()) * 2 * 3
        assert "friendly_reminder" in run("list").stdout

    def test_prices_a_segment_as_shipped(self) -> None:
        """1.18 cents a segment, so that twice the segments cost twice as much."""
        for each in answer("list")["wordings"]:
            if each["channel"] == "sms":
                assert each["cost_millis"] == 1180 * each["segments"]
                assert each["encoding"] == {"en": "GSM-7", "zh": "UCS-2"}[each["language"]]

    def test_refuses_a_currency_without_prices(self) -> None:
        """It is told, and nothing is made up."""
        result = run("list", "--currency", "CHF")
        assert result.exit_code == 2
        assert "CHF" in result.stderr


class TestShowing:
    """`wording show`."""

    def test_says_a_wording_with_sample_facts(self) -> None:
        """One channel, in one language."""
        shown = answer("show", "pre_legal_notice", "--language", "zh-CN", "--channel", "sms")
        (sms,) = shown["channels"]
        assert shown["language"] == "zh"
        assert sms["body"].startswith("【Quillbank】Xenia您好")
        assert sms["segments"] == segments(sms["body"])
        assert sms["cost"] == f"{0.0118 * sms['segments']:.4f} USD"

    def test_shows_every_channel_when_none_is_named(self) -> None:
        """For people as text."""
        text = run("show", "check_in").stdout
        assert "chat (en, version 2): one message" in text
        assert "sms (en, version 2): " in text
        assert "segments in GSM-7" in text

    def test_tells_a_misspelt_name_the_near_one(self) -> None:
        """As other commands do."""
        result = run("show", "friendly_remindr")
        assert result.exit_code == 1
        assert "did you mean 'friendly_reminder'?" in result.stderr


class TestChecking:
    """`wording check`."""

    def test_finds_the_shipped_ones_good(self) -> None:
        """Without files, all that is shipped is checked."""
        result = run("check")
        assert result.exit_code == 0
        assert "en/check_in.yaml: good" in result.stdout

    def test_tells_file_line_what_and_remedy(self, tmp_path: Path) -> None:
        """A template of one's own, named by its file and in the language of its folder."""
        (tmp_path / "en").mkdir()
        good, bad = tmp_path / "en" / "fine.yaml", tmp_path / "en" / "bad.yaml"
        good.write_text(f"version: 1\nsms: '{GOOD}'\n", encoding="utf-8")
        bad.write_text(f"version: 1\n\nsms: '{GOOD} Pay or else.'\n", encoding="utf-8")
        result = run("check", str(good), str(bad))
        assert result.exit_code == 1
        assert result.stdout.splitlines() == [
            f"{bad}:3: 'sms' says 'or else', which is a threat; say plainly what happens next and how we can help",
            f"{good}: good",
        ]
        told = json.loads(run("check", str(bad), "--json").stdout)
        assert [(p["line"], p["file"]) for p in told["problems"]] == [(3, str(bad))]

    def test_reads_plain_text_a_message_a_line(self, tmp_path: Path) -> None:
        """So that counsel can try sentences without writing a template."""
        text = tmp_path / "sentences.txt"
        text.write_text("Thank you for your payment.\nWe know where you live.\n您会坐牢的。\n", encoding="utf-8")
        result = run("check", str(text))
        assert result.exit_code == 1
        assert [line.split(":")[1] for line in result.stdout.splitlines()] == ["2", "3"]
        assert run("check", "-", typed="Thank you.\n").exit_code == 0
        assert run("check", "-", typed="Pay or else.\n").exit_code == 1

    def test_tells_a_missing_file_as_a_problem(self) -> None:
        """Like any other mistake."""
        result = run("check", "nope.yaml")
        assert result.exit_code == 1
        assert result.stdout.startswith("nope.yaml:1: cannot be opened")

    @pytest.mark.parametrize("language", ["fr", ""])
    def test_refuses_a_language_that_is_not_shipped(self, language: str) -> None:
        """Two are: the question was not understood."""
        assert run("check", "-", "--language", language, typed="x").exit_code == 2
