"""What a person does about a channel that is out of order, by the vendor's code."""

from functools import cache
from pathlib import Path

import yaml

from connectors.http_transport import NO_CONNECTION

OUT_OF_REACH = "Look whether this machine reaches the vendor (its status page, our DNS, proxy and firewall)."
ELSE = "Look the code up in the vendor's own pages, and mend the account or the settings."


def remedy_for(code: str, *, vendor: str) -> str:
    """What to do, in a sentence. vendor: as an error names it; the desks share one table."""
    table = vendor if vendor in {"twilio", "sendgrid"} else "desk"
    if code in {error.__name__ for error in NO_CONNECTION}:
        return OUT_OF_REACH
    listed = _remedies(table)
    return listed.get(code) or listed.get(code.partition(" ")[0]) or ELSE


@cache
def _remedies(table: str) -> dict[str, str]:
    text = Path(__file__).with_name(f"{table}_codes.yaml").read_text(encoding="utf-8")
    remedies: dict[str, str] = yaml.safe_load(text)["remedies"]
    return remedies
