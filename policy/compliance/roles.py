"""Who a recipient is to the debt, from the name that a contact gives: `third_party:creditor` is the creditor."""

from collections.abc import Iterable

from policy.compliance.history import THIRD_PARTY


def role_of(recipient: str) -> str:
    """The name of a recipient as a role is written: small letters and underscores."""
    return "_".join(recipient.removeprefix(THIRD_PARTY).lower().replace("-", " ").replace("_", " ").split())


def is_role(recipient: str, roles: Iterable[str]) -> bool:
    """Whether a recipient is one of some roles."""
    return role_of(recipient) in roles
