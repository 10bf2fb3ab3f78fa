"""The words of a lender's past: channels, outcomes and ends, as lenders write them, and what we call them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from connectors.book_file.cell import BadCellError
from domain.action import Action
from domain.cost import CostUnit
from domain.journey import ClosingReason
from domain.step import Outcome

Member = TypeVar("Member", bound=StrEnum)

OUTCOMES = (
    *(Outcome.SENT, Outcome.UNKNOWN, Outcome.PROMISED, Outcome.ARRANGED, Outcome.REFUSED, Outcome.HARDSHIP),
    *(Outcome.DISPUTED, Outcome.MESSAGE_LEFT, Outcome.PAID, Outcome.DONE, Outcome.RETURNED, Outcome.HANDED_OVER),
    *(Outcome.NO_ANSWER, Outcome.WRONG_NUMBER, Outcome.REJECTED),
)
"""How a contact of the past may have ended."""

_CHANNELS = {
    **dict.fromkeys(("call", "phone", "phone_call", "telephone", "dialer"), Action.CALLBACK),
    **dict.fromkeys(("text", "text_message"), Action.SMS),
    **dict.fromkeys(("e_mail", "mail_electronic"), Action.EMAIL),
    **dict.fromkeys(("whatsapp", "wechat", "messenger"), Action.CHAT),
    **dict.fromkeys(("visit", "field", "home_visit"), Action.FIELD_VISIT),
    **dict.fromkeys(("legal", "court", "lawyer", "solicitor"), Action.LEGAL_REFERRAL),
    **dict.fromkeys(("agency", "placement", "outside_agency"), Action.AGENCY_PLACEMENT),
    **dict.fromkeys(("skip_trace", "tracing"), Action.VERIFY_CONTACTS),
}
_OUTCOMES = {
    **dict.fromkeys(("delivered", "opened", "read", "accepted"), Outcome.SENT),
    **dict.fromkeys(("answered", "spoke", "spoken_to", "reached", "rpc", "right_party", "contacted"), Outcome.DONE),
    **dict.fromkeys(("promise", "ptp", "promise_to_pay"), Outcome.PROMISED),
    **dict.fromkeys(("arrangement", "plan"), Outcome.ARRANGED),
    **dict.fromkeys(("busy", "noanswer", "not_reached", "unanswered", "nobody_home"), Outcome.NO_ANSWER),
    **dict.fromkeys(("voicemail", "voice_mail", "answering_machine", "left_message"), Outcome.MESSAGE_LEFT),
    **dict.fromkeys(("wrong_party", "wrong_person", "bad_number"), Outcome.WRONG_NUMBER),
    **dict.fromkeys(("bounced", "failed", "undelivered", "blocked"), Outcome.REJECTED),
    **dict.fromkeys(("dispute",), Outcome.DISPUTED),
    **dict.fromkeys(("refusal", "refused_to_pay"), Outcome.REFUSED),
    **dict.fromkeys(("payment",), Outcome.PAID),
    **dict.fromkeys(("placed", "referred"), Outcome.HANDED_OVER),
}
_ENDS = {
    **dict.fromkeys(("paid", "fully_paid", "paid_in_full", "paid_up", "current", "cure"), ClosingReason.CURED),
    **dict.fromkeys(("chargeoff", "charge_off"), ClosingReason.CHARGED_OFF),
    **dict.fromkeys(("writeoff", "write_off"), ClosingReason.WRITTEN_OFF),
    **dict.fromkeys(("sale", "debt_sale", "sold_debt"), ClosingReason.SOLD),
    **dict.fromkeys(("settlement",), ClosingReason.SETTLED),
    **dict.fromkeys(("recalled", "returned", "withdrawal"), ClosingReason.WITHDRAWN),
    **dict.fromkeys(("legal", "court"), ClosingReason.LEGAL),
    **dict.fromkeys(("agency",), ClosingReason.AGENCY),
    **dict.fromkeys(("death", "dead"), ClosingReason.DECEASED),
}
CENSORED = frozenset({"censored", "open", "still_open", "end_of_study", "none"})
"""Words for a case that had not ended when it was last looked at."""
_UNITS = {
    **dict.fromkeys(("commission", "agency_commissions"), CostUnit.AGENCY_COMMISSION),
    **dict.fromkeys(("sms", "sms_segments"), CostUnit.SMS_SEGMENT),
    **dict.fromkeys(("emails",), CostUnit.EMAIL),
    **dict.fromkeys(("chat",), CostUnit.CHAT_MESSAGE),
    **dict.fromkeys(("minute", "minutes", "collector_minutes"), CostUnit.COLLECTOR_MINUTE),
    **dict.fromkeys(("visit", "visits", "field_visits"), CostUnit.FIELD_VISIT),
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometres"), CostUnit.KILOMETRE),
    **dict.fromkeys(("filing", "filings", "legal_filings"), CostUnit.LEGAL_FILING),
    **dict.fromkeys(("license", "licences", "licenses"), CostUnit.LICENCE),
    **dict.fromkeys(("fee", "fees", "collection_fee"), CostUnit.AGENCY_FEE),
}


def channel_of(text: str) -> Action:
    """What a contact went through. Raises BadCellError."""
    return _member(text, {**{a.value: a for a in Action}, **_CHANNELS}, what="channel")


def outcome_of(text: str) -> Outcome:
    """How a contact ended. Raises BadCellError."""
    return _member(text, {**{o.value: o for o in OUTCOMES}, **_OUTCOMES}, what="outcome of a contact")


def end_of(text: str) -> ClosingReason | None:
    """Why a case ended; None for one that was only not watched any longer. Raises BadCellError."""
    if _plain(text) in CENSORED:
        return None
    return _member(text, {**{r.value: r for r in ClosingReason}, **_ENDS}, what="end of a case")


def unit_of(text: str) -> CostUnit:
    """What a cost was for. Raises BadCellError."""
    return _member(text, {**{u.value: u for u in CostUnit}, **_UNITS}, what="kind of cost")


def _member(text: str, words: Mapping[str, Member], *, what: str) -> Member:
    found = words.get(_plain(text))
    if found is None:
        known = ", ".join(sorted({member.value for member in words.values()}))
        raise BadCellError(f"is not a {what} ({known}); give a table with lookup:", value=text)
    return found


def _plain(text: str) -> str:
    return "_".join(text.lower().replace("-", " ").replace("_", " ").split())
