"""Serving the console's web application: what vendors and borrowers reach, and the pages of staff."""

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from console.receipts import ReceiptSettings, create_receipts
from console.staff.application import StaffSettings, create_staff
from console.staff.drawing import ROOT
from deployments.clock import business_now, machine_now
from deployments.settings import Settings
from deployments.wiring import ledger_of
from ledger.database import Ledger
from simulation.sandbox import settings as sandbox
from simulation.sandbox.remote import SandboxRemote


def serve_console(settings: Settings, *, host: str, port: int) -> None:
    """Serve until stopped."""
    ledger = ledger_of(settings)
    app = create_receipts(ledger, settings=receipt_settings_of(settings), clock=lambda: business_now(ledger))
    add_staff(app, ledger, settings=settings)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


def add_staff(app: FastAPI, ledger: Ledger, *, settings: Settings) -> None:
    """The pages of staff beside what is public, where a token for them is set. Raises TokenTooShort."""
    if not settings.console_token:
        return
    staff = StaffSettings(
        token=settings.console_token.get_secret_value(), is_secure=settings.public_url.startswith("https:")
    )
    app.mount(ROOT, create_staff(ledger, settings=staff, clock=lambda: business_now(ledger), machine_clock=machine_now))


def receipt_settings_of(settings: Settings) -> ReceiptSettings:
    """How to know the vendors: by their own keys, or by those of the sandbox, which is asked for its own."""
    if settings.sends_for_real:
        token = settings.twilio_auth_token
        return ReceiptSettings(
            public_url=settings.public_url,
            twilio_auth_token=None if token is None else token.get_secret_value(),
            sendgrid_public_key=settings.sendgrid_webhook_public_key,
            desk_token=settings.desk_token,
            loan_book_token=settings.loan_book_token,
        )
    with SandboxRemote(settings.sandbox_url) as remote:
        return ReceiptSettings(
            public_url=settings.public_url,
            twilio_auth_token=sandbox.AUTH_TOKEN,
            sendgrid_public_key=remote.sendgrid_public_key(),
            desk_token=SecretStr(sandbox.DESK_TOKEN),
            loan_book_token=SecretStr(sandbox.DESK_TOKEN),
        )
