"""A root key in a file of its own, readable by its owner alone, wrapped by a pass phrase if there is one.

Wrapping: scrypt (n 32768, r 8, p 1: a tenth of a second and 32 MB for each guess) and AES-256-GCM with the
epoch as associated data, so that a file cannot be passed off as that of another epoch.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from openphm.core import CustodianRefused
from openphm.custodian.keys import RootKey

PASSPHRASE_VARIABLE = "OPENPHM_CUSTODIAN_PASSPHRASE"  # noqa: S105 (the name, not the phrase)
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class FileKeys:
    """Key files `<epoch>.key` in a folder. The pass phrase comes from the environment, never from argv."""

    folder: Path
    environment: Mapping[str, str]
    name: str = "file"

    def path(self, epoch: str) -> Path:
        return self.folder / f"{epoch}.key"

    def root_key(self, epoch: str) -> RootKey:
        path = self.path(epoch)
        refuse_readable_by_others(path)
        try:
            document = json.loads(path.read_text("utf-8"))
            if not document["wrapped"]:
                return RootKey(epoch, base64.b64decode(document["key"]))
            return RootKey(epoch, self._unwrap(document, epoch))
        except (ValueError, KeyError, TypeError) as error:
            raise CustodianRefused(
                path.name, "the key file is damaged.", remedy="restore it from its backup"
            ) from error

    def _unwrap(self, document: Mapping[str, str], epoch: str) -> bytes:
        passphrase = self.environment.get(PASSPHRASE_VARIABLE, "")
        if not passphrase:
            raise CustodianRefused(
                PASSPHRASE_VARIABLE,
                "the key file is wrapped, and no pass phrase is given.",
                "The pass phrase is read from the environment, so that no process list shows it.",
                f"set {PASSPHRASE_VARIABLE} and run the command again",
            )
        sealed = base64.b64decode(document["key"])
        wrapping = _wrapping_key(passphrase, base64.b64decode(document["salt"]))
        try:
            return AESGCM(wrapping).decrypt(base64.b64decode(document["nonce"]), sealed, _bound_to(epoch))
        except InvalidTag as error:
            raise CustodianRefused(
                f"{epoch}.key", "the pass phrase does not open the key file.", remedy="give the right one"
            ) from error

    def store(self, key: RootKey) -> Path:
        """Write a new key file, 0600, which must not exist yet. Wrapped when there is a pass phrase."""
        path = self.path(key.epoch)
        passphrase = self.environment.get(PASSPHRASE_VARIABLE, "")
        document: dict[str, object] = {"format": 1, "epoch": key.epoch, "wrapped": bool(passphrase)}
        if passphrase:
            salt, nonce = os.urandom(16), os.urandom(12)
            sealed = AESGCM(_wrapping_key(passphrase, salt)).encrypt(nonce, key.secret, _bound_to(key.epoch))
            document |= {"salt": _text(salt), "nonce": _text(nonce), "key": _text(sealed)}
        else:
            document["key"] = _text(key.secret)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        return path

    def forget(self, epoch: str) -> None:
        """Overwrite the key file of an epoch and remove it."""
        path = self.path(epoch)
        if path.is_file():
            with path.open("r+b") as file:
                file.write(b"\0" * path.stat().st_size)
                file.flush()
                os.fsync(file.fileno())
            path.unlink()


def refuse_readable_by_others(path: Path) -> None:
    """Raise CustodianRefused when a file of the custodian is missing or others may read it."""
    if not path.is_file():
        raise CustodianRefused(
            path.name,
            "there is no key file.",
            "A custodian home holds keys/<epoch>.key.",
            "run `openphm custodian init --home DIR`, or restore the key file from its backup",
        )
    if path.stat().st_mode & _OTHERS:
        raise CustodianRefused(
            path.name,
            "other users of this machine may read or change the key file.",
            "A key file belongs to its owner alone (mode 0600).",
            "chmod 600 the file; if others have read it, make a new key",
        )


def _wrapping_key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase.encode())


def _bound_to(epoch: str) -> bytes:
    return f"openphm root key|{epoch}".encode()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
