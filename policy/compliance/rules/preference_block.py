"""What a person has asked for is kept: their times, their places, and the media and addresses that they refuse."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from policy.compliance.addresses import is_same_address, may_be_same_address, media_of
from policy.compliance.blackout import blackouts, first_free, stands
from policy.compliance.case import Case
from policy.compliance.exceptions import (
    MEDIUM_OF,
    has_consent,
    is_browsing,
    is_first_reply,
    named_days,
    revoked_at,
)
from policy.compliance.given_form import ALL_ELECTRONIC, CALLED_OTHERWISE
from policy.compliance.history import Consent, Direction, Medium, Preference, PreferenceKind, Sent
from policy.compliance.objection import Effect, Objection
from policy.compliance.question import Asked, Question
from policy.compliance.whereabouts import is_at
from policy.files.form import Form, member_of

Exception_ = Literal["direct_consent", "reply_once", "web_session", "required_by_law", "opt_out_confirmation"]
MediumWord = Annotated[Medium, BeforeValidator(member_of(Medium, kind="medium"))]
TIMES = "inconvenient_time"
"""The scope of a consent that lifts the wishes about times."""
ELECTRONIC = frozenset({Medium.EMAIL, Medium.SMS, Medium.CHAT})
PLACE_OF = {"place": PreferenceKind.INCONVENIENT_PLACE, "workplace": PreferenceKind.WORKPLACE_PROHIBITED}


class PreferenceBlock(Form):
    """Which wishes are kept (`dimension`), and what lifts them.

    direct_consent: the person's later consent, given to this collector. reply_once: the one answer, in its own medium,
    to what the person wrote in such hours, at such a place or in such a medium. web_session: what is shown while the
    person uses the site. opt_out_confirmation: one message that does nothing but confirm. taken_as: media of which
    the refusal of one, or of one number or address in it, is taken as the refusal of all.
    """

    dimension: Literal["time", "place", "workplace", "medium", "address"] = Field(examples=["time"])
    taken_as: tuple[MediumWord, ...] = Field(default=(), examples=["[call, sms]"])
    exceptions: tuple[Exception_, ...] = Field(default=(), examples=["[direct_consent, reply_once]"])


def keep_to_their_wishes(case: Case, question: Question, params: PreferenceBlock, *, at: datetime) -> Objection | None:
    """Objects to what the person asked us not to do: at a time until it is over, otherwise for as long as it stands."""
    if "required_by_law" in params.exceptions and question.purpose == "required_by_law":
        return None
    match params.dimension:
        case "time":
            return _of_time(case, question, params, at=at)
        case "place" | "workplace" as dimension:
            return _of_place(case, question, params, PLACE_OF[dimension], at=at)
        case "medium":
            return _of_medium(case, question, params, PreferenceKind.STOP_MEDIUM, at=at)
        case "address":
            return _of_medium(case, question, params, PreferenceKind.OPT_OUT_ADDRESS, at=at)


def _of_time(case: Case, question: Question, params: PreferenceBlock, *, at: datetime) -> Objection | None:
    medium = MEDIUM_OF.get(question.action)

    def is_lifted(moment: datetime) -> bool:
        found = blackouts(case, medium=medium, at=moment)
        return all(
            _is_consented(case, params, s.wish, scope=TIMES, medium=medium, at=moment)
            or ("reply_once" in params.exceptions and is_first_reply(case, question, at=moment, since=s.begins))
            or ("web_session" in params.exceptions and _is_shown(case, question, at=moment))
            for s in found
        )

    if is_lifted(at):
        return None
    stretch = blackouts(case, medium=medium, at=at)[0]
    named = (day for day in named_days(case, TIMES, after=at) if is_lifted(day))
    until = min((m for m in (first_free(case, medium=medium, at=at), *named) if m is not None), default=None)
    source = "" if stretch.wish.source == "consumer" else f" (known from {stretch.wish.source.replace('_', ' ')})"
    told = f"asked not to be contacted at this time since {case.day(stretch.wish.at):%d %b %Y}{source}"
    return Objection(detail=told, until=until, effect=Effect.FORBID if until is None else None)


def _of_place(
    case: Case, question: Question, params: PreferenceBlock, kind: PreferenceKind, *, at: datetime
) -> Objection | None:
    usual = "work" if kind is PreferenceKind.WORKPLACE_PROHIBITED else "home"
    for wish in case.all_of(Preference):
        place = usual if kind is PreferenceKind.WORKPLACE_PROHIBITED else wish.place or usual
        if wish.kind is not kind or not stands(wish, at=at) or _is_past(case, wish, at=at):
            continue
        if not is_at(question, place):
            continue
        if _is_consented(case, params, wish, scope="inconvenient_place", medium=None, at=at):
            continue
        if "reply_once" in params.exceptions and is_first_reply(case, question, at=at, since=wish.at):
            continue
        return Objection(detail=f"asked not to be contacted at {place} since {case.day(wish.at):%d %b %Y}")
    return None


def _of_medium(
    case: Case, question: Question, params: PreferenceBlock, kind: PreferenceKind, *, at: datetime
) -> Objection | None:
    medium = MEDIUM_OF.get(question.action)
    for wish in case.all_of(Preference):
        if wish.kind is not kind or not stands(wish, at=at) or _is_past(case, wish, at=at):
            continue
        # An address that the question does not name may be the one that was refused.
        is_other_address = not (wish.address is None or may_be_same_address(wish.address, question.target.address))
        is_meant = medium is not None and medium in _media(wish, question) and not is_other_address
        is_taken_as = medium in params.taken_as and bool(_media(wish, question) & set(params.taken_as))
        if medium is None or not (is_meant or is_taken_as):
            continue
        if _is_invited_again(case, wish, medium, at=at):
            continue
        if "reply_once" in params.exceptions and is_first_reply(case, question, at=at, since=wish.at):
            continue
        if "opt_out_confirmation" in params.exceptions and _is_confirmation(case, question, wish, medium, at=at):
            continue
        what = wish.address or medium.value
        return Objection(detail=f"asked not to be contacted through {what} since {case.day(wish.at):%d %b %Y}")
    return None


def _media(wish: Preference, question: Question) -> frozenset[Medium]:
    """What a refusal speaks of. Where it names no medium: every one, or all that uses the very address that it names.

    Of an opt-out that names neither, and of an address that may be another one: the electronic messages that could go
    there.
    """
    is_of_all = wish.address is None and wish.kind is PreferenceKind.STOP_MEDIUM
    is_of_this_address = is_same_address(wish.address, question.target.address)
    if wish.medium is None and (is_of_all or is_of_this_address):
        return frozenset(Medium)
    if wish.medium is None or wish.medium == ALL_ELECTRONIC:
        return ELECTRONIC if wish.address is None else media_of(wish.address)
    named = CALLED_OTHERWISE.get(wish.medium.lower(), wish.medium.lower())
    return frozenset(m for m in Medium if m.value == named)


def _is_consented(
    case: Case, params: PreferenceBlock, wish: Preference, *, scope: str, medium: Medium | None, at: datetime
) -> bool:
    """Whether the person agreed to it after the wish, and not in the course of a contact that the wish forbade."""
    return "direct_consent" in params.exceptions and has_consent(
        case,
        scope,
        medium=medium,
        at=at,
        since=wish.at,
        is_void=lambda moment: any(s.wish == wish for s in blackouts(case, medium=Medium.CALL, at=moment)),
    )


def _is_shown(case: Case, question: Question, *, at: datetime) -> bool:
    return question.action is Asked.WEB_DISPLAY and is_browsing(case, at=at)


def _is_past(case: Case, wish: Preference, *, at: datetime) -> bool:
    return wish.valid_through is not None and case.day(at) > wish.valid_through


def _is_invited_again(case: Case, wish: Preference, medium: Medium, *, at: datetime) -> bool:
    """Whether the person has since asked for the medium: consent to more calls or other hours is no such thing."""
    return any(
        consent.channel == medium.value
        and consent.given_to == "collector"
        and consent.scope not in {"additional_calls", "inconvenient_time"}
        and wish.at < consent.at <= at
        and revoked_at(case, consent) is None
        for consent in case.all_of(Consent)
    )


def _is_confirmation(case: Case, question: Question, wish: Preference, medium: Medium, *, at: datetime) -> bool:
    """Whether it is the one electronic message that confirms the refusal."""
    if question.purpose != "opt_out_confirmation" or medium not in ELECTRONIC:
        return False
    return not any(
        s.direction is Direction.OUT and s.medium is medium and wish.at <= s.at <= at for s in case.all_of(Sent)
    )
