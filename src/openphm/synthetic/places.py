"""The made-up ICS as a place: small areas, practices, networks, providers, care homes, a council.

Codes keep the national form and stay out of ranges in use: LSOAs from E01990001, practices X80xxx,
networks U990xx, postcodes in area ZZ. There are fewer 2011 areas than 2021 areas, with splits,
merges and one redrawn pair, as between the censuses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.synthetic.clock import Days
from openphm.synthetic.draws import Floats, Ints, Streams
from openphm.synthetic.tables import read_columns, read_rows

N_LSOA = 430
N_PRACTICES = 80
N_PCNS = 14
OLD_TOWN = 1
"""The district of old houses."""
N_DISTRICTS = 7
N_CARE_HOMES = 90
POSTCODES_IN_LSOA = 12
AREAS_2019 = 32_844
AREAS_2025 = 33_755
MEAN_DECILE = 5.62
COUNCIL_CODE = "ZZ9"
SUB_ICB_CODE = "X9E"
SPECIALISED_COMMISSIONER = "X9S"
_LETTERS = "ABDEFGHJLNPQ"


@dataclass(frozen=True)
class Places:
    """Arrays over small areas, practices, networks and care homes; all indexed from 0."""

    lsoa21: list[str]
    lsoa11_of_postcode: list[str]
    decile: Ints
    rank2025: Ints
    weight: Floats
    rural_urban: list[str]
    fuel_poor: Floats
    lookup: list[tuple[str, str, str]]
    rank2019: dict[str, int]
    practice_codes: list[str]
    practice_weight: Floats
    pcn_of_practice: Ints
    pcn_codes: list[str]
    pcn_names: list[str]
    practices_near: Ints
    district: Ints
    postcodes: list[str]
    care_home_lsoa: Ints
    care_home_nursing: np.ndarray

    def postcode_index(self, lsoa: Ints, pick: Ints) -> Ints:
        """The index of the pick-th postcode of an area."""
        return lsoa * POSTCODES_IN_LSOA + pick % POSTCODES_IN_LSOA

    def lsoas_of_decile(self, decile: int) -> Ints:
        return np.flatnonzero(self.decile == decile)


def decile_weights(mean: float) -> Floats:
    """Shares of the ten deciles with this mean: a uniform spread, tilted."""
    deciles = np.arange(1, 11)
    low, high = -0.5, 0.5
    for _ in range(50):
        tilt = (low + high) / 2
        shares = np.exp(tilt * deciles)
        low, high = (tilt, high) if (shares @ deciles) / shares.sum() < mean else (low, tilt)
    return shares / shares.sum()


def make_places(streams: Streams) -> Places:
    """All places of the made-up ICS. Nothing here depends on the number of people."""
    rng = streams.of("places")
    decile = _spread_deciles(rng)
    rank2025 = _ranks_within(decile, AREAS_2025, rng)
    lookup, rank2019 = _census_2011(rank2025, rng)
    district = np.arange(N_LSOA) * N_DISTRICTS // N_LSOA
    codes11 = _postcode_areas_2011(lookup)
    rural = np.where(district % 3 == 0, "C1", np.where(rng.random(N_LSOA) < 0.45, "E1", "D1"))
    fuel = _fuel_poor(decile, district, rural, rng)
    return Places(
        lsoa21=[_lsoa_code(i) for i in range(N_LSOA)],
        lsoa11_of_postcode=codes11,
        decile=decile,
        rank2025=rank2025,
        weight=rng.uniform(0.7, 1.4, N_LSOA),
        rural_urban=list(rural),
        fuel_poor=fuel,
        lookup=lookup,
        rank2019=rank2019,
        practice_codes=[f"X80{i + 1:03d}" for i in range(N_PRACTICES)],
        practice_weight=rng.lognormal(0, 0.35, N_PRACTICES),
        pcn_of_practice=np.arange(N_PRACTICES) * N_PCNS // N_PRACTICES,
        pcn_codes=[f"U99{i + 1:03d}" for i in range(N_PCNS)],
        pcn_names=[f"{row['name']} PCN" for row in read_rows("pcn_names")],
        practices_near=_practices_near(rng),
        district=district,
        postcodes=[
            _postcode(i // POSTCODES_IN_LSOA, i % POSTCODES_IN_LSOA)
            for i in range(N_LSOA * POSTCODES_IN_LSOA)
        ],
        care_home_lsoa=rng.permutation(N_LSOA)[:N_CARE_HOMES],
        care_home_nursing=rng.random(N_CARE_HOMES) < 0.4,
    )


def _fuel_poor(decile: Ints, district: Ints, rural: np.ndarray, rng: np.random.Generator) -> Floats:
    """Shares of households in fuel poverty: mean 14%, spread 4 points, and crowded in one old town.

    As published for Lincolnshire (BEIS, 2020): mean 14.1%, spread 4.9 points, and two fifths of the town's
    areas among the most fuel deprived 15% of the county, where other districts have 4% to 17%.
    """
    share = 0.168 - 0.006 * decile + 0.02 * (rural == "E1") + 0.03 * (district == OLD_TOWN)
    return np.clip(share + rng.normal(0, 0.04, N_LSOA), 0.03, 0.45)


def _lsoa_code(index: int) -> str:
    return f"E0199{index + 1:04d}"


def _postcode(lsoa: int, pick: int) -> str:
    return f"ZZ{lsoa // 10 + 1} {lsoa % 10}{_LETTERS[pick]}{_LETTERS[(pick * 5 + lsoa) % 12]}"


def _spread_deciles(rng: np.random.Generator) -> Ints:
    """Deciles of the areas: poor areas lie near each other, as they do."""
    shares = decile_weights(MEAN_DECILE)
    counts = np.floor(shares * N_LSOA + 0.5).astype(int)
    counts[-1] += N_LSOA - counts.sum()
    waves = (
        np.sin(np.arange(N_LSOA) / 9.0) + np.sin(np.arange(N_LSOA) / 23.0 + 1) + rng.normal(0, 0.7, N_LSOA)
    )
    decile = np.empty(N_LSOA, dtype=np.int64)
    decile[np.argsort(waves)] = np.repeat(np.arange(1, 11), counts)
    return decile


def _ranks_within(decile: Ints, areas: int, rng: np.random.Generator) -> Ints:
    """National ranks whose decile, ceil(10 × rank ÷ areas), is the one wanted; no rank twice."""
    rank = np.empty(len(decile), dtype=np.int64)
    for d in range(1, 11):
        members = np.flatnonzero(decile == d)
        first, last = areas * (d - 1) // 10 + 1, areas * d // 10
        rank[members] = rng.choice(np.arange(first, last + 1), len(members), replace=False)
    return rank


def _census_2011(
    rank2025: Ints, rng: np.random.Generator
) -> tuple[list[tuple[str, str, str]], dict[str, int]]:
    """Areas of 2011 with those of 2021, and their rank in 2019: 14 splits, 3 merges, a redrawn pair."""
    kept = list(range(N_LSOA))
    pairs: list[tuple[str, str, str]] = []
    next_old = 9500

    def old_code() -> str:
        nonlocal next_old
        next_old += 1
        return f"E0199{next_old:04d}"

    for first in range(10, 10 + 14 * 25, 25):  # one area of 2011 became two
        code = old_code()
        pairs += [(code, _lsoa_code(i), "S") for i in (first, first + 1)]
        kept = [i for i in kept if i not in (first, first + 1)]
    for merged in (7, 207, 407):  # two areas of 2011 became one
        pairs += [(old_code(), _lsoa_code(merged), "M") for _ in range(2)]
        kept.remove(merged)
    redrawn = (old_code(), old_code())
    pairs += [(old, _lsoa_code(i), "X") for old in redrawn for i in (302, 303)]
    kept = [i for i in kept if i not in (302, 303)]
    pairs += [(_lsoa_code(i), _lsoa_code(i), "U") for i in kept]
    rank2019: dict[str, int] = {}
    for old, new, _ in sorted(pairs):
        guess = rank2025[int(new[5:]) - 1] / AREAS_2025 * AREAS_2019 + rng.normal(0, 1500)
        rank2019.setdefault(old, int(np.clip(guess, 1, AREAS_2019)))
    return sorted(pairs), rank2019


def _postcode_areas_2011(lookup: list[tuple[str, str, str]]) -> list[str]:
    """The 2011 area of each postcode: postcodes of a merged or redrawn area are shared out."""
    olds: dict[str, list[str]] = {}
    for old, new, _ in lookup:
        olds.setdefault(new, []).append(old)
    areas = []
    for i in range(N_LSOA):
        choices = olds[_lsoa_code(i)]
        areas += [choices[pick * len(choices) // POSTCODES_IN_LSOA] for pick in range(POSTCODES_IN_LSOA)]
    return areas


def _practices_near(rng: np.random.Generator) -> Ints:
    """Three practices for each area, the nearest first."""
    centre = np.arange(N_LSOA) * N_PRACTICES / N_LSOA
    nearest = np.floor(centre).astype(np.int64)
    step = np.where(rng.random(N_LSOA) < 0.5, 1, -1)
    near = np.stack([nearest, nearest + step, nearest - step], axis=1)
    return near % N_PRACTICES


def providers(sector: str) -> tuple[list[str], Floats]:
    """Provider codes of a sector and their shares of its activity."""
    columns = read_columns("providers")
    mask = columns["sector"] == sector
    return list(columns["provider_code"][mask]), columns["share"][mask].astype(float)


def practice_at(day: Days, practice: Ints, before: Ints, moved: Days) -> Ints:
    """The practice a person was with on a day: the one before until the day of the move."""
    return np.where(day < moved, before, practice)
