"""Saved views: a page with its filters under a name. Whoever opens one sees their own rows."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.responses import Response

from openphm.core.errors import UsageError
from openphm.web.asking import Ask, NotFound, local_path
from openphm.web.screen import READERS, Screen

ORDER = 94
KIND = "view"
MOST = 100
LONGEST = 2_000
screen = Screen("", roles=READERS)


@screen.get("/views", "Saved views", in_menu=False)
def views(ask: Ask) -> Response:
    """One's own views; and a form for the page that somebody came from, when its address was given."""
    address = ask.request.query_params.get("address", "")
    address = local_path(address) if address else ""
    return ask.page(
        "views.html", views=ask.register.kept.all(KIND, owner=ask.user.name), address=address[:LONGEST]
    )


@screen.post("/views", "Saved views")
def save(ask: Ask) -> Response:
    """Keep a page of the suite with its filters."""
    name = " ".join(ask.field("name").split())[:100]
    address = local_path(ask.field("address"))
    if not name or len(address) > LONGEST or urlsplit(address).path not in ask.suite.paths:
        found = "it has no name" if not name else "its address is no page of the suite"
        raise UsageError("view", f"this view was not saved: {found}", remedy="go back and mend it")
    if len(ask.register.kept.all(KIND, owner=ask.user.name)) >= MOST:
        raise UsageError("view", f"you have {MOST} views", remedy="remove one first")
    body = {"name": name, "address": address}
    ask.register.kept.keep(KIND, secrets.token_hex(8), body, owner=ask.user.name)
    return ask.see("/views")


@screen.post("/views/remove")
def remove(ask: Ask) -> Response:
    """Remove one's own view."""
    kept = ask.register.kept.newest(KIND, ask.field("view"))
    if kept is None or kept.owner != ask.user.name:
        raise NotFound
    ask.register.kept.forget(KIND, kept.id)
    return ask.see("/views")
