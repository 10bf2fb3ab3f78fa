"""The desk that is asked where a person may be found; its protocol is `openapi/enrichment_desk.yaml`."""

from typing import ClassVar

import httpx
import tenacity
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.book_file.cell import BadCellError
from connectors.book_file.contact_text import contact_of
from connectors.desk_line import DeskAccount, code_of
from connectors.failure import failed
from connectors.http_transport import exchange, shared
from connectors.retrying import patiently
from connectors.vendor_codes import error_of
from domain.attempt import FailureClass
from domain.borrower import ContactKind
from domain.enrichment import Candidate, Inquiry

OK = 200
MOST_CANDIDATES = 5
NO_COUNTRY = "ZZ"
"""Numbers must come with their country's code: the desk does not know in which country we would read them."""


class Named(BaseModel):
    """One candidate as the desk writes it."""

    model_config = ConfigDict(frozen=True)

    kind: ContactKind
    text: str = Field(repr=False)
    confidence: float = Field(ge=0, le=1)


class Answer(BaseModel):
    """The desk's answer."""

    model_config = ConfigDict(frozen=True)

    candidates: tuple[Named, ...]


class EnrichmentDesk:
    """Asks the desk about a person.

    A question costs money and tells somebody a name, so it is asked once: only what was never processed is tried again.
    """

    vendor: ClassVar[str] = "enrichment_desk"
    path: ClassVar[str] = "/v1/enrichments"

    def __init__(
        self,
        account: DeskAccount,
        *,
        http: httpx.Client | None = None,
        retrying: tenacity.Retrying | None = None,
    ) -> None:
        self._account = account
        self._http = http or shared()
        self._retrying = retrying or patiently()

    def ask(self, inquiry: Inquiry) -> tuple[Candidate, ...]:
        """Candidates of the kinds that were wanted, the surest first, at most five; what cannot exist is left out.

        Raises:
            VendorBusy: never processed, also after a few retries.
            ContactRefused: the desk will not answer this question.
            ChannelMisconfigured: the address or token of the desk is wrong.
            FateUnknown: the desk may have been asked, and there is no answer that can be read.
        """
        return self._retrying(self._ask_once, inquiry)

    def _ask_once(self, inquiry: Inquiry) -> tuple[Candidate, ...]:
        answer = exchange(
            self._http,
            method="POST",
            url=self._account.url.rstrip("/") + self.path,
            vendor=self.vendor,
            json=_body(inquiry),
            headers={"Authorization": f"Bearer {self._account.token}", "Idempotency-Key": inquiry.reference},
        )
        if answer.status_code != OK:
            raise error_of(table="desk", vendor=self.vendor, status=answer.status_code, code=code_of(answer))
        named = _read(answer.content)
        if named is None:
            raise failed(vendor=self.vendor, code="unreadable_success", failure=FailureClass.AMBIGUOUS)
        surest = sorted((n for n in named if n.kind in inquiry.wanted), key=lambda n: -n.confidence)
        return tuple(c for n in surest[:MOST_CANDIDATES] if (c := _candidate(n)) is not None)


def _body(inquiry: Inquiry) -> dict[str, object]:
    known = inquiry.last_known
    return {
        "reference": inquiry.reference,
        "name": inquiry.name,
        "last_known": None if known is None else {"kind": known[0].value, "text": known[1]},
        "wanted": [kind.value for kind in inquiry.wanted],
    }


def _read(body: bytes) -> tuple[Named, ...] | None:
    try:
        return Answer.model_validate_json(body).candidates
    except ValidationError:  # its text quotes the answer, and that names where people live
        return None


def _candidate(named: Named) -> Candidate | None:
    try:
        contact = contact_of(named.text, kind=named.kind, country=NO_COUNTRY, is_verified=False)
    except BadCellError:
        return None
    return Candidate(contact.kind, contact.text, named.confidence)
