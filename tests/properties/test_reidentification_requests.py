"""What holds of any request: it reads back as it was written, and nothing that was changed is taken."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openphm.core import UsageError
from openphm.core.reidentification import (
    MOVES,
    STATES,
    NoSuchMove,
    Request,
    canonical,
    mermaid,
    next_state,
    state_named,
)

AT = datetime(2026, 4, 20, 12, tzinfo=UTC)
people = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=26, max_size=26).map("p".__add__),
    min_size=1,
    max_size=5,
)
line = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=60)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def a_request(person_ids: list[str], cohort: str, criteria: dict[str, Any]) -> Request:
    return Request(
        requester="dr.amber", role="clinician", recipient="X80001", purpose="direct_care", agreement="dsa-1",
        cohort=cohort, criteria=criteria, person_ids=tuple(person_ids), as_at=date(2026, 3, 31), build="b1",
    ).issued(AT)  # fmt: skip


@given(people, line, st.dictionaries(st.text(max_size=5), plain, max_size=3))
def test_a_request_reads_back_as_it_was_written(
    ids: list[str], cohort: str, criteria: dict[str, Any]
) -> None:
    request = a_request(ids, cohort, criteria)
    assert Request.read(json.loads(canonical(request.plain()))) == request
    assert list(request.person_ids) == sorted(set(ids))


@given(people, st.sampled_from(sorted(a_request(["p" + "a" * 26], "c", {}).plain())), plain)
def test_a_field_of_another_kind_is_refused_or_changes_the_request(
    ids: list[str], name: str, value: object
) -> None:
    body = a_request(ids, "cohorts/one", {"everyone": True}).plain()
    changed = {**body, name: value}
    try:
        read = Request.read(changed)
    except UsageError as refused:
        assert all(problem.where.startswith("request, ") for problem in refused.problems)
        return
    assert canonical(read.plain()) == canonical(changed)


@given(st.dictionaries(st.text(max_size=8), plain, max_size=5) | plain)
def test_what_is_no_request_is_refused_and_not_repeated(data: object) -> None:
    with pytest.raises(UsageError):
        Request.read(data)


def test_every_state_can_be_reached_and_is_over_or_can_be_left() -> None:
    reached = {"drafted"} | {move.after for move in MOVES}
    left = {before for move in MOVES for before in move.before}
    assert reached == {state.name for state in STATES}
    assert {state.name for state in STATES if not state.is_over} == left


def test_nothing_is_collected_that_was_not_approved_or_an_emergency() -> None:
    """Every way from `drafted` to a list leads over an approval, the approval it repeats, or the review."""

    def ways(state: str, taken: tuple[str, ...]) -> list[tuple[str, ...]]:
        if state_named(state).is_over:
            return [taken]
        steps = [move for move in MOVES if state in move.before]
        return [way for move in steps for way in ways(move.after, (*taken, move.name))]

    given_out = [
        way
        for way in ways("drafted", ())
        if {"collect", "deliver", "collect_emergency", "deliver_emergency"} & set(way)
    ]
    assert given_out
    for way in given_out:
        assert {"approve", "repeat"} & set(way) or way[-1] == "review"


def test_a_move_that_is_not_in_the_table_does_not_exist() -> None:
    with pytest.raises(NoSuchMove):
        next_state("submitted", "release")
    with pytest.raises(NoSuchMove):
        next_state("released", "fly")
    assert mermaid().count("-->") == sum(len(m.before) for m in MOVES) + 1 + sum(s.is_over for s in STATES)
