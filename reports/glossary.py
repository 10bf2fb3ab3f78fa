"""What every figure of the report means, with its formula."""

from reports.breakdown import NO_JOURNEY, NO_STEP
from reports.learning import learning
from reports.measures import (
    crediting,
    cure,
    groups,
    liquidation,
    present_value,
    rates,
    roll,
    sankey,
    time_to_cure,
    waterfall,
)

GLOSSARY: dict[str, str] = {
    "period": (
        "from the first to the last day, both whole, in UTC; only what was on record at the as-of instant counts"
    ),
    "loans entered": "journeys that opened in the period; a loan that falls behind again enters again",
    "recovered": "sum of payments received in the period, gross of reversals",
    "reversed": "sum of money taken back in the period, also of older payments, in the row of its payment",
    "cost": (
        "sum of units x the unit price of that day, exact in thousandths of a minor unit; cells are rounded "
        "so that they sum to the rounded total"
    ),
    "net": "recovered - reversed - cost",
    "cost per unit": "exact cost / recovered; n/a where nothing was recovered",
    "last touch": (
        "a payment is credited to the last step of its loan's journey, at or before the instant at which it "
        "was received, that reached the borrower (sent and not known to be undelivered, or with an unknown "
        "fate; promised, arranged, refused, hardship, disputed, message left, paid, done) or handed the loan "
        "over (to legal or an agency, from the handing over on)"
    ),
    "by itself": "the part of recovered that came into a journey before any step had touched it",
    NO_STEP: (
        "by rung, channel and collector team: money of journeys that no step had touched yet, and journeys that no "
        "step touched; by ladder, arm and whatever else is so of a journey from its beginning the same money stays "
        "with its journey (intention to treat) and is shown as 'by itself'"
    ),
    NO_JOURNEY: (
        "money of loans without a journey at that time: never opened, not opened yet, or ended by a cure, a "
        "withdrawal, a sale or a death"
    ),
    "journeys": (
        "by ladder, arm, segment, bucket and reason: loans entered; by rung, channel and collector team: journeys that "
        "took a step there in the period"
        " (one journey takes many, so these do not sum)"
    ),
    "segment": "of the lender's book, as it was known when the journey opened; a later book moves no past figure",
    "bucket": "days past due when the journey opened, in steps of 30",
    "collector team": (
        "of whoever recorded the result of the step's work, as it was that day; money belongs to the team of the step "
        "that it is credited to; what the machine did by itself has no team"
    ),
    "reason for arrears": "what was recorded last on the journey's work by the as-of instant, as the borrower said it",
    "steps": "steps that ended in the period; rungs that were passed over are not steps",
    "attempts": "messages and orders that left in the period, or may have, and calls that were made",
    "promises (kept)": "promises made in the period; those of them that were kept by the as-of instant",
    "cured": (
        "journeys that ended in the period because nothing was overdue any more, in the row of their last payment"
    ),
    "recovery curve": (
        "sum over days of (gross money of that day after entry / opening arrears of the journeys watched to "
        "the end of that day), watched until the as-of instant; it ends where fewer than half of the journeys were "
        "watched so long; the band is 95 %, from the variance of what each journey adds to that sum"
    ),
    "reconciles": (
        "cash before the period + recovered - reversed = cash at its end, and every breakdown sums to the "
        "ledger's payments, reversals, costs, steps, attempts, promises and cures, which are added up a second time by "
        "another road; each way of crediting sums to recovered"
    ),
    **waterfall.TERMS,
    **sankey.TERMS,
    **crediting.TERMS,
    **cure.TERMS,
    **time_to_cure.TERMS,
    **roll.TERMS,
    **liquidation.TERMS,
    **groups.TERMS,
    **rates.TERMS,
    **present_value.TERMS,
    **learning.TERMS,
    "stamp": (
        "the version of the product, a SHA-256 over the report's own source files and one over all that it read; "
        "the same stamp, period and as-of instant give the same report to the byte, a year later too"
    ),
    "not cause": "last touch says what came after a step, not what came because of it; compare arms for that",
}
"""Terms in the order in which a reader meets them."""
