"""One step: work out the effectiveness report and publish it in the Prefect UI."""

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from ledger.portfolios import opened_on
from reports.as_json import as_json
from reports.as_markdown import as_markdown, as_table
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings


@task(task_run_name="publish report", **REPEATABLE)
def publish_report(portfolio: str) -> bool:
    """Publish the report as a page and recovery against cost by ladder as a table; returns whether it reconciles."""
    around = surroundings()
    now = around.clock()
    with around.ledger.reading() as session:
        worked_out = effectiveness(
            session, portfolio=portfolio, from_on=opened_on(session, portfolio), to_on=now.date(), as_of=now
        )
        report = as_json(worked_out, reconcile(session, worked_out))
    create_markdown_artifact(key="effectiveness", markdown=as_markdown(report), description=f"What worked: {portfolio}")
    create_table_artifact(
        key="effectiveness-by-ladder",
        table=as_table(report, "by_ladder"),
        description=f"Recovery against cost by ladder: {portfolio}",
    )
    return bool(report["reconciles"])
