"""The report as a mail: its first figures in words, the workbook beside it, and where the page is."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.message import Attachment
from reports.headline import PRETEND, PRETEND_WHY, account_of, headline_of, period_of, title_of
from reports.sections.cause import sentence
from reports.shapes import SHAPES, file_name
from reports.sheets.tables import Report

LARGEST = 7 * 1024 * 1024
"""Bytes of a workbook that goes along: many mailboxes take no more than ten megabytes, and base64 adds a third."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject, text and attachments; the line to unsubscribe is put beneath by whoever sends it."""

    subject: str
    body: str
    attachments: tuple[Attachment, ...]


def as_mail(report: Report, *, page_url: str) -> Letter:
    """The letter of a report, the same for every reader; the same report gives the same letter.

    The page with its plots is linked and not attached: mailboxes refuse pages that run scripts, and what is behind the
    figures is only for staff who have signed in.
    """
    shape = SHAPES["xlsx"]
    workbook = shape.make(report)
    fits = len(workbook) <= LARGEST
    attachments = (Attachment(file_name(report, shape), shape.media_type, workbook),) if fits else ()
    period = report["period"]
    return Letter(
        f"{title_of(report)}, {period['from']} to {period['to']}",
        "\n".join(_lines(report, page_url=page_url, is_attached="yes" if fits else "no")) + "\n",
        attachments,
    )


def with_farewell(letter: Letter, *, stop_url: str) -> str:
    """The letter's text with the line to unsubscribe."""
    return f"{letter.body}\nYou are sent this because somebody subscribed you. To get no more of it: {stop_url}\n"


def _lines(report: Report, *, page_url: str, is_attached: str) -> Iterator[str]:
    yield title_of(report)
    yield f"{period_of(report)}."
    if report["is_pretend"]:
        yield f"{PRETEND}. {PRETEND_WHY}"
    yield ""
    figures = headline_of(report)
    widest = max(len(figure.label) for figure in figures)
    for figure in figures:
        yield f"{figure.label.ljust(widest)}  {figure.text}"
    yield ""
    yield f"{report['reconciliation']['verdict']}. {account_of(report)}."
    causes = [sentence(record, currency=report["currency"], by="arm") for record in report.get("incremental", ())]
    if causes:
        yield ""
        yield "What came because of it:"
        yield from (f"- {cause}" for cause in causes)
    yield ""
    yield "The page with its plots, where every figure opens to the payments and steps behind it (for staff):"
    yield page_url
    if is_attached == "yes":
        yield "Every table is in the workbook that is attached."
    else:
        yield "The workbook is too large for a mail; the page has it."
