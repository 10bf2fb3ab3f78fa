"""What must hold between the parts of a ladder, once each part is well formed by itself."""

from collections.abc import Iterator
from itertools import pairwise

from domain.action import MESSAGES, Action
from domain.borrower import NEEDS_VERIFIED
from policy.files.document import Document, Place
from policy.files.problem import Problem, nearest
from policy.ladders.condition import FactValue
from policy.ladders.condition_checking import condition_problems
from policy.ladders.form import RungForm
from policy.situation import FACTS
from policy.wording.checking import check_wording
from policy.wording.rendering import channels_of, wordings

REFERRALS = frozenset({Action.LEGAL_REFERRAL, Action.AGENCY_PLACEMENT})
ASKS_FIRST = MESSAGES | {Action.CALLBACK}
FALLBACKS: dict[Action, frozenset[Action]] = {
    Action.SMS: MESSAGES,
    Action.EMAIL: MESSAGES,
    Action.CHAT: MESSAGES,
    Action.CALLBACK: frozenset(),
    Action.VERIFY_CONTACTS: frozenset(),
    Action.FIELD_VISIT: frozenset({Action.CALLBACK}),
    Action.LEGAL_REFERRAL: frozenset(),
    Action.AGENCY_PLACEMENT: frozenset(),
}
"""What an action may fall back to: a message to other messages, a visit to a call, and nothing to anything harsher."""

NUMBERS = frozenset({"opening_balance", "opening_days_past_due"})
SWITCHES = frozenset(
    {
        "contactable.sms",
        "contactable.email",
        "contactable.chat",
        "contactable.call",
        "contactable.visit",
        "verified.address",
        "refused",
    }
)


def check_rungs(rungs: dict[int, RungForm], *, document: Document) -> Iterator[Problem]:
    """Every problem between the rungs that could be read, by their position in the file."""
    yield from _same_names(rungs, document=document)
    yield from _hasty_referrals(rungs, document=document)
    yield from _unverified(rungs, document=document)
    yield from _withheld_notices(rungs, document=document)
    for position, rung in rungs.items():
        place = ("rungs", position)
        yield from _fallbacks(rung, place=place, document=document)
        yield from _days_past_due(rung, place=place, document=document)
        yield from condition_problems(rung.when, place=(*place, "when"), document=document, samples=fact_samples())
        if rung.action.is_message:
            yield from _message(rung, place=place, document=document)
        else:
            yield from _work(rung, place=place, document=document)


def fact_samples() -> dict[str, FactValue]:
    """A value of the right kind for every fact, to try a condition on."""
    return {fact: 1 if fact in NUMBERS else fact in SWITCHES or "text" for fact in FACTS}


def _same_names(rungs: dict[int, RungForm], *, document: Document) -> Iterator[Problem]:
    for (_, before), (position, rung) in pairwise(sorted(rungs.items(), key=lambda item: (item[1].name, item[0]))):
        if rung.name == before.name:
            what = f"the rung name '{rung.name}' is taken"
            yield document.problem(("rungs", position, "name"), what=what, remedy="give each rung a name of its own")


def _hasty_referrals(rungs: dict[int, RungForm], *, document: Document) -> Iterator[Problem]:
    for position, rung in rungs.items():
        earlier = [rungs[p].action if p in rungs else None for p in range(position)]
        # An earlier rung that could not be read (None) may be the message that is looked for.
        if rung.action in REFERRALS and None not in earlier and not ASKS_FIRST.intersection(earlier):
            what = f"'{rung.action.value}' comes before anybody has written or called"
            yield document.problem(
                ("rungs", position, "action"), what=what, remedy="put a message or a callback before it"
            )


