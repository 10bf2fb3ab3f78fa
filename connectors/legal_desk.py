"""Referrals to the legal department or a law firm."""

from typing import ClassVar

from connectors.desk_line import DeskLine


class LegalDesk(DeskLine):
    """The desk that takes legal referrals; its protocol is `openapi/legal_desk.yaml`."""

    vendor: ClassVar[str] = "legal_desk"
    path: ClassVar[str] = "/v1/referrals"
