"""The worklist of a cohort: who is new, who continues, who left; why, what changed, what to do next.

One row a person, under the pseudonym that the custodian turns back for the practice. For direct care
alone. The next step comes from the service specification, so that a link worker can start from the list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openphm.core.results import Result, Scalar
from openphm.criteria import Activity, Criterion, parse
from openphm.definitions.interventions import Intervention
from openphm.population.asking import Asking, Row
from openphm.population.cohorts.changing import (
    CONTINUING,
    DIED,
    LEFT,
    MOVED,
    NEW,
    NEWLY_REGISTERED,
    Moved,
    either_sql,
    why,
)
from openphm.population.cohorts.chosen import Chosen
from openphm.population.cohorts.counting import whole_pattern
from openphm.population.cohorts.describing import rows_of
from openphm.population.cohorts.evidence import Held, evidence_sql, held, leaves
from openphm.population.cohorts.members import flags_sql, members_sql, require_direct_care

COLUMNS = ("person_id", "practice_code", "status", "why", "flags", "changed", "next_step")
PEOPLE_COLUMNS = ("person_id", "practice_code")
FLAG_GROUP = "Wider determinants"
"""The heading of the profile under which a share is a flag worth saying of one person."""
_ORDER = {NEW: 0, CONTINUING: 1, LEFT: 2}


@dataclass(frozen=True)
class _List:
    """What the rows of one worklist are made from.

    leaves   parts of the criterion, each asked for evidence
    flags    (name, title, criterion) of the profile's shares, shown where they hold
    steps    (name, what to do, criterion) of the service specification, the first that holds is said
    """

    population: Asking
    chosen: Chosen
    intervention: Intervention | None
    as_at: date
    before: date
    leaves: tuple[Criterion, ...]
    flags: tuple[tuple[str, str, Criterion], ...]
    steps: tuple[tuple[str, str, Criterion], ...]

    @property
    def dates(self) -> tuple[date, date]:
        return self.before, self.as_at


def worklist(
    population: Asking, chosen: Chosen, intervention: Intervention | None, as_at: date, before: date
) -> Result:
    """One row for each person who is in the cohort now or was the month before.

    Raises AccessRefused unless the scope is for direct care.
    """
    require_direct_care(population.scope)
    asked = _what_is_asked(population, chosen, intervention, (before, as_at))
    people = population.ask_months(
        f"{either_sql(chosen, as_at, before)}\n"
        "SELECT e.*, person.person_id FROM either AS e "
        "JOIN person.person AS person ON person.person_key = e.person_key",
        asked.dates,
    )
    keys = [row["person_key"] for row in people]
    evidence, flags = _evidence(asked, keys), _flags(asked, keys)
    rows = [_row(asked, person, evidence, flags) for person in people]
    rows.sort(key=lambda row: (_ORDER[str(row[2])], str(row[1]), str(row[0])))
    note = "One row a person, for direct care. The custodian turns person_id back for the practice alone."
    provenance = population.provenance(as_at, asked_with=chosen.used)
    return Result("cohort/worklist", COLUMNS, tuple(rows), provenance, (note,), grain="person")


def people(population: Asking, chosen: Chosen, as_at: date) -> Result:
    """The members by pseudonym. Raises AccessRefused unless the scope is for direct care."""
    require_direct_care(population.scope)
    rows = population.ask(
        f"members AS (\n{members_sql(chosen)}\n)\n"
        "SELECT person.person_id, p.practice_code FROM members AS m "
        "JOIN people AS p ON p.person_key = m.person_key "
        "JOIN person.person AS person ON person.person_key = m.person_key ORDER BY 2, 1",
        as_at,
    )
    answer = tuple((row["person_id"], row["practice_code"]) for row in rows)
    provenance = population.provenance(as_at, asked_with=chosen.used)
    return Result("cohort/people", PEOPLE_COLUMNS, answer, provenance, grain="person")


def _what_is_asked(
    population: Asking, chosen: Chosen, intervention: Intervention | None, dates: tuple[date, date]
) -> _List:
    known = population.known
    wanted = [leaf.criterion for step in chosen.steps for leaf in leaves(step) if leaf.is_wanted]
    described = rows_of(population.definitions, known)
    flags = [
        (f"flag_{place}", one.row.title, one.criterion)
        for place, one in enumerate(described)
        if one.criterion and one.row.group == FLAG_GROUP
    ]
    steps = [
        (f"next_{place}", one.do, parse(one.when, known, f"next_steps[{place}]"))
        for place, one in enumerate(intervention.next_steps if intervention else ())
    ]
    return _List(
        population, chosen, intervention, dates[1], dates[0],
        tuple(dict.fromkeys(wanted)), tuple(flags), tuple(steps),
    )  # fmt: skip


def _listed(keys: Sequence[int]) -> str:
    """CTE of some people by key, among those of the scope."""
    chosen = ", ".join(str(int(key)) for key in keys) or "NULL"
    return f"listed AS (SELECT * FROM people WHERE person_key IN ({chosen}))"


def _evidence(asked: _List, keys: Sequence[int]) -> Mapping[tuple[int, date, int], list[Row]]:
    """Evidence rows by person, date and leaf."""
    rows = asked.population.ask_months(
        f"{_listed(keys)},\nfound AS (\n{evidence_sql(asked.leaves, 'listed')}\n)\nSELECT * FROM found",
        asked.dates,
    )
    found: dict[tuple[int, date, int], list[Row]] = {}
    for row in rows:
        found.setdefault((row["person_key"], row["as_at"], row["leaf"]), []).append(row)
    return found


def _flags(asked: _List, keys: Sequence[int]) -> Mapping[tuple[int, date], Row]:
    """What holds of each person at each date."""
    named = [(name, criterion) for name, _, criterion in (*asked.flags, *asked.steps)]
    rows = asked.population.ask_months(
        f"{_listed(keys)},\nflags AS (\n{flags_sql(named, 'listed')}\n)\nSELECT * FROM flags", asked.dates
    )
    return {(row["person_key"], row["as_at"]): row for row in rows}


def _row(
    asked: _List,
    person: Row,
    evidence: Mapping[tuple[int, date, int], list[Row]],
    flags: Mapping[tuple[int, date], Row],
) -> tuple[Scalar, ...]:
    key, is_now, was = person["person_key"], person["is_now"], person["was"]
    status = Moved("", is_now, was, bool(person["died"]), 1).status(whole_pattern(asked.chosen))
    day = asked.as_at if is_now is not None else asked.before
    now = _held_at(asked, key, day, evidence)
    then = _held_at(asked, key, asked.before, evidence)
    facts = flags.get((key, day), {})
    said = [title for name, title, _ in asked.flags if facts.get(name)]
    reasons = why(is_now, was, asked.chosen, died=bool(person["died"]))
    return (
        person["person_id"],
        person["practice_code"],
        status,
        "; ".join(_with_date(asked.leaves[place], one) for place, one in now.items()),
        ", ".join(said),
        "; ".join(_changed(status, reasons, asked, now, then)),
        _next_step(asked, status, facts, died=bool(person["died"])),
    )


def _held_at(
    asked: _List, key: int, day: date, evidence: Mapping[tuple[int, date, int], list[Row]]
) -> dict[int, Held]:
    """The evidence of one person at one date, for the leaves that have any."""
    return {
        place: held(leaf, rows, asked.population.definitions)
        for place, leaf in enumerate(asked.leaves)
        if (rows := evidence.get((key, day, place)))
    }


def _with_date(leaf: Criterion, found: Held) -> str:
    if found.day is None:
        return found.said
    word = "last" if isinstance(leaf, Activity) else "since"
    return f"{found.said}, {word} {found.day:%-d %B %Y}"


def _changed(
    status: str, reasons: Sequence[str], asked: _List, now: Mapping[int, Held], then: Mapping[int, Held]
) -> list[str]:
    """What is different from the month before: the steps, and each piece of evidence that is not the same."""
    words = {NEW: "now meets", LEFT: "no longer meets"}
    own = (DIED, MOVED, NEWLY_REGISTERED)
    said = [reason if reason in own else f"{words.get(status, '')} “{reason}”" for reason in reasons]
    if any(reason in own for reason in reasons):
        return said
    for place, found in now.items():
        old = then.get(place)
        if old is None:
            said.append(f"new: {_with_date(asked.leaves[place], found)}")
        elif isinstance(asked.leaves[place], Activity) and old.number != found.number:
            said.append(f"{found.said}, {old.number:,.0f} a month ago")
        elif old.said != found.said and old.number is None:
            said.append(f"{old.said} → {found.said}")
        elif isinstance(asked.leaves[place], Activity) and old.day != found.day:
            said.append(f"again on {found.day:%-d %B %Y}")
    return said or ["nothing"]


def _next_step(asked: _List, status: str, facts: Mapping[str, object], *, died: bool) -> str:
    """From the service specification: by status, and for new people the first step that fits."""
    service = asked.intervention
    if service is None:
        return ""
    if died:
        return service.died
    if status != NEW:
        return service.continuing if status == CONTINUING else service.left
    return next((do for name, do, _ in asked.steps if facts.get(name)), "")
