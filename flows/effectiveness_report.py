"""What worked, as Prefect artifacts: a table and a page in words."""

from prefect import flow

from tasks.publish_report import publish_report


@flow(name="effectiveness_report", flow_run_name="report on {portfolio}", persist_result=False)
def effectiveness_report(portfolio: str) -> bool:
    """Publish recovery against cost of a portfolio since its first day; returns whether it reconciles."""
    return publish_report(portfolio)
