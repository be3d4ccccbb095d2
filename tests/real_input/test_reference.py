"""Files of Lincolnshire as published: read by the reference specifications and carried by the build."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.real_input.made_people import HOMES
from tests.real_input.running import (
    account,
    asked,
    asked_one,
    built,
    counted,
    pseudonymised,
    raw_folder,
    read_csv,
)

pytestmark = pytest.mark.shared_data

FILES = {
    "epcn_core_partners_71E_2023.csv": ("ref_pcn_member", 97, 0, 97),
    "epcn_core_partners_71E_2024plus.csv": ("ref_pcn_member", 101, 101, 0),
    "epraccur_71E_hsma.csv": ("ref_practice", 155, 155, 0),
    "fuel_poverty_lilee_2020_lincolnshire_lsoa11.csv": ("ref_fuel_poverty", 420, 420, 0),
    "gp_list_sizes_71E_2021-01.csv": ("ref_list_size", 85, 85, 0),
    "gp_practice_map_71E_2022-01.csv": ("ref_pcn_member", 85, 84, 1),
    "imd2019_lincolnshire_lsoa11.csv": ("ref_imd2019", 420, 420, 0),
    "imd2025_lincolnshire_lsoa21.csv": ("ref_iod2025", 435, 435, 0),
    "lsoa11_lsoa21_ltla22_lincolnshire.csv": ("ref_lsoa_lookup", 435, 435, 0),
    "lsoa21_ward24_ltla24_lincolnshire.csv": ("ref_lsoa_geography", 435, 435, 0),
    "ruc_lincolnshire_lsoa11.csv": ("ref_rural_urban", 420, 420, 0),
}
AREAS_2019, AREAS_2025 = 32_844, 33_755
TOP_SHARE = 15


def reference(delivery: Path, record: str) -> list[dict[str, Any]]:
    """A reference table as the custodian wrote it."""
    rows: list[dict[str, Any]] = pq.read_table(delivery / "reference" / f"{record}.parquet").to_pylist()
    return rows


def test_every_published_file_is_recognised_and_accounted_for(lincolnshire: Path) -> None:
    found = account(lincolnshire)
    assert {name: found[name] for name in FILES} == FILES
    assert set(found) - set(FILES) == {"gp_patient.csv", "gp_registration.csv", "ref_postcode.csv"}


def test_later_network_list_wins_and_each_row_says_why_it_was_set_aside(lincolnshire: Path) -> None:
    """90 rows stand in both lists word for word; 7 have got an end date or another name since."""
    why = Counter(
        row["reason_code"] for row in counted(lincolnshire, "quarantine") if row["record"] == "ref_pcn_member"
    )
    assert why == {"R_DUPLICATE": 90, "R_SUPERSEDED": 7, "R_CODE": 1}, "R_CODE: network U, unallocated"


@pytest.mark.parametrize(("file", "rows"), [("2023", 97), ("2024plus", 101)])
def test_each_network_list_is_read_whole_by_itself(data: Path, tmp_path: Path, file: str, rows: int) -> None:
    published = data / "ods" / f"epcn_core_partners_71E_{file}.csv"
    delivery = pseudonymised(raw_folder(tmp_path, [published]), tmp_path)
    assert account(delivery) == {published.name: ("ref_pcn_member", rows, rows, 0)}
    expected = {
        (row["Partner Organisation Code"], row["PCN Code"]): _ods_day(
            row["Practice to PCN Relationship End Date"]
        )
        for row in read_csv(published)
    }
    read = reference(delivery, "ref_pcn_member")
    assert {(row["practice_code"], row["pcn_code"]): row["end_date"] for row in read} == expected


def _ods_day(text: str) -> date | None:
    """20220331.0, as a data frame writes a whole number where other rows are empty."""
    return date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None


def test_practice_list_without_header_is_read_by_position(
    data: Path, lincolnshire: Path, tmp_path: Path
) -> None:
    """As ODS publishes it: 27 columns and no header. The other file has the header 0,1,2 ... 26."""
    published = (data / "ods" / "epraccur_71E_hsma.csv").read_text("utf-8")
    raw = raw_folder(tmp_path, [])
    (raw / "epraccur.csv").write_text(published.partition("\n")[2], "utf-8")
    delivery = pseudonymised(raw, tmp_path)
    assert account(delivery) == {"epraccur.csv": ("ref_practice", 155, 155, 0)}
    read, again = (reference(one, "ref_practice") for one in (delivery, lincolnshire))
    assert [row["practice_code"] for row in read] == [row["practice_code"] for row in again]
    assert Counter(row["status_code"] for row in read) == {"A": 119, "D": 30, "C": 6}
    assert sum(row["prescribing_setting"] == 4 for row in read) == 85
    assert sum(row["close_date"] is not None for row in read) == 6


def test_list_sizes_are_read_with_their_month_in_letters(lincolnshire: Path, data: Path) -> None:
    read = reference(lincolnshire, "ref_list_size")
    assert {row["extract_date"] for row in read} == {date(2021, 1, 1)}, "01JAN2021"
    published = read_csv(data / "ods" / "gp_list_sizes_71E_2021-01.csv")
    sizes = {row["CODE"]: int(row["NUMBER_OF_PATIENTS"]) for row in published}
    assert {row["practice_code"]: row["patients"] for row in read} == sizes


def test_deciles_of_2019_are_those_published(lincolnshire_store: Path, data: Path) -> None:
    """ceil(10 x national rank / 32,844), worked out by the build; ranks are published as 7407.0."""
    published = read_csv(data / "deprivation" / "imd2019_lincolnshire_lsoa11.csv")
    made = asked(lincolnshire_store, "SELECT lsoa11_code, imd2019_rank, imd2019_decile FROM reference.lsoa11")
    assert {row["lsoa11_code"]: (row["imd2019_rank"], row["imd2019_decile"]) for row in made} == {
        row["lsoa11_code"]: (float(row["IMD_rank"]), float(row["IMD_decile"])) for row in published
    }
    assert len(made) == 420
    assert {math.ceil(10 * row["imd2019_rank"] / AREAS_2019) - row["imd2019_decile"] for row in made} == {0}


def test_deciles_of_2025_are_those_published(lincolnshire_store: Path, data: Path) -> None:
    """ceil(10 x national rank / 33,755), worked out by the build."""
    published = read_csv(data / "deprivation" / "imd2025_lincolnshire_lsoa21.csv")
    made = asked(lincolnshire_store, "SELECT lsoa21_code, imd2025_rank, imd2025_decile FROM reference.lsoa21")
    assert {row["lsoa21_code"]: (row["imd2025_rank"], row["imd2025_decile"]) for row in made} == {
        row["lsoa21_code"]: (float(row["IMD_rank"]), float(row["IMD_decile"])) for row in published
    }
    assert len(made) == 435
    assert {math.ceil(10 * row["imd2025_rank"] / AREAS_2025) - row["imd2025_decile"] for row in made} == {0}


def plain_percentiles(data: Path) -> dict[str, float]:
    """2011 area -> 100 x rank / areas, by share of fuel-poor households, ties by code."""
    rows = read_csv(data / "deprivation" / "fuel_poverty_lilee_2020_lincolnshire_lsoa11.csv")
    share = {
        row["LSOA Code"]: float(row["Number of households in fuel poverty"])
        / float(row["Number of households"])
        for row in rows
    }
    order = sorted(share, key=lambda code: (-share[code], code))
    return {code: 100 * (place + 1) / len(order) for place, code in enumerate(order)}


def test_fuel_poverty_percentile_is_within_the_icb(lincolnshire_store: Path, data: Path) -> None:
    made = asked(lincolnshire_store, "SELECT lsoa11_code, fuel_poverty_percentile FROM reference.lsoa11")
    found = {row["lsoa11_code"]: row["fuel_poverty_percentile"] for row in made}
    assert found == pytest.approx(plain_percentiles(data), abs=1e-9)
    assert sum(percentile <= TOP_SHARE for percentile in found.values()) == 63


def test_fuel_poverty_is_carried_to_the_areas_of_2021(lincolnshire_store: Path, data: Path) -> None:
    """14 areas of 2011 were cut up in 2021; each part has the percentile of the whole."""
    before = plain_percentiles(data)
    lookup = read_csv(data / "geo" / "lsoa11_lsoa21_ltla22_lincolnshire.csv")
    expected = {row["lsoa21_code"]: before[row["lsoa11_code"]] for row in lookup}
    made = asked(lincolnshire_store, "SELECT lsoa21_code, fuel_poverty_percentile FROM reference.lsoa21")
    found = {row["lsoa21_code"]: row["fuel_poverty_percentile"] for row in made}
    assert found == pytest.approx(expected, abs=1e-9)
    assert sum(percentile <= TOP_SHARE for percentile in found.values()) == 67


def test_areas_have_names_wards_districts_and_rurality(lincolnshire_store: Path, data: Path) -> None:
    published = {
        row["lsoa21_code"]: (row["lsoa21_name"], row["ward24_code"], row["ltla24_code"])
        for row in read_csv(data / "geo" / "lsoa21_ward24_ltla24_lincolnshire.csv")
    }
    made = asked(lincolnshire_store, "SELECT * FROM reference.lsoa21")
    assert {
        row["lsoa21_code"]: (row["lsoa21_name"], row["ward_code"], row["ltla_code"]) for row in made
    } == published
    assert all(row["rural_urban_code"] is not None for row in made)


def test_people_have_what_is_published_for_where_they_live(lincolnshire_store: Path, data: Path) -> None:
    """Through the whole build: postcode, small area, attribute of a person."""
    published = read_csv(data / "deprivation" / "imd2025_lincolnshire_lsoa21.csv")
    decile = {row["lsoa21_code"]: float(row["IMD_decile"]) for row in published}
    percentile = plain_percentiles(data)
    held = asked(
        lincolnshire_store,
        "SELECT p.lsoa21_code, a.attribute_id, a.value_number FROM attributes.person_attribute AS a "
        "JOIN person.person AS p ON p.person_key = a.person_key "
        "WHERE a.attribute_id IN ('imd_decile', 'fuel_poverty_percentile')",
    )
    found = {(row["lsoa21_code"], row["attribute_id"]): row["value_number"] for row in held}
    expected = {(new, "imd_decile"): decile[new] for _, _, new in HOMES}
    expected |= {(new, "fuel_poverty_percentile"): percentile[old] for _, old, new in HOMES}
    assert found == pytest.approx(expected, abs=1e-9)


def test_practice_is_in_the_network_of_the_day(lincolnshire: Path, lincolnshire_store: Path) -> None:
    """C83032 left one network on 2 May 2023 and joined another on the day after."""

    def network() -> object:
        return asked_one(
            lincolnshire_store, "SELECT pcn_code FROM reference.practice WHERE practice_code = 'C83032'"
        )

    assert network() == "U08229"
    built(lincolnshire, lincolnshire_store, "2023-05-31")
    assert network() == "U58435"


def test_published_list_size_stands_beside_the_register(lincolnshire_store: Path, data: Path) -> None:
    published = read_csv(data / "ods" / "gp_list_sizes_71E_2021-01.csv")
    here = {home[0] for home in HOMES}
    expected = {row["CODE"]: int(row["NUMBER_OF_PATIENTS"]) for row in published if row["CODE"] in here}
    made = asked(lincolnshire_store, "SELECT practice_code, patients FROM reference.list_size")
    assert {row["practice_code"]: row["patients"] for row in made} == expected
