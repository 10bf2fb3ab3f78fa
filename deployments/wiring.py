"""Making the surroundings of tasks and flows from the settings; real vendors only where that was asked for."""

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from connectors.agency_desk import AgencyDesk
from connectors.desk_line import DeskAccount
from connectors.enrichment_desk import EnrichmentDesk
from connectors.field_desk import FieldDesk
from connectors.legal_desk import LegalDesk
from connectors.loan_book import LoanBook
from connectors.messenger import Desk, Messenger
from connectors.sendgrid_email import SendGridAccount, SendGridEmail
from connectors.twilio_chat import TwilioChat
from connectors.twilio_inbox import TwilioInbox
from connectors.twilio_messages import TwilioAccount
from connectors.twilio_sms import TwilioSms
from deployments.clock import business_now, machine_now
from deployments.rates import DESKS, limit_for
from deployments.settings import Settings
from domain.action import Action
from ledger.database import Ledger, open_ledger
from ledger.evidence.roots import Custody
from ledger.evidence.signing import signing_key, write_signing_key
from ledger.keyring import Keyring, keyring_from_file, keyring_from_text, write_new_key
from ledger.simulated_clock import simulated_now
from policy.capacity import Sender
from policy.treatment.reading import shipped_rules
from simulation.sandbox import settings as sandbox
from tasks.surroundings import Surroundings


class RealVendorsRefused(RuntimeError):
    """This ledger lives in simulated time; real people must not hear from it. Unset DUECOURSE_REAL_SENDS."""


class CredentialMissing(RuntimeError):
    """DUECOURSE_REAL_SENDS is `yes`, but a vendor's credentials are not all set."""


def keyring_of(settings: Settings) -> Keyring:
    """The master key of the settings; raises what `ledger.keyring` raises.

    A first key is made only where nothing is sent for real: a production key is made and kept on purpose.
    """
    if settings.key is not None:
        return keyring_from_text(settings.key.get_secret_value())
    if not settings.key_file.exists() and not settings.sends_for_real:
        write_new_key(settings.key_file)
    return keyring_from_file(settings.key_file)


def custody_of(settings: Settings) -> Custody:
    """Who signs the daily roots, and where they are put away.

    A first key is made where nothing is sent for real, as `keyring_of` does.
    """

    def key() -> Ed25519PrivateKey:
        if not settings.evidence_key.exists() and not settings.sends_for_real:
            write_signing_key(settings.evidence_key)
        return signing_key(settings.evidence_key)

    return Custody(key, settings.evidence_folder)


def ledger_of(settings: Settings) -> Ledger:
    """The ledger of the settings, opened."""
    return open_ledger(settings.ledger_url, keyring=keyring_of(settings))


def surroundings_of(settings: Settings) -> Surroundings:
    """Everything that tasks need; raises RealVendorsRefused or CredentialMissing before anything could be sent."""
    ledger = ledger_of(settings)
    with ledger.reading() as session:
        is_simulated = simulated_now(session) is not None
    if is_simulated and settings.sends_for_real:
        raise RealVendorsRefused(RealVendorsRefused.__doc__)
    return Surroundings(
        ledger=ledger,
        clock=lambda: business_now(ledger),
        machine_clock=machine_now,
        lease=timedelta(seconds=settings.lease_seconds),
        messengers=_messengers(settings),
        desks=_desks(settings),
        enrichment=_enrichment(settings),
        loan_book=loan_book_of(settings),
        public_url=settings.public_url,
        rules=shipped_rules(),
        experiment=settings.experiment,
        vendors="the real vendors" if settings.sends_for_real else "the sandbox",
        house=settings.house,
        custody=custody_of(settings),
        inbox=TwilioInbox(_accounts(settings)[0]),
        senders=senders_of(settings),
        cancellable={Action.EMAIL: SendGridEmail(_accounts(settings)[2])} if settings.cancels_mail else {},
    )


