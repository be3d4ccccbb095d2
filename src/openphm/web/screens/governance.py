"""Data and governance: where the figures come from, who may see what, and what was done.

Counts here are of files and of rows of tables, and lines of registers: no figure about people, and no row of
anybody. Every page is one or more plain tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from openphm.access import REGISTER, AccessRegister, Action, Role, authorise
from openphm.access.register_file import OPEN_END
from openphm.access.users import GRANTS
from openphm.web.asking import Ask, Asking
from openphm.web.directory import PURPOSE_NAMES, ROLE_NAMES, DemoDirectory
from openphm.web.screen import EVERYBODY, Screen

ORDER = 5
REGISTER_READERS = frozenset(
    role for role, held in GRANTS.items() if any(Action.READ_REGISTER in one.actions for one in held)
)
"""Those whose grant has READ_REGISTER."""
screen = Screen("governance", roles=EVERYBODY)


@dataclass(frozen=True)
class Table:
    """A table of a page: what it is called, its columns and its rows, and what stands where it is empty."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    empty: str = "There is nothing here yet."


@screen.get("/governance", "Governance", says="Where figures come from, who may see what, what was done.")
def summary(ask: Ask) -> Response:
    """The pages of this section that this reader may see, with what each says."""
    held = [one for one in ask.suite.entries if one.roles & ask.roles and one.path != ask.path]
    own = [one for one in held if one.section == "governance" or one.path.startswith(ask.path)]
    return ask.page("governance/summary.html", own=own)


@screen.get(
    "/governance/agreements",
    "Agreements",
    roles=REGISTER_READERS,
    says="Organisations and sub-licences: whose people, for which purposes, until when.",
)
def agreements(ask: Ask) -> Response:
    """What the access register says of organisations."""
    register = _register(ask)
    if register is None:
        return _page(ask, f"There is no access register ({REGISTER}) beside the store.", [], _ACCESS)
    today = date.today()
    licences = sorted(register.sub_licences, key=lambda one: one.last)
    held = [one for one in licences if one.first <= today <= one.last]
    soon = [one for one in held if (one.last - today).days <= 90]
    rows: list[tuple[object, ...]] = [
        (
            one.id,
            register.organisations[one.organisation].name,
            ", ".join(sorted(one.practices | one.pcns)) or "the whole system",
            "; ".join(PURPOSE_NAMES[purpose] for purpose in sorted(one.purposes)),
            "rows" if one.granularity == "person" else "totals",
            one.first,
            _last(one.last),
            "in force" if one in held else "ended" if one.last < today else "not yet begun",
        )
        for one in licences
    ]
    columns = ("Sub-licence", "Organisation", "Whose people", "Purposes", "Sees", "From", "Last day", "State")
    organisations: list[tuple[object, ...]] = [
        (one.code, one.name, one.kind.replace("_", " ")) for _, one in sorted(register.organisations.items())
    ]
    tables = [
        Table("Sub-licences, the first to end on top", columns, rows, "No organisation has a sub-licence."),
        Table("Organisations", ("Code", "Name", "Kind"), organisations),
    ]
    number = "1 sub-licence" if len(held) == 1 else f"{len(held)} sub-licences"
    return _page(ask, f"{number} in force; {len(soon)} to end within 90 days.", tables, _ACCESS)


@screen.get(
    "/governance/access",
    "Access",
    roles=REGISTER_READERS,
    says="Who has which role, and what each role may see.",
)
def access(ask: Ask) -> Response:
    """Memberships as they hold today, and the grants that the one authorisation point reads."""
    people = _people(ask)
    grants: list[tuple[object, ...]] = [
        (
            ROLE_NAMES[role],
            ", ".join(str(action).replace("_", " ") for action in sorted(grant.actions)),
            "; ".join(PURPOSE_NAMES[purpose] for purpose in sorted(grant.purposes)),
            "rows under a pseudonym" if grant.granularity == "person" else "totals",
            "its own" if grant.is_limited_to_places else "the whole system",
        )
        for role in ROLE_NAMES
        for grant in GRANTS[role]
    ]
    holds = sum(1 for row in people if row[-1] == "holds")
    who = ("Who", "Role", "Organisation or places", "Last day", "Today")
    tables = [
        Table("Who has which role", who, people, "Nobody is in the register."),
        Table("What each role may do", ("Role", "May", "For", "Sees", "Places"), grants),
    ]
    lead = f"{holds} memberships hold today."
    return _page(ask, lead, tables, {"Agreements": "/governance/agreements", "Log": "/governance/audit"})


_ACCESS = {"Who has which role": "/governance/access"}


def _people(ask: Asking) -> list[tuple[object, ...]]:
    directory = ask.suite.directory
    if isinstance(directory, DemoDirectory):
        return [
            (
                user.name,
                _roles(user.roles),
                ", ".join(sorted(user.practices | user.pcns)) or "–",
                "–",
                "holds",
            )
            for user in directory.users.values()
        ]
    register = _register(ask)
    if register is None:
        return []
    return [
        (
            one.person,
            ROLE_NAMES[one.role],
            register.organisations[one.organisation].name,
            _last(one.last),
            register.why_not(one, date.today()) or "holds",
        )
        for _, person in sorted(register.people.items())
        for one in person.memberships
    ]


def _roles(roles: frozenset[Role]) -> str:
    return ", ".join(ROLE_NAMES[role] for role in sorted(roles))


def _register(ask: Asking) -> AccessRegister | None:
    """The register beside the store, for those who may read it; None without one."""
    authorise(ask.user, Action.READ_REGISTER, purpose=ask.purpose, log=ask.suite.log)
    path = ask.suite.settings.store / REGISTER
    return AccessRegister.read(path) if path.exists() else None


def _last(day: date) -> str:
    return "no last day" if day == OPEN_END else f"{day:%-d %B %Y}"


def steps_of(ask: Asking, steps: Mapping[str, str]) -> dict[str, str]:
    """Where a reader goes next: the pages that this reader may see."""
    return {text: path for text, path in steps.items() if path in ask.seen}


def _page(ask: Asking, lead: str, tables: list[Table], steps: dict[str, str]) -> Response:
    return ask.page("governance/tables.html", lead=lead, tables=tables, steps=steps_of(ask, steps))
