"""The monthly report: artifacts that lead to the console, and one mail to each reader, through the real SDK."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey

from connectors.retrying import patiently
from connectors.sendgrid_email import SendGridAccount, SendGridEmail
from deployments.prefect_server import PrefectServer
from domain.action import Action
from flows.effectiveness_report import effectiveness_report
from ledger.database import Ledger
from ledger.report_mails import mails_by_state
from ledger.report_subscribers import subscribe, subscribers
from simulation.sandbox.control import FaultKind, Vendor
from simulation.sandbox.remote import SandboxRemote
from simulation.sandbox.serving import serving
from simulation.sandbox.settings import MAIL_SENDER, SENDGRID_KEY, SandboxSettings
from tasks.mail_report import Mail
from tasks.surroundings import surround, surroundings
from tests.reports.chronicle import AS_OF, write_spring

pytestmark = pytest.mark.slow
PORTFOLIO = "spring"
NOW = AS_OF
MARCH = date(2026, 3, 1), date(2026, 3, 31)
ADA = "ada.canary@lender.example"


@dataclass(frozen=True)
class Office:
    """A ledger, and the sandbox to which its mails go."""

    ledger: Ledger
    sandbox: SandboxRemote

    def states(self, *, period: tuple[date, date] = MARCH) -> dict[str, int]:
        with self.ledger.reading() as session:
            return mails_by_state(session, portfolio=PORTFOLIO, from_on=period[0], to_on=period[1])

    @property
    def accepts(self) -> int:
        return len(self.sandbox.accepts().accepts)


@pytest.fixture
def office(books: Ledger, tmp_path: Path) -> Iterator[Office]:
    """In April, with a worked portfolio and one reader of its report."""
    settings = SandboxSettings(state=tmp_path / "sandbox.db", clock=lambda: NOW)
    with serving(settings) as url, SandboxRemote(url) as remote:
        email = SendGridEmail(
            SendGridAccount(SENDGRID_KEY, MAIL_SENDER, url), retrying=patiently(sleep=lambda _seconds: None)
        )
        around = replace(
            surroundings(),
            clock=lambda: NOW,
            messengers={Action.EMAIL: email},
            public_url="https://duecourse.lender.example",
        )
        surround(lambda: around)
        with books.transaction() as session:
            write_spring(session)
            subscribe(session, portfolio=PORTFOLIO, address=ADA, now=NOW)
        yield Office(books, remote)


def test_publishes_the_last_month_and_mails_it_once(office: Office, server: PrefectServer, tmp_path: Path) -> None:
    """Three artifacts, the link among them; a second run sends nothing; no address is anywhere in Prefect."""
    assert effectiveness_report(PORTFOLIO)
    assert office.states() == {"accepted": 1}
    assert effectiveness_report(PORTFOLIO)
    assert office.states() == {"accepted": 1}
    assert office.accepts == 1
    address = "https://duecourse.lender.example/staff/reports?portfolio=spring&from=2026-03-01&to=2026-03-31&as_of="
    assert address in artifact(f"effectiveness-page-{PORTFOLIO}")
    assert artifact(f"effectiveness-{PORTFOLIO}").startswith("# Strategy effectiveness: spring")
    assert "Ladder version" in artifact(f"effectiveness-by-ladder-{PORTFOLIO}")
    with office.ledger.reading() as session:
        (reader,) = subscribers(session, portfolio=PORTFOLIO)
    assert reader.last is not None
    assert (reader.last.from_on, reader.last.to_on) == MARCH
    assert not [path for path in prefect_files(server) if b"ada.canary" in path.read_bytes()]


def test_mails_another_period_only_when_that_is_wished(office: Office) -> None:
    """A look at ten days is for whoever looks."""
    ten_days = date(2026, 3, 1), date(2026, 3, 10)
    assert effectiveness_report(PORTFOLIO, *ten_days, as_of=NOW)
    assert office.accepts == 0
    assert effectiveness_report(PORTFOLIO, *ten_days, as_of=NOW, mail=Mail.YES)
    assert office.states(period=ten_days) == {"accepted": 1}
    assert effectiveness_report(PORTFOLIO, mail=Mail.NO)
    assert office.states() == {}


def test_leaves_a_mail_unknown_whose_answer_was_lost(office: Office) -> None:
    """It may have left, so it is never sent again, and the list says so."""
    office.sandbox.fault(Vendor.SENDGRID, kind=FaultKind.BROKEN_AFTER)
    effectiveness_report(PORTFOLIO)
    assert office.states() == {"unknown": 1}
    effectiveness_report(PORTFOLIO)
    assert office.states() == {"unknown": 1}
    assert office.accepts <= 1


def artifact(key: str) -> str:
    """What the latest artifact of a key holds."""
    with get_client(sync_client=True) as client:
        (found,) = client.request(
            "POST",
            "/artifacts/latest/filter",
            json={"artifacts": ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[key])).model_dump()},
        ).json()
    return str(found["data"])


def prefect_files(server: PrefectServer) -> list[Path]:
    """Everything that Prefect keeps."""
    return [path for path in server.home.rglob("*") if path.is_file()]
