import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from openphm.core import LSOACode, NHSNumber, ODSCode, PersonId
from openphm.core.identifiers import nhs_check_digit

# 999 000 0018 is in the range that is never issued.
TEST_NUMBER = "9990000018"


@pytest.mark.parametrize(
    "typed", [TEST_NUMBER, "999 000 0018", "999-000-0018", " 999 000 0018 ", "999\u00a0000 0018"]
)
def test_nhs_number_when_spaced_in_any_way_is_read(typed: str) -> None:
    number = NHSNumber.parse(typed)
    assert number is not None
    assert number.digits == TEST_NUMBER
    assert number.display() == "999 000 0018"
    assert number.is_test_number


@pytest.mark.parametrize(
    "wrong", ["", "999000001", "99900000188", "9990000019", "0000000000", "999000001x", "٩٩٩٠٠٠٠٠١٨"]
)
def test_nhs_number_when_wrong_is_none(wrong: str) -> None:
    assert NHSNumber.parse(wrong) is None


def test_nhs_number_never_shows_its_digits_by_accident() -> None:
    number = NHSNumber.parse(TEST_NUMBER)
    assert TEST_NUMBER not in f"{number} {number!r}"


def test_nhs_number_made_by_hand_is_checked_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="modulus 11") as caught:
        NHSNumber("9990000019")
    assert "9990000019" not in str(caught.value)


@given(st.integers(0, 99_999_9), st.integers(0, 9), st.integers(1, 9))
def test_changing_any_one_digit_is_found(tail: int, place: int, by: int) -> None:
    first_nine = f"999{tail:06d}"
    digit = nhs_check_digit(first_nine)
    assume(digit is not None)
    number = first_nine + str(digit)
    assume(len(set(number)) > 1)  # ten equal digits pass the check and are nobody's number
    changed = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert NHSNumber.is_valid(number)
    assert not NHSNumber.is_valid(changed)


def test_person_id_says_whether_the_person_is_linked() -> None:
    assert PersonId("p" + "a" * 26).is_linked
    assert not PersonId("u" + "a" * 26).is_linked
    with pytest.raises(ValueError, match="letters"):
        PersonId(TEST_NUMBER)


def test_codes_are_tidied_and_checked() -> None:
    assert str(ODSCode.parse(" c83001 ")) == "C83001"
    assert ODSCode.parse("C83'; DROP") is None
    lsoa = LSOACode.parse("e01025946")
    assert lsoa is not None
    assert lsoa.is_in_england
    assert LSOACode.parse("E02000001") is None
    with pytest.raises(ValueError, match="ODS"):
        ODSCode("c83001")
    with pytest.raises(ValueError, match="LSOA"):
        LSOACode("E0102")
