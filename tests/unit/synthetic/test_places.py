"""The made-up ICS as a place."""

import re
from collections import Counter

import numpy as np
import pytest

from openphm.core.identifiers import LSOACode, ODSCode
from openphm.synthetic.draws import Streams
from openphm.synthetic.places import AREAS_2019, AREAS_2025, N_LSOA, Places, decile_weights, make_places


@pytest.fixture(scope="module")
def places() -> Places:
    return make_places(Streams(1, -1))


def test_codes_keep_the_national_form(places: Places) -> None:
    assert all(LSOACode.parse(code) for code in places.lsoa21)
    assert all(re.fullmatch(r"[A-Z]\d{5}", code) and ODSCode.parse(code) for code in places.practice_codes)
    assert all(re.fullmatch(r"U\d{5}", code) for code in places.pcn_codes)
    assert all(re.fullmatch(r"ZZ\d{1,2} \d[A-Z]{2}", postcode) for postcode in places.postcodes)


def test_no_code_stands_twice(places: Places) -> None:
    for codes in (places.lsoa21, places.practice_codes, places.pcn_codes, places.pcn_names, places.postcodes):
        assert len(set(codes)) == len(codes)


def test_there_are_80_practices_in_14_networks(places: Places) -> None:
    sizes = Counter(places.pcn_of_practice.tolist())
    assert len(places.practice_codes) == 80
    assert len(sizes) == 14
    assert min(sizes.values()) >= 5


def test_deciles_follow_from_the_national_rank(places: Places) -> None:
    assert (-(-10 * places.rank2025 // AREAS_2025)).tolist() == places.decile.tolist()
    assert len(set(places.rank2025.tolist())) == N_LSOA
    assert all(1 <= rank <= AREAS_2019 for rank in places.rank2019.values())


def test_areas_were_kept_split_merged_and_redrawn(places: Places) -> None:
    olds, news = Counter(old for old, _, _ in places.lookup), Counter(new for _, new, _ in places.lookup)
    assert {change for _, _, change in places.lookup} == {"U", "S", "M", "X"}
    for old, new, change in places.lookup:
        assert (olds[old] > 1, news[new] > 1) == {
            "U": (False, False), "S": (True, False), "M": (False, True), "X": (True, True),
        }[change]  # fmt: skip
    assert set(news) == set(places.lsoa21)
    assert set(olds) == set(places.rank2019)


def test_every_postcode_is_in_an_area_of_both_censuses(places: Places) -> None:
    pairs = {(old, new) for old, new, _ in places.lookup}
    per_area = len(places.postcodes) // N_LSOA
    found = {(old, places.lsoa21[i // per_area]) for i, old in enumerate(places.lsoa11_of_postcode)}
    assert found <= pairs
    assert {old for old, _ in pairs} == {old for old, _ in found}


@pytest.mark.parametrize("mean", [4.5, 5.5, 5.9])
def test_deciles_can_be_tilted_to_a_mean(mean: float) -> None:
    shares = decile_weights(mean)
    assert shares.sum() == pytest.approx(1)
    assert shares @ np.arange(1, 11) == pytest.approx(mean, abs=1e-6)
