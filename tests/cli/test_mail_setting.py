"""The setting by which mails are kept for a while reaches what sends them."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import ValidationError

from connectors.sendgrid_email import LEAVES_AFTER
from deployments.settings import Settings
from deployments.wiring import surroundings_of
from domain.action import Action
from ledger.migrating import migrate


@pytest.mark.parametrize(("mail_cancellable", "kept"), [("no", {}), ("yes", {Action.EMAIL: LEAVES_AFTER})])
def test_only_yes_keeps_mails_for_a_while(
    tmp_path: Path, mail_cancellable: Literal["yes", "no"], kept: dict[Action, object]
) -> None:
    """And no other channel's messages."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    settings = Settings(ledger_url=url, key_file=tmp_path / "ledger.key", mail_cancellable=mail_cancellable)
    around = surroundings_of(settings)
    assert {action: channel.leaves_after for action, channel in around.cancellable.items()} == kept
    around.ledger.close()


def test_no_is_what_counts_unless_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything but yes or no is refused by name."""
    assert Settings().cancels_mail is False
    monkeypatch.setenv("DUECOURSE_MAIL_CANCELLABLE", "sometimes")
    with pytest.raises(ValidationError, match="mail_cancellable"):
        Settings()
