"""What a step costs: units, priced by dated rows of the ledger."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CostUnit(StrEnum):
    """What is counted when a step costs money."""

    SMS_SEGMENT = "sms_segment"
    EMAIL = "email"
    CHAT_MESSAGE = "chat_message"
    COLLECTOR_MINUTE = "collector_minute"
    FIELD_VISIT = "field_visit"
    LEGAL_FILING = "legal_filing"
    AGENCY_COMMISSION = "agency_commission"


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
