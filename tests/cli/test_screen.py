"""Cases are screened from a file, without a ledger."""

import json

from tests.cli.stage import Stage

TALKED = """
cases:
  - id: after-a-talk
    consumer_tz: America/New_York
    debts: [D1]
    given:
      - {type: call_in, at: 2026-08-13T10:00:00-04:00, outcome: conversation, discussed: [D1], from: home_landline}
    query: {at: 2026-08-19T10:00:00-04:00, action: call, debts: [D1], to: consumer}
"""
ANSWERED = (
    "id",
    "outcome",
    "until",
    "until_event",
    "rule",
    "citation",
    "violations",
    "warnings",
    "obligations",
    "overridable_by",
    "safe_harbor_lost",
    "counts",
    "value",
)


def test_every_case_is_answered_as_json(bare: Stage) -> None:
    """A list, with every key of the format, and instants in the consumer's own time."""
    bare.write("cases.yaml", TALKED)
    (answer,) = bare.answer("screen", "cases.yaml", "--pack", "us-federal-regf", "--json")
    assert tuple(answer) == ANSWERED
    assert answer["outcome"] == "deferred"
    assert answer["until"] == "2026-08-20T08:00:00-04:00"
    assert answer["rule"] == "1006.14(b)(2)(i)(B)"
    assert answer["counts"] == {"D1": {"calls": 0, "conversations": 1}}


def test_options_may_stand_before_the_file(bare: Stage) -> None:
    """The first word need not be the file."""
    bare.write("cases.yaml", TALKED)
    told = bare.run("screen", "--pack", "us-federal-regf", "--pack", "us-tcpa", "cases.yaml").stdout
    assert "2026-08-20T08:00:00-04:00" in told
    assert "seven days of rest after a conversation" in told
    assert "12 CFR 1006.14(b)(2)(i)(B)" in told


def test_a_lender_is_judged_by_the_same_rules_as_house_policy(bare: Stage) -> None:
    """The role says who is bound by law."""
    bare.write("cases.yaml", TALKED)
    for role, authority in (("third_party", "regulation"), ("first_party", "house_policy")):
        (answer,) = bare.answer("screen", "cases.yaml", "--pack", "us-federal-regf", "--role", role, "--json")
        assert [found["authority"] for found in answer["violations"]] == [authority]


def test_every_mistake_is_told_with_file_line_and_remedy(bare: Stage) -> None:
    """With the case as well; exit code 1, and no answer."""
    wrong = TALKED.replace("outcome: conversation", "outcome: conversaton").replace("action: call", "actoin: call")
    bare.write("cases.yaml", wrong)
    told = bare.refusal("screen", "cases.yaml", "--pack", "us-federal-regf")
    assert (
        "cases.yaml:7: case 'after-a-talk': 'outcome': unknown outcome 'conversaton'; did you mean 'conversation'?"
        in told
    )
    assert "cases.yaml:8: case 'after-a-talk': unknown key 'actoin'; did you mean 'action'?" in told
    assert "cases.yaml:8: case 'after-a-talk': the key 'action' is missing" in told


def test_a_key_that_means_nothing_for_an_event_is_a_mistake(bare: Stage) -> None:
    """Otherwise the answer would not be about what its author meant."""
    bare.write("cases.yaml", TALKED.replace("from: home_landline", "weekdays: [MON]"))
    told = bare.refusal("screen", "cases.yaml", "--pack", "us-federal-regf")
    assert "`weekdays` means nothing for `call_in`" in told


def test_a_missing_file_pack_or_role_is_told(bare: Stage) -> None:
    """Each with what to do."""
    bare.write("cases.yaml", TALKED)
    assert "check the path" in bare.refusal("screen", "nope.yaml", "--pack", "us-federal-regf")
    assert "us-federal-regf" in bare.refusal("screen", "cases.yaml", "--pack", "us-federal")
    assert "first_party" in bare.refusal("screen", "cases.yaml", "--pack", "us-federal-regf", "--role", "agent")


def test_a_file_that_a_program_wrote_may_refer_back(bare: Stage) -> None:
    """With anchors, aliases and merges; the list of cases may stand alone; a day is enough."""
    bare.write(
        "cases.yaml",
        """
- &first
  id: one
  consumer_tz: America/New_York
  debts: &debts [D1]
  given: [{type: call_out, at: 2026-04-01, to: consumer, outcome: unanswered, counted_to: D1}]
  query: {at: 2026-04-01, action: counts, debts: *debts}
- <<: *first
  id: two
  query: {at: 2026-04-09, action: counts}
""",
    )
    one, two = bare.answer("screen", "cases.yaml", "--pack", "us-federal-regf", "--json")
    assert one["counts"] == {"D1": {"calls": 1, "conversations": 0}}
    assert two["counts"] == {"D1": {"calls": 0, "conversations": 0}}


def test_a_case_that_cannot_be_read_costs_only_itself(bare: Stage) -> None:
    """The others are answered, the mistake is told, and the exit code says that something is missing."""
    broken = TALKED.replace("cases:\n", "").replace("after-a-talk", "broken").replace("action: call,", "action: cal,")
    bare.write("cases.yaml", TALKED + broken)
    result = bare.run("screen", "cases.yaml", "--pack", "us-federal-regf", "--json")
    assert result.exit_code == 1
    assert [answer["id"] for answer in json.loads(result.stdout)] == ["after-a-talk"]
    assert "did you mean 'call'?" in result.stderr
