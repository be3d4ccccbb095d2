"""Data quality of a build: was everything delivered, kept, valid and linked?

One long table: a check, a subject, a measure and its value, with a light where right and wrong are
certain: `ok`, or `look` where somebody should.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from openphm.core.results import Cell, Result, Scalar
from openphm.pages.page import Layout, Page, Record
from openphm.population import Population

COLUMNS = ("check", "subject", "measure", "value", "unit", "light")
OK, LOOK = "ok", "look"
MOST_LINES = {"validity": 15, "missing": 15, "completeness": 15}
SELDOM = 2
"""A provider whose feed missed no more months than this usually sends: each gap is worth naming."""

Row = tuple[Cell | Scalar, ...]

# check: the population table it comes from, the columns that name its subject, and the unit of each measure
CHECKS: Mapping[str, tuple[str, tuple[str, ...], Mapping[str, str]]] = {
    "reconciliation": (
        "reconciliation",
        ("record",),
        {
            "files": "files",
            "rows_delivered": "rows",
            "rows_loaded": "rows",
            "rows_quarantined": "rows",
            "files_rejected": "files",
            "files_not_reconciled": "files",
        },
    ),
    "validity": ("quarantine", ("record", "reason_code", "column_name"), {"rows_quarantined": "rows"}),
    "mended": ("mended", ("record", "column_name"), {"rows_mended": "rows"}),
    "coverage": (
        "coverage",
        ("record",),
        {"providers": "providers", "provider_months": "months", "months_missing": "months"},
    ),
    "missing": (
        "missing_months",
        ("provider_code", "month_end", "record"),
        {"usual_rows": "rows", "months_missing": "months"},
    ),
    "late": ("late", ("record",), {"n_rows": "rows", "rows_late": "rows", "late_share": "share"}),
    "linkage": (
        "linkage",
        ("record",),
        {"n_rows": "rows", "rows_no_number": "rows", "rows_invalid_number": "rows", "linked_share": "share"},
    ),
    "completeness": (
        "completeness",
        ("record", "column_name"),
        {"n_rows": "rows", "present_share": "share", "valid_share": "share"},
    ),
    "not_activity": ("not_activity", ("record", "reason"), {"n_rows": "rows"}),
}

TITLES = {
    "reconciliation": "Reconciliation: rows delivered are rows loaded and rows quarantined",
    "validity": "Validity: rows set aside, by reason",
    "mended": "Mended: codes in another form than their standard's, and understood",
    "late": "Late: rows delivered in a later reporting period",
    "coverage": "Coverage: did every provider send every month?",
    "missing": "Missing months: a gap is not a zero",
    "linkage": "Linkage: rows that found their person",
    "completeness": "Completeness: columns with a value, emptiest first",
    "not_activity": "Loaded and not counted as activity",
    "rules": "Made by a rule of a specification: no source delivered it",
    "n_registrations": "registrations",
    "attribution": "Attribution: activity is segments and unattributed, to the penny",
    "definitions": "Definitions that are still drafts",
    "cost_gbp": "cost",
    "draft_files": "draft files",
    **{m: m.removeprefix("n_").replace("_", " ") for _, _, units in CHECKS.values() for m in units},
}

# A measure that must be nought; anything else is worth a look.
MUST_BE_NOUGHT = ("files_rejected", "files_not_reconciled", "months_missing", "rows_invalid_number")


def data_quality(population: Population) -> Page:
    """Coverage, completeness, validity, linkage and reconciliation of the live build."""
    rows = [row for check in CHECKS for row in _rows(population, check)]
    rows += [*_rules(population), *_attribution(population), *_drafts(population)]
    result = Result("check", COLUMNS, tuple(rows), population.provenance())
    return Page(
        title="Data quality of the build",
        result=replace(result, notes=("Rows are rows of delivered files, not people.",)),
        headline=headline,
        next_step="every row set aside is in quality.quarantine with its file, line, column and reason",
        layout=Layout(down="subject", across="measure", value="value", split="check", titles=TITLES),
        most_lines=MOST_LINES,
    )


def _rows(population: Population, check: str) -> Iterator[Row]:
    table, subject, units = CHECKS[check]
    for record in population.data_quality(table):
        if not set(subject) <= set(record):
            continue  # an empty table has no columns
        named = ", ".join(str(record[name]) for name in subject if record[name] not in (None, ""))
        for measure, unit in units.items():
            yield check, named, measure, record[measure], unit, _light(measure, record[measure])


def _light(measure: str, value: Scalar) -> str:
    if measure not in MUST_BE_NOUGHT:
        return ""
    return LOOK if value else OK


def _rules(population: Population) -> Iterator[Row]:
    """What a rule of a specification made because no source has it. Registrations are people: a Cell."""
    for record in population.data_quality("rules"):
        if "n_registrations" in record:
            made = Cell(record["n_registrations"])
            yield "rules", str(record["source_rule"]), "n_registrations", made, "registrations", LOOK


def _attribution(population: Population) -> Iterator[Row]:
    """Activity is segments and nobody's, to the penny."""
    for subject, cost in population.attribution().rows:
        light = "" if subject != "difference" else LOOK if cost else OK
        yield "attribution", subject, "cost_gbp", cost, "gbp", light


