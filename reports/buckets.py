"""Buckets of delinquency as the report names them."""

from domain.arrears import BUCKET_DAYS

LAST = 7
"""The bucket into which all that are further behind are put."""

BUCKETS = (
    "current",
    *(f"{(bucket - 1) * BUCKET_DAYS + 1}-{bucket * BUCKET_DAYS} days" for bucket in range(1, LAST)),
    f"more than {(LAST - 1) * BUCKET_DAYS} days",
)
"""Names by the number of the bucket: 0 for current, 1 for 1-30 days past due, and so on."""
