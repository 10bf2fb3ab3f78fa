"""What a lender's past and its bills do to the report, from the files to the figures."""

from pathlib import Path

from tests.cli.stage import Stage

RECOVERED = """\
id,grade,issue_d,loan_amnt,loan_status,recoveries,collection_recovery_fee,late_fee
1,A,Dec-2011,2500,Charged Off,117.08,1.11,NA
2,B,Jan-2012,"$5,000.00",Charged Off,0.0,,16.97
3,B,Jan-2012,7000,Fully Paid,,,
4,C,Jan-2012,9000,Charged Off,abc,,
"""
MAPPING = """\
kind: history
as_of: 2013-12-31
dates: ['%b-%Y']
keep: loan_status == 'Charged Off'
loan: {number: id, segment: grade}
defaults: {source: club, currency: USD}
events:
  - {event: entered, at: issue_d, balance: loan_amnt, ladder: {value: recovery}}
  - {event: payment, amount: recoveries}
  - {event: payment, amount: late_fee}
  - {event: cost, unit: {value: agency_fee}, amount: collection_recovery_fee}
  - {event: closed, reason: loan_status}
"""
COSTS = """\
unit,unit_price,valid_from,loan_no,amount,date,invoice_line,units,corrects,billed_by
kilometre,0.70,2026-01-01,,,,,,,
agency_fee,,,2,10.00,2013-06-30,A-1,,,Agency
licence,,,,50.00,2013-06-15,L-6,,,Vendor
"""
SAMPLE_COSTS = str(Path(__file__).parents[2] / "deployments" / "mappings" / "sample_costs.yaml")


def test_a_past_and_its_bills_come_in_once_and_are_in_the_report(bare: Stage) -> None:
    """Totals, strategy and ends are those of the file; a bad cell is told by line and column; nothing comes twice."""
    file, mapping = bare.write("r.csv", RECOVERED), bare.write("r.yaml", MAPPING)
    asked = ("import", "history", file, "--mapping", mapping, "--portfolio", "before")
    done = bare.answer(*asked)
    assert (done["loans"], done["left_out"], done["rejected"]) == (3, 1, 1)
    assert done["kinds"] == {"closed": 3, "cost": 1, "entered": 3, "payment": 2}
    assert '5,recoveries,abc,"is not a number' in (bare.folder / done["rejects_file"]).read_text()
    again = bare.answer(*asked)
    assert (again["new"], again["known"]) == (0, 9)

    bills = ("costs", "import", bare.write("c.csv", COSTS), "--mapping", SAMPLE_COSTS, "--portfolio", "before")
    booked = bare.answer(*bills)
    assert (booked["new"], booked["prices"], booked["shares"], booked["rejected"]) == (3, 1, 3, 0)
    assert bare.answer(*bills)["known"] == 3
    spent = bare.answer("costs", "list", "--portfolio", "before", "--from", "2011-01-01", "--to", "2013-12-31")
    assert spent["total_millis"] == 111_000 + 1_000_000 + 5_000_000
    assert {(each["unit"], each["source"]) for each in spent["booked"]} == {
        ("agency_fee", "Agency"),
        ("agency_fee", "club"),
        ("licence", "allocated"),
    }

    report = bare.answer("report", "--portfolio", "before", "--from", "2011-01-01", "--to", "2013-12-31")
    assert report["reconciles"]
    assert (report["loans_entered"], report["recovered_minor"], report["cost_minor"]) == (3, 11_708 + 1_697, 6_111)
    assert report["journeys_by_closing_reason"] == {"charged_off": 3}
    assert [row["name"] for row in report["by"]["ladder"]] == ["recovery"]
    whole = bare.answer("report", "--portfolio", "before")
    assert whole["period"]["from"].startswith("2011-")  # by itself it begins with the past
    assert (whole["loans_entered"], whole["recovered_minor"]) == (3, 11_708 + 1_697)
    assert bare.answer("journeys", "list")["total"] == 0


def test_a_cost_is_corrected_by_the_beginning_of_its_id(bare: Stage) -> None:
    """What is shown by `costs list --rows` is what `costs correct` takes."""
    file, mapping = bare.write("r.csv", RECOVERED), bare.write("r.yaml", MAPPING)
    bare.run("import", "history", file, "--mapping", mapping, "--portfolio", "before")
    period = ("--portfolio", "before", "--from", "2011-01-01", "--to", "2013-12-31")
    (row,) = bare.answer("costs", "list", *period, "--rows", "5")["rows"]
    corrected = bare.answer("costs", "correct", row["id"][:8], "--by", "-1.00")
    assert (corrected["corrects_id"], corrected["amount_millis"]) == (row["id"], -100_000)
    assert bare.answer("costs", "list", *period)["total_millis"] == 11_000
    assert "more would be taken off" in bare.refusal("costs", "correct", row["id"][:8], "--by", "-1.00")


def test_a_mapping_of_another_kind_says_which_command_reads_it(bare: Stage) -> None:
    """Nothing is imported."""
    bare.import_loans()
    file, mapping = bare.write("r.csv", RECOVERED), bare.write("r.yaml", MAPPING)
    told = bare.refusal("import", "payments", file, "--mapping", mapping, "--portfolio", "cards")
    assert "this mapping is of history; `duecourse import history` reads it" in told
