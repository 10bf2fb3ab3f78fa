"""Keys and sealing: names, numbers and addresses lie under a key per borrower, itself wrapped by the master key.

AES-256-GCM with a random 96-bit nonce before the ciphertext; look-ups by HMAC-SHA256 under a key derived with HKDF.

A master key can be replaced (`ledger.rekeying`). The digests of look-ups cannot be made anew from texts that are gone,
so each new key is laid over the digest that is there: the keyring keeps the look-up keys of those before, oldest first.
Who has an old master key and nothing newer can open no text and test no number.
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


class KeyWasReplaced(Exception):
    """The ledger is sealed under another key by now. Restart this process with the key file that is in force."""


class WrongKey(Exception):
    """The ledger is sealed under another key. Give this process the ledger's own key file, and restart it."""


class CannotUnseal(Exception):
    """The text was sealed under another key, or was changed."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Seals and unseals with keys derived from one master key.

    earlier: the look-up keys of the master keys before this one, oldest first.
    """

    master: bytes = field(repr=False)
    earlier: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def mark(self) -> str:
        """By which a ledger knows the key that it is sealed under; it tells nothing of the key."""
        return f"{len(self.earlier) + 1}:{self._derived(b'mark').hex()[:32]}"

    def successor(self, master: bytes) -> "Keyring":
        """The keyring that comes after this one, with another master key."""
        return Keyring(master, (*self.earlier, self._derived(b"lookup")))

    def rewrapped(self, data_key: bytes, *, under: "Keyring") -> bytes:
        """A borrower's wrapped key, wrapped under another keyring; raises CannotUnseal."""
        return under.wrapped(_decrypt(self._derived(b"wrap"), data_key))

    def wrapped(self, data_key: bytes) -> bytes:
        """A borrower's key in the clear, wrapped under the master key."""
        return _encrypt(self._derived(b"wrap"), data_key)

    def relooked(self, digest: bytes) -> bytes:
        """What the digest of a text under the keyring before becomes under this one."""
        return hmac.new(self._derived(b"lookup"), digest, hashlib.sha256).digest()

    def new_data_key(self) -> bytes:
        """A fresh key for one borrower, wrapped under the master key."""
        return self.wrapped(os.urandom(KEY_BYTES))

    def seal(self, data_key: bytes, text: str) -> bytes:
        """Encrypt a text under a borrower's wrapped key."""
        return _encrypt(_decrypt(self._derived(b"wrap"), data_key), text.encode())

    def unseal(self, data_key: bytes, sealed: bytes) -> str:
        """Decrypt; raises CannotUnseal."""
        return _decrypt(_decrypt(self._derived(b"wrap"), data_key), sealed).decode()

    def lookup(self, text: str) -> bytes:
        """A keyed digest by which equal texts are found without reading any."""
        digest = text.encode()
        for key in self.earlier:
            digest = hmac.new(key, digest, hashlib.sha256).digest()
        return self.relooked(digest)

    @property
    def text(self) -> str:
        """The keyring as a file or the environment holds it: the master key, then the earlier look-up keys."""
        return "".join(base64.b64encode(key).decode() + "\n" for key in (self.master, *self.earlier))

    def _derived(self, purpose: bytes) -> bytes:
        return _derive(self.master, purpose)


def keyring_from_text(text: str) -> Keyring:
    """Keys in base64, between them blanks or new lines: the master key, and after it the earlier look-up keys."""
    try:
        keys = [base64.b64decode(word, validate=True) for word in text.split()]
    except ValueError as error:
        raise KeyIsMalformed from error
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise KeyIsMalformed
    return Keyring(keys[0], tuple(keys[1:]))


def keyring_from_file(path: Path) -> Keyring:
    """The key in a file that only its owner may read; raises KeyIsMissing, KeyIsExposed or KeyIsMalformed."""
    if not path.exists():
        raise KeyIsMissing(f"{path} does not exist; make one with `duecourse key new {path}`")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyIsExposed(f"{path} can be read by others; run `chmod 600 {path}`")
    return keyring_from_text(path.read_text())


def write_new_key(path: Path) -> None:
    """Make a key file readable by its owner only; FileExistsError when there is one."""
    write_keyring(Keyring(new_master()), path)


def new_master() -> bytes:
    """A fresh master key."""
    return os.urandom(KEY_BYTES)


def write_keyring(keyring: Keyring, path: Path) -> None:
    """Put a keyring into a new file readable by its owner only; FileExistsError when there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(keyring.text.encode())
        file.flush()
        os.fsync(file.fileno())


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
