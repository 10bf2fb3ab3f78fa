"""An oracle of its own for hours and numbers: it looks at the clock and counts, by the figures of the packs."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from policy.compliance.case import Case
from policy.compliance.history import CONSUMER, Call, Direction, Medium, Preference, PreferenceKind, Sent
from policy.compliance.packfile import Rule
from policy.compliance.question import Asked
from policy.compliance.rules.frequency_cap import FrequencyCap
from policy.compliance.rules.preference_block import PreferenceBlock
from policy.compliance.rules.quiet_hours import DAYS, QuietHours
from policy.compliance.stacking import Stack

Contact = Call | Sent


def broken_by(contact: Contact, case: Case, packs: Stack) -> list[str]:
    """The ids of the hours, wishes and caps that a contact with the person has broken.

    case: what had happened when it was made, this contact among it. Nothing in it lifts a rule (no consent, no answer
    to what the person wrote).
    """
    known = case.known_at(contact.at)
    medium = "call" if isinstance(contact, Call) else contact.medium.value
    broken: list[str] = []
    for _, rule in packs.rules(contact.at):
        when = rule.form.when
        if (when.action and Asked(medium) not in when.action) or when.to == "third_party":
            continue
        if when.automated or when.number_type or when.products or when.purposes or when.replies:
            continue
        if _is_broken(rule, contact, known, medium):
            broken.append(rule.id)
    return broken


def _is_broken(rule: Rule, contact: Contact, known: Case, medium: str) -> bool:
    match rule.params:
        case QuietHours() as hours:
            return any(_is_shut(hours, contact.at.astimezone(zone)) for zone in _zones(hours, known))
        case FrequencyCap() as cap:
            return _is_counted(contact, cap) and _made(contact, known, cap) > cap.max
        case PreferenceBlock(dimension="time"):
            return any(_is_unwelcome(contact.at.astimezone(zone), known, medium) for zone in known.zones())
        case _:
            return False


def _zones(hours: QuietHours, known: Case) -> tuple[ZoneInfo, ...]:
    if hours.zone is not None:
        return (ZoneInfo(hours.zone),)
    return known.zones() if hours.tz_basis == "all_known_locations" else (known.zone,)


def _is_shut(hours: QuietHours, local: datetime) -> bool:
    is_day = DAYS[local.weekday()] in hours.weekdays
    return not (is_day and hours.opens <= local.time() < hours.closes)


def _is_unwelcome(local: datetime, known: Case, medium: str) -> bool:
    """Whether the wall clock stands in a time of the day that the person does not want, on a day that they named."""
    wishes = (wish for wish in known.all_of(Preference) if wish.kind is PreferenceKind.INCONVENIENT_TIME)
    return any(wish.medium in (None, medium) and _is_in(wish, local) for wish in wishes)


def _is_in(wish: Preference, local: datetime) -> bool:
    # What runs past midnight is left to the engine's own tests: the day to which it belongs is a reading.
    runs_on = wish.begins is not None and wish.ends is not None and wish.ends <= wish.begins
    is_over = wish.withdrawn_at is not None and wish.withdrawn_at <= local
    is_past = wish.valid_through is not None and local.date() > wish.valid_through
    if runs_on or is_over or is_past or (wish.weekdays and local.weekday() not in wish.weekdays):
        return False
    ends_with_the_day = wish.ends is None or wish.ends == time(0)
    return (wish.begins or time(0)) <= local.time() and (ends_with_the_day or local.time() < (wish.ends or time(0)))


def _is_counted(contact: Contact, cap: FrequencyCap) -> bool:
    if contact.direction is not Direction.OUT or contact.to != CONSUMER:
        return False
    if isinstance(contact, Sent):
        return contact.medium is not Medium.CALL and contact.medium.value in cap.count.media
    if contact.outcome in cap.count.outcomes_excluded or "call" not in cap.count.media:
        return False
    is_of_number = not cap.count.number_types or contact.number_type in cap.count.number_types
    return is_of_number and (not cap.count.outcomes_only or contact.outcome in cap.count.outcomes_only)


def _made(contact: Contact, known: Case, cap: FrequencyCap) -> int:
    """The most contacts of the window that count to one and the same debt of this contact."""
    inside = [
        each
        for each in known.history
        if isinstance(each, Call | Sent) and _is_counted(each, cap) and _is_inside(each.at, contact.at, known, cap)
    ]
    if "debt_group" not in cap.key:
        return len(inside)
    return max(sum(_is_about(each, debt, known) for each in inside) for debt in _debts(contact) or known.debts)


def _is_inside(made_at: datetime, at: datetime, known: Case, cap: FrequencyCap) -> bool:
    if cap.window.unit == "hour":
        return at - timedelta(hours=cap.window.length) < made_at <= at
    days = (at.astimezone(known.zone).date() - made_at.astimezone(known.zone).date()).days
    return 0 <= days < cap.window.length


def _debts(contact: Contact) -> frozenset[str]:
    return (contact.counted_to or contact.discussed) if isinstance(contact, Call) else contact.debts


def _is_about(contact: Contact, debt: str, known: Case) -> bool:
    named = _debts(contact)
    return not named or known.groups.get(debt, debt) in {known.groups.get(each, each) for each in named}