def senders_of(settings: Settings) -> dict[Action, list[Sender]]:
    """The senders of each channel with their rates; in the sandbox only where a rate is set."""
    limits = settings.limits
    if settings.sends_for_real:
        names = settings.senders
    else:
        pretend = {Action.SMS: sandbox.SENDER, Action.CHAT: sandbox.SENDER, Action.EMAIL: sandbox.MAIL_SENDER}
        names = {channel: [name] for channel, name in {**pretend, **DESKS}.items() if channel.value in limits}
    return {
        channel: [Sender(name, channel, limit_for(channel, name, typed=limits)) for name in of_channel]
        for channel, of_channel in names.items()
    }


def loan_book_of(settings: Settings) -> LoanBook | None:
    """The lender's own system: the sandbox's where nothing is real, none where a real one is not configured."""
    if not settings.sends_for_real:
        return LoanBook(settings.sandbox_url, sandbox.DESK_TOKEN)
    if settings.loan_book_url is None:
        return None
    return LoanBook(settings.loan_book_url, _needed(settings.loan_book_token, "LOAN_BOOK_TOKEN"))


def _messengers(settings: Settings) -> dict[Action, Messenger]:
    sms, chat, email = _accounts(settings)
    return {Action.SMS: TwilioSms(sms), Action.CHAT: TwilioChat(chat), Action.EMAIL: SendGridEmail(email)}


def _accounts(settings: Settings) -> tuple[TwilioAccount, TwilioAccount, SendGridAccount]:
    if not settings.sends_for_real:
        twilio = TwilioAccount(
            account_sid=sandbox.ACCOUNT_SID,
            auth_token=sandbox.AUTH_TOKEN,
            sender=sandbox.SENDER,
            base_url=settings.sandbox_url,
            callback_base_url=settings.public_url,
        )
        return twilio, twilio, SendGridAccount(sandbox.SENDGRID_KEY, sandbox.MAIL_SENDER, settings.sandbox_url)
    sid = _needed(settings.twilio_account_sid, "TWILIO_ACCOUNT_SID")
    token = _needed(settings.twilio_auth_token, "TWILIO_AUTH_TOKEN")
    sms = _first(settings, Action.SMS, "TWILIO_SMS_SENDER")
    chat = _first(settings, Action.CHAT, "TWILIO_CHAT_SENDER")
    email = _first(settings, Action.EMAIL, "SENDGRID_SENDER")
    return (
        TwilioAccount(sid, token, sms, callback_base_url=settings.public_url),
        TwilioAccount(sid, token, chat, callback_base_url=settings.public_url),
        SendGridAccount(_needed(settings.sendgrid_api_key, "SENDGRID_API_KEY"), email),
    )


def _desks(settings: Settings) -> dict[Action, Desk]:
    if not settings.sends_for_real:
        account = DeskAccount(settings.sandbox_url, sandbox.DESK_TOKEN)
        field, legal, agency = account, account, account
    else:
        token = _needed(settings.desk_token, "DESK_TOKEN")
        field = DeskAccount(_needed(settings.field_desk_url, "FIELD_DESK_URL"), token)
        legal = DeskAccount(_needed(settings.legal_desk_url, "LEGAL_DESK_URL"), token)
        agency = DeskAccount(_needed(settings.agency_desk_url, "AGENCY_DESK_URL"), token)
    return {
        Action.FIELD_VISIT: FieldDesk(field),
        Action.LEGAL_REFERRAL: LegalDesk(legal),
        Action.AGENCY_PLACEMENT: AgencyDesk(agency),
    }


def _enrichment(settings: Settings) -> EnrichmentDesk | None:
    """The sandbox's where nothing is real, none where a real one is not configured: people then verify without it."""
    if not settings.sends_for_real:
        return EnrichmentDesk(DeskAccount(settings.sandbox_url, sandbox.DESK_TOKEN))
    if settings.enrichment_desk_url is None:
        return None
    return EnrichmentDesk(DeskAccount(settings.enrichment_desk_url, _needed(settings.desk_token, "DESK_TOKEN")))


def _first(settings: Settings, channel: Action, name: str) -> str:
    """A channel's sender, by which a message leaves that names no other."""
    return _needed(next(iter(settings.senders[channel]), None), name)


def _needed(value: str | SecretStr | None, name: str) -> str:
    if not value:
        raise CredentialMissing(f"DUECOURSE_REAL_SENDS is `yes`, but DUECOURSE_{name} is not set")
    return value.get_secret_value() if isinstance(value, SecretStr) else value
