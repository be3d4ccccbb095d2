"""The check digit of SNOMED CT identifiers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openphm.definitions.snomed import has_right_check_digit, is_concept_id

KNOWN = ("195967001", "73211009", "44054006", "925861000000102", "1129411000000100", "128462008")


@pytest.mark.parametrize("code", KNOWN)
def test_published_concepts_are_accepted(code: str) -> None:
    assert is_concept_id(code)


def test_a_description_id_is_not_a_concept() -> None:
    assert has_right_check_digit("1223980016")
    assert not is_concept_id("1223980016")


@given(st.sampled_from(KNOWN), st.data())
def test_any_one_wrong_digit_is_found(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(code) - 1))
    digit = data.draw(st.sampled_from([one for one in "0123456789" if one != code[place]]))
    assert not has_right_check_digit(code[:place] + digit + code[place + 1 :])


@given(st.sampled_from(KNOWN), st.data())
def test_any_two_neighbours_that_changed_places_are_found(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(code) - 2))
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or not has_right_check_digit(swapped)
