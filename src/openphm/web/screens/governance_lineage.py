"""Sources and lineage (Figures 5 and 6): what came, and every table that was made of it, as a drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from starlette.responses import Response

from openphm.access import Action
from openphm.core.errors import StoreError
from openphm.pages.drawing.flow import Column, Station, Way, flow
from openphm.reports import data_quality
from openphm.web.asking import Ask, Asking, NotFound
from openphm.web.presenting import ShownTable
from openphm.web.screen import Screen
from openphm.web.screens.governance import Table, steps_of
from openphm.web.screens.reports import QUALITY

ORDER = 6
TITLE = "Sources and lineage"
HERE = "/governance/lineage"
STAGES = {
    "standard": "Brought to one standard form",
    "reference": "Reference data",
    "activity": "Contacts, attendances, admissions, prescriptions",
    "costs": "What each of them cost",
    "conditions": "Conditions and when they began",
    "attributes": "Frailty, care home and other things about a person",
    "person": "One linked record of each person, under a pseudonym",
    "segments": "The segment of each person in each month",
    "quality": "What was missing, set aside or not linked",
    "lineage": "Which files and definitions made all this",
    "working": "Steps between, not kept",
    "definitions": "Definitions in force, as tables",
    "build": "Dates and settings of the build",
}
"""By the first part of a table's name: what the stage is for."""
KINDS = ("A source", "Done by the custodian", "Made by the build", "A table about people")
SOURCE, CUSTODIAN, MADE, PEOPLE = range(len(KINDS))
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "In one form": ("standard", "person.person", "reference", "quality"),
    "What happened to whom": ("person.registration", "activity", "conditions", "attributes"),
    "By month": ("person.month", "segments.history"),
    "As at a date": ("person.snapshot",),
}
"""Stages and tables of the drawing, under their headings; each is made of what stands left of it."""
NAMED = {"activity": "Activity, costed"}
"""Stages that stand for more than their own tables."""
WAYS: Mapping[str, tuple[str, ...]] = {
    "standard": ("person.registration", "activity", "conditions", "attributes"),
    "person.person": ("person.registration", "conditions", "attributes"),
    "reference": ("attributes",),
    "person.registration": ("segments.history",),
    "activity": ("person.month", "segments.history"),
    "conditions": ("segments.history",),
    "attributes": ("segments.history",),
    "person.month": ("person.snapshot",),
    "segments.history": ("person.snapshot",),
}
"""What is read by what: the main ways, not all of them."""
CUSTODIANS = Station("custodian", "Pseudonymised, linked", "before anything comes in", CUSTODIAN)
screen = Screen("governance", roles=QUALITY)


@dataclass(frozen=True)
class Source:
    """A feed as it came: one definition in definitions/extracts, with one or more kinds of row.

    last   the newest month with rows; None for what has no months, such as a list of places
    n_gaps  months of providers that should be there and are not
    """

    name: str
    title: str
    records: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    delivered: int
    kept: int
    aside: int
    last: date | None
    n_gaps: int

    @property
    def says(self) -> str:
        """How much, and how new."""
        newest = f" to {self.last:%b %Y}" if self.last else ""
        return f"{self.delivered:,} rows{newest}"


@dataclass(frozen=True)
class Made:
    """A table of the build, in the order it was made."""

    name: str
    stage: str
    n_rows: int

    @property
    def kind(self) -> str:
        """The first part of its name."""
        return self.name.partition(".")[0]


@screen.get(
    HERE,
    TITLE,
    says="Each source: delivered, loaded, set aside; then every table, in the order they were made.",
)
def lineage(ask: Ask) -> Response:
    """From the delivered files to the tables that answers come from, as the build wrote it down."""
    sources, made, build = _record(ask)
    delivered, kept, aside = (sum(getattr(one, name) for one in sources) for name in _COUNTS)
    lead = (
        f"{delivered:,} rows of {len(sources)} sources were delivered; {kept:,} were loaded and {aside:,} "
        f"were set aside. {len(made)} tables were made of them."
    )
    groups = {kind: [one for one in made if one.kind == kind] for kind in STAGES}
    return ask.page(
        "governance/lineage.html",
        lead=lead,
        drawing=_drawing(sources, made),
        sources=_sources_table(sources),
        links={one.title: f"{HERE}/{one.name}" for one in sources},
        groups=[(kind, _made_table(STAGES[kind], own)) for kind, own in groups.items() if own],
        build=build,
        steps=steps_of(ask, {"What is missing or late": "/governance/data-quality", **_METHODS}),
    )


@screen.get(HERE + "/{name}", "Source")
def source(ask: Ask, name: str) -> Response:
    """One source: what came of it, what was set aside and why, which months and columns are missing."""
    sources, made, _ = _record(ask)
    one = next((one for one in sources if one.name == name), None)
    if one is None:
        raise NotFound
    shown = ask.shown("data-quality", data_quality, action=Action.READ_QUALITY)
    checks = [found for table in shown.tables if (found := _of(table, one.records)).lines]
    own = [
        table for table in made if table.kind == "standard" and table.name.partition(".")[2] in one.records
    ]
    share = f", {one.aside / one.delivered:.1%}" if one.delivered else ""
    newest = f" The newest month is {one.last:%B %Y}." if one.last else ""
    gaps = f" {one.n_gaps} months of providers are missing." if one.n_gaps else ""
    return ask.page(
        "governance/source.html",
        what=one.title,
        lead=f"{one.delivered:,} rows were delivered; {one.aside:,} were set aside{share}.{newest}{gaps}",
        tables=[_sources_table([one]), _made_table("Tables made of it first", own)],
        checks=checks,
        shown=shown,
        steps=steps_of(ask, {"All sources": HERE, "All checks": "/governance/data-quality", **_METHODS}),
    )


