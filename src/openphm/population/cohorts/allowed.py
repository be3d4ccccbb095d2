"""Places that a criterion may name: those that the build has and the scope allows.

A place outside would count nobody, and a nought that means "not allowed" is a wrong answer. So it is an
error, and it says no more than the user's own access does.
"""

from __future__ import annotations

from collections.abc import Iterator

from openphm.core.errors import DefinitionError, Problem, nearest
from openphm.criteria import Place
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import Chosen

_COLUMNS = {"registered_practice": "practice_code", "registered_pcn": "pcn_code"}


def check_places(population: Asking, chosen: Chosen) -> None:
    """Raise DefinitionError for each place of the criterion that the scope does not hold."""
    places = [one for one in chosen.criterion.walk() if isinstance(one, Place)]
    problems = [problem for place in places for problem in _problems(population, chosen, place)]
    if problems:
        raise DefinitionError.of(problems)


def _problems(population: Asking, chosen: Chosen, place: Place) -> Iterator[Problem]:
    allowed = _allowed(population, place.level)
    if allowed is None:
        return
    for code in place.any_of:
        if code not in allowed:
            close = nearest(code, [one.lower() for one in allowed]).upper()
            yield Problem(
                f"{chosen.file.label if chosen.file else chosen.id}, place {place.level}",
                f"'{code[:20]}' is not a place whose people you may ask about.",
                f"{len(allowed)} places of this kind are in your scope and in this build.",
                f"did you mean '{close}'?" if close else "name a place of your own",
            )


def _allowed(population: Asking, level: str) -> set[str] | None:
    """The codes of a kind of place that the scope holds; None where the kind is not limited."""
    scope = population.scope
    if level == "resident_lsoa21":
        return set(scope.lsoas) if scope.lsoas is not None else None
    if level not in _COLUMNS:
        return None
    limits = scope.predicate(practice="practice_code", pcn="pcn_code", lsoa="lsoa21_code")
    if scope.lsoas is not None:
        limits = "TRUE"
    rows = population.ask_reference(
        f"SELECT DISTINCT {_COLUMNS[level]} AS code FROM reference.practice WHERE {limits}"
    )
    return {str(row["code"]) for row in rows if row["code"]}
