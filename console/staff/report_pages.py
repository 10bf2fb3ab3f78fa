"""The report for staff: the form, the page, its files, and the cells opened."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import Any

from fastapi import Request, Response, status
from plotly.offline import get_plotlyjs

from console.staff.drawing import ROOT, page
from console.staff.report_asked import CannotReport, ReportAsked, report_asked
from console.staff.report_cells import ALL, SHOWN, Pile, Place, links_of, piles, piles_of, shown_in, text_of
from console.staff.report_cells import title_of as figure_title
from console.staff.report_shelf import ReportShelf, WorkedOut
from ledger.database import Ledger
from ledger.portfolios import portfolio_names
from reports.breakdown import Breakdown
from reports.columns import BY, rows_of
from reports.drawing import TEMPLATES, drawn, plots_of
from reports.figures import words
from reports.headline import PRETEND, PRETEND_WHY, account_of, headline_of, period_of, title_of
from reports.opening.address import Address, NoSuchRow
from reports.opening.ground import Ground
from reports.opening.opening import Opened, open_row
from reports.sections.order import sections_of
from reports.shapes import SHAPES, file_name
from reports.sheets.csv_files import csv_text
from reports.tracing import trace

PAGES = f"{ROOT}/reports"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""What the browser may do with a page that has plots: run our two scripts, which draw with styles of their own."""
LASTS = "private, max-age=86400, immutable"
"""The script that draws is megabytes of public code; its address names its version."""


