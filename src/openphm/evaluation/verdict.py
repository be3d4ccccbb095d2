"""The checks of a study's groups: from numbers to lights with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

from openphm.evaluation.gates import (
    BALANCE,
    EFFECTIVE,
    LARGEST_WEIGHT,
    LOST,
    ONE_PERSON,
    UNMATCHED,
    VARIANCE_RATIO,
    Check,
    Light,
    worst,
)
from openphm.evaluation.numbers_in_words import share_of


@dataclass(frozen=True)
class Facts:
    """The numbers that the checks look at. Shares are 0 to 1.

    alone      treated people without any control like them, or beyond every control's score
    unmatched  treated people who found no control of their month for the matched sets
    is_matched the headline rests on the matched sets: nothing could be balanced
    """

    treated: int
    fewest: int
    is_comparable: bool
    worst: tuple[str, float]
    worst_variance: tuple[str, float]
    given_up: tuple[str, ...]
    alone: float
    unmatched: float
    is_matched: bool
    effective: float
    largest_weight: float
    lost: tuple[float, float]
    top_share: float
    no_events: bool


def checks(facts: Facts) -> Iterator[Check]:
    """Every check of the groups; only the number of people when it is too small."""
    if facts.treated < facts.fewest:
        yield Check(
            "people",
            Light.RED,
            f"Fewer than {facts.fewest} people were offered the service; an effect needs so many.",
            facts.treated,
        )
        return
    if not facts.is_comparable:
        yield Check(
            "comparable",
            Light.RED,
            "No control is like the people offered the service in the ways that matter.",
        )
        return
    yield from _alike(facts)
    yield from _support(facts)
    yield from _follow_up(facts)


def _alike(facts: Facts) -> Iterator[Check]:
    name, apart = facts.worst
    light = BALANCE.light(apart)
    said = f"The groups differ by {apart:.2f} standard deviations at most ({_shown(name)})."
    if facts.given_up:
        light = worst(light, Light.AMBER)
        said += f" These could not be made equal: {', '.join(_shown(one) for one in facts.given_up[:6])}."
    yield Check("balance", light, said, apart)
    name, ratio = facts.worst_variance
    said = f"The spread of one characteristic differs {ratio:.2f}-fold at most ({_shown(name)})."
    yield Check("variance_ratio", VARIANCE_RATIO.light(ratio), said, ratio)


def _support(facts: Facts) -> Iterator[Check]:
    said = f"{share_of(facts.alone, facts.treated)} offered the service have no control like them."
    yield Check("overlap", UNMATCHED.light(facts.alone), said, facts.alone)
    said = (
        f"{share_of(facts.unmatched, facts.treated)} offered the service found no control of their month for "
        "the matched sets."
    )
    # The sets are a check beside the weights: they stop a claim only where the claim rests on them.
    light = UNMATCHED.light(facts.unmatched)
    yield Check("matched", light if facts.is_matched else min(light, Light.AMBER), said, facts.unmatched)
    multiple = facts.effective / facts.treated
    yield Check(
        "effective_number",
        EFFECTIVE.light(-multiple),
        f"The weighted controls are worth {facts.effective:.0f} people, {multiple:.1f} a treated person.",
        facts.effective,
    )
    yield Check(
        "largest_weight",
        LARGEST_WEIGHT.light(facts.largest_weight),
        f"The control that counts most carries {facts.largest_weight:.1%} of all weight.",
        facts.largest_weight,
    )


def _follow_up(facts: Facts) -> Iterator[Check]:
    treated, controls = facts.lost
    if isnan(treated):
        said = "Who left before the end of follow-up is not recorded."
        yield Check("follow_up", Light.AMBER, said)
    else:
        said = (
            f"{share_of(treated, facts.treated)} offered the service and {controls:.1%} of the weighted "
            "controls left before the end."
        )
        apart = abs(treated - controls)
        # Of two shares; the controls count as many people as their weights are worth.
        error = treated * (1 - treated) / facts.treated + controls * (1 - controls) / max(facts.effective, 1)
        yield Check("follow_up", LOST.light(apart, error**0.5), said, apart)
    most = ONE_PERSON.amber
    said = (
        f"One person had more than {most:.0%} of everything counted among the treated."
        if facts.top_share > most
        else f"Nobody had more than {most:.0%} of everything counted among the treated."
    )
    yield Check("one_person", ONE_PERSON.light(facts.top_share), said, facts.top_share)
    if facts.no_events:
        yield Check("events", Light.RED, "The primary outcome did not happen in one of the groups.")


def _shown(name: str) -> str:
    return name.replace("_", " ") or "nothing to compare"
