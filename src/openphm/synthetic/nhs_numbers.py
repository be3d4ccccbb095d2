"""NHS numbers from the 999 range, which is never issued: about 909,000 of them are valid.

They are dealt in an order that says nothing about the person.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from openphm.synthetic.draws import Ints, Streams

_FIRST_NINE = 999_000_000
_STEMS = 1_000_000


def deal_numbers(streams: Streams) -> Ints:
    """All valid numbers of the range, shuffled."""
    stems = _FIRST_NINE + np.arange(_STEMS, dtype=np.int64)
    total = np.zeros(_STEMS, dtype=np.int64)
    for place in range(9):
        total += (stems // 10 ** (8 - place)) % 10 * (10 - place)
    check = (11 - total % 11) % 11
    valid = stems[check < 10] * 10 + check[check < 10]
    streams.of("nhs numbers").shuffle(valid)
    return valid


def number_texts(dealt: Ints, people: Ints) -> pa.Array:
    """The NHS numbers of people as text."""
    return pa.array(dealt[people]).cast(pa.string())


def numbers_of_nobody(dealt: Ints, people: int) -> pa.Array:
    """Some valid numbers that nobody has."""
    spare = dealt[people : people + 2000]
    return pa.array(spare if len(spare) else dealt[:0]).cast(pa.string())
