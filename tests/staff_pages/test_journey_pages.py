"""Staff read in a browser what a journey waits for and why, and see neither names nor texts nor anything that runs."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Self

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from console.staff.journey_list import ON_A_PAGE
from console.staff.waiting import WAITS_FOR
from domain.hold import HoldReason
from domain.journey import WaitingFor
from domain.work_item import Disposition
from ledger.database import Ledger
from ledger.holds import place_hold
from ledger.tables.decision import PackRow
from ledger.timelines import timeline
from ledger.work import take_work
from policy.compliance.reading import pack_named
from reports.timeline_lines import sentence
from tests.ledger.lender import EMAIL, Lender
from tests.staff_pages.staffed import TOKEN, MachineClock, late_in_phoenix, signed_in, staffed

CHROMIUM = Path("/usr/bin/chromium")
QUIETLY = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NOT_CONTACTED = "not contacted on 12 May 20:40 in Phoenix: "
WHY = (
    "window 08:00-21:00 must hold in both Phoenix and New York",
    "(12 CFR 1006.6(b)(1)(i), comment ",
    "6(b)(1)(i)-2)",
    "next allowed 13 May 08:00 in Phoenix (11:00 Eastern)",
)
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=alert(1)>\"'&"
PHONE, DESK = 390, 1200


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that talks to nobody of its own accord."""
    if not CHROMIUM.exists():
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        yield opened
        opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [PHONE, DESK])
class TestInABrowser:
    """On a phone and on a desk."""

    def test_staff_sign_in_find_a_loan_and_read_why_nobody_was_contacted(
        self, browser: Browser, ledger: Ledger, width: int
    ) -> None:
        """The token once, a part of the loan's number, and the sentence stands on its page with its rule."""
        lender, _ = late_in_phoenix(ledger)
        with staffed(lender, machine=MachineClock()) as client, _tab(browser, width) as tab:
            tab.page.goto(f"{client.base_url}/staff/")
            tab.page.get_by_label("Token").fill(TOKEN)
            tab.page.get_by_role("button", name="Sign in").click()
            tab.page.get_by_label("Loan number").fill("-1")
            tab.page.get_by_role("button", name="Find").click()
            tab.page.get_by_role("link", name="L-1").click()
            told = tab.page.locator(".latest").inner_text()
            assert told.startswith(NOT_CONTACTED)
            assert all(part in told for part in WHY)
            assert told in tab.page.locator("#timeline ~ table").inner_text()
            assert tab.page.locator("#answer-1 .tag").first.inner_text() == "not yet"
            assert tab.fits()
            tab.page.locator("#answer-1").get_by_role("link", name="US-F-TIME").first.click()
            assert "calling hours are 08:00-21:00" in tab.page.locator("#US-F-TIME").inner_text()
            assert "seen" in tab.page.locator("#US-F-TIME").inner_text()
            assert tab.fits()
            tab.page.get_by_role("button", name="Sign out").click()
            assert tab.page.get_by_label("Token").is_visible()
            tab.page.go_back()
            assert "Phoenix" not in tab.page.content()
            assert tab.trouble == []

    def test_on_paper_everything_is_open(self, browser: Browser, ledger: Ledger, width: int) -> None:
        """Printed, the page shows also what stands folded on the screen, and no buttons."""
        lender, journey = late_in_phoenix(ledger)
        with staffed(lender, machine=MachineClock()) as client, _tab(browser, width) as tab:
            tab.sign_in(f"{client.base_url}/staff/journeys/{journey}")
            folded = tab.page.locator("#answer-1 details table")
            assert not folded.is_visible()
            tab.page.emulate_media(media="print")
            assert folded.is_visible()
            assert not tab.page.get_by_role("button", name="Sign out").is_visible()
            assert tab.page.pdf(format="A4").startswith(b"%PDF")

    def test_what_others_wrote_is_text(self, browser: Browser, ledger: Ledger, width: int) -> None:
        """A loan number and a name that are markup are shown as they are written, and nothing of them runs."""
        lender, journey = late_in_phoenix(ledger, number=HOSTILE)
        with ledger.transaction() as session:
            place_hold(
                session, lender.loan(HOSTILE).id, reason=HoldReason.LENDER, until=None, by=HOSTILE, now=lender.now
            )
        with staffed(lender, machine=MachineClock()) as client, _tab(browser, width) as tab:
            tab.sign_in(f"{client.base_url}/staff/journeys/{journey}")
            assert tab.page.locator("h1").inner_text() == f"Loan {HOSTILE}"
            assert HOSTILE in tab.page.locator("#standing ~ table").inner_text()
            tab.page.goto(f"{client.base_url}/staff/?loan=%22%3E%3Cscript%3E")
            assert tab.page.get_by_label("Loan number").input_value() == '"><script>'
            assert tab.page.locator("script, img").count() == 0
            assert tab.page.title() == "Journeys - Duecourse"
            assert tab.trouble == []


