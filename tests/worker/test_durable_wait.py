"""A durable wait belongs to a flow run."""

import pytest

from tasks.durable_wait import NotInAFlowRun, leave_until
from tests.worker.sample_flows import FAR_OFF


def test_outside_of_a_flow_run_nothing_can_wait() -> None:
    """The error says so before anything is asked of Prefect."""
    with pytest.raises(NotInAFlowRun, match="Only a running flow can leave"):
        leave_until(FAR_OFF, name="Waiting", message="until then", unless=lambda: False)
