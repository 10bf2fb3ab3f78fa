"""Retention and arrangements: floors that are counted from different days, and the shortest term of all."""

from datetime import date

import pytest

from policy.compliance.agreements import arrangement_limits
from policy.compliance.reading import pack_named, read_pack
from policy.compliance.record_class import CountedFrom, RecordClass
from policy.compliance.retention import Retention, Term, retention_for
from policy.compliance.span import Span
from policy.compliance.stacking import Stack, stack
from tests.policy.standing.situations import LONDON, instant

NOON = instant("2026-06-02 12:00", LONDON)
MADE, SETTLED, ACTIVE = CountedFrom.MADE, CountedFrom.SETTLED, CountedFrom.LAST_ACTIVITY

STRICT = """
pack:
  id: strict
  version: "1"
  jurisdiction: any
  title: A stricter lender
  sources: [{id: house, instrument: ours, verified: house}]
rules:
  - id: STRICT-TERM
    kind: arrangement
    authority: house_policy
    citation: {source: house, section: three years, verified: house}
    params: {max_term_months: 36, content: [signature], stops: [contact], record_until: settled, oral: not_enough}
    on_violation: defer
    message: {en: three years at most}
  - id: STRICT-NOT-YET
    kind: retention
    authority: house_policy
    citation: {source: house, section: from 2030 on, verified: house}
    effective: {from: 2030-01-01}
    params: {records: [calls], floor: 9 years, counted_from: made}
    on_violation: warn
    message: {en: nine years}
"""


class TestRetention:
    """How long a class of record is kept."""

    def test_china_asks_for_two_years_by_law_and_five_to_be_safe(self) -> None:
        """Both floors are there with their rules, the recording's own besides, and one ceiling."""
        found = retention_for(stack(["cn-mainland"]), RecordClass.CALL_RECORDINGS, at=NOON)
        assert {(t.rule, str(t.span), t.counted_from) for t in found.floors} == {
            ("CN-CC-68-RETAIN", "2 years", MADE),
            ("CN-CC-68-RECORD", "2 years", MADE),
            ("CN-RETAIN5", "5 years", MADE),
        }
        assert [(t.rule, t.counted_from) for t in found.ceilings] == [("CN-PIPL-RETAIN", SETTLED)]
        assert found.legal_hold == {"dispute", "complaint", "litigation"}

    def test_a_recording_may_go_when_its_last_floor_has_passed(self) -> None:
        """And must go five years after settlement, however early that was."""
        found = retention_for(stack(["cn-mainland"]), RecordClass.CALL_RECORDINGS, at=NOON)
        made = date(2026, 6, 1)
        assert found.may_go_on({MADE: made}) == date(2031, 6, 1)
        assert found.must_go_on({MADE: made}) is None
        assert found.must_go_on({MADE: made, SETTLED: date(2026, 1, 1)}) == date(2031, 6, 1)
        assert found.must_go_on({MADE: made, SETTLED: date(2027, 1, 1)}) == date(2032, 1, 1)

    def test_an_agreement_is_kept_until_the_debt_is_settled(self) -> None:
        """Before that no day is known on which it may go."""
        found = retention_for(stack(["cn-mainland"]), RecordClass.AGREEMENTS, at=NOON)
        assert found.may_go_on({MADE: date(2020, 1, 1)}) is None
        assert found.may_go_on({MADE: date(2020, 1, 1), SETTLED: date(2027, 1, 1)}) == date(2027, 1, 1)

    def test_floors_from_different_days_all_hold(self) -> None:
        """The later end counts, not the longer span."""
        terms = (
            Term(span=Span(months=36), counted_from=ACTIVE, rule="A", citation=""),
            Term(span=Span(months=60), counted_from=MADE, rule="B", citation=""),
        )
        kept = Retention(record_class=RecordClass.CALLS, floors=terms, ceilings=(), legal_hold=frozenset())
        assert kept.may_go_on({ACTIVE: date(2026, 1, 1), MADE: date(2020, 1, 1)}) == date(2029, 1, 1)
        assert kept.must_go_on({ACTIVE: date(2026, 1, 1), MADE: date(2020, 1, 1)}) is None

    def test_what_nobody_speaks_of_may_go_at_once_and_need_not(self) -> None:
        """No floor, no ceiling."""
        found = retention_for(stack(["eu-ccd2"]), RecordClass.PAYMENTS, at=NOON)
        assert (found.may_go_on({}), found.must_go_on({})) == (date.min, None)

    def test_a_rule_that_is_not_in_force_says_nothing(self) -> None:
        """Until its day has come."""
        packs = Stack((read_pack(STRICT, file="strict.yaml"),))
        assert retention_for(packs, RecordClass.CALLS, at=NOON).floors == ()
        later = instant("2030-01-02 12:00", LONDON)
        assert len(retention_for(packs, RecordClass.CALLS, at=later).floors) == 1

    @pytest.mark.parametrize("record_class", RecordClass)
    def test_no_ceiling_of_a_shipped_pack_outruns_a_floor(self, record_class: RecordClass) -> None:
        """A record that must go may go."""
        for name in ("cn-mainland", "gb-conc", "in-rbi", "eu-ccd2"):
            found = retention_for(stack([name]), record_class, at=NOON)
            since = {MADE: date(2026, 1, 1), SETTLED: date(2026, 2, 1), ACTIVE: date(2026, 3, 1)}
            may, must = found.may_go_on(since), found.must_go_on(since)
            assert must is None or (may is not None and may <= must)


class TestArrangementLimits:
    """What an agreement may be."""

    def test_china_allows_sixty_months_and_says_what_is_in_the_writing(self) -> None:
        """Article 70, which was read in full."""
        limits = arrangement_limits(stack(["cn-mainland"]), at=NOON)
        assert (limits.max_term_months, limits.is_voice_enough) == (60, True)
        assert {"balance_parts", "schedule", "charges", "no_new_credit", "if_missed"} <= set(limits.content)
        assert limits.citations == ("《商业银行信用卡业务监督管理办法》 第七十条",)

    def test_the_shortest_term_and_every_element_count(self) -> None:
        """Of two packs that both say something."""
        packs = Stack((pack_named("cn-mainland"), read_pack(STRICT, file="strict.yaml")))
        limits = arrangement_limits(packs, at=NOON)
        assert (limits.max_term_months, limits.is_voice_enough) == (36, False)
        assert limits.content[-1] == "signature"
        assert limits.rules == ("CN-CC-70", "STRICT-TERM")

    def test_no_pack_no_limit(self) -> None:
        """Then a lender decides alone."""
        assert arrangement_limits(stack(["in-rbi"]), at=NOON).max_term_months is None
