"""Peace at night: a contact is made only between two hours where the borrower lives."""

from datetime import datetime, timedelta

from domain.verdict import Allowed, Deferred, Verdict
from policy.compliance.contact import ProposedContact
from policy.compliance.pack import QuietHoursRule
from policy.spacing import local_instant


def respect_the_night(contact: ProposedContact, rule: QuietHoursRule, *, pack: str, now: datetime) -> Verdict:
    """Allowed from `opens` up to, not including, `closes`; otherwise deferred to the next opening."""
    local = now.astimezone(contact.zone)
    params = rule.params
    if local.weekday() in params.weekdays and params.opens <= local.time() < params.closes:
        return Allowed((rule.ground(pack),))
    for days in range(8):
        day = local.date() + timedelta(days=days)
        opens_at = local_instant(day, hour=params.opens, zone=contact.zone)
        if day.weekday() in params.weekdays and opens_at > now:
            return Deferred(opens_at, rule.ground(pack))
    raise AssertionError("a week without a weekday")  # pragma: no cover - the pack names at least one
