"""The key that signs the daily roots: Ed25519, in a file of its own, apart from the database that it vouches for."""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

PublicKeys = Mapping[str, Ed25519PublicKey]
"""The keys whose signatures count, by their names."""

_PUBLIC = re.compile(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----\n?", re.DOTALL)


class EvidenceKeyMissing(Exception):
    """There is no key to sign with, or none to check signatures with."""


class EvidenceKeyExposed(Exception):
    """The signing key can be read by others than its owner."""


class EvidenceKeyMalformed(Exception):
    """The file holds no Ed25519 key in PEM."""


def write_signing_key(path: Path) -> Path:
    """Make a key that only its owner may read, and its public part beside it; returns where that is.

    Raises FileExistsError where there is one.
    """
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = public_file(path)
    public.write_text(pem_of(key.public_key()))
    return public


def public_file(path: Path) -> Path:
    """Where the public part of a key lies. It may hold keys of earlier days too, one after another."""
    return path.with_name(path.name + ".pub")


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file; raises EvidenceKeyMissing, EvidenceKeyExposed or EvidenceKeyMalformed."""
    if not path.exists():
        raise EvidenceKeyMissing(f"{path} does not exist; make one with `duecourse evidence new-key {path}`")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise EvidenceKeyExposed(f"{path} can be read by others; run `chmod 600 {path}`")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise EvidenceKeyMalformed(f"{path} holds no Ed25519 key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EvidenceKeyMalformed(f"{path} holds no Ed25519 key")
    return key


def public_keys(path: Path) -> PublicKeys:
    """The public keys in a file, by name; none where there is no file. Raises EvidenceKeyMalformed."""
    if not path.exists():
        return {}
    found = {}
    for pem in _PUBLIC.findall(path.read_text()):
        try:
            key = load_pem_public_key(pem.encode())
        except ValueError as error:
            raise EvidenceKeyMalformed(f"{path} holds something that is no Ed25519 key") from error
        if not isinstance(key, Ed25519PublicKey):
            raise EvidenceKeyMalformed(f"{path} holds something that is no Ed25519 key")
        found[name_of(key)] = key
    return found


def keys_beside(path: Path) -> PublicKeys:
    """The signing key's own public part, where it can be read, and those beside it. Raises as the two readers do."""
    own = {name_of(key): key for key in ([signing_key(path).public_key()] if path.exists() else [])}
    return {**public_keys(public_file(path)), **own}


def name_of(key: Ed25519PublicKey) -> str:
    """What a key is called in a statement: the beginning of the SHA-256 over its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def pem_of(key: Ed25519PublicKey) -> str:
    """A public key as a text."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def is_signed(statement: str, signature: str, *, key: Ed25519PublicKey | None) -> bool:
    """Whether a statement carries this key's signature (in hex)."""
    if key is None:
        return False
    try:
        key.verify(bytes.fromhex(signature), statement.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
