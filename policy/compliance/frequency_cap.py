"""Not too often: contacts are counted over calendar days, on the borrower's calendar, over all of a person's loans."""

from datetime import datetime, time, timedelta

from domain.verdict import Allowed, Deferred, Verdict
from policy.compliance.contact import ProposedContact
from policy.compliance.pack import FrequencyCapRule
from policy.spacing import local_instant


def respect_the_count(contact: ProposedContact, rule: FrequencyCapRule, *, pack: str, now: datetime) -> Verdict:
    """Allowed while fewer than `max_contacts` lie in the window; otherwise deferred to the day that one drops out."""
    params = rule.params
    today = now.astimezone(contact.zone).date()
    first = today - timedelta(days=params.days - 1)
    days = sorted(
        past.at.astimezone(contact.zone).date()
        for past in contact.history
        # Nothing is left out for lying after `now`: the clocks of two machines differ by a little.
        if past.action in rule.actions and past.at.astimezone(contact.zone).date() >= first
    )
    if len(days) < params.max_contacts:
        return Allowed((rule.ground(pack),))
    free_on = days[-params.max_contacts] + timedelta(days=params.days)
    return Deferred(local_instant(free_on, hour=time(0), zone=contact.zone), rule.ground(pack))
