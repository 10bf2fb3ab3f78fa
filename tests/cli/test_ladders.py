"""Ladders are checked, drawn and listed."""

from policy.ladders.shipped import FOLDER, shipped_ladders
from tests.cli.stage import Stage

GOOD = (FOLDER / "gentle.yaml").read_text(encoding="utf-8")


def test_a_good_ladder_passes(bare: Stage) -> None:
    """With its name and version."""
    bare.write("mine.yaml", GOOD)
    assert "gentle, version 1: good" in bare.run("ladder", "check", "mine.yaml").stdout


def test_every_mistake_of_every_file_is_told_with_file_line_and_remedy(bare: Stage) -> None:
    """One line per mistake, exit code 1, and a missing file is one of them."""
    bare.write("bad.yaml", GOOD.replace("action: sms", "action: smoke").replace("version: 1", "version: one"))
    result = bare.run("ladder", "check", "bad.yaml", "nope.yaml")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert all(line.startswith(("bad.yaml:", "nope.yaml:1:")) and "; " in line for line in lines)
    assert any("smoke" in line for line in lines)
    answer = bare.run("ladder", "check", "bad.yaml", "--json")
    assert answer.exit_code == 1
    assert '"remedy"' in answer.stdout


def test_a_ladder_is_drawn_by_name_or_file(bare: Stage) -> None:
    """The same picture for both."""
    bare.write("mine.yaml", GOOD)
    by_name = bare.run("ladder", "show", "gentle").stdout
    assert "friendly_reminder: sms, else email or chat" in by_name
    assert bare.run("ladder", "show", "mine.yaml").stdout == by_name
    assert bare.answer("ladder", "show", "gentle")["rungs"][0] == {
        "name": "friendly_reminder",
        "action": "sms",
        "after_days": 0.0,
    }


def test_a_misspelt_name_is_told_the_near_one(bare: Stage) -> None:
    """And a missing file is told as one."""
    assert "did you mean 'gentle'?" in bare.refusal("ladder", "show", "gentl")
    assert "check the path" in bare.refusal("ladder", "show", "nope.yaml")


def test_the_list_names_every_shipped_ladder(bare: Stage) -> None:
    """As JSON and as a table."""
    assert {each["name"] for each in bare.answer("ladder", "list")["ladders"]} == set(shipped_ladders())
    assert "The full path" in bare.run("ladder", "list").stdout
