"""Signing in and out: a token is typed once, and a cookie that scripts and other sites cannot use stands for it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, FastAPI, HTTPException, Request, Response, status
from fastapi.responses import HTMLResponse, RedirectResponse

from console.staff.drawing import ROOT, headers, page
from console.staff.guesses import Guesses
from console.staff.passes import LASTS, Passes

COOKIE = "duecourse_staff"
SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
LARGEST_FORM = 4096
"""Bytes; a token and an address."""


class Door:
    """Lets nobody see anything without a pass. is_secure: the cookie travels over TLS only."""

    def __init__(self, passes: Passes, *, is_secure: bool, machine_clock: Callable[[], datetime]) -> None:
        self._passes = passes
        self._is_secure = is_secure
        self._machine_clock = machine_clock
        self._guesses = Guesses()

    def guard(self, app: FastAPI) -> None:
        """Stand before every address of the application, those that are not there among them."""
        app.middleware("http")(self._look)
        app.add_api_route(SIGN_IN, self.ask, methods=["GET"], response_class=HTMLResponse)
        app.add_api_route(SIGN_IN, self.sign_in, methods=["POST"], response_class=HTMLResponse)
        app.add_api_route(SIGN_OUT, self.sign_out, methods=["POST"], response_class=HTMLResponse)

    def ask(self) -> Response:
        """The page to sign in."""
        return _asking()

    def sign_in(self, form: "Typed") -> Response:
        """Take the token and give a pass for it, unless too many wrong ones came in."""
        now = self._machine_clock()
        rest = self._guesses.rest(now=now)
        if rest:
            trouble = f"Too many wrong tokens were tried. Wait {rest} seconds."
            slowly = _asking(form.get("to", ""), trouble=trouble, code=status.HTTP_429_TOO_MANY_REQUESTS)
            slowly.headers["Retry-After"] = str(rest)
            return slowly
        if not self._passes.opens(form.get("token", "")):
            return _asking(form.get("to", ""), trouble="That is not the token.", code=status.HTTP_401_UNAUTHORIZED)
        self._guesses.forgive()
        answer = RedirectResponse(_within(form.get("to", "")), status_code=status.HTTP_303_SEE_OTHER)
        answer.set_cookie(
            COOKIE,
            self._passes.issue(now=now),
            max_age=int(LASTS.total_seconds()),
            path=ROOT,
            secure=self._is_secure,
            httponly=True,
            samesite="strict",
        )
        return answer

    def sign_out(self) -> Response:
        """Take the cookie away."""
        answer = RedirectResponse(f"{ROOT}{SIGN_IN}", status_code=status.HTTP_303_SEE_OTHER)
        answer.delete_cookie(COOKIE, path=ROOT, secure=self._is_secure, httponly=True, samesite="strict")
        return answer

    async def _look(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = await call_next(request) if self._may_pass(request) else _turned_away(request)
        for name, says in headers().items():
            answer.headers.setdefault(name, says)  # a page with plots says itself what it needs
        return answer

    def _may_pass(self, request: Request) -> bool:
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return False  # another site's form: it can neither sign anybody out nor use up the guesses
        if request.url.path == f"{ROOT}{SIGN_IN}":
            return True
        return self._passes.is_good(request.cookies.get(COOKIE), now=self._machine_clock())


async def _typed(request: Request) -> dict[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE)
    return {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}


Typed = Annotated[dict[str, str], Depends(_typed)]


def _turned_away(request: Request) -> Response:
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return _asking(wanted if request.method == "GET" else "", code=status.HTTP_401_UNAUTHORIZED)


def _asking(to: str = "", *, trouble: str = "", code: int = status.HTTP_200_OK) -> HTMLResponse:
    return page("sign_in", to=_within(to), trouble=trouble, code=code)


def _within(to: str) -> str:
    """Where to go after signing in: an address of these pages and no other."""
    is_ours = to.startswith(f"{ROOT}/") and to.isascii() and to.isprintable() and "\\" not in to
    return to if is_ours and not to.startswith(f"{ROOT}{SIGN_IN}") else f"{ROOT}/"
