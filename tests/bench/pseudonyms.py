"""python -m tests.bench.pseudonyms [PEOPLE]: how long the pseudonyms of so many NHS numbers take.

The numbers are made up (the 999 range) and distinct. What is timed is what `custodian pseudonymise` does
once a delivery: judge each by modulus 11, and make HMAC-SHA-256 of each valid one.
"""

from __future__ import annotations

import sys
import time

import pyarrow as pa
import pyarrow.compute as pc

from openphm.custodian.keys import RootKey
from openphm.custodian.pseudonyms import pseudonymise_numbers
from openphm.synthetic.draws import Streams
from openphm.synthetic.nhs_numbers import deal_numbers

TIMES = 3


def main() -> None:
    """Print the seconds of each of three runs."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 815_000
    numbers = pa.array(deal_numbers(Streams(1, -1))[:people]).cast(pa.string())
    key = RootKey("e1", bytes(range(32)))
    for _ in range(TIMES):
        begun = time.perf_counter()
        made = pseudonymise_numbers(numbers, key)
        taken = time.perf_counter() - begun
        distinct = pc.count_distinct(made.person_id).as_py()
        print(f"{people:,} numbers in {taken:.1f} s; {distinct:,} pseudonyms")


if __name__ == "__main__":
    main()
