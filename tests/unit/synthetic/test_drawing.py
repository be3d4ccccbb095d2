"""Quotas, choices and shares."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from openphm.synthetic.draws import Streams, choose, quota, stratified, stratified_uniform
from openphm.synthetic.population import subsegment_quota
from openphm.synthetic.tables import by_subsegment


@given(st.integers(100, 2_000_000))
def test_subsegment_quotas_add_up_and_are_as_near_as_whole_people_allow(people: int) -> None:
    population = by_subsegment("figure12")["population"]
    counts = subsegment_quota(people)
    assert counts.sum() == people
    assert np.abs(counts - population / population.sum() * people).max() < 1


@given(st.floats(0, 1), st.integers(0, 500), st.integers(0, 50))
def test_a_quota_is_one_of_the_two_nearest_whole_numbers(share: float, count: int, seed: int) -> None:
    drawn = quota(share, count, np.random.default_rng(seed))
    assert 0 <= drawn <= count
    assert abs(drawn - share * count) <= 1


def test_choosing_takes_the_highest_of_those_allowed() -> None:
    score = np.array([5.0, 1.0, 4.0, 3.0])
    allowed = np.array([False, True, True, True])
    assert sorted(choose(score, 2, allowed).tolist()) == [2, 3]
    assert sorted(choose(score, 9, allowed).tolist()) == [1, 2, 3]
    assert choose(score, 0).tolist() == []


@given(st.integers(1, 400), st.integers(0, 20))
def test_stratified_shares_are_met_to_one_person(count: int, seed: int) -> None:
    chances = np.array([0.5, 0.3, 0.2])
    drawn = np.bincount(stratified(chances, count, np.random.default_rng(seed)), minlength=3)
    assert np.abs(drawn - chances * count).max() <= 1


def test_stratified_numbers_have_the_mean_of_a_uniform() -> None:
    assert abs(stratified_uniform(1000, np.random.default_rng(3)).mean() - 0.5) < 0.001


def test_streams_differ_by_subject_chunk_and_seed_and_are_repeatable() -> None:
    first = Streams(1, 0).of("people").random(3).tolist()
    others = [
        Streams(2, 0).of("people").random(3).tolist(),
        Streams(1, 1).of("people").random(3).tolist(),
        Streams(1, 0).of("homes").random(3).tolist(),
    ]
    assert Streams(1, 0).of("people").random(3).tolist() == first
    assert first not in others