def _drafts(population: Population) -> Iterator[Row]:
    """Draft definitions by kind: the shipped code lists are small, and a site loads its own."""
    found: dict[str, int] = {}
    for record in population.data_quality("draft_definitions"):
        kind = str(record.get("id", "")).partition("/")[0]
        if kind:
            found[kind] = found.get(kind, 0) + 1
    for kind, drafts in sorted(found.items()):
        yield "definitions", kind, "draft_files", drafts, "files", LOOK


def headline(records: Sequence[Record]) -> str:
    """Rows in, rows kept, and what needs a look, from the released rows."""

    def added(measure: str) -> int:
        return sum(
            _whole(r["value"]) for r in records if r["check"] == "reconciliation" and r["measure"] == measure
        )

    delivered, loaded, aside = (added(f"rows_{name}") for name in ("delivered", "loaded", "quarantined"))
    parts = [
        f"{delivered:,} rows were delivered: {loaded:,} loaded and {aside:,} set aside with a reason"
        + ("." if delivered == loaded + aside else f"; {delivered - loaded - aside:,} are unexplained.")
    ]
    said = (_missing(records), _unlinked(records), _ruled(records), _draft(records))
    parts += [one for one in said if one]
    return " ".join(parts)


def _missing(records: Sequence[Record]) -> str:
    """The gaps of feeds that usually come, named; the others counted."""
    gaps = [r for r in records if r["check"] == "missing" and r["measure"] == "months_missing"]
    if not gaps:
        return "No provider missed a month."
    seldom = [str(gap["subject"]) for gap in gaps if _whole(gap["value"]) <= SELDOM]
    shown = "; ".join(seldom[:4]) + (f" and {len(seldom) - 4} more" if len(seldom) > 4 else "")
    often = len(gaps) - len(seldom)
    parts = [f"Missing: {shown}."] if seldom else []
    parts += [f"{often:,} months are missing in feeds that often skip one."] if often else []
    return " ".join(parts)


def _unlinked(records: Sequence[Record]) -> str:
    worst = [r for r in records if r["measure"] == "linked_share" and isinstance(r["value"], float)]
    if not worst:
        return ""
    record = min(worst, key=_share)
    return f"Least linked: {record['subject']}, {_share(record):.1%} of rows."


def _ruled(records: Sequence[Record]) -> str:
    """The rules that stand in for a source, by name: without them nobody would be in the population."""
    rules = [str(r["subject"]) for r in records if r["check"] == "rules"]
    return (
        f"Registrations are made by the rule {', '.join(rules)}; no source delivered them." if rules else ""
    )


def _share(record: Record) -> float:
    value = record["value"]
    return value if isinstance(value, float) else 1.0


def _draft(records: Sequence[Record]) -> str:
    drafts = sum(_whole(r["value"]) for r in records if r["measure"] == "draft_files")
    return f"{drafts} definitions are drafts: load your own code lists in an overlay." if drafts else ""


def _whole(value: Scalar) -> int:
    return value if isinstance(value, int) else 0
