"""Keyed ids for whole columns, in SQL, with the key in a table and never in the text.

    keyed id = "k" 9 digits "k" 9 digits: the first 72 bits of SHA-256(K(domain) || value), in hexadecimal

A letter stands before each nine, so that ten decimal digits never follow each other and no id holds an NHS
number by chance. (Letters alone, by `translate`, took twice the time of the hash.)

Tens of millions of local ids (one a row, and more) are keyed in a run, so it must be one hash of one block.
A key in front of the value is safe here because 184 of the 256 bits never leave: what can be continued from
a full digest (length extension) cannot from a cut one (Coron, Dodis, Malinaud, Puniya, "Merkle-Damgård
revisited", CRYPTO 2005: the cut hash cannot be told from a random function). HMAC would hash twice and gain
nothing; it took 3.7 times as long in SQL. People's pseudonyms, one for each person, are HMAC (pseudonyms.py).

Among 100 million ids of one domain the chance of any two alike is 1 in 940,000.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from openphm.core.identifiers import DECIMAL, LETTERS_FOR_DECIMAL
from openphm.custodian.keys import RootKey
from openphm.extracts import literal
from openphm.store import Engine

KEYS = "zone_i.keys"
TOGETHER = 9
"""So many digits of a keyed id follow each other; an NHS number has ten."""


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
    """SQL of a keyed id, 20 characters. The hash is in it twice: many rows use `keyed_sql` and `cut_sql`."""
    return cut_sql("k", keyed_sql(value, domain))


def cut_sql(letter: str, digest: str) -> str:
    """SQL of what leaves of a digest: twice the letter and nine digits."""
    first, second = f"left({digest}, {TOGETHER})", f"substr({digest}, {TOGETHER + 1}, {TOGETHER})"
    return f"'{letter}' || {first} || '{letter}' || {second}"


def household_sql(value: str) -> str:
    """SQL of a household's key: as a keyed id, with h."""
    return cut_sql("h", keyed_sql(value, "household"))


def unlinked_person_sql(value: str) -> str:
    """SQL of the id of a person whom nothing links: u and 26 letters of 104 bits."""
    digits = f"substr({keyed_sql(value, 'unlinked')}, 1, 26)"
    return f"'u' || translate({digits}, '{DECIMAL}', '{LETTERS_FOR_DECIMAL}')"
