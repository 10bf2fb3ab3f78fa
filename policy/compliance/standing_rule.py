"""What rules about a standing share: marks that begin and end it, what it stops, and how its days are counted."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from policy.compliance.history import Mark
from policy.compliance.question import CONTACTS, Asked
from policy.files.form import member_of
from policy.spacing import local_instant


class Stopped(StrEnum):
    """What a standing may stop. Interest and fees are the ledger's to stop; the rest is asked for before it is done."""

    CONTACT = "contact"
    INTEREST = "interest"
    FEES = "fees"
    ENFORCEMENT = "enforcement"
    REPORTING = "reporting"


ACTIONS_OF: dict[Stopped, frozenset[Asked]] = {
    # To look for new numbers, or to let an agency ring, is to go on reaching out.
    Stopped.CONTACT: CONTACTS | {Asked.VERIFY_CONTACTS, Asked.AGENCY_PLACEMENT},
    Stopped.INTEREST: frozenset(),
    Stopped.FEES: frozenset(),
    Stopped.ENFORCEMENT: frozenset({Asked.LEGAL_REFERRAL, Asked.AGENCY_PLACEMENT}),
    Stopped.REPORTING: frozenset({Asked.FURNISH}),
}

MarkWord = Annotated[Mark, BeforeValidator(member_of(Mark, kind="mark"))]
StoppedWord = Annotated[Stopped, BeforeValidator(member_of(Stopped, kind="effect of a hold"))]


def day_after(moment: datetime, *, days: int, zone: ZoneInfo) -> datetime:
    """The midnight that ends the so-many-th whole day after the day of a moment, in a zone (as UTC)."""
    day = moment.astimezone(zone).date() + timedelta(days=days + 1)
    return local_instant(day, hour=time(0), zone=zone)
