"""From gross to net, in steps that sum to the unit."""

from ledger.database import Ledger
from reports.effectiveness import effectiveness
from reports.measures.waterfall import Fall, net_of
from reports.reconciling import reconcile
from tests.reports.chronicle import AS_OF, FIRST_DAY, LAST_DAY, write_spring


def test_gross_less_reversals_less_each_unit_is_net_to_the_unit(ledger: Ledger) -> None:
    """And the ledger, added up by another road, says the same."""
    with ledger.transaction() as session:
        write_spring(session)
        found = effectiveness(session, portfolio="spring", from_on=FIRST_DAY, to_on=LAST_DAY, as_of=AS_OF)
        reconciliation = reconcile(session, found)
    assert found.waterfall == (
        Fall("recovered", 15_000),
        Fall("reversed", -1_000),
        Fall("cost: sms_segment", -3_901),
        Fall("net", 10_099),
    )
    assert net_of(found.waterfall) == found.total.net_minor
    check = next(check for check in reconciliation.checks if check.what == "net through the waterfall")
    assert (check.ledger, check.report) == (10_099, 10_099)
