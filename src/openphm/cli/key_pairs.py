"""Key pairs that commands make and read: the suite signs with one, a practice's lists are sealed to another.

Zone I and zone P both use this file; it knows neither. A private key is a PEM file of its owner alone.
"""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from openphm.core.errors import CustodianRefused, UsageError


def write_new(path: Path, content: bytes) -> None:
    """Write a file, 0600, that must not exist yet. Raises UsageError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(path.name, "there is a file of this name.", remedy="name a new one") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_key(path: Path, key: Ed25519PrivateKey | X25519PrivateKey) -> str:
    """Keep a new private key; answers its public half in base64. Raises UsageError."""
    write_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The suite's key in a file. Raises CustodianRefused."""
    key = _read(path, "openphm reidentify key")
    if not isinstance(key, Ed25519PrivateKey):
        raise _other_kind(path, "openphm reidentify key")
    return key


def sealing_key(path: Path) -> X25519PrivateKey:
    """The key in a file that a practice's lists are sealed to. Raises CustodianRefused."""
    key = _read(path, "openphm custodian requests practice-key")
    if not isinstance(key, X25519PrivateKey):
        raise _other_kind(path, "openphm custodian requests practice-key")
    return key


def _read(path: Path, made_by: str) -> object:
    refuse_seen_by_others(path)
    try:
        return load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise CustodianRefused(
            path.name, "it is not a private key.", "A PEM file.", f"make one with `{made_by}`"
        ) from error


def _other_kind(path: Path, made_by: str) -> CustodianRefused:
    return CustodianRefused(path.name, "it is a key of another kind.", remedy=f"make one with `{made_by}`")


def refuse_seen_by_others(path: Path) -> None:
    """Raise CustodianRefused when others than its owner may read or change a secret file."""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CustodianRefused(
            path.name,
            "other users of this machine may read or change it.",
            "A secret belongs to its owner alone (mode 0600).",
            "chmod 600 the file; if others have read it, have a new one made",
        )
