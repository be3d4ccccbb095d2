"""Personal tokens for the API, and what the API is."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.responses import Response

from openphm.recording.tokens import LONGEST
from openphm.web.asking import Ask
from openphm.web.screen import EVERYBODY, READERS, Screen

ORDER = 95
screen = Screen("", roles=READERS)


@screen.get("/tokens", "Tokens for the API", in_menu=False)
def tokens(ask: Ask) -> Response:
    """Own tokens, without their text, which was shown once."""
    return ask.page("tokens.html", tokens=ask.register.tokens.of(ask.user.name), made="")


@screen.post("/tokens", "Tokens for the API")
def make(ask: Ask) -> Response:
    """A new token, for the role and the purpose of this session; shown on this page alone."""
    days = min(LONGEST.days, int(ask.field("days")) if ask.field("days").isdigit() else 30)
    says = " ".join(ask.field("says").split())[:100] or "No name"
    ask.remember("token.made", purpose=str(ask.purpose), days=days)
    made = ask.register.tokens.make(
        ask.user.name,
        role=min(ask.roles),
        purpose=ask.purpose,
        says=says,
        last_day=date.today() + timedelta(days=days),
    )
    return ask.page("tokens.html", tokens=ask.register.tokens.of(ask.user.name), made=made)


@screen.post("/tokens/end")
def end(ask: Ask) -> Response:
    """End one of one's own tokens."""
    ask.remember("token.ended")
    ask.register.tokens.end(ask.user.name, ask.field("token"))
    return ask.see("/tokens")


@screen.get("/api", "The API", roles=EVERYBODY, in_menu=False)
def reference(ask: Ask) -> Response:
    """The API in words, from the description that programs read."""
    described = ask.request.app.openapi()
    routes = [(path, call["get"]) for path, call in sorted(described["paths"].items()) if "get" in call]
    return ask.page("api.html", routes=routes)
