"""`wording show` and `wording check` with packs: the message as a portfolio sends it, and what would stop it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deployments.cli.main import app
from domain.action import Action
from policy.wording.checking import SAMPLE_FACTS
from policy.wording.rendering import render_template
from policy.wording.segments import segments
from policy.wording.template import read_template

AS_AN_AGENCY = ("--pack", "us-federal-regf", "--collector-role", "third_party")
WITHOUT_A_WAY_OUT = (
    "version: 1\nsms: Hello {{ first_name }}, {{ lender }} here. {{ amount }} is unpaid. Call {{ help_phone }}\n"
)
CITED = "12 CFR 1006.6(e)"


def run(*arguments: str) -> Result:
    """One command."""
    return CliRunner().invoke(app, ["wording", *arguments])


def shown(*arguments: str) -> list[dict[str, Any]]:
    """The channels of `wording show`, as JSON."""
    channels: list[dict[str, Any]] = json.loads(run("show", *arguments, "--json").stdout)["channels"]
    return channels


class TestShowing:
    """`wording show --pack`."""

    def test_says_what_an_agency_adds_to_the_first_message_and_to_later_ones(self) -> None:
        """12 CFR 1006.18(e)(1) and (2), each after a full stop, with the segments and the price of the whole text."""
        first, later = shown("friendly_reminder", "--channel", "sms", *AS_AN_AGENCY)
        assert (first["occasion"], later["occasion"]) == ("first", "later")
        assert first["body"].endswith(f"opt out. {first['added'][0]}")
        assert first["added"][0].startswith("This is an attempt to collect a debt.")
        assert later["body"].endswith("opt out. This communication is from a debt collector.")
        assert later["added"] == ["This communication is from a debt collector."]
        assert (
            first["segments"] == segments(first["body"]) > shown("friendly_reminder", "--channel", "sms")[0]["segments"]
        )
        assert first["cost_millis"] == 1180 * first["segments"]
        assert first["objections"] == later["objections"] == []

    def test_says_it_in_the_language_of_the_message(self) -> None:
        """12 CFR 1006.18(e)(4)."""
        _, later = shown("friendly_reminder", "--language", "zh", "--channel", "sms", *AS_AN_AGENCY)
        assert later["body"].endswith("退订。本信息来自催收机构。")

    def test_adds_nothing_for_a_lender_who_collects_in_its_own_name(self) -> None:
        """Its own staff are no debt collectors, and must not say that they are."""
        assert [each["added"] for each in shown("friendly_reminder", "--pack", "us-federal-regf")] == [[]] * 6

    @pytest.mark.parametrize(
        ("ending", "joint"), [("opt out", ". "), ("退订", "\u3002"), ("opt out.", " "), ("{{ pay_link }}", " ")]
    )
    def test_parts_a_sentence_from_the_text_before_it(self, ending: str, joint: str) -> None:
        """With a full stop where there is none, except behind a link, which it would spoil."""
        text = f"version: 1\nsms: Hello {{{{ first_name }}}}, {ending}\n"
        template = read_template(text, file="check_in.yaml", wording="check_in", language="en")
        said = render_template(template, channel=Action.SMS, facts=SAMPLE_FACTS, closing=["Required words."]).body
        assert said.endswith(f"{ending.replace('{{ pay_link }}', SAMPLE_FACTS['pay_link'])}{joint}Required words.")

    def test_refuses_a_pack_that_is_not_there(self) -> None:
        """With the name that comes nearest."""
        result = run("show", "friendly_reminder", "--pack", "us-federal-reg")
        assert (result.exit_code, "us-federal-regf" in result.stderr) == (1, True)


class TestChecking:
    """`wording check --pack`."""

    def test_tells_the_rule_that_would_stop_a_template(self, tmp_path: Path) -> None:
        """Before anything is sent, with its citation and the line of the text."""
        template = tmp_path / "check_in.yaml"
        template.write_text(WITHOUT_A_WAY_OUT, encoding="utf-8")
        told = run("check", str(template), *AS_AN_AGENCY)
        assert told.exit_code == 1
        assert "check_in.yaml:2: 'sms' would not be sent: " in told.stdout.replace("\n", "")
        assert CITED in told.stdout.replace("\n", " ")
        assert CITED not in run("check", str(template)).stdout
