"""Nobody reads the pages of staff without having typed the token, and nobody finds it by trying."""

from datetime import timedelta
from http.cookies import SimpleCookie

import httpx
import pytest

from console.receipts import ReceiptSettings, create_receipts
from console.staff.guesses import AT_MOST, WITHIN
from console.staff.passes import LASTS, SHORTEST_TOKEN, Passes, TokenTooShort
from deployments.serving import add_staff
from deployments.settings import Settings
from ledger.database import Ledger
from tests.console.pretend_vendors import PUBLIC_URL
from tests.console.served import served
from tests.ledger.lender import Lender
from tests.staff_pages.staffed import TOKEN, MachineClock, late_in_phoenix, signed_in, staffed

SEE_OTHER, UNAUTHORIZED, NOT_FOUND, TOO_LARGE, TOO_MANY = 303, 401, 404, 413, 429
COOKIE = "duecourse_staff"


class TestWithoutAPass:
    """Whoever has not signed in."""

    @pytest.mark.parametrize("path", ["", "?loan=L", "packs", "nowhere", "docs", "openapi.json", "sign-in/x", "%00"])
    def test_nothing_is_shown(self, ledger: Ledger, path: str) -> None:
        """The page to sign in, whatever was asked for: not even whether it is there."""
        lender, journey = late_in_phoenix(ledger)
        with staffed(lender, machine=MachineClock()) as client:
            for asked in (path, f"journeys/{journey}"):
                answer = client.get(f"/staff/{asked}")
                assert answer.status_code == UNAUTHORIZED
                for secret in ("Phoenix", "cards", "US-F-TIME", "gb-conc"):
                    assert secret not in answer.text

    @pytest.mark.parametrize("shown", ["", "1.2", "9999999999." + "0" * 64, "\u0661." + "0" * 64, "x" * 5000])
    def test_a_made_up_pass_opens_nothing(self, lender: Lender, shown: str) -> None:
        """Whatever stands in the cookie."""
        with staffed(lender, machine=MachineClock()) as client:
            answer = client.get("/staff/", headers={b"Cookie": f"{COOKIE}={shown}".encode()})
        assert answer.status_code == UNAUTHORIZED

    def test_the_pages_are_not_there_without_a_token(self, ledger: Ledger) -> None:
        """No setting, or an empty one: the addresses are those of nobody."""
        for settings in (Settings(), Settings(console_token="")):
            app = create_receipts(ledger, settings=ReceiptSettings(PUBLIC_URL), clock=MachineClock())
            add_staff(app, ledger, settings=settings)
            with served(app) as client:
                for path in ("/staff", "/staff/", "/staff/sign-in", "/staff/packs"):
                    assert client.get(path).status_code == NOT_FOUND
                assert client.post("/staff/sign-in", data={"token": ""}).status_code == NOT_FOUND

    def test_the_pages_are_there_with_one(self, ledger: Ledger) -> None:
        """And what vendors and borrowers reach is open to them as before."""
        app = create_receipts(ledger, settings=ReceiptSettings(PUBLIC_URL), clock=MachineClock())
        add_staff(app, ledger, settings=Settings(console_token=TOKEN))
        with served(app) as client:
            assert client.get("/staff/").status_code == UNAUTHORIZED
            assert signed_in(client).get("/staff/").status_code == 200
            assert client.get("/health").status_code == 200
            assert client.post("/receipts/sendgrid").status_code == 403

    def test_a_token_that_could_be_guessed_is_refused(self) -> None:
        """Before anybody is served."""
        with pytest.raises(TokenTooShort, match="at least 16"):
            Passes(token="x" * (SHORTEST_TOKEN - 1), key=b"")


