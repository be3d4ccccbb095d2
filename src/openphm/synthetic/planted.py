"""A service planted in the made-up ICS, so that an evaluation can be shown and checked.

People with many emergency attendances are found at each month end, as a real service would find them; in
some networks most of them are enrolled. From then on part of their attendances do not happen, nor the
admissions these would have led to. Regression to the mean is there as well: those found elsewhere
fall back without any service. What was planted goes to the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from openphm.core.errors import UsageError
from openphm.definitions.problems import Problems
from openphm.definitions.yaml_reader import read_yaml
from openphm.synthetic.clock import FAR, Clock, add_months
from openphm.synthetic.draws import Bools, Ints
from openphm.synthetic.households import Homes
from openphm.synthetic.lives import Life, kept
from openphm.synthetic.places import N_PCNS, Places
from openphm.synthetic.records.batch import days, words

NO_PLANT = "none"
DEFAULT_PLANT = "default"
_NUMBERS = {
    "starts_months_before": (1, 100), "stops_months_before": (1, 100), "attendances_at_least": (1, 50),
    "within_months": (1, 24), "uptake": (0, 1), "rate_ratio": (0, 1),
}  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """A planted service: where, when, for whom, and what it does."""

    id: str
    name: str
    pcns: tuple[int, ...]
    starts_months_before: int
    stops_months_before: int
    attendances_at_least: int
    within_months: int
    uptake: float
    rate_ratio: float

    @property
    def short_id(self) -> str:
        return self.id.rsplit("/", 1)[-1]

    def month_ends(self, clock: Clock) -> list[int]:
        """The days at which people are looked for."""
        stop = np.array([clock.stop], dtype=np.int32)
        backs = range(self.starts_months_before, self.stops_months_before - 1, -1)
        return [int(add_months(stop, -back)[0]) - 1 for back in backs]


def read_plant(plant: str) -> Plant | None:
    """The plant of a name (`default`, `none`) or of a YAML file. Raises UsageError when it makes no sense."""
    if plant == NO_PLANT:
        return None
    if plant == DEFAULT_PLANT:
        content = files("openphm.synthetic").joinpath("data/demo_high_intensity.yaml").read_bytes()
    elif Path(plant).is_file():
        content = Path(plant).read_bytes()
    else:
        raise UsageError("plant", f"'{plant}'", "default, none, or a YAML file", "name a file that exists")
    problems = Problems()
    body = read_yaml(content, "plant", problems)
    problems.raise_if_any()
    return _checked(body or {})


def _checked(body: dict[str, Any]) -> Plant:
    wanted = {"id", "name", "pcns", *_NUMBERS}
    if set(body) != wanted:
        raise UsageError(
            "plant", f"keys {sorted(body)}", f"exactly {sorted(wanted)}", "see demo_high_intensity"
        )
    for key, (low, high) in _NUMBERS.items():
        if not isinstance(body[key], int | float) and not hasattr(body[key], "as_tuple"):
            raise UsageError("plant", f"{key}: {body[key]!r}", "a number")
        if not low <= body[key] <= high:
            raise UsageError("plant", f"{key}: {body[key]}", f"{low} to {high}")
    pcns = tuple(int(one) for one in body["pcns"])
    if not pcns or min(pcns) < 1 or max(pcns) > N_PCNS:
        raise UsageError("plant", f"pcns: {list(pcns)}", f"numbers from 1 to {N_PCNS}")
    shares = {key: float(body[key]) for key in ("uptake", "rate_ratio")}
    whole = {key: int(body[key]) for key in _NUMBERS if key not in shares}
    return Plant(id=str(body["id"]), name=str(body["name"]), pcns=pcns, **whole, **shares)


@dataclass(frozen=True)
class Planted:
    """What the service did to the people of a chunk.

    found      people found by the rule, with the first month end (`index_day`)
    enrolled   of those found; enrolment is the day after the month end
    removed    attendances that did not happen, one number a person found
    """

    found: Ints
    index_day: Ints
    enrolled: Bools
    removed: Ints
    pcn: Ints


def plant_service(
    life: Life, homes: Homes, places: Places, plant: Plant, rng: np.random.Generator
) -> Planted:
    """Take attendances (and their admissions) from the life; say from whom."""
    found, index_day = _found(life, plant)
    pcn = places.pcn_of_practice[homes.practice[found]]
    here = np.isin(pcn + 1, plant.pcns)
    enrolled = here & (rng.random(len(found)) < plant.uptake)
    since = np.full(life.count, FAR, dtype=np.int64)
    since[found[enrolled]] = index_day[enrolled] + 1
    ed = life.facts["ed"]
    lost = (ed["date"] >= since[ed["person"]]) & (rng.random(len(ed["date"])) >= plant.rate_ratio)
    _remove_admissions(life, lost)
    life.facts["ed"] = kept(ed, ~lost)
    removed = np.bincount(ed["person"][lost], minlength=life.count)[found]
    return Planted(found, index_day, enrolled, removed, pcn)


def _found(life: Life, plant: Plant) -> tuple[Ints, Ints]:
    """People who meet the rule at a month end of the service's time, and the first such day."""
    ed, people = life.facts["ed"], life.people
    index_day = np.full(life.count, FAR, dtype=np.int64)
    for day in plant.month_ends(life.clock):
        after = int(add_months(np.array([day], dtype=np.int32), -plant.within_months)[0])
        inside = (ed["date"] > after) & (ed["date"] <= day) & ~ed["minor"]
        number = np.bincount(ed["person"][inside], minlength=life.count)
        meets = (number >= plant.attendances_at_least) & (people.joined <= day) & (people.stop > day + 1)
        index_day = np.where(meets & (index_day == FAR), day, index_day)
    found = np.flatnonzero(index_day < FAR)
    return found, index_day[found]


def _remove_admissions(life: Life, lost: Bools) -> None:
    """Admissions through an attendance that did not happen did not happen either."""
    ed, emergency = life.facts["ed"], life.facts["emergency"]
    gone = lost & ed["admitted"]
    keys = ed["person"][gone].astype(np.int64) * 100_000 + ed["date"][gone]
    of_admission = emergency["person"].astype(np.int64) * 100_000 + emergency["date"]
    life.facts["emergency"] = kept(emergency, ~np.isin(of_admission, keys))


def planted_columns(planted: Planted, plant: Plant, numbers: pa.Array, places: Places) -> dict[str, pa.Array]:
    """Columns of truth/planted_service: one row a person found by the rule."""
    count = len(planted.found)
    return {
        "intervention_id": words(np.zeros(count, np.int32), [plant.id]),
        "nhs_number": numbers.take(pa.array(planted.found)),
        "pcn_code": words(planted.pcn, places.pcn_codes),
        "index_date": days(planted.index_day),
        "is_enrolled": pa.array(planted.enrolled),
        "attendances_removed": pa.array(planted.removed),
    }


def enrolment_columns(
    planted: Planted, plant: Plant, numbers: pa.Array, places: Places
) -> dict[str, pa.Array]:
    """Columns of OUT/enrolments: the service's own list of the people it took on."""
    who = np.flatnonzero(planted.enrolled)
    return {
        "INTERVENTION_ID": words(np.zeros(len(who), np.int32), [plant.id]).cast(pa.string()),
        "NHS_NUMBER": numbers.take(pa.array(planted.found[who])),
        "PCN_CODE": words(planted.pcn[who], places.pcn_codes).cast(pa.string()),
        "ENROLLED_DATE": days(planted.index_day[who] + 1),
    }
