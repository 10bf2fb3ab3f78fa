"""One step: work out the effectiveness report and publish it in the Prefect UI."""

import hashlib
import re
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from prefect import task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from reports.as_json import as_json
from reports.as_markdown import as_markdown, as_table
from reports.effectiveness import effectiveness
from reports.reconciling import reconcile
from reports.sheets.tables import Report
from tasks.repeatable import REPEATABLE
from tasks.surroundings import surroundings

PAGE = "staff/reports"
"""Where the console shows reports, under its public address."""


@task(task_run_name="publish report", **REPEATABLE)
def publish_report(portfolio: str, from_on: date, to_on: date, as_of: datetime) -> bool:
    """Publish the report as a page in words, as a table of ladders, and as a link; returns whether it reconciles."""
    report = worked_out(portfolio, from_on, to_on, as_of)
    page = address_of_page(surroundings().public_url, report)
    name = _key(portfolio)
    says = f"{portfolio}, {from_on.isoformat()} to {to_on.isoformat()}"
    create_markdown_artifact(
        key=f"effectiveness-{name}",
        markdown=as_markdown(report, links=[("The page, where every figure opens", page)]),
        description=f"What worked: {says}",
    )
    create_table_artifact(
        key=f"effectiveness-by-ladder-{name}",
        table=as_table(report, "by_ladder"),
        description=f"Recovery against cost by ladder: {says}",
    )
    create_link_artifact(
        key=f"effectiveness-page-{name}",
        link=page,
        link_text=f"What worked: {says}",
        description="The report for staff",
    )
    return bool(report["reconciles"])


def worked_out(portfolio: str, from_on: date, to_on: date, as_of: datetime) -> dict[str, Any]:
    """The report as values; raises NoSuchPortfolio or PeriodIsEmpty."""
    with surroundings().ledger.reading() as session:
        found = effectiveness(session, portfolio=portfolio, from_on=from_on, to_on=to_on, as_of=as_of)
        return as_json(found, reconcile(session, found))


def address_of_page(public_url: str, report: Report) -> str:
    """Where staff read this very report in the console."""
    asked = {
        "portfolio": report["portfolio"],
        "from": report["period"]["from"],
        "to": report["period"]["to"],
        "as_of": report["as_of"],
    }
    return f"{public_url.rstrip('/')}/{PAGE}?{urlencode(asked)}"


def _key(portfolio: str) -> str:
    """A portfolio's name as Prefect's keys are spelled; a digest tells apart what is spelled the same then."""
    plain = re.sub(r"[^a-z0-9]+", "-", portfolio.lower()).strip("-")
    return plain if plain == portfolio else f"{plain}-{hashlib.sha256(portfolio.encode()).hexdigest()[:6]}".strip("-")
