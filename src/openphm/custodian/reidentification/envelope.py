"""Open a signed envelope: form, key, signature, freshness. What it says is believed no further."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from openphm.core import UsageError
from openphm.core.reidentification import signed_bytes
from openphm.custodian.reidentification.reasons import Refused
from openphm.custodian.reidentification.register import Limits

Body = TypeVar("Body")
LARGEST = 256 * 1024


def open_envelope(
    sent: bytes, what: str, suites: Mapping[str, bytes], read: Callable[[object], Body]
) -> Body:
    """The body of an envelope that one of these suites signed. what: `request` or `status`.

    The signature is checked before a field is read. Raises Refused (Q_FORM, Q_SIGNATURE).
    """
    if len(sent) > LARGEST:
        raise Refused("Q_FORM")
    try:
        envelope = json.loads(sent, object_pairs_hook=_once)
        body, name, text = envelope["body"], envelope["key"], envelope["signature"]
        signature = base64.b64decode(text, validate=True)
        said = signed_bytes(what, body)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as error:
        raise Refused("Q_FORM") from error
    if set(envelope) != {"body", "key", "signature"} or not isinstance(name, str):
        raise Refused("Q_FORM")
    key = suites.get(name)
    try:
        if key is None:
            raise InvalidSignature
        Ed25519PublicKey.from_public_bytes(key).verify(signature, said)
    except InvalidSignature as error:
        raise Refused("Q_SIGNATURE") from error
    try:
        return read(body)
    except UsageError as error:
        where = ", ".join(problem.where.removeprefix("request, ") for problem in error.problems)
        raise Refused("Q_FORM", "request", f"Wrong: {where}.") from error


def refuse_stale(issued: datetime, expires: datetime, now: datetime, limits: Limits) -> None:
    """Raise Refused (Q_EXPIRED) unless now lies in a life of 15 minutes at most."""
    slack = timedelta(seconds=limits.clock_seconds)
    long = expires - issued > timedelta(minutes=limits.signed_minutes)
    if long or expires <= issued or now >= expires + slack or now < issued - slack:
        raise Refused("Q_EXPIRED")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON in which a name stands once: two values of one name are read differently by different readers."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
