"""What a step costs: units, priced by dated rows of the ledger."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.action import Action


class CostUnit(StrEnum):
    """What is counted when a step costs money."""

    SMS_SEGMENT = "sms_segment"
    EMAIL = "email"
    CHAT_MESSAGE = "chat_message"
    COLLECTOR_MINUTE = "collector_minute"
    FIELD_VISIT = "field_visit"
    LEGAL_FILING = "legal_filing"
    AGENCY_COMMISSION = "agency_commission"
    KILOMETRE = "kilometre"
    AGENCY_FEE = "agency_fee"
    LEGAL_FEE = "legal_fee"
    LICENCE = "licence"
    OVERHEAD = "overhead"
    OTHER = "other"


BOOKED = frozenset({CostUnit.AGENCY_FEE, CostUnit.LEGAL_FEE, CostUnit.LICENCE, CostUnit.OVERHEAD, CostUnit.OTHER})
"""Units that have no price: what they cost is booked as it was billed."""

OPTIONAL = frozenset({CostUnit.KILOMETRE})
"""Units that a lender need not count; without a price they cost nothing, and an event says so."""


ACTION_FOR: dict[CostUnit, Action] = {
    CostUnit.SMS_SEGMENT: Action.SMS,
    CostUnit.EMAIL: Action.EMAIL,
    CostUnit.CHAT_MESSAGE: Action.CHAT,
    CostUnit.COLLECTOR_MINUTE: Action.CALLBACK,
    CostUnit.FIELD_VISIT: Action.FIELD_VISIT,
    CostUnit.KILOMETRE: Action.FIELD_VISIT,
    CostUnit.LEGAL_FILING: Action.LEGAL_REFERRAL,
    CostUnit.LEGAL_FEE: Action.LEGAL_REFERRAL,
    CostUnit.AGENCY_COMMISSION: Action.AGENCY_PLACEMENT,
    CostUnit.AGENCY_FEE: Action.AGENCY_PLACEMENT,
}
"""The kind of step that a booked cost belongs to; licences and the like belong to none."""


@dataclass(frozen=True, slots=True)
class UnitCost:
    """A price valid from a day until a later row replaces it.

    price_millis: thousandths of a minor unit per unit. For the agency's commission the unit is one minor unit of money
    collected, so 180 means 18 percent.
    """

    unit: CostUnit
    currency: str
    price_millis: int
    valid_from_on: date
    source: str