def _unverified(rungs: dict[int, RungForm], *, document: Document) -> Iterator[Problem]:
    for position, rung in rungs.items():
        earlier = [rungs[p].action if p in rungs else None for p in range(position)]
        # As above: an earlier rung that could not be read may be the one that is looked for.
        if rung.action in NEEDS_VERIFIED and None not in earlier and Action.VERIFY_CONTACTS not in earlier:
            what = f"'{rung.action.value}' needs a verified {NEEDS_VERIFIED[rung.action].value}, which no rung sees to"
            remedy = "put a rung with `action: verify_contacts` before it"
            yield document.problem(("rungs", position, "action"), what=what, remedy=remedy)


def _withheld_notices(rungs: dict[int, RungForm], *, document: Document) -> Iterator[Problem]:
    """Whoever is referred had notice: the last message before a referral is withheld from nobody."""
    referrals = [position for position, rung in rungs.items() if rung.action in REFERRALS]
    for position in {max((p for p in rungs if p < at and rungs[p].action.is_message), default=-1) for at in referrals}:
        if position >= 0 and rungs[position].holdout is not None:
            what = f"'{rungs[position].name}' is the last notice before a referral, and would be withheld from some"
            remedy = "take `holdout` out; withhold the referral instead, or an earlier rung"
            yield document.problem(("rungs", position, "holdout"), what=what, remedy=remedy)


def _fallbacks(rung: RungForm, *, place: Place, document: Document) -> Iterator[Problem]:
    allowed = FALLBACKS[rung.action] - {rung.action}
    for i, fallback in enumerate(rung.fallbacks):
        at = (*place, "fallbacks", i)
        if fallback not in allowed:
            what = f"'{rung.action.value}' cannot fall back to '{fallback.value}'"
            remedy = f"write {' or '.join(sorted(allowed))}" if allowed else "take the fallback out"
            yield document.problem(at, what=what, remedy=remedy)
        elif fallback in rung.fallbacks[:i]:
            yield document.problem(at, what=f"the fallback '{fallback.value}' twice", remedy="keep one of them")


def _days_past_due(rung: RungForm, *, place: Place, document: Document) -> Iterator[Problem]:
    days = rung.days_past_due
    if days and days.at_most is not None and days.at_most < days.at_least:
        what = f"no loan is at least {days.at_least} and at most {days.at_most} days past due"
        yield document.problem((*place, "days_past_due"), what=what, remedy="swap or mend the two numbers")


def _message(rung: RungForm, *, place: Place, document: Document) -> Iterator[Problem]:
    for key in {"deadline", "on_deadline"} & rung.model_fields_set:
        what = f"'{key}' on a message, which is done at once"
        yield document.problem((*place, key), what=what, remedy="take it out; the next rung's `after` spaces them")
    if rung.wording is None:
        what = f"the rung '{rung.name}' speaks but has no wording"
        yield document.problem(place, what=what, remedy="add `wording: friendly_reminder`")
    elif rung.wording not in wordings():
        what = f"unknown wording '{rung.wording}'"
        yield document.problem((*place, "wording"), what=what, remedy=nearest(rung.wording, known=wordings()))
    else:
        yield from _speechless(rung, wording=rung.wording, place=place, document=document)


def _speechless(rung: RungForm, *, wording: str, place: Place, document: Document) -> Iterator[Problem]:
    at = (*place, "wording")
    spoken = channels_of(wording)
    for action in (rung.action, *rung.fallbacks):
        if action in MESSAGES - spoken:
            what = f"the wording '{wording}' has no text for '{action.value}' in every language"
            yield document.problem(at, what=what, remedy=f"write `{action.value}:` into its templates")
    for problem in check_wording(wording):
        yield document.problem(
            at, what=f"the wording '{wording}' must not be sent ({problem})", remedy="mend its template"
        )


def _work(rung: RungForm, *, place: Place, document: Document) -> Iterator[Problem]:
    if rung.deadline is None:
        what = f"the rung '{rung.name}' gives work to people but has no deadline"
        yield document.problem(place, what=what, remedy="add `deadline: 3 days`")
    if rung.wording is not None:
        what = f"a wording on '{rung.action.value}', which a person does in their own words"
        yield document.problem((*place, "wording"), what=what, remedy="take it out")
