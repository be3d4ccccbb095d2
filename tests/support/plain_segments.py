"""A second, plain segment matrix: one person at a time, to compare population's answer with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from openphm.core.periods import Window
from openphm.criteria import Criterion, known_names, parse
from openphm.definitions import Definitions
from openphm.population import MEASURES
from tests.support.builder import Person
from tests.support.plain_criteria import age_on, first_rule, matches
from tests.support.store import held_months, person_days

Figures = dict[tuple[str, str], float | Decimal | None]


def plain_matrix(
    people: Sequence[Person], as_at: date, rules: Sequence[tuple[str, Criterion]], definitions: Definitions
) -> Figures:
    """(subsegment, measure) to figure, for every subsegment with somebody in the window, and all."""
    window = Window.twelve_months_to(as_at)
    groups: dict[str, list[Person]] = {}
    for person in people:
        held = [one for one in held_months(person) if window.start <= one.month_end <= as_at]
        if held:
            code = first_rule(rules, person, held[-1].as_at)[0]
            groups.setdefault(code, []).append(person)
    everybody = [person for group in groups.values() for person in group]
    found: Figures = {}
    for code, group in [*groups.items(), ("all", everybody)]:
        for measure, figure in _figures(group, as_at, definitions).items():
            found[code, measure] = figure
    nobody = [person for person in people if person not in everybody]
    found["unattributed", "cost_total_gbp"] = sum((_cost(p, window, None) for p in nobody), Decimal(0))
    return found


def _figures(
    group: Sequence[Person], as_at: date, definitions: Definitions
) -> dict[str, float | Decimal | None]:
    window = Window.twelve_months_to(as_at)
    here = [p for p in group if _is_registered(p, as_at)]
    years = sum(person_days(p, as_at) for p in group) / window.days
    tables = definitions.tables()
    points = {str(row["point_of_delivery"]): row for row in tables["point_of_delivery"]}
    ethnic = {row["ethnicity_code"]: row for row in tables["ethnic_category"]}
    recorded = [p for p in here if ethnic.get(p.ethnicity_code, {}).get("is_recorded")]
    decile = [d for d in (_number(p, "imd_decile", as_at) for p in here) if d is not None]
    ages = [age for age in (age_on(p.birth_month, as_at) for p in here) if age is not None]
    sexed = [p for p in here if p.sex_code in ("1", "2")]
    figures: dict[str, float | Decimal | None] = {
        "population": len(here),
        "mean_age": _divide(sum(ages), len(ages)),
        "male_share": _divide(sum(p.sex_code == "1" for p in sexed), len(sexed)),
        "mean_imd_decile": _divide(sum(decile), len(decile)),
        "ethnic_minority_share": _divide(
            sum(bool(ethnic[p.ethnicity_code]["is_minority"]) for p in recorded), len(recorded)
        ),
        "multimorbidity": _divide(
            sum(_number(p, "multimorbidity_count", as_at) or 0 for p in here), len(here)
        ),
    }
    for name in MEASURES[MEASURES.index("asthma_share") :]:
        plain = definitions.contents.measures[name].numerator
        assert plain is not None
        criterion = parse(plain.of, known_names(definitions))
        figures[name] = _divide(sum(matches(criterion, p, as_at) for p in here), len(here))
    categories = sorted({str(row["cost_category"]) for row in points.values()} - {"none"})
    for category in categories:
        ids = {one for one, row in points.items() if row["cost_category"] == category}
        pounds = sum((_cost(p, window, ids) for p in group), Decimal(0))
        figures[f"cost_pppy_{category}"] = _divide(float(pounds), years)
    total = sum((_cost(p, window, None) for p in group), Decimal(0))
    figures["cost_total_gbp"] = total
    figures["cost_pppy_total"] = _divide(float(total), years)
    used = [e for p in group for e in p.events if e.day in window]
    contacts = sum(bool(points[e.point_of_delivery]["is_gp_contact"]) for e in used)
    bed_days = sum(e.bed_days for e in used if points[e.point_of_delivery]["counts_bed_days"])
    figures["gp_contacts_pppy"] = _divide(contacts, years)
    figures["emergency_bed_days_pppy"] = _divide(bed_days, years)
    return figures


def _is_registered(person: Person, day: date) -> bool:
    return any(r.start <= day and (r.end is None or r.end > day) for r in person.registrations)


def _number(person: Person, name: str, day: date) -> float | None:
    held = [
        f.value_number
        for f in person.facts
        if f.attribute_id == name and f.start <= day and (f.stop is None or f.stop > day)
    ]
    return max((value for value in held if value is not None), default=None)


def _cost(person: Person, window: Window, ids: set[str] | None) -> Decimal:
    events = [e for e in person.events if e.day in window]
    return sum((e.cost_gbp for e in events if ids is None or e.point_of_delivery in ids), Decimal(0))


def _divide(top: float, bottom: float) -> float | None:
    return top / bottom if bottom else None
