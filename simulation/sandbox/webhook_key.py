"""The key pair with which the sandbox signs email events, as SendGrid does."""

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from simulation.sandbox.state import State


class WebhookKey:
    """Made on first use and kept in the state file."""

    def __init__(self, state: State) -> None:
        kept = state.setting("webhook_key")
        if kept is None:
            made = ec.generate_private_key(ec.SECP256R1())
            kept = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            state.remember("webhook_key", kept)
        key = load_pem_private_key(kept.encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the state file holds a key of another kind")
        self._key = key

    def public(self) -> str:
        """The verification key as SendGrid shows it: base64 of the DER form, without PEM lines."""
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def sign(self, body: bytes, *, timestamp: str) -> str:
        """The signature of a raw body sent at a time (Unix seconds as text)."""
        return base64.b64encode(self._key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
