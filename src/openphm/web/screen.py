"""Screen: a group of routes in a file of its own, with who may see each of them.

    screen = Screen("cohorts", roles=ANALYSTS)

    @screen.get("/cohorts", "Cohorts", says="Groups of people, by their definition.")
    def listed(ask: Ask) -> Response: ...

    @screen.post("/cohorts")
    def made(ask: Ask) -> Response: ...

A file in `openphm.web.screens` that has a `screen` is found by itself. A route without roles is refused to
everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends

from openphm.access import Role
from openphm.core.errors import AccessRefused
from openphm.web.asking import Ask
from openphm.web.directory import ROLE_NAMES
from openphm.web.navigation import Entry

ANALYSTS = frozenset({Role.ICB_ANALYST, Role.SUPER_USER, Role.PROVIDER_ANALYST})
CARE = frozenset({Role.CLINICIAN, Role.CARE_COORDINATOR})
MONEY = frozenset({Role.FINANCE, Role.EXECUTIVE})
GOVERNANCE = frozenset({Role.IG_LEAD, Role.ADMIN})
EVERYBODY = frozenset(Role)
READERS = EVERYBODY - GOVERNANCE
"""Those who may see figures about people; governance sees registers and logs alone."""

Function = Callable[..., Any]


@dataclass(frozen=True)
class Rule:
    """Who may use one route: what the test of every role on every route reads."""

    method: str
    path: str
    roles: frozenset[Role]


class Screen:
    """Routes of one section."""

    def __init__(self, section: str, *, roles: frozenset[Role]) -> None:
        self.section = section
        self.roles = roles
        self.router = APIRouter(include_in_schema=False)
        self.entries: list[Entry] = []
        self.rules: list[Rule] = []

    def get(
        self,
        path: str,
        title: str,
        *,
        roles: frozenset[Role] | None = None,
        says: str = "",
        in_menu: bool | None = None,
    ) -> Callable[[Function], Function]:
        """A page. in_menu: stands in the navigation; when not said, pages without a part in braces do."""
        return self._route("GET", path, title, roles, says, "{" not in path if in_menu is None else in_menu)

    def post(
        self, path: str, title: str = "", *, roles: frozenset[Role] | None = None
    ) -> Callable[[Function], Function]:
        """What a form does. The form's token was checked before."""
        return self._route("POST", path, title, roles, "", False)

    def _route(
        self, method: str, path: str, title: str, roles: frozenset[Role] | None, says: str, in_menu: bool
    ) -> Callable[[Function], Function]:
        allowed = self.roles if roles is None else roles
        self.rules.append(Rule(method, path, allowed))
        if in_menu:
            self.entries.append(Entry(self.section, title, path, allowed, says))

        def registered(function: Function) -> Function:
            self.router.add_api_route(
                path,
                function,
                methods=[method],
                response_model=None,
                dependencies=[Depends(_only(allowed, self.section, title))],
            )
            return function

        return registered


def _only(roles: frozenset[Role], section: str, title: str) -> Callable[[Ask], None]:
    """Lets in those of some roles."""

    def check(ask: Ask) -> None:
        ask.section, ask.title = section, title
        if ask.roles & roles:
            return
        who = ", ".join(ROLE_NAMES[role] for role in ROLE_NAMES if role in roles)
        refusal = AccessRefused(
            title or "this page",
            "your role may not see this page",
            f"It is for: {who}." if who else "Nobody may see it.",
            "ask whoever keeps the access register, if your work needs it",
        )
        ask.remember("access.refused", route=ask.path, found=refusal.found)
        raise refusal

    # FastAPI reads the annotation of a nested function from this module.
    check.__annotations__ = {"ask": Ask, "return": None}
    return check