class ReportPages:
    """What answers the report's addresses. Methods are synchronous: FastAPI runs them in threads, beside its loop."""

    def __init__(self, ledger: Ledger, *, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._shelf = ReportShelf(ledger, clock=clock)

    def addresses(self) -> dict[str, Callable[..., Response]]:
        """Each address under `drawing.ROOT` and what answers it."""
        return {
            "/reports": self.report,
            "/reports/file/{shape}": self.file,
            "/reports/cell": self.cell,
            "/reports/cell/{kind}": self.cell_file,
            "/reports/plots.js": self.plots,
            "/reports/plotly.js": self.plotly,
        }

    def report(self, request: Request) -> Response:
        """The form, and the report where one was asked for."""
        if "portfolio" not in request.query_params:
            return self._form(asked=None, trouble="")
        try:
            asked = self._asked(request)
        except CannotReport as error:
            return self._form(asked=None, trouble=str(error), code=status.HTTP_400_BAD_REQUEST)
        report = self._shelf.report(asked).report
        link = links_of(partial(_figure_address, asked))
        sections = drawn(sections_of(report), currency=report["currency"], link=link)
        return self._form(
            asked=asked,
            trouble="",
            report=report,
            title=title_of(report),
            period=period_of(report),
            pretend=(PRETEND, PRETEND_WHY) if report["is_pretend"] else None,
            headline=headline_of(report),
            account=account_of(report),
            sections=sections,
            figures={plot.id: plot.figure for plot in plots_of(sections)},
            files={shape: f"{PAGES}/file/{shape}?{asked.query()}" for shape in SHAPES},
        )

    def file(self, shape: str, request: Request) -> Response:
        """The report as a file of one shape."""
        if shape not in SHAPES:
            return page("missing", code=status.HTTP_404_NOT_FOUND)
        try:
            asked = self._asked(request)
        except CannotReport as error:
            return self._form(asked=None, trouble=str(error), code=status.HTTP_400_BAD_REQUEST)
        report, made = self._shelf.report(asked).report, SHAPES[shape]
        named = {"Content-Disposition": f'attachment; filename="{file_name(report, made)}"'}
        return Response(made.make(report), media_type=made.media_type, headers=named)

    def cell(self, request: Request) -> Response:
        """What stands behind a figure, or behind a row of one split."""
        if "table" in request.query_params:
            return self._figure(request)
        by, row = request.query_params.get("by", ""), request.query_params.get("row", "")
        try:
            asked = self._asked(request)
            worked_out = self._shelf.report(asked)
            found = self._behind(worked_out, by=by, row=row)
        except CannotReport as error:
            return self._form(asked=None, trouble=str(error), code=status.HTTP_400_BAD_REQUEST)
        except (NoSuchRow, ValueError):  # a split or a row that the report does not have
            return page("missing", code=status.HTTP_404_NOT_FOUND)
        currency, query = worked_out.report["currency"], asked.query(by=by, row=row)
        answer = page(
            "report_cell",
            title=title_of(worked_out.report),
            period=period_of(worked_out.report),
            heading=f"{rows_of(by)}: {words(row)}",
            says="What the row is made of; a loan leads to its journey.",
            more=None,
            tables=[pile.drawn(currency=currency, root=ROOT, portfolio=asked.portfolio) for pile in found],
            file=lambda name: f"{PAGES}/cell/{name}?{query}",
            back=f"{PAGES}?{asked.query()}#table-by_{by}",
        )
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    def _figure(self, request: Request) -> Response:
        try:
            asked = self._asked(request)
            worked_out = self._shelf.report(asked)
            opened, found = self._opened(worked_out, request, first=SHOWN)
        except CannotReport as error:
            return self._form(asked=None, trouble=str(error), code=status.HTTP_400_BAD_REQUEST)
        except (LookupError, ValueError):  # a table, row or figure that the report does not have
            return page("missing", code=status.HTTP_404_NOT_FOUND)
        report, address = worked_out.report, opened.address
        query = asked.query(table=address.table, row=address.row, cell=opened.figure)
        whole_row = None
        if address.table.startswith(BY):
            whole_row = f"{PAGES}/cell?{asked.query(by=address.table.removeprefix(BY), row=address.row)}"
        answer = page(
            "report_cell",
            title=title_of(report),
            period=period_of(report),
            heading=figure_title(report, opened),
            says=f"{text_of(report, opened)}: {opened.made.how}.{_rounding(opened)} A loan leads to its journey.",
            more=whole_row,
            tables=[pile.drawn(currency=report["currency"], root=ROOT, portfolio=asked.portfolio) for pile in found],
            file=lambda name: f"{PAGES}/cell/{name}?{query}",
            back=f"{PAGES}?{asked.query()}#table-{shown_in(address.table)}",
        )
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    def cell_file(self, kind: str, request: Request) -> Response:
        """All that stands behind a row, of one kind (`payments`), or one part of a figure (`part_1`), as CSV."""
        by, row = request.query_params.get("by", ""), request.query_params.get("row", "")
        try:
            worked_out = self._shelf.report(self._asked(request))
            if "table" in request.query_params:
                found = self._opened(worked_out, request, first=None)[1]
            else:
                found = self._behind(worked_out, by=by, row=row)
            table = next(pile.table for pile in found if pile.table.name == kind)
        except (CannotReport, LookupError, ValueError, StopIteration):
            return page("missing", code=status.HTTP_404_NOT_FOUND)
        named = {"Content-Disposition": f'attachment; filename="{table.name}.csv"'}
        return Response(csv_text(table), media_type="text/csv; charset=utf-8", headers=named)

    def plots(self) -> Response:
        """The script that finds the figures of a page and has them drawn."""
        return Response(_drawing_script(), media_type="text/javascript")

    def plotly(self) -> Response:
        """The library that draws."""
        return Response(_library(), media_type="text/javascript", headers={"Cache-Control": LASTS})

    def _asked(self, request: Request) -> ReportAsked:
        with self._ledger.reading() as session:
            return report_asked(session, request.query_params, now=self._clock())

    def _behind(self, worked_out: WorkedOut, *, by: str, row: str) -> list[Pile]:
        with self._ledger.reading() as session:
            ground = Ground(session, worked_out.effectiveness.scope, worked_out.report)
            found = trace(ground, breakdown=Breakdown(by), row=None if row == ALL else row)
        return piles(found, currency=worked_out.report["currency"])

    def _opened(self, worked_out: WorkedOut, request: Request, *, first: int | None) -> tuple[Opened, list[Pile]]:
        asked = request.query_params
        address = Address(asked["table"], tuple(asked.getlist("row")))
        with self._ledger.reading() as session:
            ground = Ground(session, worked_out.effectiveness.scope, worked_out.report)
            (opened,) = open_row(ground, address, figures=(asked.get("cell", ""),))
            return opened, piles_of(ground, opened, currency=worked_out.report["currency"], first=first)

    def _form(
        self, *, asked: ReportAsked | None, trouble: str, code: int = status.HTTP_200_OK, **shown: Any
    ) -> Response:
        with self._ledger.reading() as session:
            portfolios = portfolio_names(session)
        answer = page(
            "report",
            code=code,
            asked=asked,
            trouble=trouble,
            portfolios=portfolios,
            pages=PAGES,
            library=f"{PAGES}/plotly.js?{_library_digest()}",
            **{"report": None, **shown},
        )
        answer.headers["Content-Security-Policy"] = POLICY
        return answer


def _figure_address(asked: ReportAsked, place: Place) -> str:
    return f"{PAGES}/cell?{asked.query(table=place.address.table, row=place.address.row, cell=place.figure)}"


def _rounding(opened: Opened) -> str:
    """What rounding adds, where it adds something."""
    added = opened.made.rounding
    return f" Rounding adds {added:,} thousandths of a minor unit, so that all rows sum to the whole." if added else ""


@cache
def _library() -> bytes:
    return str(get_plotlyjs()).encode()


@cache
def _library_digest() -> str:
    return hashlib.sha256(_library()).hexdigest()[:12]


@cache
def _drawing_script() -> bytes:
    read = 'const figures = JSON.parse(document.getElementById("figures").textContent);\n'
    return (read + (TEMPLATES / "plots.js").read_text(encoding="utf-8")).encode()
