"""Who a recipient is to the debt, from the name that a contact gives: `third_party:creditor` is the creditor."""

from collections.abc import Iterable

from policy.compliance.history import THIRD_PARTY

CALLED_OTHERWISE = {
    "lawyer": "attorney",
    "consumer_attorney": "attorney",
    "consumers_attorney": "attorney",
    "consumers_lawyer": "attorney",
    "bureau": "consumer_reporting_agency",
    "credit_bureau": "consumer_reporting_agency",
    "cra": "consumer_reporting_agency",
    "creditor_attorney": "creditors_attorney",
    "collector_attorney": "collectors_attorney",
    "debt_collector_attorney": "collectors_attorney",
    "debt_collectors_attorney": "collectors_attorney",
    "legal_guardian": "guardian",
    "personal_representative": "executor",
    "administrator": "executor",
    "successor_in_interest": "successor",
    "confirmed_successor": "successor",
}


STAND_INS = ("spouse", "parent", "guardian", "executor", "successor")
"""Who may be spoken to in the person's place, and for whom the same is asked as for the person."""


def role_of(recipient: str) -> str:
    """The name of a recipient as a role is written: small letters and underscores, and one word for one role."""
    plain = recipient.removeprefix(THIRD_PARTY).lower().translate({ord("'"): "", ord("-"): " ", ord("_"): " "})
    name = "_".join(plain.split())
    return CALLED_OTHERWISE.get(name, name)


def is_role(recipient: str, roles: Iterable[str]) -> bool:
    """Whether a recipient is one of some roles."""
    return role_of(recipient) in roles