class TestSigningIn:
    """With the token."""

    def test_gives_a_pass_that_only_these_pages_can_use(self, lender: Lender) -> None:
        """No script reads it, no other site sends it, it goes nowhere else and ends by itself."""
        for is_secure in (False, True):
            with staffed(lender, machine=MachineClock(), is_secure=is_secure) as client:
                answer = client.post("/staff/sign-in", data={"token": TOKEN})
            (given,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
            assert given.key == COOKIE
            assert given["httponly"]
            assert given["samesite"] == "strict"
            assert given["path"] == "/staff"
            assert given["max-age"] == str(int(LASTS.total_seconds()))
            assert bool(given["secure"]) is is_secure
            assert TOKEN not in str(answer.headers)

    def test_lasts_a_working_day(self, lender: Lender) -> None:
        """By the clock of the machine, whatever the browser thinks."""
        machine = MachineClock()
        with staffed(lender, machine=machine) as client:
            signed_in(client)
            machine.now += LASTS - timedelta(seconds=1)
            assert client.get("/staff/").status_code == 200
            machine.now += timedelta(seconds=2)
            assert client.get("/staff/").status_code == UNAUTHORIZED

    def test_ends_when_the_token_or_the_key_is_changed(self) -> None:
        """A pass of before opens nothing."""
        now = MachineClock().now
        given = Passes(token=TOKEN, key=b"key").issue(now=now)
        assert Passes(token=TOKEN, key=b"key").is_good(given, now=now)
        assert not Passes(token=f"{TOKEN}2", key=b"key").is_good(given, now=now)
        assert not Passes(token=TOKEN, key=b"another").is_good(given, now=now)
        later = str(int(given.partition(".")[0]) + 9)
        assert not Passes(token=TOKEN, key=b"key").is_good(f"{later}.{given.partition('.')[2]}", now=now)

    @pytest.mark.parametrize(
        ("to", "goes"),
        [
            ("/staff/packs", "/staff/packs"),
            ("/staff/?loan=L%201&page=2", "/staff/?loan=L%201&page=2"),
            ("https://elsewhere.example/", "/staff/"),
            ("//elsewhere.example/staff/", "/staff/"),
            ("/staff/\\elsewhere", "/staff/"),
            ("/staff/\r\nSet-Cookie: a=b", "/staff/"),
            ("/staff/sign-in", "/staff/"),
            ("/stop/1", "/staff/"),
        ],
    )
    def test_leads_to_the_page_that_was_asked_for_and_nowhere_else(self, lender: Lender, to: str, goes: str) -> None:
        """A link of somebody else's does not lead out of these pages."""
        with staffed(lender, machine=MachineClock()) as client:
            answer = client.post("/staff/sign-in", data={"token": TOKEN, "to": to})
        assert (answer.status_code, answer.headers["Location"]) == (SEE_OTHER, goes)

    def test_out_takes_the_pass_away(self, lender: Lender) -> None:
        """The browser forgets it."""
        with staffed(lender, machine=MachineClock()) as client:
            assert signed_in(client).post("/staff/sign-out").status_code == SEE_OTHER
            assert COOKIE not in client.cookies
            assert client.get("/staff/").status_code == UNAUTHORIZED

    def test_is_slowed_when_wrong_tokens_come_in(self, lender: Lender) -> None:
        """Five in a minute; then not even the right one is looked at, and who is signed in stays so."""
        machine = MachineClock()
        with staffed(lender, machine=machine) as client:
            signed_in(client)
            for _ in range(AT_MOST):
                assert _tries(client, "a wrong token of mine").status_code == UNAUTHORIZED
                machine.now += timedelta(seconds=1)
            for token in ("another", TOKEN):
                slowed = _tries(client, token)
                assert slowed.status_code == TOO_MANY
                assert int(slowed.headers["Retry-After"]) == (WITHIN.total_seconds() - AT_MOST)
                assert "Set-Cookie" not in slowed.headers
            assert client.get("/staff/").status_code == 200
            machine.now += WITHIN - timedelta(seconds=AT_MOST)
            assert _tries(client, TOKEN).status_code == SEE_OTHER

    def test_rightly_uses_up_no_guess(self, lender: Lender) -> None:
        """A whole shift may sign in within a minute."""
        with staffed(lender, machine=MachineClock()) as client:
            assert {_tries(client, TOKEN).status_code for _ in range(AT_MOST * 2)} == {SEE_OTHER}

    @pytest.mark.parametrize(
        "body", [b"", b"token", b"token=", b"\xff=\xfe", b"token=%00", b"token=\xed\xa0\x80", b"&&&="]
    )
    def test_takes_nonsense_for_a_wrong_token(self, lender: Lender, body: bytes) -> None:
        """Whatever is posted."""
        with staffed(lender, machine=MachineClock()) as client:
            assert client.post("/staff/sign-in", content=body).status_code == UNAUTHORIZED

    def test_reads_no_body_without_end(self, lender: Lender) -> None:
        """Anyone can post here."""
        with staffed(lender, machine=MachineClock()) as client:
            assert client.post("/staff/sign-in", content=b"x" * 5000).status_code == TOO_LARGE


class TestAnotherSite:
    """That a member of staff visits while signed in."""

    def test_can_neither_sign_anybody_out_nor_use_up_the_guesses(self, lender: Lender) -> None:
        """Its forms are turned away before they are read."""
        with staffed(lender, machine=MachineClock()) as client:
            signed_in(client)
            theirs = {"Sec-Fetch-Site": "cross-site"}
            for _ in range(AT_MOST + 1):
                assert client.post("/staff/sign-in", data={"token": "x"}, headers=theirs).status_code == UNAUTHORIZED
            out = client.post("/staff/sign-out", headers=theirs)
            assert (out.status_code, "Set-Cookie" in out.headers) == (UNAUTHORIZED, False)
            assert client.get("/staff/").status_code == 200
            assert _tries(client, TOKEN).status_code == SEE_OTHER


class TestEveryAnswer:
    """Shown or refused."""

    @pytest.mark.parametrize("path", ["", "packs", "nowhere", "sign-in"])
    def test_is_kept_nowhere_and_runs_nothing(self, lender: Lender, path: str) -> None:
        """No copy in a cache, no script, no frame, no other site learns the address."""
        with staffed(lender, machine=MachineClock()) as client:
            for answer in (client.get(f"/staff/{path}"), signed_in(client).get(f"/staff/{path}")):
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; style-src 'sha256-")
                assert "unsafe" not in policy
                assert "frame-ancestors 'none'" in policy
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert "<script" not in answer.text

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_changes_nothing(self, lender: Lender, method: str) -> None:
        """The pages are read; there is nothing to post to but signing in and out."""
        journey = lender.opens()
        with staffed(lender, machine=MachineClock()) as client:
            signed_in(client)
            for path in ("", "packs", f"journeys/{journey}"):
                assert client.request(method, f"/staff/{path}").status_code == 405


def _tries(client: httpx.Client, token: str) -> httpx.Response:
    return client.post("/staff/sign-in", data={"token": token})
