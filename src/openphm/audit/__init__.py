"""Audit: an append-only log in which a changed, missing or moved line shows.

Every line holds the hash of the line before it, so a log that was edited no longer adds up from
there on. Cutting lines off the end leaves a valid, shorter chain; `AuditLog.checkpoint` gives the
head to keep somewhere else, and `verify(witness=...)` compares with it.

Reads nothing else; knows no other room. An action that must be remembered is done only after
`append` has returned: the line is on the disk by then.
"""

from openphm.audit.chain import Checkpoint, Entry, Value, Verification
from openphm.audit.checkpoints import (
    SignedCheckpoint,
    checkpoints_beside,
    read_checkpoints,
    sign_checkpoint,
    verify_signed,
)
from openphm.audit.index import LogIndex, LogPage
from openphm.audit.log import AuditLog

__all__ = [
    "AuditLog",
    "Checkpoint",
    "Entry",
    "LogIndex",
    "LogPage",
    "SignedCheckpoint",
    "Value",
    "Verification",
    "checkpoints_beside",
    "read_checkpoints",
    "sign_checkpoint",
    "verify_signed",
]
