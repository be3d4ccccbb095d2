"""The key that gives one recipient of exports its own person ids: made by the custodian, used once in zone P.

    id for a recipient = HMAC-SHA-256(K(recipient), kind NUL id in the build), 128 bits in 32 letters

The custodian derives the same key each time, so a person has one id for a recipient in all its exports; two
recipients have unrelated keys, so their copies do not join. The key leads to no NHS number. Zone P is handed
it in a file, uses it for one export and destroys the file (docs/decisions/0012-recipient-ids.md).
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from dataclasses import dataclass, field
from hashlib import sha256

from openphm.core.errors import CustodianRefused, UsageError
from openphm.core.identifiers import in_letters

FORMAT = "openphm recipient key 1"
_BYTES = 32
_NAME = re.compile(r"[A-Z0-9][A-Z0-9._-]{2,63}")


@dataclass(frozen=True)
class RecipientKey:
    """A recipient, the epoch of the key its own is derived from, and the key, which no `repr` shows."""

    recipient: str
    epoch: str
    secret: bytes = field(repr=False)

    def keyed(self, kind: str, text: str) -> str:
        """The id for this recipient. Ids of two kinds never meet."""
        return in_letters(hmac.new(self.secret, f"{kind}\0{text}".encode(), sha256).hexdigest()[:32])

    def written(self) -> bytes:
        """The contents of the file that goes to zone P."""
        said = {"format": FORMAT, "recipient": self.recipient, "epoch": self.epoch}
        return json.dumps({**said, "key": base64.b64encode(self.secret).decode("ascii")}).encode()

    @classmethod
    def read(cls, content: bytes, name: str) -> RecipientKey:
        """Read such a file. name: what an error calls it. Raises CustodianRefused."""
        try:
            said = json.loads(content)
            secret = base64.b64decode(said["key"], validate=True)
            if said["format"] != FORMAT or len(secret) != _BYTES:
                raise ValueError
            return cls(recipient_name(said["recipient"]), str(said["epoch"]), secret)
        except (ValueError, KeyError, TypeError, UsageError) as error:
            raise CustodianRefused(
                name,
                "it is no key of a recipient.",
                "The custodian makes one for each export.",
                "ask the custodian: `openphm custodian export-key`",
            ) from error


def recipient_name(text: str) -> str:
    """The name that a key is derived from, the same however it was typed. Raises UsageError."""
    name = text.strip().upper()
    if not _NAME.fullmatch(name):
        raise UsageError(
            "RECIPIENT",
            "this does not read as the name of a recipient.",
            "3 to 64 letters, digits and . _ -, such as an ODS code.",
            "use the name that the agreement has",
        )
    return name
