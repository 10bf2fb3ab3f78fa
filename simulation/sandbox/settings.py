"""How a sandbox is set up; its credentials are made up and open nothing anywhere else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

ACCOUNT_SID = "AC" + "5a" * 16
AUTH_TOKEN = "sandbox-auth-token"  # noqa: S105 (made up)
SENDGRID_KEY = "SG.sandbox"
DESK_TOKEN = "sandbox-desk-token"  # noqa: S105 (made up)
SENDER = "+15005550006"
MAIL_SENDER = "accounts@lender.example"


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Everything a sandbox needs to know.

    state: its own SQLite file; it survives a restart.
    clock: the time until the control plane first moves it; from then on the state file's clock counts.
    seed: the pretend borrowers' chance.
    callback_base: the product's public address for webhooks; None when nobody listens for replies and events.
    """

    state: Path
    clock: Callable[[], datetime]
    seed: int = 1
    callback_base: str | None = None
    account_sid: str = ACCOUNT_SID
    auth_token: str = field(default=AUTH_TOKEN, repr=False)
    sendgrid_key: str = field(default=SENDGRID_KEY, repr=False)
    desk_token: str = field(default=DESK_TOKEN, repr=False)
    sender: str = SENDER
