"""Standardised rates and adjusted rate ratios that others have published, to every digit they printed."""

from __future__ import annotations

import numpy as np
import pytest

from openphm.statistics import (
    adjusted_rate_difference,
    adjusted_rate_ratio,
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
    rate_difference,
    rate_ratio,
    standardised_to_first,
)

# Stark CR, Mantel N (1966), Journal of the National Cancer Institute 37:687-698, as in Fleiss JL (1981),
# Statistical Methods for Rates and Proportions, table 14.4: Down's syndrome by the mother's age (under 20,
# 20-24, ... 40 and over), fifth and later births, standardised to all births of Michigan 1950 to 1964.
DOWNS_CASES = [0, 8, 63, 112, 262, 295]
DOWNS_BIRTHS = [327, 30_666, 123_419, 149_919, 104_088, 34_392]
DOWNS_STANDARD = [319_933, 931_318, 786_511, 488_235, 237_863, 61_313]
# Vignette of the R package dsrTest 1.0.0, "dobson [Exact CI]": per 100,000. (Its limits use the exact
# Poisson limits of the 740 cases, ours Byar's: the same to all the digits printed.)
DOWNS_RATE, DOWNS_DOBSON = 75.52901, (67.633, 83.867)

# SAS/STAT user's guide, the STDRATE procedure, getting started: skin cancer (C43) deaths in Florida 2000 at
# the rates of the United States, ages 0-4, 5-14, ... 85 and over.
FLORIDA_DEATHS = [0, 0, 4, 14, 43, 72, 70, 126, 136, 73]
FLORIDA_YEARS = [
    953_785, 1_997_935, 1_885_014, 1_957_573, 2_356_649, 2_088_000, 1_548_371, 1_447_432, 1_087_524, 335_944,
]  # fmt: skip
STATES_DEATHS = [0, 1, 41, 186, 626, 1_199, 1_303, 1_637, 1_624, 803]
STATES_YEARS = [
    19_175_798, 41_077_577, 39_183_891, 39_892_024, 45_148_527, 37_677_952, 24_274_684, 18_390_986,
    12_361_180, 4_239_587,
]  # fmt: skip

# Doll R, Hill AB (1966), National Cancer Institute Monograph 19:205-268: coronary deaths and person-years
# of British doctors by age (35-44, ... 75-84), smokers and others. StataCorp, [R] Epitab, gives for `ir
# deaths smokes pyears, by(age)` the Mantel-Haenszel combined ratio and limits below.
SMOKERS = ([32, 104, 206, 186, 102], [52_407, 43_248, 28_612, 12_663, 5_317])
OTHERS = ([2, 12, 28, 28, 31], [18_790, 10_673, 5_710, 2_585, 1_462])
DOCTORS_RATIO = (1.424682, 1.154703, 1.757784)

# Walker AM and others (1997), Epidemiology 8:671-677, as in Rothman KJ (2012), Epidemiology: An
# Introduction, 2nd ed., table 10-5: deaths and person-years of current and past users of clozapine, ages
# 10-54 and 55-94.
CURRENT, PAST = ([196, 167], [62_119, 6_085]), ([111, 157], [15_763, 2_780])
CLOZAPINE_RATIO, CLOZAPINE_DIFFERENCE = 0.47, -720

# Boice JD, Monson RR (1977), Journal of the National Cancer Institute 59:823-832: breast cancers and
# person-years of women with and without fluoroscopy; rates and their difference as in StataCorp, [R] Epitab
# (`iri 41 15 28010 19017`).
EXPOSED, UNEXPOSED = (41, 28_010), (15, 19_017)
FLUOROSCOPY_RATIO, FLUOROSCOPY_DIFFERENCE = 1.855759, (0.000675, 0.0000749, 0.0012751)


def test_direct_rate_agrees_with_dobsons_interval_of_downs_syndrome() -> None:
    found = directly_standardised_rate(DOWNS_CASES, DOWNS_BIRTHS, DOWNS_STANDARD)
    assert round(float(found.value), 5) == DOWNS_RATE
    assert (round(float(found.lower), 3), round(float(found.upper), 3)) == DOWNS_DOBSON


def test_indirect_ratio_agrees_with_skin_cancer_in_florida() -> None:
    expected = expected_events(FLORIDA_YEARS, STATES_DEATHS, STATES_YEARS)
    found = indirectly_standardised_ratio(sum(FLORIDA_DEATHS), expected)
    assert sum(FLORIDA_DEATHS) == 538
    assert round(float(expected), 3) == 528.726
    assert round(float(found.value), 4) == 1.0175


def test_indirect_rate_is_the_ratio_times_the_reference_rate() -> None:
    expected = expected_events(FLORIDA_YEARS, STATES_DEATHS, STATES_YEARS)
    crude = sum(STATES_DEATHS) / sum(STATES_YEARS)
    found = indirectly_standardised_rate(sum(FLORIDA_DEATHS), expected, crude)
    assert float(found.value) == pytest.approx(538 / 528.7263306790624 * crude * 100_000, rel=1e-12)


def test_mantel_haenszel_ratio_agrees_with_smoking_doctors() -> None:
    found = adjusted_rate_ratio(*SMOKERS, *OTHERS)
    rounded = tuple(round(float(one), 6) for one in (found.value, found.lower, found.upper))
    assert rounded == DOCTORS_RATIO


def test_mantel_haenszel_ratio_and_difference_agree_with_clozapine() -> None:
    ratio = adjusted_rate_ratio(*CURRENT, *PAST)
    difference = adjusted_rate_difference(*CURRENT, *PAST, multiplier=100_000)
    assert round(float(ratio.value), 2) == CLOZAPINE_RATIO
    assert round(float(difference.value)) == CLOZAPINE_DIFFERENCE


def test_crude_ratio_and_difference_agree_with_fluoroscopy() -> None:
    ratio, difference = rate_ratio(*EXPOSED, *UNEXPOSED), rate_difference(*EXPOSED, *UNEXPOSED)
    assert round(float(ratio.value), 6) == FLUOROSCOPY_RATIO
    assert round(float(difference.value), 6) == FLUOROSCOPY_DIFFERENCE[0]
    assert (round(float(difference.lower), 7), round(float(difference.upper), 7)) == FLUOROSCOPY_DIFFERENCE[
        1:
    ]


def test_crude_ratio_agrees_with_fluoroscopy_to_four_digits_at_90_percent() -> None:
    # Rothman (2012): 1.86, with a 90% interval of 1.13 to 3.05.
    found = rate_ratio(*EXPOSED, *UNEXPOSED, confidence=0.9)
    assert [round(float(one), 2) for one in (found.value, found.lower, found.upper)] == [1.86, 1.13, 3.05]


def test_standardising_to_smokers_is_the_ratio_of_their_deaths_to_those_at_the_others_rates() -> None:
    # By hand from Doll and Hill's table: 630 deaths; expected 52,407 × 2/18,790 + 43,248 × 12/10,673 + ...
    by_hand = sum(years * b / s for years, b, s in zip(SMOKERS[1], *OTHERS, strict=True))
    found = standardised_to_first(*SMOKERS, *OTHERS)
    assert float(found.value) == pytest.approx(630 / by_hand, rel=1e-12)


def test_many_groups_at_once_are_each_group_alone() -> None:
    events = np.array([DOWNS_CASES, [5, 10, 15, 20, 25, 30]])
    both = directly_standardised_rate(events, [DOWNS_BIRTHS] * 2, DOWNS_STANDARD)
    alone = directly_standardised_rate(events[1], DOWNS_BIRTHS, DOWNS_STANDARD)
    assert both.upper[1] == float(alone.upper)
