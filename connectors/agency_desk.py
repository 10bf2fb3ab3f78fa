"""Placements with a collection agency."""

from typing import ClassVar

from connectors.desk_line import DeskLine


class AgencyDesk(DeskLine):
    """The desk that places loans with an agency; its protocol is `openapi/agency_desk.yaml`."""

    vendor: ClassVar[str] = "agency_desk"
    path: ClassVar[str] = "/v1/placements"
