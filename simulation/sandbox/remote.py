"""A typed client for the sandbox's control plane."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

import httpx
from pydantic import TypeAdapter

from domain.work_item import WorkKind
from simulation.sandbox.control import (
    Accepts,
    Advance,
    Advanced,
    Answered,
    Fault,
    FaultKind,
    Health,
    PretendBorrower,
    Question,
    Text,
    Vendor,
)

SECONDS = 120.0
BORROWERS = TypeAdapter(list[PretendBorrower])


class SandboxRefused(RuntimeError):
    """The sandbox's control plane did not take what it was told."""


class SandboxRemote:
    """Steers a sandbox; use it as a context, or close it."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/_sandbox/",
            timeout=SECONDS,
            mounts={"all://127.0.0.1": None, "all://localhost": None},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def health(self) -> Health:
        """The sandbox's time and the requests that it saw.

        Raises:
            SandboxRefused: it is not up, or not well.
        """
        return Health.model_validate_json(self._call("GET", "health"))

    def register(self, borrowers: Sequence[PretendBorrower]) -> None:
        """Make borrowers known; those whose loan is known stay as they are."""
        self._call("POST", "borrowers", BORROWERS.dump_json(list(borrowers)))

    def advance(self, *, now: datetime) -> datetime | None:
        """Move time on; returns when the next borrower replies or pays, None when nobody will."""
        told = Advance(now=now).model_dump_json().encode()
        return Advanced.model_validate_json(self._call("POST", "advance", told)).next_due_at

    def answer(self, loan_number: str, *, kind: WorkKind, at: datetime) -> Answered:
        """What comes of a piece of work on a loan."""
        question = Question(loan_number=loan_number, kind=kind, at=at).model_dump_json().encode()
        return Answered.model_validate_json(self._call("POST", "answer", question))

    def writes(self, phone: str, *, text: str, channel: Literal["sms", "chat"] = "sms") -> None:
        """A borrower writes to us; the next advance brings it."""
        self._call("POST", "texts", Text(phone=phone, text=text, channel=channel).model_dump_json().encode())

    def accepts(self) -> Accepts:
        """The accept log with its counts and duplicates."""
        return Accepts.model_validate_json(self._call("GET", "accepts"))

    def fault(self, vendor: Vendor, *, kind: FaultKind, times: int = 1, seconds: float = 1.0) -> None:
        """Make the next occasions of a vendor go wrong."""
        fault = Fault(vendor=vendor, kind=kind, times=times, seconds=seconds)
        self._call("POST", "faults", fault.model_dump_json().encode())

    def sendgrid_public_key(self) -> str:
        """The key that verifies the sandbox's email events."""
        return self._call("GET", "sendgrid-public-key").decode()

    def _call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        headers: dict[str, Any] = {"Content-Type": "application/json"} if body is not None else {}
        try:
            answer = self._http.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise SandboxRefused(f"{path}: {type(error).__name__}") from error
        if not answer.is_success:
            raise SandboxRefused(f"{path}: {answer.status_code}")
        return answer.content
