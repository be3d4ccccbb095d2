"""What the suite says of itself: first steps by role, accessibility, privacy."""

from __future__ import annotations

from starlette.responses import Response

from openphm.web.asking import Ask
from openphm.web.first_steps import first_steps
from openphm.web.screen import EVERYBODY, Screen

ORDER = 99
screen = Screen("", roles=EVERYBODY)


@screen.get("/help", "Help", in_menu=False)
def help_page(ask: Ask) -> Response:
    """First steps: what this role usually does, and every page that it has with what each says."""
    own = [entry for entry in ask.suite.entries if entry.section and entry.roles & ask.roles]
    return ask.page("about/help.html", own=own, steps=first_steps(ask.roles, ask.seen))


@screen.get("/accessibility", "Accessibility", in_menu=False)
def accessibility(ask: Ask) -> Response:
    """What was tested and what was not."""
    return ask.page("about/accessibility.html")


@screen.get("/privacy", "Privacy", in_menu=False)
def privacy(ask: Ask) -> Response:
    """What is shown, hidden, written down and kept."""
    return ask.page("about/privacy.html", rule=ask.suite.rule.in_words.replace("(*)", "[c]"))
