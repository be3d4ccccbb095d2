"""Read the small mappings within a record of an extract specification: person, submission, coverage."""

from __future__ import annotations

from openphm.definitions import extract_specs as specs
from openphm.definitions.entry import Entry


def read_date_formats(entry: Entry | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """The date formats named here, or those of the file."""
    if entry is None:
        return default
    formats = entry.texts("date") or default
    entry.done()
    return formats


def read_person(record: Entry) -> specs.PersonLink | None:
    """How rows point to a person; None for records without people."""
    if record.raw("person") in (None, "none"):
        return None
    entry = record.entry("person")
    assert entry is not None
    link = None
    if entry.has("nhs_number"):
        link = specs.PersonLink("nhs_number", field=entry.text("nhs_number"))
    elif entry.has("local"):
        link = specs.PersonLink("local", field=entry.text("local"))
    elif entry.has("via"):
        link = specs.PersonLink("via", record=entry.text("via"), key=entry.text("key"))
    elif entry.has("parent"):
        link = specs.PersonLink("parent", record=entry.text("parent"), key=entry.text("key"))
    else:
        entry.problems.add(
            entry.where,
            "the person is not named.",
            allowed="{nhs_number: field}, {local: field}, {via: record, key: field} "
            "or {parent: record, key: field}",
        )
    entry.done()
    return link


def read_submission(entry: Entry) -> specs.Submission | None:
    """The rule for resubmissions, if there is one."""
    one = entry.entry("submission")
    if one is None:
        return None
    found = specs.Submission(one.text("provider"), one.text("period"), one.text("version"))
    one.done()
    return found


def read_coverage(entry: Entry) -> specs.Coverage | None:
    """What says which provider delivered which month."""
    one = entry.entry("coverage")
    if one is None:
        return None
    found = specs.Coverage(one.text("provider"), one.text("date"))
    one.done()
    return found


def read_latest_row(entry: Entry) -> tuple[str, ...]:
    """The columns whose last value wins for a repeated key."""
    one = entry.entry("latest_row")
    if one is None:
        return ()
    by = one.texts("by")
    one.done()
    return by


def read_child_of(entry: Entry) -> tuple[str, str] | None:
    """The record and key of the parent row."""
    one = entry.entry("child_of")
    if one is None:
        return None
    found = (one.text("record"), one.text("key"))
    one.done()
    return found
