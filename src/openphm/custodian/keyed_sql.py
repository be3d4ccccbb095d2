"""Keyed ids for whole columns: HMAC-SHA-256 in SQL, with the key in a table and never in the text.

    HMAC(K, v) = SHA256(K xor opad || SHA256(K xor ipad || v))       (RFC 2104)

The two padded blocks of each domain stand in `zone_i.keys`, in the memory of this process. A local id
becomes "k" and the first 80 bits of the HMAC as 20 hexadecimal digits: among 100 million ids of one domain
the chance of any two alike is 1 in 240 million. A test compares the SQL with Python's hmac.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from openphm.custodian.keys import RootKey
from openphm.extracts import literal
from openphm.store import Engine

KEYS = "zone_i.keys"
_BLOCK = 64
_UNLINKED_LETTERS = "ghij"
"""Stand for 0, 1, 8 and 9, which base32 does not have: an unlinked person's id has the form of a person_id."""


def load_keys(engine: Engine, key: RootKey, domains: Iterable[str]) -> None:
    """Put the padded keys of the domains where `keyed_sql` finds them."""
    names = sorted(set(domains))
    padded = [key.derive("keyed id", name).ljust(_BLOCK, b"\0") for name in names]
    engine.load_rows(
        KEYS,
        pa.table(
            {
                "domain": pa.array(names, pa.string()),
                "inner_block": pa.array([bytes(one ^ 0x36 for one in pad) for pad in padded], pa.binary()),
                "outer_block": pa.array([bytes(one ^ 0x5C for one in pad) for pad in padded], pa.binary()),
            }
        ),
    )


def hmac_sql(value: str, domain: str) -> str:
    """SQL of HMAC-SHA-256 of a text expression, 64 hexadecimal digits; null for null."""
    inner = f"(SELECT inner_block FROM {KEYS} WHERE domain = {literal(domain)})"
    outer = f"(SELECT outer_block FROM {KEYS} WHERE domain = {literal(domain)})"
    return f"sha256({outer} || unhex(sha256({inner} || encode({value}))))"


def keyed_id_sql(value: str, domain: str) -> str:
    """SQL of a keyed id: k and 20 hexadecimal digits."""
    return f"'k' || substr({hmac_sql(value, domain)}, 1, 20)"


def household_sql(value: str) -> str:
    """SQL of a household's key: h and 20 hexadecimal digits."""
    return f"'h' || substr({hmac_sql(value, 'household')}, 1, 20)"


def unlinked_person_sql(value: str) -> str:
    """SQL of the id of a person whom nothing links: u and 26 characters of 104 bits."""
    return f"'u' || translate(substr({hmac_sql(value, 'unlinked')}, 1, 26), '0189', '{_UNLINKED_LETTERS}')"
