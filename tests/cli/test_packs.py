"""Packs are listed, read and checked."""

import pytest
from sqlmodel import select

from deployments.doctor import examine
from deployments.finding import Light
from ledger.portfolios import portfolio_named
from ledger.tables.journey import WakeUpRow
from policy.compliance.reading import shipped_packs, text_of_pack
from tests.cli.stage import LOANS, MAPPING, Driven, Stage


def test_the_list_names_every_shipped_pack(bare: Stage) -> None:
    """As JSON and as a table, with how much is left to confirm."""
    listed = {each["name"]: each for each in bare.answer("packs", "list")["packs"]}
    assert set(listed) == set(shipped_packs())
    assert listed["house-courtesy"]["unproven"] == []
    assert "UK-BREATH" in listed["gb-conc"]["unproven"]
    assert "House courtesy" in bare.run("packs", "list").stdout


def test_a_rule_is_read_with_its_words_numbers_and_source(bare: Stage) -> None:
    """What counsel asks of every rule."""
    told = bare.run("packs", "show", "cn-mainland").stdout
    for part in (
        "CN-CBA26-FREQ  frequency_cap",
        "en: a number that is not answered should not be dialled more than six times a day",
        "不宜超过6次",
        "(self regulation; secondary)",
        "max 6; window (length 1; unit calendar_day)",
        "a person may override it (human approval) for: registry_checked",
        "Words that stop a medium (zh): T, TD, 退订",
        "in force from 2025-02-28",
        "Binds first party, servicer, third party",
    ):
        assert part in told, part
    rule = next(r for r in bare.answer("packs", "show", "cn-mainland")["rules"] if r["id"] == "CN-CC-70")
    assert (rule["params"]["max_term_months"], rule["verified"], rule["authority"]) == (60, "seen", "regulation")


@pytest.mark.parametrize("name", shipped_packs())
def test_every_shipped_pack_can_be_read(bare: Stage, name: str) -> None:
    """By name and from its file, the same."""
    bare.write("mine.yaml", text_of_pack(name))
    assert bare.run("packs", "show", "mine.yaml").stdout == bare.run("packs", "show", name).stdout
    assert f"{name}, version " in bare.run("packs", "check", "mine.yaml").stdout


def test_every_mistake_of_a_lenders_own_pack_is_told(bare: Stage) -> None:
    """One line per mistake, exit code 1; what it extends must be there."""
    text = text_of_pack("gb-conc")
    bare.write("bad.yaml", text.replace("days: 60", "days: sixty").replace("[vulnerable]", "[vulnerabel]"))
    bare.write("lost.yaml", text.replace("extends: []", "extends: [us-federal-rege]"))
    result = bare.run("packs", "check", "bad.yaml", "lost.yaml", "nope.yaml")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert len(lines) == 4
    assert all(line.startswith(("bad.yaml:", "lost.yaml:", "nope.yaml:")) and "; " in line for line in lines)
    assert any("'days'" in line for line in lines)
    assert sum("did you mean 'vulnerable'" in line for line in lines) == 1
    assert any("unknown pack 'us-federal-rege'" in line for line in lines)


def test_what_would_never_work_is_told(bare: Stage) -> None:
    """Quiet hours for open ones, a zone or a country that there is not, and a check of texts with a misspelt name."""
    text = text_of_pack("gb-conc")
    bare.write(
        "hours.yaml", text.replace('opens: "08:00"', 'opens: "21:00"').replace('closes: "21:00"', 'closes: "08:00"')
    )
    bare.write("zone.yaml", text.replace("zone: Europe/London", "zone: Europe/Londn"))
    bare.write("holidays.yaml", text.replace("tz_basis: residence", "tz_basis: residence\n      holidays: UK-EW"))
    bare.write("lint.yaml", text.replace("must_not: [pressing,", "must_not: [presing,"))
    for file, told in (
        ("hours.yaml", "nobody could ever be contacted"),
        ("zone.yaml", "there is no zone"),
        ("holidays.yaml", "there are no holidays of 'UK-EW'"),
        ("lint.yaml", "did you mean 'pressing'?"),
    ):
        result = bare.run("packs", "check", file)
        assert result.exit_code == 1
        assert told in result.stdout
        assert "; " in result.stdout


def test_a_misspelt_name_is_told_the_near_one(bare: Stage) -> None:
    """And a missing file is told as one."""
    assert "did you mean 'gb-conc'?" in bare.refusal("packs", "show", "gb-con")
    assert "check the path" in bare.refusal("packs", "show", "nope.yaml")


def test_the_doctor_lists_what_counsel_should_confirm(bare: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The house's own rules are green; a pack written from other people's words is yellow, rule by rule."""
    monkeypatch.setenv("DUECOURSE_PACKS", '["house-courtesy", "in-rbi"]')
    bare.import_loans()
    found = [finding for finding in examine() if finding.about == "packs"]
    assert {finding.light for finding in found} == {Light.GREEN, Light.YELLOW}
    yellow = next(finding for finding in found if finding.light is Light.YELLOW)
    assert "in-rbi: counsel should confirm" in yellow.says
    assert "IN-TIME (secondary)" in yellow.says
    assert "IN-MFI (memory)" in yellow.says
    assert "duecourse packs show in-rbi" in yellow.do


def test_a_misspelt_pack_stops_an_import(bare: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is read, from the setting and from the option alike."""
    monkeypatch.setenv("DUECOURSE_PACKS", '["house-curtesy"]')
    files = (bare.write("loans.csv", LOANS), "--mapping", bare.write("loans.yaml", MAPPING), "--portfolio", "cards")
    assert "there is no compliance pack 'house-curtesy'" in bare.refusal("import", "loans", *files)
    assert "there is no compliance pack 'gb-con'" in bare.refusal("import", "loans", *files, "--pack", "gb-con")
    assert bare.answer("import", "loans", *files, "--pack", "gb-conc")["new"] == 2


def test_the_doctor_misses_a_pack_that_is_gone(driven: Driven) -> None:
    """Nothing can be sent without it, so it is red."""
    with driven.ledger.transaction() as session:
        portfolio_named(session, "cards").packs = ["gone"]
    found = [finding for finding in examine() if finding.about == "packs"]
    assert [finding.light for finding in found] == [Light.RED]
    assert "there is no compliance pack 'gone'" in found[0].says


def test_a_portfolio_can_be_worked_under_other_packs(driven: Driven) -> None:
    """House courtesy stays among them, what a pack extends comes with it, and open journeys are looked at again."""
    used = driven.answer("packs", "use", "us-ma", "--portfolio", "cards", "--collector-role", "third_party")
    assert [label.partition("@")[0] for label in used["packs"]] == ["house-courtesy", "us-federal-regf", "us-ma"]
    with driven.ledger.reading() as session:
        portfolio = portfolio_named(session, "cards")
        assert (portfolio.packs, portfolio.collector_role) == (["house-courtesy", "us-ma"], "third_party")
        reasons = session.exec(select(WakeUpRow.reason)).all()
    assert reasons.count("the portfolio is worked under other packs") == 2
    assert "there is no portfolio 'loans'" in driven.refusal("packs", "use", "us-ma", "--portfolio", "loans")
    assert "no compliance pack 'us-mo'" in driven.refusal("packs", "use", "us-mo", "--portfolio", "cards")
