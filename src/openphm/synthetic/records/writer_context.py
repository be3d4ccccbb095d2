"""What every record needs to know of a chunk: people's identity, homes, practices, codes, months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from openphm.synthetic.clock import FAR, Days
from openphm.synthetic.draws import Ints
from openphm.synthetic.households import Homes, addresses, forenames, name_lists
from openphm.synthetic.lives import Life
from openphm.synthetic.places import Places
from openphm.synthetic.population import ETHNIC_CODES
from openphm.synthetic.records.batch import SNAPSHOT, Batch, as_text, days, spread, text, words
from openphm.synthetic.vocabulary import Vocabulary

SEX_CODES = ("1", "2")


@dataclass
class Context:
    """One chunk while its records are written.

    nhs_numbers   text, one a person
    serial        first id of the chunk: ids of chunks do not meet
    """

    life: Life
    homes: Homes
    places: Places
    vocabulary: Vocabulary
    nhs_numbers: pa.Array
    chunk: int

    @property
    def serial(self) -> int:
        return self.chunk * 10**8

    def month_of(self, day: Days) -> np.ndarray:
        """The month a row is delivered in when nothing is late."""
        return np.maximum(self.life.clock.month_of(day), -1)

    def practice_of(self, person: np.ndarray, day: Days) -> pa.Array:
        """Code of the practice a person was with on a day."""
        before = day < self.life.people.moved[person]
        index = np.where(before, self.homes.practice_before[person], self.homes.practice[person])
        return words(index, self.places.practice_codes)

    def nhs(self, person: np.ndarray) -> pa.Array:
        return spread(self.nhs_numbers, person)

    def sex(self, person: np.ndarray) -> pa.Array:
        return words(self.life.people.sex[person] - 1, SEX_CODES)

    def ethnicity(self, person: np.ndarray) -> pa.Array:
        return words(self.life.people.ethnicity[person], ETHNIC_CODES)

    def birth(self, person: np.ndarray) -> pa.Array:
        return days(self.life.people.birth[person])

    def postcode(self, person: np.ndarray) -> pa.Array:
        return spread(self._postcodes, person)

    def local_id(self, person: np.ndarray, prefix: int) -> pa.Array:
        """A provider's own number for a person."""
        return as_text(prefix * 10**10 + self.life.people.number[person])

    @cached_property
    def _postcodes(self) -> pa.Array:
        return text([self.places.postcodes[index] for index in self.homes.postcode])

    @cached_property
    def forenames(self) -> pa.Array:
        return text(forenames(self.life.people, self.homes))

    @cached_property
    def surnames(self) -> pa.Array:
        listed = name_lists()["s"]
        return text([listed[index] for index in self.homes.surname])

    @cached_property
    def addresses(self) -> pa.Array:
        return text(addresses(self.homes))

    @cached_property
    def uprns(self) -> pa.Array:
        return as_text(self.homes.uprn)

    def periods(self, batch: Batch) -> dict[str, pa.Array]:
        """`report_period` and `received_date` of the rows of a batch, by the month they are delivered in.

        A second delivery of a month comes 40 days after the first; the period stays. Entries of a GP
        record from before the feed began, or before the person joined, have no period.
        """
        month = batch.month
        starts = self.life.clock.month_starts
        period = starts[np.clip(month, 0, len(starts) - 1)]
        if batch.history is not None:
            period = np.where(batch.history, FAR, period)
        received = np.where(month < 0, starts[0] + 9, starts[np.clip(month + 1, 0, len(starts) - 1)] + 9)
        return {
            "report_period": days(period),
            "received_date": days(received + 40 * ("suffix" in batch.extra)),
        }

    def batch(self, record: str, columns: dict[str, pa.Array], person: np.ndarray, day: Days) -> Batch:
        """A batch delivered monthly, by the day of each row."""
        return Batch(record, columns, self.month_of(day), np.asarray(person))

    def snapshot(self, record: str, columns: dict[str, pa.Array], person: np.ndarray) -> Batch:
        """A batch delivered once."""
        month = np.full(len(person), SNAPSHOT, np.int16)
        return Batch(record, columns, month, np.asarray(person), late_ok=False)


def provider_column(person: Ints, codes: Sequence[str], shares: np.ndarray, salt: int) -> np.ndarray:
    """The usual provider of each person, the same every time; an index into `codes`."""
    u = ((person.astype(np.int64) * 7_919 + salt) % 10_007) / 10_007
    return np.searchsorted(np.cumsum(shares), u, side="right").clip(0, len(codes) - 1)