class TestTheList:
    """Every open journey, and how to find one."""

    def test_is_paged_and_narrowed(self, lender: Lender) -> None:
        """Fifty on a page; by portfolio, by what is waited for, by state; nonsense is left out."""
        lender.opens_one_for_each(range(ON_A_PAGE + 3))
        with staffed(lender, machine=MachineClock()) as client:
            signed_in(client)
            first = client.get("/staff/?page=1").text
            assert first.count('scope="row"') == ON_A_PAGE
            later = re.search(r'rel="next" href="([^"]+)"', first)
            assert later is not None
            second = client.get(later[1].replace("&amp;", "&")).text
            assert second.count('scope="row"') == 3
            assert 'rel="prev"' in second
            assert 'rel="next"' not in second
            assert client.get("/staff/?portfolio=none").text.count("No journey was found") == 1
            assert client.get("/staff/?state=closed").text.count("No journey was found") == 1
            assert client.get("/staff/?waiting_for=OnHold").text.count("No journey was found") == 1
            for nonsense in ("page=-1", "page=x", "page=" + "9" * 20, "state=x", "waiting_for=x", "loan=%00%ff%25_"):
                assert client.get(f"/staff/?{nonsense}").status_code == 200
            assert client.get("/staff/?page=7").text.count("No journey was found") == 1

    def test_has_words_for_everything_that_is_waited_for(self) -> None:
        """A new thing to wait for needs words of its own."""
        assert set(WAITS_FOR) == set(WaitingFor)


class TestAPage:
    """Of one journey."""

    def test_tells_the_timeline_in_the_sentences_of_the_command_line(self, lender: Lender) -> None:
        """From the same function, so that nobody reads two stories."""
        journey = lender.opens(ladder="standard")
        lender.lives(journey, days=20)
        with staffed(lender, machine=MachineClock()) as client:
            shown = _text(signed_in(client).get(f"/staff/journeys/{journey}"))
        with lender.ledger.reading() as session:
            told = timeline(session, "L-1", now=lender.now)
        for happening in told.happenings:
            assert sentence(happening, told)[1] in shown

    def test_shows_work_calls_and_agreements_but_no_note_and_no_name(self, lender: Lender) -> None:
        """What came of a call, by whom, what was promised; what somebody wrote down about a person stays sealed."""
        journey = lender.opens(ladder="standard")
        item = lender.has_work(journey)
        with lender.ledger.transaction() as session:
            take_work(session, item, by="Bob", now=lender.now)
        lender.records(item, Disposition.DISPUTE, note="she says her brother Canary paid")
        with staffed(lender, machine=MachineClock()) as client:
            shown = _text(signed_in(client).get(f"/staff/journeys/{journey}"))
        assert "dispute, 6 minutes, with a note" in shown
        assert "in force" in shown
        for secret in ("Ada", "Canary", "brother", "7400123456", EMAIL.text, "12 Canary Row"):
            assert secret not in shown
        assert "a***@borrower.example" in shown

    def test_links_to_the_pack_as_it_was(self, ledger: Ledger) -> None:
        """By its digest, to the very rule."""
        lender, journey = late_in_phoenix(ledger)
        digest = pack_named("us-federal-regf").digest
        with staffed(lender, machine=MachineClock()) as client:
            shown = signed_in(client).get(f"/staff/journeys/{journey}").text
            assert f'href="/staff/packs/{digest}#US-F-TIME"' in shown
            assert 'id="US-F-TIME"' in client.get(f"/staff/packs/{digest}").text

    @pytest.mark.parametrize("path", ["journeys/0", "journeys/%00", "packs/0", "packs/..%2f", "nowhere", "journeys/"])
    def test_that_is_not_there_says_so(self, lender: Lender, path: str) -> None:
        """A lost or guessed address is told so in peace."""
        with staffed(lender, machine=MachineClock()) as client:
            answer = signed_in(client).get(f"/staff/{path}")
        assert answer.status_code == 404
        assert "There is no such page" in answer.text

    def test_shows_the_text_of_a_pack_that_this_version_cannot_read(self, lender: Lender) -> None:
        """An old answer can still be looked up in the words of its time."""
        digest, text = "0a" * 32, "an older form: <b>of packs</b>"
        with lender.ledger.transaction() as session:
            session.add(PackRow(digest=digest, name="old", version="1", content=text, kept_at=lender.now))
        with staffed(lender, machine=MachineClock()) as client:
            assert text in _text(signed_in(client).get(f"/staff/packs/{digest}"))
            assert "<b>" not in client.get(f"/staff/packs/{digest}").text

    def test_is_there_for_every_pack(self, lender: Lender) -> None:
        """Each rule with where it is written and how sure that is."""
        with staffed(lender, machine=MachineClock()) as client:
            listed = signed_in(client).get("/staff/packs").text
            digests = re.findall(r'href="/staff/packs/([0-9a-f]+)"', listed)
            assert pack_named("gb-conc").digest in digests
            for digest in digests:
                assert "Authority" in client.get(f"/staff/packs/{digest}").text


class _Tab:
    """A page of the browser, and everything that went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.trouble: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.page.context.close()

    def sign_in(self, address: str) -> None:
        """Ask for a page, be asked for the token, and come to that page."""
        self.page.goto(address)
        self.page.get_by_label("Token").fill(TOKEN)
        self.page.get_by_role("button", name="Sign in").click()
        assert self.page.url == address

    def _note(self, message: ConsoleMessage) -> None:
        # That a page asks for the token is told by its status, which the browser reports as well.
        if message.type in {"error", "warning"} and "401" not in message.text:
            self.trouble.append(message.text)

    def fits(self) -> bool:
        """Whether nothing has to be pushed sideways."""
        fits: bool = self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        return fits


def _tab(browser: Browser, width: int) -> _Tab:
    return _Tab(browser.new_context(viewport={"width": width, "height": 900}).new_page())


def _text(answer: httpx.Response) -> str:
    assert answer.status_code == 200
    return unescape(answer.text)
