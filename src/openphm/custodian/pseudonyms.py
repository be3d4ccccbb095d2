"""Pseudonyms: HMAC-SHA-256 of an NHS number, once for each distinct number.

    person_id = "p" + letters(HMAC(K(person, nhs), "nhs" NUL number)[:16])     27 letters, lower case

The same number gives the same pseudonym in every dataset and month under one key. It is letters alone, so it
can be taken neither for an NHS number nor, by a spreadsheet, for a number, and can hold none by chance.
26 letters hold 122 bits, as many as a random UUID: among 60 million people the chance of any two alike is
below 10^-21.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from openphm.custodian.keys import RootKey

_SEPARATORS = r"[\s\-.\x{A0}]+"
_HALF = 13
"""26**13 is the largest power of 26 that 64 bits hold: 13 letters for each half of a digest."""


@dataclass(frozen=True)
class Numbers:
    """NHS numbers as delivered, judged. Three arrays of the same length.

    digits     ten digits, null where the number is not valid
    person_id  the pseudonym, null where the number is not valid
    """

    raw: pa.Array
    digits: pa.Array
    person_id: pa.Array


def pseudonymise_numbers(raw: pa.Array, key: RootKey, superseded: Mapping[str, str] | None = None) -> Numbers:
    """Judge distinct NHS numbers by modulus 11 and make a pseudonym for each valid one.

    superseded   old number -> number in force: both are one person and get its pseudonym
    """
    digits = pc.replace_substring_regex(raw, _SEPARATORS, "")
    valid = valid_numbers(digits)
    kept = digits.filter(pa.array(valid)).to_pylist()
    if superseded:
        kept = [superseded.get(one, one) for one in kept]
    made = person_ids(kept, key)
    positions = np.cumsum(valid) - 1
    take = pa.array(positions, mask=~valid)
    return Numbers(raw, pa.array(kept, pa.string()).take(take), pa.array(made, pa.string()).take(take))


def person_ids(digits: Sequence[str], key: RootKey) -> list[str]:
    """The pseudonyms of valid NHS numbers, ten digits each."""
    secret = key.derive("person", "nhs")
    return in_letters(
        [hmac.digest(secret, b"nhs\0" + one.encode("ascii"), "sha256")[:16] for one in digits], "p"
    )


def valid_digits(raw: pa.Array) -> pa.Array:
    """Ten digits where a text is a valid NHS number, null elsewhere."""
    digits = pc.replace_substring_regex(raw, _SEPARATORS, "")
    return pc.if_else(pa.array(valid_numbers(digits)), digits, pa.scalar(None, pa.string()))


def pseudonymise_local_ids(raw: pa.Array, domain: str, key: RootKey) -> pa.Array:
    """Pseudonyms of people whom a source knows by a number of its own (no NHS number delivered)."""
    secret = key.derive("person", f"local|{domain}")
    texts = raw.to_pylist()
    return pa.array(
        in_letters([hmac.digest(secret, one.encode(), "sha256")[:16] for one in texts], "p"), pa.string()
    )


def valid_numbers(digits: pa.Array) -> np.ndarray:
    """True for ten digits with the right check digit (modulus 11) that are not one digit ten times.

    The same rule as core.NHSNumber, for a whole column; a property test compares the two.
    """
    looks_right = pc.match_substring_regex(digits, r"^[0-9]{10}$")
    answer = np.array(pc.fill_null(looks_right, False).to_numpy(zero_copy_only=False))
    if not answer.any():
        return answer
    kept = digits.filter(pa.array(answer))
    matrix = np.frombuffer("".join(kept.to_pylist()).encode("ascii"), dtype=np.uint8).reshape(-1, 10) - 48
    weights = np.arange(10, 1, -1)
    remainder = (matrix[:, :9].astype(np.int64) @ weights) % 11
    check = (11 - remainder) % 11
    right = (check == matrix[:, 9]) & (matrix != matrix[:, :1]).any(axis=1)
    answer[answer] = right
    return answer


def in_letters(digests: Sequence[bytes], prefix: str) -> list[str]:
    """Sixteen bytes each as 26 letters, all at once: each half, big-endian, modulo 26 from its end."""
    if not digests:
        return []
    left = np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)
    letters = np.empty((len(left), _HALF), dtype=np.uint8)
    for place in reversed(range(_HALF)):
        left, letter = np.divmod(left, np.uint64(26))
        letters[:, place] = letter + ord("a")
    text, size = letters.tobytes().decode("ascii"), 2 * _HALF
    return [prefix + text[at : at + size] for at in range(0, len(text), size)]
