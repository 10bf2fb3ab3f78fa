"""The right address: kinds of address that are not used, and how it must be known that an address is the person's."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from policy.compliance.addresses import is_same_address
from policy.compliance.case import Case
from policy.compliance.exceptions import MEDIUM_OF, revoked_at
from policy.compliance.history import Consent, Direction, Mark, Medium, Preference, PreferenceKind, Sent
from policy.compliance.objection import Objection
from policy.compliance.question import Question, Target
from policy.files.form import Form, Text, Whole

A_MOMENT = timedelta(seconds=1)
Proof = Literal["used_by_consumer", "direct_consent", "any_consent", "creditor_notice", "prior_collector", "verified"]


class AddressRule(Form):
    """Which addresses may be used.

    kinds_barred: kinds that are not used, as far as it is known of an address that it is of the kind. proofs: any one
    of them is enough (and lifts the bar). within_days: how old a proof may be; a check that a number was not reassigned
    renews it. opt_out_days: how long the creditor's notice must have given for opting out.
    """

    kinds_barred: tuple[Text, ...] = Field(default=(), examples=["[employer]"])
    proofs: tuple[Proof, ...] = Field(default=(), examples=["[used_by_consumer, direct_consent]"])
    within_days: Whole | None = Field(default=None, ge=1, examples=[60])
    opt_out_days: Whole = Field(default=0, ge=0, examples=[35])


def use_the_right_address(case: Case, question: Question, params: AddressRule, *, at: datetime) -> Objection | None:
    """Objects while no proof of the address holds."""
    target, medium = question.target, MEDIUM_OF.get(question.action)
    if medium is None:
        return None
    if params.kinds_barred and not (target.known and target.address_kind in params.kinds_barred):
        return None
    if any(moment is not None for proof in params.proofs for moment in _proved(case, question, params, proof, at=at)):
        return None
    told = (
        f"the address is known to be of the kind '{target.address_kind}'" if params.kinds_barred else "of the address"
    )
    if not params.proofs:
        return Objection(detail=told)
    needed = ", ".join(proof.replace("_", " ") for proof in params.proofs)
    within = f" within {params.within_days} days" if params.within_days else ""
    return Objection(detail=f"{told}, and none of this is on record{within}: {needed}")


def _proved(
    case: Case, question: Question, params: AddressRule, proof: Proof, *, at: datetime
) -> Iterator[datetime | None]:
    """When the proof was last given, for each time that it was and is still good."""
    for moment in _given(case, question, params, proof, at=at):
        if moment <= at and not _refused_since(case, question, moment) and _is_fresh(case, params, moment, at=at):
            yield moment


def _given(case: Case, question: Question, params: AddressRule, proof: Proof, *, at: datetime) -> Iterable[datetime]:
    match proof:
        case "used_by_consumer":
            return _uses(case, question)
        case "direct_consent":
            return _agreed(case, question, at=at, givers={"collector"})
        case "any_consent":
            return _agreed(case, question, at=at, givers={"collector", "creditor"})
        case "creditor_notice":
            return _notices(case, question, params, at=at)
        case "prior_collector":
            return [mark.at for mark in case.marks(Mark.PRIOR_COLLECTOR_EMAILED)]
        case "verified":
            verified_at = question.target.verified_at
            marks = [mark.at for mark in case.marks(Mark.ADDRESS_VERIFIED)]
            return marks if verified_at is None else [*marks, verified_at]


def _uses(case: Case, question: Question) -> Iterator[datetime]:
    """When the person wrote from the address through the same medium: a call from a number proves nothing for texts."""
    medium = MEDIUM_OF[question.action]
    for sent in case.all_of(Sent):
        is_same = sent.medium is medium and _is_same(question.target, sent)
        if sent.direction is Direction.IN and is_same and _is_about(case, question, sent.debts):
            yield sent.at


def _agreed(case: Case, question: Question, *, at: datetime, givers: set[str]) -> Iterator[datetime]:
    for consent in case.all_of(Consent):
        taken_back = revoked_at(case, consent)
        is_good = (consent.expires is None or at < consent.expires) and (taken_back is None or at < taken_back)
        is_meant = _speaks_of(consent, MEDIUM_OF[question.action]) and _is_about(case, question, consent.debts)
        if is_good and is_meant and consent.given_to in givers:
            yield consent.at


def _notices(case: Case, question: Question, params: AddressRule, *, at: datetime) -> Iterator[datetime]:
    """When the creditor told of the address, where the time to opt out (`until` of the mark) was enough and is over."""
    for mark in case.marks(Mark.CREDITOR_NOTICE_SENT):
        days = timedelta(days=params.opt_out_days)
        # `until` is the end of the last day on which the person may opt out.
        is_long_enough = mark.until is not None and case.day(mark.at) + days <= case.day(mark.until - A_MOMENT)
        is_employers = question.target.known and question.target.address_kind == "employer"
        if is_long_enough and mark.until is not None and mark.until <= at and not is_employers:
            yield mark.at


def _is_fresh(case: Case, params: AddressRule, moment: datetime, *, at: datetime) -> bool:
    if params.within_days is None:
        return True
    checks = [mark.at for mark in case.marks(Mark.NUMBER_CHECKED) if moment <= mark.at <= at]
    return case.day(at) - case.day(max([moment, *checks])) <= timedelta(days=params.within_days)


def _refused_since(case: Case, question: Question, moment: datetime) -> bool:
    return any(
        wish.kind is PreferenceKind.OPT_OUT_ADDRESS
        and wish.at >= moment
        and (wish.address is None or is_same_address(wish.address, question.target.address))
        for wish in case.all_of(Preference)
    )


def _is_about(case: Case, question: Question, debts: frozenset[str]) -> bool:
    return any(case.touches(debts, debt) for debt in question.debts)


def _is_same(target: Target, sent: Sent) -> bool:
    """Whether a message came from the address: by its name where both are known, else by its kind."""
    if target.address is not None and sent.address is not None:
        return is_same_address(target.address, sent.address)
    return target.address_kind == sent.address_kind


def _speaks_of(consent: Consent, medium: Medium) -> bool:
    """Whether a consent is to the use of the medium. One to more calls is not, even if it was given by email."""
    return consent.scope != "additional_calls" and medium.value in (consent.channel, consent.scope)
