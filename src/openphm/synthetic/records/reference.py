"""Reference files of the made-up ICS: practices, networks, areas, deprivation, care homes, list sizes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from openphm.definitions import RecordSpec
from openphm.synthetic.draws import Ints
from openphm.synthetic.households import CARE_HOME_UPRN, care_home_name
from openphm.synthetic.places import (
    AREAS_2019,
    AREAS_2025,
    N_CARE_HOMES,
    N_DISTRICTS,
    N_LSOA,
    POSTCODES_IN_LSOA,
    SUB_ICB_CODE,
    Places,
)

_DISTRICTS = ("Aldmarsh", "Brackwold", "Carrfen", "Dunmere", "Eastholt", "Fallowdale", "Grainby")
_WARDS_IN_DISTRICT = 12
_AGE_GROUPS = [str(age) for age in range(90)] + ["90 and over"]
Rows = list[dict[str, Any]]


def reference_rows(places: Places, list_sizes: Ints, population: np.ndarray, as_at: date) -> dict[str, Rows]:
    """Rows of every reference record, in canonical names.

    list_sizes   people registered with each practice on the as-at date
    population   sexes × single years of age, registered on the as-at date
    """
    return {
        "ref_practice": _practices(places),
        "ref_pcn_member": _members(places),
        "ref_postcode": _postcodes(places),
        "ref_lsoa_lookup": _lookup(places),
        "ref_lsoa_geography": _geography(places),
        "ref_rural_urban": _rural_urban(places),
        "ref_imd2019": [
            {"lsoa11_code": code, "imd_rank": rank, "imd_decile_published": -(-10 * rank // AREAS_2019)}
            for code, rank in sorted(places.rank2019.items())
        ],
        "ref_iod2025": [
            {
                "lsoa21_code": code,
                "imd_rank": int(rank),
                "imd_decile_published": int(-(-10 * rank // AREAS_2025)),
            }
            for code, rank in zip(places.lsoa21, places.rank2025, strict=True)
        ],
        "ref_fuel_poverty": _fuel_poverty(places),
        "ref_care_home": _care_homes(places),
        "ref_list_size": [
            {
                "extract_date": as_at + timedelta(days=1),
                "practice_code": code,
                "sex": "ALL",
                "age": "ALL",
                "patients": int(size),
            }
            for code, size in zip(places.practice_codes, list_sizes, strict=True)
        ],
        "ref_population_projection": _projection(population, as_at),
    }


def write_reference(folder: Path, specs: dict[str, RecordSpec], rows: dict[str, Rows]) -> None:
    """One CSV a reference record, under the published column names."""
    folder.mkdir(parents=True, exist_ok=True)
    for record, listed in rows.items():
        names = {one.name: one.field for one in specs[record].fields}
        renamed = [{names.get(key, key): value for key, value in row.items()} for row in listed]
        pacsv.write_csv(pa.Table.from_pylist(renamed), folder / f"{record}.csv")


def _practices(places: Places) -> Rows:
    return [
        {
            "practice_code": code,
            "name": f"{_DISTRICTS[i % N_DISTRICTS]} Surgery {i + 1}",
            "postcode": places.postcodes[i * N_LSOA // 80 * POSTCODES_IN_LSOA],
            "open_date": date(1974, 4, 1),
            "close_date": None,
            "status_code": "A",
            "commissioner_code": SUB_ICB_CODE,
            "prescribing_setting": 4,
        }
        for i, code in enumerate(places.practice_codes)
    ]


def _members(places: Places) -> Rows:
    return [
        {
            "practice_code": code,
            "practice_name": f"{_DISTRICTS[i % N_DISTRICTS]} Surgery {i + 1}",
            "pcn_code": places.pcn_codes[places.pcn_of_practice[i]],
            "pcn_name": places.pcn_names[places.pcn_of_practice[i]],
            "start_date": date(2019, 7, 1),
            "end_date": None,
        }
        for i, code in enumerate(places.practice_codes)
    ]


def _postcodes(places: Places) -> Rows:
    return [
        {
            "postcode": one,
            "lsoa11_code": places.lsoa11_of_postcode[i],
            "lsoa21_code": places.lsoa21[i // POSTCODES_IN_LSOA],
        }
        for i, one in enumerate(places.postcodes)
    ]


def _district_of(places: Places, lsoa21: str) -> int:
    return int(places.district[int(lsoa21[5:]) - 1])


def _ltla(district: int) -> dict[str, str]:
    return {"ltla_code": f"E0799{district + 1:04d}", "ltla_name": _DISTRICTS[district]}


def _lookup(places: Places) -> Rows:
    return [
        {"lsoa11_code": old, "lsoa21_code": new, "change_code": change, **_ltla(_district_of(places, new))}
        for old, new, change in places.lookup
    ]


def _geography(places: Places) -> Rows:
    rows = []
    for i, code in enumerate(places.lsoa21):
        district = int(places.district[i])
        ward = i * N_DISTRICTS * _WARDS_IN_DISTRICT // N_LSOA
        rows.append(
            {
                "lsoa21_code": code,
                "lsoa21_name": f"{_DISTRICTS[district]} {i // 5 + 1:03d}{'ABCDE'[i % 5]}",
                "ward_code": f"E0599{ward + 1:04d}",
                "ward_name": f"{_DISTRICTS[district]} Ward {ward + 1}",
                **_ltla(district),
            }
        )
    return rows


_RUC11 = {"C1": "3", "D1": "5", "E1": "7"}


def _rural_urban(places: Places) -> Rows:
    """One class an area of 2011: that of the first area of 2021 it became."""
    rows = {}
    for old, new, _ in places.lookup:
        rows.setdefault(old, _RUC11[places.rural_urban[int(new[5:]) - 1]])
    return [{"lsoa11_code": old, "rural_urban_code": code} for old, code in sorted(rows.items())]


def _fuel_poverty(places: Places) -> Rows:
    rows: dict[str, dict[str, Any]] = {}
    for old, new, _ in places.lookup:
        i = int(new[5:]) - 1
        households = 560 + i * 37 % 240
        poor = round(households * float(places.fuel_poor[i]))
        rows.setdefault(
            old,
            {
                "lsoa11_code": old,
                "households": households,
                "households_fuel_poor": poor,
                "fuel_poor_percent": round(100 * poor / households, 3),
            },
        )
    return [rows[old] for old in sorted(rows)]


def _care_homes(places: Places) -> Rows:
    return [
        {
            "location_id": f"1-9{i:08d}",
            "name": care_home_name(i),
            "uprn": str(CARE_HOME_UPRN + i),
            "postcode": places.postcodes[
                places.care_home_lsoa[i] * POSTCODES_IN_LSOA + i % POSTCODES_IN_LSOA
            ],
            "is_nursing_home": bool(places.care_home_nursing[i]),
        }
        for i in range(N_CARE_HOMES)
    ]


def _projection(population: np.ndarray, as_at: date) -> Rows:
    """Twenty years of people by sex and age: births at today's level, ages move up, deaths by age."""
    first = as_at.year
    rows: Rows = []
    survive = 1 - np.clip(0.0002 * np.exp(0.085 * np.maximum(np.arange(91) - 25, 0)), 0, 0.35)
    for sex, name in enumerate(("males", "females")):
        people = population[sex].astype(float)
        years = {}
        for year in range(first, first + 21):
            years[str(year)] = people.copy()
            older = people * survive
            people = np.concatenate(([people[0] * 1.001], older[:-2], [older[-2] + older[-1]]))
        for age, label in enumerate(_AGE_GROUPS):
            row: dict[str, Any] = {
                "area_code": "E54990001",
                "area_name": "Wolds and Fen",
                "component": "Population",
                "sex": name,
                "age_group": label,
            }
            rows.append(row | {year: round(float(values[age]), 3) for year, values in years.items()})
    return rows
