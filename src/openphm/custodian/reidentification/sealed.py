"""Lists under lock: sealed for a practice's key, and as parcels that wait in the home.

A sealed list is HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM) to the practice's public key: once made,
the custodian cannot open it either. A parcel waits for its collection as AES-256-GCM under a key of its own.
The keys of parcels stand in a folder that backups leave out (it carries a CACHEDIR.TAG); when a list is
collected, revoked or expired its key is overwritten and removed, and no copy of the parcel opens any more.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from openphm.core import CustodianRefused
from openphm.custodian.reidentification.reasons import Refused

MAGIC = b"openphm sealed list 1\n"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_CACHE_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# Keys of lists that wait. Leave this folder out of backups.\n"
)


def seal_list(text: bytes, public_key: bytes, request_id: str) -> bytes:
    """A list that only the holder of the practice's private key can open."""
    made = _SUITE.encrypt(text, X25519PublicKey.from_public_bytes(public_key), info=_info(request_id))
    return MAGIC + request_id.encode("ascii") + b"\n" + base64.encodebytes(made)


def open_sealed(sealed: bytes, private_key: X25519PrivateKey) -> bytes:
    """The list in a sealed file. Raises CustodianRefused when it is another practice's, or was changed."""
    try:
        if not sealed.startswith(MAGIC):
            raise ValueError("no sealed list")
        request_id, _, body = sealed[len(MAGIC) :].partition(b"\n")
        return _SUITE.decrypt(base64.b64decode(body), private_key, info=_info(request_id.decode("ascii")))
    except (ValueError, InvalidTag) as error:
        raise CustodianRefused(
            "the sealed list",
            "it does not open with this key.",
            "A list is sealed for one practice, and opens only whole.",
            "use the private key of the practice it was made for, or ask for a new list",
        ) from error


@dataclass(frozen=True)
class Entry:
    """One person of a list. Identity: it exists in zone I only, and its repr shows nothing."""

    person_id: str
    nhs_number: str
    name: str
    practice: str

    def __repr__(self) -> str:
        return "Entry(hidden)"


class Parcels:
    """Lists that wait to be collected, in two folders: the sealed lists, and their keys."""

    def __init__(self, folder: Path) -> None:
        self._lists = folder / "parcels"
        self._keys = folder / "parcel-keys"
        for one in (self._lists, self._keys):
            one.mkdir(mode=0o700, exist_ok=True)
        tag = self._keys / "CACHEDIR.TAG"
        if not tag.exists():
            tag.write_text(_CACHE_TAG, "ascii")

    def put(self, request_id: str, entries: list[Entry]) -> None:
        """Keep a list until it is collected. An older parcel of the request is destroyed."""
        self.destroy(request_id)
        key, nonce = os.urandom(32), os.urandom(12)
        text = json.dumps([[e.person_id, e.nhs_number, e.name, e.practice] for e in entries]).encode()
        _write(self._keys / request_id, key)
        _write(self._lists / request_id, nonce + AESGCM(key).encrypt(nonce, text, _info(request_id)))

    def open(self, request_id: str) -> list[Entry]:
        """The list of a request. Raises Refused when it is gone."""
        try:
            key = (self._keys / request_id).read_bytes()
            kept = (self._lists / request_id).read_bytes()
            text = AESGCM(key).decrypt(kept[:12], kept[12:], _info(request_id))
        except (OSError, InvalidTag, ValueError) as error:
            raise Refused("Q_STATE", "the list", "Its parcel is gone.") from error
        return [Entry(*one) for one in json.loads(text)]

    def destroy(self, request_id: str) -> None:
        """Overwrite and remove the key, then remove the list."""
        key = self._keys / request_id
        if key.exists():
            with key.open("r+b") as file:
                file.write(os.urandom(32))
                file.flush()
                os.fsync(file.fileno())
            key.unlink()
        (self._lists / request_id).unlink(missing_ok=True)

    def waiting(self) -> list[str]:
        """The requests with a parcel, or with what is left of one."""
        names = {one.name for folder in (self._lists, self._keys) for one in folder.iterdir()}
        return sorted(names - {"CACHEDIR.TAG"})


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _info(request_id: str) -> bytes:
    return f"openphm list|{request_id}".encode("ascii")
