"""Whether an outside enrichment desk may be asked where a borrower can be found: every pack has to say so."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

FILE = Path(__file__).with_name("enrichment.yaml")


class Enrichment(BaseModel):
    """What one pack says; `verified` is how sure the citation is."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    allowed: bool
    citation: str
    verified: Literal["seen", "secondary", "memory"]
    why: str


def may_ask_enrichment(packs: Sequence[str]) -> bool:
    """Whether all of these packs allow it. A pack that says nothing does not, and no pack at all is no permission."""
    said = permissions()
    return bool(packs) and all(pack in said and said[pack].allowed for pack in packs)


@cache
def permissions() -> Mapping[str, Enrichment]:
    """What each pack says, by its id."""
    rows = TypeAdapter(dict[str, dict[Literal["enrichment"], Enrichment]]).validate_python(
        yaml.safe_load(FILE.read_text(encoding="utf-8"))
    )
    return {pack: row["enrichment"] for pack, row in rows.items()}
