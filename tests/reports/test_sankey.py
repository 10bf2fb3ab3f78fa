"""Every journey flows from its ladder through the rungs that it took to how it stands."""

from collections import Counter

from domain.action import Action
from domain.journey import ClosingReason
from domain.step import Outcome
from ledger.database import Ledger
from reports.effectiveness import Effectiveness, effectiveness
from reports.measures.sankey import Flow, ended
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, Chronicle, day, write_spring


def test_journeys_flow_through_the_rungs_they_took(ledger: Ledger) -> None:
    """The spring's five: one through two rungs to a cure, one untouched, the others through one rung and still open."""
    with ledger.transaction() as session:
        write_spring(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
    assert set(found.sankey) == {
        Flow("gentle v1", "gentle v1: friendly_reminder", 2),
        Flow("gentle v1: friendly_reminder", "gentle v1: callback", 1),
        Flow("gentle v1: callback", "cured", 1),
        Flow("gentle v1: friendly_reminder", "open", 1),
        Flow("quiet v1", "open", 1),
        Flow("standard v2", "standard v2: friendly_reminder", 1),
        Flow("standard v2", "standard v2: field_visit", 1),
        Flow("standard v2: friendly_reminder", "open", 1),
        Flow("standard v2: field_visit", "open", 1),
    }
    assert ended(found.sankey) == 5
    assert what_flows_in_flows_out(found)


def test_a_rung_taken_twice_or_passed_over_is_no_second_node(ledger: Ledger) -> None:
    """A repeated rung counts once, in the ladder's order, and one that was passed over not at all."""
    with ledger.transaction() as session:
        past = Chronicle(session)
        journey = past.journey(past.loan("A"))
        past.step(journey, "callback", at=day(9), action=Action.CALLBACK, outcome=Outcome.NO_ANSWER)
        past.step(journey, "helpful_reminder", at=day(10), outcome=Outcome.PASSED_OVER)
        past.step(journey, "friendly_reminder", at=day(11))
        past.step(journey, "friendly_reminder", at=day(12))
        past.close(journey, reason=ClosingReason.WITHDRAWN, at=day(20))
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        early = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=day(10.5))
    assert [(flow.from_node, flow.to_node) for flow in found.sankey] == [
        ("gentle v1", "gentle v1: friendly_reminder"),
        ("gentle v1: friendly_reminder", "gentle v1: callback"),
        ("gentle v1: callback", "withdrawn"),
    ]
    assert [(flow.from_node, flow.to_node) for flow in early.sankey] == [
        ("gentle v1", "gentle v1: callback"),
        ("gentle v1: callback", "open"),
    ], "what was not yet on record is not in it"


def what_flows_in_flows_out(found: Effectiveness) -> bool:
    """In every rung."""
    into, out_of = Counter[str](), Counter[str]()
    for flow in found.sankey:
        out_of[flow.from_node] += flow.journeys
        into[flow.to_node] += flow.journeys
    return all(into[node] == out_of[node] for node in set(into) & set(out_of))
