"""Navigation: the eight items at the top, and the pages under each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openphm.access import Role

SECTIONS = {
    "overview": ("Overview", "/overview"),
    "cohorts": ("Cohorts", "/cohorts"),
    "segments": ("Segments", "/segments"),
    "outcomes": ("Outcomes", "/outcomes"),
    "projections": ("Projections", "/projections"),
    "evaluations": ("Evaluation", "/evaluations"),
    "worklists": ("Worklists", "/worklists"),
    "governance": ("Data and governance", "/governance"),
}
"""Top items in their order: the name of a section, what stands there, and its first address."""


@dataclass(frozen=True)
class Entry:
    """A page that stands under a section's heading, and who may see it."""

    section: str
    title: str
    path: str
    roles: frozenset[Role]
    says: str = ""


@dataclass(frozen=True)
class Item:
    """One link of the navigation."""

    title: str
    path: str
    is_here: bool


def top(entries: Iterable[Entry], roles: frozenset[Role], here: str) -> list[Item]:
    """The top items of which this user may see a page; each leads to the first such page."""
    seen = [entry for entry in entries if entry.roles & roles]
    items = []
    for section, (title, path) in SECTIONS.items():
        own = [entry.path for entry in seen if entry.section == section]
        if own:
            items.append(Item(title, path if path in own else own[0], section == here))
    return items


def beside(entries: Iterable[Entry], roles: frozenset[Role], section: str, path: str) -> list[Item]:
    """The pages of one section that this user may see."""
    own = [entry for entry in entries if entry.section == section and entry.roles & roles]
    return [Item(entry.title, entry.path, entry.path == path) for entry in own]
