"""The map of a key change: old pseudonym to new, sealed, for one use.

    OPENPHM-REKEY-1 NEWLINE {"map", "from", "to", "people"} NEWLINE nonce, AES-256-GCM of the zipped pairs

The custodian writes it; a one-time code opens it, which travels another way than the file. Whoever has both
can join old copies of the data to new ones, so the map is destroyed when it was applied. It leads to no NHS
number.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openphm.core.errors import StoreError

CODE_VARIABLE = "OPENPHM_REKEY_CODE"
_MAGIC = b"OPENPHM-REKEY-1"
_NONCE = 12


@dataclass(frozen=True)
class RekeyMap:
    """map_id tells two maps apart; people: old pseudonym -> new one."""

    map_id: str
    from_epoch: str
    to_epoch: str
    people: Mapping[str, str]


def seal_map(made: RekeyMap) -> tuple[bytes, str]:
    """The sealed bytes and the one-time code that opens them."""
    key = AESGCM.generate_key(bit_length=256)
    header = json.dumps(
        {"map": made.map_id, "from": made.from_epoch, "to": made.to_epoch, "people": len(made.people)}
    ).encode()
    pairs = "\n".join(f"{old} {new}" for old, new in sorted(made.people.items())).encode()
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, zlib.compress(pairs, 1), header)
    return b"\n".join([_MAGIC, header, nonce + sealed]), base64.urlsafe_b64encode(key).decode()


def new_map_id() -> str:
    """128 random bits."""
    return secrets.token_hex(16)


def open_map(path: Path, code: str) -> RekeyMap:
    """Open a sealed map. Raises StoreError when it is no map, was changed, or the code is another's."""
    try:
        magic, header, body = path.read_bytes().split(b"\n", 2)
        if magic != _MAGIC:
            raise ValueError
        said = json.loads(header)
        key = base64.urlsafe_b64decode(code.encode())
        pairs = zlib.decompress(AESGCM(key).decrypt(body[:_NONCE], body[_NONCE:], header)).decode()
        people = dict(line.split(" ") for line in pairs.splitlines())
        return RekeyMap(said["map"], said["from"], said["to"], people)
    except (OSError, ValueError, KeyError, InvalidTag, zlib.error, binascii.Error) as error:
        raise StoreError(
            path.name,
            "it is no map of a key change, or the code does not open it.",
            f"`custodian rotate` writes the map and prints its code; the code is read from {CODE_VARIABLE}.",
            "ask the custodian for both; a map that was applied is gone",
        ) from error
