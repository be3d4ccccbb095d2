"""Signed checkpoints: the head of a log, signed, to be kept where the log is not.

    Ed25519 over "openphm audit checkpoint 1\\n" log "\\n" sequence "\\n" hash "\\n" time "\\n"

A chain alone cannot show that its end was cut off, or that all of it was written anew. A checkpoint in
somebody else's hands can, and its signature shows that it is no invention of theirs. `log` is the hash of
the first entry, so that checkpoints of two logs are never confused.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from openphm.audit.chain import Checkpoint, Verification
from openphm.audit.log import AuditLog
from openphm.core.errors import UsageError


class Signer(Protocol):
    """Whatever can sign, such as an Ed25519 private key."""

    def sign(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True)
class SignedCheckpoint:
    """A head and who says so. `key` is the name of the key, not the key."""

    log: str
    sequence: int
    hash: str
    at: str
    key: str
    signature: str = ""

    @property
    def head(self) -> Checkpoint:
        return Checkpoint(self.sequence, self.hash)

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        parts = ("openphm audit checkpoint 1", self.log, str(self.sequence), self.hash, self.at)
        return "".join(f"{part}\n" for part in parts).encode("ascii")

    def is_signed_by(self, keys: Mapping[str, bytes]) -> bool:
        """Does the signature belong to the key of that name (32 bytes, Ed25519)?"""
        try:
            key = Ed25519PublicKey.from_public_bytes(keys[self.key])
            key.verify(base64.b64decode(self.signature, validate=True), self.signed_bytes())
        except (KeyError, ValueError, InvalidSignature, binascii.Error):
            return False
        return True


def checkpoints_beside(log: AuditLog) -> Path:
    """Where the checkpoints of a log are written. Copy this file elsewhere, and often."""
    return log.path.with_name(log.path.stem + ".checkpoints.jsonl")


def sign_checkpoint(log: AuditLog, key_name: str, signer: Signer) -> SignedCheckpoint:
    """Sign the head of a log, and keep the checkpoint beside it."""
    head = log.checkpoint()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    made = SignedCheckpoint(_name_of(log), head.sequence, head.hash, at, key_name)
    signature = base64.b64encode(signer.sign(made.signed_bytes())).decode("ascii")
    made = replace(made, signature=signature)
    with checkpoints_beside(log).open("a", encoding="ascii") as file:
        file.write(json.dumps(asdict(made), sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return made


def read_checkpoints(path: Path) -> list[SignedCheckpoint]:
    """The checkpoints in a file. Raises UsageError when it holds something else."""
    try:
        lines = path.read_text("ascii").splitlines()
        return [SignedCheckpoint(**json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError, TypeError) as fault:
        raise UsageError(path.name, "it does not hold checkpoints.", "One JSON object a line.") from fault


def verify_signed(
    log: AuditLog,
    kept: Iterable[SignedCheckpoint],
    keys: Mapping[str, bytes],
    witness: Checkpoint | None = None,
) -> Verification:
    """Check the chain against checkpoints whose signatures are checked first."""
    checkpoints = list(kept)
    name = _name_of(log)
    for one in checkpoints:
        if not one.is_signed_by(keys):
            reason = "a checkpoint does not have the signature of a known key"
            return Verification(False, log.checkpoint(), one.sequence, reason, "signature")
        if one.log != name and one.sequence:
            reason = "the log was written anew: a checkpoint speaks of another beginning"
            return Verification(False, log.checkpoint(), 1, reason, "written_anew")
    return log.verify(witness, (one.head for one in checkpoints))


def _name_of(log: AuditLog) -> str:
    first = next(log.entries(), None)
    return first.hash if first else "0" * 64
