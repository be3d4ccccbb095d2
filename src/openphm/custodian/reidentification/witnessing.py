"""The custodian's checkpoints: the head of its log, signed with a key derived from the root key.

The public keys stand in the home by epoch, and are printed, so that whoever keeps the checkpoints keeps the
key that proves them as well.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openphm.audit import AuditLog, SignedCheckpoint, sign_checkpoint
from openphm.custodian.home import Home

_FILE = "audit-keys.json"


def sign_head(home: Home, log: AuditLog) -> SignedCheckpoint:
    """Sign the head of the custodian's log, keep the checkpoint beside it, and remember the public key."""
    key = home.key()
    signer = Ed25519PrivateKey.from_private_bytes(key.derive("audit checkpoint"))
    keys = public_keys(home)
    public = signer.public_key().public_bytes_raw()
    if keys.get(key.epoch) != public:
        _remember(home.folder / _FILE, {**keys, key.epoch: public})
    return sign_checkpoint(log, key.epoch, signer)


def public_keys(home: Home) -> dict[str, bytes]:
    """Epoch -> the public key (32 bytes, Ed25519) that its checkpoints are signed with."""
    path = home.folder / _FILE
    if not path.is_file():
        return {}
    return {epoch: base64.b64decode(text) for epoch, text in json.loads(path.read_text("utf-8")).items()}


def _remember(path: Path, keys: dict[str, bytes]) -> None:
    partial = path.with_name(path.name + ".tmp")
    text = json.dumps({epoch: base64.b64encode(key).decode("ascii") for epoch, key in sorted(keys.items())})
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)
