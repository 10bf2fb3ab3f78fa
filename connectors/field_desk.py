"""Visits to a borrower's address."""

from typing import ClassVar

from connectors.desk_line import DeskLine


class FieldDesk(DeskLine):
    """The desk that sends visitors out; its protocol is `openapi/field_desk.yaml`."""

    vendor: ClassVar[str] = "field_desk"
    path: ClassVar[str] = "/v1/visits"
