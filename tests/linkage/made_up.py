"""A register of made-up people, and what councils write down of them: the linkage without the rest of an ICS.

The people, households, twins, names and mistakes are those of the made-up ICS (`openphm synthesise`), without
their activity, so that a register of 800,000 is made in seconds. Every record here lacks its NHS number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from openphm.synthetic.clock import FAR
from openphm.synthetic.draws import Streams
from openphm.synthetic.households import forenames, name_lists, settle
from openphm.synthetic.mistakes import MISTAKES, spoil_identities
from openphm.synthetic.nhs_numbers import deal_numbers, number_texts
from openphm.synthetic.places import make_places
from openphm.synthetic.population import ETHNIC_CODES, draw_people, make_roll
from openphm.synthetic.records.batch import Batch, days, words
from openphm.synthetic.settings import Settings


@dataclass(frozen=True)
class MadeUp:
    """register: identity, names ...; council: the same of some of them, spoilt, with the truth."""

    register: pa.Table
    council: pa.Table


def make(people: int, without_number: int, seed: int = 1) -> MadeUp:
    """A register of about `people`, and `without_number` of them as a council knows them."""
    settings = Settings(people, 4, seed)
    whole = Streams(seed, -1)
    roll, places, dealt = make_roll(settings, whole), make_places(whole), deal_numbers(whole)
    rng = np.random.default_rng([seed, 99])
    parts, council = [], []
    for chunk in range(settings.chunks):
        streams = Streams(seed, chunk)
        drawn = draw_people(roll, roll.chunk(chunk, settings.chunks), settings, streams)
        homes = settle(drawn, np.zeros(drawn.count, bool), places, chunk, streams.of("homes"))
        surnames = name_lists()["s"]
        table = pa.table(
            {
                "identity": number_texts(dealt, drawn.number),
                "forename": pa.array(forenames(drawn, homes)),
                "surname": pa.array([surnames[index] for index in homes.surname]),
                "birth_date": days(drawn.birth),
                "sex_written": words(drawn.sex - 1, ["1", "2"]).cast(pa.string()),
                "postcode": pa.array([places.postcodes[index] for index in homes.postcode]),
                "practice": words(homes.practice, places.practice_codes).cast(pa.string()),
                "ethnicity": words(drawn.ethnicity, ETHNIC_CODES).cast(pa.string()),
                "deprivation": pa.array((places.decile[homes.lsoa] + 1) // 2),
            }
        )
        here = np.flatnonzero((drawn.stop == settings.clock.stop) & (drawn.death >= FAR))
        parts.append(table.take(pa.array(here)))
        some = rng.choice(len(here), min(len(here), round(without_number / settings.chunks)), replace=False)
        council.append(_spoilt(table.take(pa.array(here[np.sort(some)])), settings, streams))
    return MadeUp(pa.concat_tables(parts), pa.concat_tables(council))


def _spoilt(table: pa.Table, settings: Settings, streams: Streams) -> pa.Table:
    """What a council would have: names, dates and postcodes with mistakes."""
    rng = streams.of("council")
    count = table.num_rows
    columns = {
        name: table[name].combine_chunks() for name in ("forename", "surname", "birth_date", "postcode")
    }
    since = settings.clock.stop - 1 - rng.integers(0, 4 * 365, count)
    columns["start_date"] = days(since.astype(np.int32))
    batch = Batch("social_care_event", columns, np.zeros(count, np.int16), np.arange(count))
    wrong = spoil_identities(batch, np.ones(count, bool), int(settings.clock.stop) - 1, rng)
    made = table
    for name in ("forename", "surname", "birth_date", "postcode"):
        made = made.set_column(made.schema.get_field_index(name), name, batch.columns[name])
    for name in MISTAKES:
        made = made.append_column(name, pa.array(wrong[name]))
    made = made.append_column("truth", table["identity"])
    local = pa.array([f"L{place}" for place in range(count)])
    first = table["identity"][0].as_py() if count else ""
    return made.set_column(
        0, "identity", pa.array([f"{first}-{one}" for one in local.to_pylist()], pa.string())
    )
