"""Every setting of the product, read from environment variables that begin with `DUECOURSE_`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from deployments.rates import DESKS, limits_typed, named
from domain.action import Action
from policy.capacity import Limit
from policy.compliance.packfile import Role
from policy.compliance.removal import House

HOME = Path(".duecourse")


class Settings(BaseSettings):
    """Where the ledger is, who the vendors are, and what the lender is called.

    Without `real_sends=yes` every message, order and look into the loan book goes to the sandbox.
    """

    model_config = SettingsConfigDict(env_prefix="DUECOURSE_", frozen=True, extra="ignore")

    ledger_url: str = f"sqlite:///{HOME}/ledger.db"
    """`sqlite:///FILE` or `postgresql+psycopg://...`."""
    key_file: Path = HOME / "ledger.key"
    """The master key (base64, 32 bytes), readable by its owner only."""
    key: SecretStr | None = None
    """The master key itself, in the place of a file."""

    evidence_key: Path = HOME / "evidence.key"
    """The key that signs the daily roots (Ed25519, PEM), readable by its owner only; its public part lies beside it."""
    evidence_folder: Path = HOME / "evidence"
    """Where the signed roots are put away, one small file a day; best on another machine, where nothing is deleted."""

    real_sends: Literal["yes", "no"] = "no"
    """`yes` lets messages reach real people; anything else sends them to the sandbox."""
    sandbox_url: str = "http://127.0.0.1:8026"
    public_url: str = "http://127.0.0.1:8027"
    """Where vendors send their receipts, and where opt-out links lead."""
    console_token: SecretStr | None = None
    """What staff sign in with at `/staff/` of the console; without it those pages are not there."""

    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_sms_sender: str | None = None
    """The number that texts come from; several with commas between, and a person hears from the same one every time."""
    twilio_chat_sender: str | None = None
    sendgrid_api_key: SecretStr | None = None
    sendgrid_sender: str | None = None
    sendgrid_webhook_public_key: str | None = None
    rates: str = ""
    """What a channel or a sender takes, where it is not what its vendor publishes (`deployments.rates`): for example
    `sms=10:100, field_visit=20/h`. The sandbox takes whatever comes, except where this says otherwise."""
    mail_cancellable: Literal["yes", "no"] = "no"
    """`yes` has SendGrid keep each mail for 17 minutes, so that one whose answer was lost can be cancelled and sent
    again; anything else lets mails leave at once."""
    field_desk_url: str | None = None
    legal_desk_url: str | None = None
    agency_desk_url: str | None = None
    enrichment_desk_url: str | None = None
    """May be left out: people then verify addresses without asking anybody outside."""
    desk_token: SecretStr | None = None
    loan_book_url: str | None = None
    loan_book_token: SecretStr | None = None

    lender: str = "Example Lending"
    help_phone: str = "+1 555 010 0100"
    pay_url: str = "https://pay.example.com"
    packs: list[str] = Field(default=["house-courtesy"])
    """The compliance packs that new portfolios are worked under."""
    collector_role: Role = "first_party"
    """Who collects new portfolios: `first_party`, `servicer`, `third_party` or `debt_buyer`. A pack that does not bind
    that role by law is kept as house policy."""
    retention_purges: Literal["yes", "no"] = "no"
    """`yes` lets texts be removed when their time has come; anything else only lists them."""
    retention_at_floor: Literal["keep", "remove"] = "keep"
    """What becomes of a text whose floors have passed and for which no pack sets a ceiling."""
    teams: dict[str, str] = Field(default={})
    """Who is in which collector team, as JSON: `{"Ana": "early", "Ben": "field"}`; written down with each result."""
    experiment: str = "standing"
    """The name of the standing experiment; with a loan's number it fixes the arm."""

    lease_seconds: float = Field(default=120.0, gt=0)
    """How long a run may hold a journey without a sign of life; longer than any vendor may take to answer."""

    @field_validator("rates")
    @classmethod
    def _are_rates(cls, text: str, info: ValidationInfo) -> str:
        set_before = (info.data.get(name) for name in ("twilio_sms_sender", "twilio_chat_sender", "sendgrid_sender"))
        limits_typed(text, senders={sender for setting in set_before for sender in named(setting)})
        return text

    @property
    def limits(self) -> dict[str, Limit]:
        """The rates that are set, by channel or sender."""
        return limits_typed(self.rates, senders={name for names in self.senders.values() for name in names})

    @property
    def senders(self) -> dict[Action, Sequence[str]]:
        """The numbers, addresses and desks of every channel where messages reach real people."""
        sms = named(self.twilio_sms_sender)
        return {
            Action.SMS: sms,
            Action.CHAT: named(self.twilio_chat_sender) or sms[:1],
            Action.EMAIL: named(self.sendgrid_sender),
            **{desk: [name] for desk, name in DESKS.items()},
        }

    @property
    def house(self) -> House:
        """What the lender has settled about removing texts."""
        return House(purges=self.retention_purges, at_floor=self.retention_at_floor)

    @property
    def sends_for_real(self) -> bool:
        """Whether messages reach real people."""
        return self.real_sends == "yes"

    @property
    def cancels_mail(self) -> bool:
        """Whether mails leave later than they are handed over, so that they can be cancelled."""
        return self.mail_cancellable == "yes"