_COUNTS = ("delivered", "kept", "aside")
_METHODS = {"How it is computed": "/governance/methods"}
_SOURCES = (
    "Kind of row", "Source", "Files", "Rows delivered", "Rows loaded", "Rows set aside", "Files refused",
    "Adds up", "Newest month",
)  # fmt: skip
_TABLES = ("Table", "Stage", "Rows")


def _record(ask: Asking) -> tuple[list[Source], list[Made], str]:
    """What the build wrote down of itself: sources, the largest first; tables, in their order; its name."""
    with ask.population(action=Action.READ_QUALITY) as population:
        held = {
            name: list(population.data_quality(name)) for name in ("reconciliation", "newest", "coverage")
        }
        stages = list(population.data_quality("stages"))
        build = population.provenance().build
    made = [
        Made(str(row["table_name"]), str(row["stage"]), _whole(row["n_rows"]))
        for row in stages
        if "table_name" in row
    ]
    feeds: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    titles = _feeds(ask)
    for row in held["reconciliation"]:
        if "files" in row:
            record = str(row["record"])
            feeds.setdefault(titles.get(record, (record, record)), []).append(row)
    months = {str(row.get("record")): row for row in held["newest"]}
    gaps = {str(row.get("record")): _whole(row.get("months_missing")) for row in held["coverage"]}
    found = [_source(name, title, rows, months, gaps) for (name, title), rows in feeds.items()]
    return sorted(found, key=lambda one: -one.delivered), made, build


def _feeds(ask: Asking) -> dict[str, tuple[str, str]]:
    """Each kind of row to the definition it is of: its name, and its title up to a colon."""
    return {
        record: (one.name, str(one.title or one.name).partition(":")[0])
        for one in ask.definitions.all("extracts")
        for record in one.body.get("records", {})
    }


def _source(
    name: str,
    title: str,
    rows: Sequence[Mapping[str, Any]],
    months: Mapping[str, Mapping[str, Any]],
    gaps: Mapping[str, int],
) -> Source:
    records = tuple(str(row["record"]) for row in rows)
    newest = {one: months[one].get("last_month") for one in records if one in months}
    days = [day for day in newest.values() if isinstance(day, date)]
    lines = tuple(
        (
            row["record"],
            title,
            *(row[column] for column in ("files", *_ROWS, "files_rejected")),
            "no" if row["files_not_reconciled"] else "yes",
            f"{day:%B %Y}" if isinstance(day := newest.get(str(row["record"])), date) else "–",
        )
        for row in rows
    )
    delivered, kept, aside = (sum(_whole(row[column]) for row in rows) for column in _ROWS)
    n_gaps = sum(gaps.get(one, 0) for one in records)
    return Source(name, title, records, lines, delivered, kept, aside, max(days, default=None), n_gaps)


_ROWS = ("rows_delivered", "rows_loaded", "rows_quarantined")


def _whole(value: object) -> int:
    if value is None:
        return 0
    if not isinstance(value, int):
        raise StoreError("lineage", "a count of rows is no whole number", "", "make the build again")
    return value


def _drawing(sources: Sequence[Source], made: Sequence[Made]) -> str:
    """Sources, the custodian, the stages, and the tables about people, with the rows of each."""
    rows: dict[str, int] = {}
    for one in made:
        rows[one.name] = one.n_rows
        rows[one.kind] = rows.get(one.kind, 0) + one.n_rows
    columns = [
        Column("Sources", tuple(map(_sent, sources))),
        Column("The custodian", (CUSTODIANS,)),
        *(
            Column(title, tuple(_made(one, rows[one]) for one in held if one in rows))
            for title, held in COLUMNS.items()
        ),
    ]
    ways = [Way(_key(one), CUSTODIANS.key, one.delivered) for one in sources]
    ways += [Way(CUSTODIANS.key, one, rows.get(one, 0)) for one in COLUMNS["In one form"]]
    ways += [Way(one, other, _less(rows, one, other)) for one, others in WAYS.items() for other in others]
    return flow("From the delivered files to the tables that answers come from", columns, ways, KINDS)


def _less(rows: Mapping[str, int], one: str, other: str) -> int:
    """No more rows went a way than there are at either end."""
    return min(rows.get(one, 0), rows.get(other, 0))


def _key(source: Source) -> str:
    return f"from {source.name}"


def _sent(source: Source) -> Station:
    return Station(_key(source), source.title, source.says, SOURCE, f"{HERE}/{source.name}")


def _made(name: str, n_rows: int) -> Station:
    """A table, or all tables of a stage."""
    kind, _, table = name.partition(".")
    title, colour = (name, PEOPLE) if table else (NAMED.get(kind, kind.capitalize()), MADE)
    return Station(name, title, f"{n_rows:,} rows", colour, f"#made-{kind}")


def _sources_table(sources: Iterable[Source]) -> Table:
    return Table("Sources", _SOURCES, [row for one in sources for row in one.rows], "Nothing came.")


def _made_table(title: str, made: Iterable[Made]) -> Table:
    return Table(title, _TABLES, [(one.name, one.stage, one.n_rows) for one in made], "None.")


def _of(table: ShownTable, records: Sequence[str]) -> ShownTable:
    """The lines of a table that are about some kinds of row."""
    return replace(table, lines=tuple(one for one in table.lines if set(one.name.split(", ")) & set(records)))
