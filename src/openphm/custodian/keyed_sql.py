"""Keyed ids for whole columns, in SQL, with the key in a table and never in the text.

    keyed id = "k" + the first 80 bits of SHA-256(K(domain) || value), 20 hexadecimal digits

Tens of millions of local ids (one a row, and more) are keyed in a run, so it must be one hash of one block.
A key in front of the value is safe here because 176 of the 256 bits never leave: what can be continued from
a full digest (length extension) cannot from a cut one (Coron, Dodis, Malinaud, Puniya, "Merkle-Damgård
revisited", CRYPTO 2005: the cut hash cannot be told from a random function). HMAC would hash twice and gain
nothing; it took 3.7 times as long in SQL. People's pseudonyms, one for each person, are HMAC (pseudonyms.py).

Among 100 million ids of one domain the chance of any two alike is 1 in 240 million.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from openphm.custodian.keys import RootKey
from openphm.extracts import literal
from openphm.store import Engine

KEYS = "zone_i.keys"
_UNLINKED_LETTERS = "ghij"
"""Stand for 0, 1, 8 and 9, which base32 has not: an unlinked person's id looks like a person_id."""


def load_keys(engine: Engine, key: RootKey, domains: Iterable[str]) -> None:
    """Put the keys of the domains where `keyed_sql` finds them: in the memory of this process."""
    names = sorted(set(domains))
    secrets = [key.derive("keyed id", name) for name in names]
    engine.load_rows(KEYS, pa.table({"domain": pa.array(names), "secret": pa.array(secrets, pa.binary())}))


def keyed_sql(value: str, domain: str) -> str:
    """SQL of the keyed hash of a text expression, 64 hexadecimal digits of which 26 at most may leave."""
    secret = f"(SELECT secret FROM {KEYS} WHERE domain = {literal(domain)})"
    return f"sha256({secret} || encode({value}))"


def keyed_id_sql(value: str, domain: str) -> str:
    """SQL of a keyed id: k and 20 hexadecimal digits."""
    return f"'k' || substr({keyed_sql(value, domain)}, 1, 20)"


def household_sql(value: str) -> str:
    """SQL of a household's key: h and 20 hexadecimal digits."""
    return f"'h' || substr({keyed_sql(value, 'household')}, 1, 20)"


def unlinked_person_sql(value: str) -> str:
    """SQL of the id of a person whom nothing links: u and 26 characters of 104 bits."""
    return f"'u' || translate(substr({keyed_sql(value, 'unlinked')}, 1, 26), '0189', '{_UNLINKED_LETTERS}')"
