"""Journeys without a live run, runs stuck in a dead process and due times that disagree are mended."""

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from tasks.repair_runs import Repaired, repair_runs


@flow(name="repair_journeys", persist_result=False)
def repair_journeys() -> Repaired:
    """Make Prefect's runs agree with the ledger, which is the truth, and publish what was mended."""
    repaired = repair_runs()
    create_markdown_artifact(key="repaired-journeys", markdown=in_words(repaired), description="What was mended")
    return repaired


def in_words(repaired: Repaired) -> str:
    """The repair as a short page."""
    found = {
        "started, because their run was missing or had ended": repaired.started,
        "revived, because their run was stuck in a dead process": repaired.revived,
        "rescheduled, because their run waited for another time than the ledger says": repaired.rescheduled,
    }
    lines = [f"{repaired.journeys} open journeys were held against Prefect's runs.", ""]
    lines += [f"- {len(loans)} {what}{': ' if loans else ''}{', '.join(loans[:50])}" for what, loans in found.items()]
    return "\n".join(lines)
