"""Keys and sealing: names, numbers and addresses lie under a key per borrower, itself wrapped by the master key.

AES-256-GCM with a random 96-bit nonce before the ciphertext; look-ups by HMAC-SHA256 under a key derived with HKDF.
"""

import base64
import hashlib
import hmac
import os
import stat
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyIsExposed(Exception):
    """The key file can be read by others than its owner; run `chmod 600` on it."""


class KeyIsMissing(Exception):
    """There is no key: without it names and numbers in the ledger cannot be read."""


class KeyIsMalformed(Exception):
    """The key is not 32 bytes in base64."""


class CannotUnseal(Exception):
    """The text was sealed under another key, or was changed."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Seals and unseals with keys derived from one master key."""

    master: bytes = field(repr=False)

    def new_data_key(self) -> bytes:
        """A fresh key for one borrower, wrapped under the master key."""
        return _encrypt(self._derived(b"wrap"), os.urandom(KEY_BYTES))

    def seal(self, data_key: bytes, text: str) -> bytes:
        """Encrypt a text under a borrower's wrapped key."""
        return _encrypt(_decrypt(self._derived(b"wrap"), data_key), text.encode())

    def unseal(self, data_key: bytes, sealed: bytes) -> str:
        """Decrypt; raises CannotUnseal."""
        return _decrypt(_decrypt(self._derived(b"wrap"), data_key), sealed).decode()

    def lookup(self, text: str) -> bytes:
        """A keyed digest by which equal texts are found without reading any."""
        return hmac.new(self._derived(b"lookup"), text.encode(), hashlib.sha256).digest()

    def _derived(self, purpose: bytes) -> bytes:
        return _derive(self.master, purpose)


def keyring_from_text(text: str) -> Keyring:
    """A key given as base64 (the environment's form)."""
    try:
        master = base64.b64decode(text.strip(), validate=True)
    except ValueError as error:
        raise KeyIsMalformed from error
    if len(master) != KEY_BYTES:
        raise KeyIsMalformed
    return Keyring(master)


def keyring_from_file(path: Path) -> Keyring:
    """The key in a file that only its owner may read; raises KeyIsMissing, KeyIsExposed or KeyIsMalformed."""
    if not path.exists():
        raise KeyIsMissing(f"{path} does not exist; make one with `duecourse key new {path}`")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyIsExposed(f"{path} can be read by others; run `chmod 600 {path}`")
    return keyring_from_text(path.read_text())


def write_new_key(path: Path) -> None:
    """Make a key file readable by its owner only; FileExistsError when there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")


@cache
def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"duecourse/" + purpose).derive(master)


def _encrypt(key: bytes, clear: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, clear, None)


def _decrypt(key: bytes, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal from error
