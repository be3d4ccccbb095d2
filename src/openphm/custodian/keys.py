"""Keys: one root key an epoch, and one derived key for each purpose.

    K(purpose, domain) = HKDF-SHA256(root, salt "openphm-pseudonym-v1", info "purpose|domain|epoch")

Whoever has the root key can undo every pseudonym by trying all NHS numbers (a minute or two of work), so
the key is what protects people and not the algorithm. It is never shown, logged, put on a command line or
written next to what it protects. A key check value, the first four bytes of HMAC(root, "key check"), lets
a wrong key be refused before anything is written.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openphm.core import CustodianRefused

KEY_BYTES = 32
SALT = b"openphm-pseudonym-v1"
KEY_VARIABLE = "OPENPHM_CUSTODIAN_KEY"
ENVIRONMENT_VARIABLE = "OPENPHM_ENVIRONMENT"


@dataclass(frozen=True)
class RootKey:
    """The secret of one epoch. Its `repr` hides it, so that no traceback or log can show it."""

    epoch: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise CustodianRefused(
                "the key",
                "it is not 32 bytes long.",
                "A root key is 32 random bytes.",
                "make one with `openphm custodian init`",
            )

    @classmethod
    def make(cls, epoch: str) -> RootKey:
        """A new random key."""
        return cls(epoch, os.urandom(KEY_BYTES))

    @property
    def check_value(self) -> str:
        """Eight hexadecimal digits that tell keys apart and say nothing about them."""
        return hmac.new(self.secret, b"key check", hashlib.sha256).hexdigest()[:8]

    def derive(self, purpose: str, domain: str = "", *, length: int = 32) -> bytes:
        """The key of a purpose (RFC 5869). Two purposes or domains have unrelated keys."""
        info = f"{purpose}|{domain}|{self.epoch}".encode()
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=SALT, info=info).derive(self.secret)


class KeyProvider(Protocol):
    """Where root keys come from: a file, the environment (development), later a vault or an HSM."""

    @property
    def name(self) -> str: ...

    def root_key(self, epoch: str) -> RootKey:
        """The root key of an epoch. Raises CustodianRefused when it cannot be had."""


@runtime_checkable
class KeyStore(KeyProvider, Protocol):
    """A provider that can keep new keys."""

    def store(self, key: RootKey) -> object:
        """Keep a new key, which must not be there yet."""

    def forget(self, epoch: str) -> None:
        """Destroy the key of an epoch; nothing happens when there is none."""


@dataclass(frozen=True)
class EnvironmentKeys:
    """A key in OPENPHM_CUSTODIAN_KEY, base64. For development: every child process can read it."""

    environment: Mapping[str, str]
    name: str = "environment"

    def root_key(self, epoch: str) -> RootKey:
        if self.environment.get(ENVIRONMENT_VARIABLE, "").lower().startswith("prod"):
            raise CustodianRefused(
                KEY_VARIABLE,
                "a key in the environment is refused in production.",
                "Every process started from here could read it.",
                "use the key file: `openphm custodian init`",
            )
        text = self.environment.get(KEY_VARIABLE, "")
        try:
            secret = base64.b64decode(text, validate=True)
        except binascii.Error:
            secret = b""
        if len(secret) != KEY_BYTES:
            raise CustodianRefused(
                KEY_VARIABLE,
                "it does not hold a key.",
                "32 bytes in base64.",
                "set it, or unset it and use the key file",
            )
        return RootKey(epoch, secret)


def refuse_wrong_key(key: RootKey, check_value: str) -> None:
    """Raise CustodianRefused unless this is the key that the home was made with."""
    if not hmac.compare_digest(key.check_value, check_value):
        raise CustodianRefused(
            "the key",
            "it is not the key this custodian home was made with.",
            "Pseudonyms made with another key would link to nothing made before.",
            "restore the right key file, or make a new home with `openphm custodian init`",
        )
