"""Why a borrower fell behind, as they said it: a code and no details, for what is learned of many and not of one."""

from enum import StrEnum


class ArrearsReason(StrEnum):
    """The closed set from which a person chooses when they record a piece of work. No treatment ever reads it."""

    ILLNESS = "illness"
    JOB_LOSS = "job_loss"
    LOWER_INCOME = "lower_income"
    BUSINESS_TROUBLE = "business_trouble"
    FAMILY = "family"
    HIGHER_COSTS = "higher_costs"
    TOO_MUCH_DEBT = "too_much_debt"
    DISASTER = "disaster"
    PAYMENT_FAILED = "payment_failed"
    OVERSIGHT = "oversight"
    DISAGREES = "disagrees"
    UNWILLING = "unwilling"
    OTHER = "other"
