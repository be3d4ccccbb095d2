"""docs/reference/measures.md: every measure and key result, from the definitions themselves."""

from collections.abc import Iterator
from typing import Any

import yaml

from docs.generate.markdown import GENERATED, code, page, table
from openphm.definitions import load
from openphm.definitions.frozen import thaw
from openphm.definitions.measures import MeasureFile
from openphm.definitions.quantities import EVENT_COLUMNS, Quantity

INTRODUCTION = f"""# Measures and outcomes

{GENERATED}

A measure is a numerator over a denominator; both are sums over people, so that parts of a population add up. Any of them is
asked by any place, segment, deprivation, ethnicity, age, sex or month: `openphm measure ID --by GROUPS`. How they
are used together is told in [the outcomes framework](../explanation/outcomes.md); how to add one, in
[add an outcome](../how-to/add-an-outcome.md)."""

GRAMMAR = """## How a measure is written

| line | says |
|---|---|
| `unit`, `direction` | the unit; `up`, `down` or `monitor`: the way it should go |
| `kind` | `count`, `proportion`, `rate` (over person-years), `mean`, `sum` or `ratio` |
| `numerator`, `denominator` | one quantity each |
| `population` | a criterion: whom it is about, as at the date |
| `at_start` | a criterion that held when the window began |
| `per` | 1, 100, 1,000 or 100,000 |
| `interval` | `wilson` (proportions), `byar` or `exact` (counts), `normal` (means) or `none` |
| `window_months`, `series_months` | months looked at; for one point of a monthly series |
| `attribution` | `start` or `end`: whose segment of the window a person counts in |
| `standardise` | how the framework shows it: `direct`, `indirect` or `slope` |
| `complement` | the value is the days of the window less the mean |
| `feeds`, `least_coverage` | records of which one must have been delivered, and the least share of its usual rows |
| `needs` | attributes that somebody must have recorded at all |
| `data`, `reason` | `recorded`: its figures are delivered as readings, and why they are not computed |

A quantity is one of `people: CRITERION` (or `everyone`), `person_years: true`, `activity: [points of delivery]`,
`cost: total` (or categories or points of delivery), `bed_days: emergency`, `contacts: gp`, `attribute: NUMBER`, or
`events: SOURCE` with `where:` (a list of tests, all of which must pass), `sum: COLUMN`, `people_with: N` and `within_months: N`.
A test names a `column` and `any_of`, `starts_with`, `at_least`, `at_most`, `above` or `below`; `any:` and `not:` combine tests."""


def measures_page() -> str:
    contents = load().contents
    measures = [contents.measures[id_] for id_ in sorted(contents.measures)]
    computed = [one for one in measures if not one.is_recorded]
    recorded = [one for one in measures if one.is_recorded]
    sources = table(
        ("source", "columns"),
        [(code(name), ", ".join(code(one) for one in columns)) for name, columns in EVENT_COLUMNS.items()],
    )
    frameworks = sorted(contents.outcomes.values(), key=lambda one: (one.segment == "all", one.segment))
    return page(
        INTRODUCTION,
        GRAMMAR,
        page("### Event sources", sources).rstrip(),
        page(f"## Computed from the build: {len(computed)}", *(_measure(one) for one in computed)).rstrip(),
        page(f"## Recorded: {len(recorded)}", _recorded(recorded)).rstrip(),
        page("## The outcomes framework", *(_framework(one) for one in frameworks)).rstrip(),
    )


def _measure(one: MeasureFile) -> str:
    facts = [
        ("unit", f"{one.unit}, {one.direction}"),
        ("numerator", _quantity(one.numerator)),
        ("denominator", _quantity(one.denominator)),
        ("population", code(_flow(one.population)) if one.population is not None else ""),
        ("at the start", code(_flow(one.at_start)) if one.at_start is not None else ""),
        ("made", ", ".join(_made(one))),
        ("feeds", ", ".join(code(feed) for feed in one.feeds)),
        ("proposed as", one.code),
    ]
    return page(
        f"### `{one.id}`",
        f"{one.title}. {one.note}".strip(),
        table(("", ""), [fact for fact in facts if fact[1]]),
    ).rstrip()


def _made(one: MeasureFile) -> Iterator[str]:
    yield one.kind if one.per == 1 else f"{one.kind} per {one.per:,}"
    if one.interval != "none":
        yield f"interval {one.interval}"
    yield f"{one.window_months} months"
    if one.series_months != one.window_months:
        yield f"{one.series_months} for a monthly point"
    yield f"segment at the {one.attribution}"
    if one.standardise:
        yield f"shown {one.standardise}"


def _quantity(one: Quantity | None) -> str:
    if one is None:
        return ""
    written: dict[str, Any] = {one.word: list(one.of) if isinstance(one.of, tuple) else one.of}
    for name in ("where", "sum", "people_with", "within_months"):
        value = getattr(one, name)
        if value:
            written[name] = list(value) if isinstance(value, tuple) else value
    return code(_flow(written))


def _flow(value: Any) -> str:
    text = yaml.safe_dump(thaw(value), default_flow_style=True, sort_keys=False, width=100_000)
    return text.strip().removesuffix("...").strip()


def _recorded(measures: list[MeasureFile]) -> str:
    rows = [(code(one.id), one.title, one.unit, one.code, one.reason) for one in measures]
    return table(("measure", "title", "unit", "proposed as", "why it is not computed"), rows)


def _framework(one: Any) -> str:
    rows = [
        (objective.title, code(result.id), ", ".join(result.population) or "everybody", result.direction,
         "" if result.target is None else result.target)
        for objective in one.objectives
        for result in objective.key_results
    ]  # fmt: skip
    return page(
        f"### {one.title}", table(("objective", "key result", "of", "should go", "target"), rows)
    ).rstrip()
