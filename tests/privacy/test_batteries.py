"""Every case of the batteries has a test, and the page in the docs names it with a result that passed."""

from __future__ import annotations

import re

import pytest

from tests.batteries import PAGE, cases, found_by_case


@pytest.mark.parametrize("case", cases())
def test_every_case_has_a_test_that_the_page_names(case: str) -> None:
    tests = found_by_case()[case]
    assert tests
    row = next(line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| {case} |"))
    assert set(re.findall(r"`(test_\w+)`", row)) == {function for _, function in tests}, "run tests.batteries"
    assert re.fullmatch(r"\d+ passed", row.rsplit("|", 2)[1].strip())


def test_there_are_forty() -> None:
    counts = [sum(case.startswith(battery) for case in cases()) for battery in ("RI", "PS", "AU")]
    assert counts == [20, 10, 10]
