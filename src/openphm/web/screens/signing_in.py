"""Sign in, say why, sign out. In the demo: choose who to be."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openphm.access import Purpose, Role
from openphm.core.errors import UsageError
from openphm.web.asking import Ask, NotFound, cookie_name, form_of, local_path
from openphm.web.directory import DemoDirectory, purposes_of
from openphm.web.screen import EVERYBODY, Screen
from openphm.web.sessions import key_of
from openphm.web.suite import Suite

ORDER = 0
screen = Screen("", roles=EVERYBODY)
Form = Annotated[FormData, Depends(form_of)]


@screen.router.get("/", response_model=None)
def front() -> Response:
    return RedirectResponse("/overview", 303)


@screen.router.get("/sign-in", response_model=None)
def sign_in_page(request: Request, next: str = "") -> Response:
    """Who are you? In the demo, a button for each role."""
    suite: Suite = request.app.state.suite
    return HTMLResponse(
        suite.templates.get_template("sign_in.html").render(next=local_path(next), title="Sign in")
    )


@screen.router.post("/demo/sign-in", response_model=None)
def demo_sign_in(request: Request, form: Form) -> Response:
    """Become the made-up user of a role. Only where the suite was started as a demo."""
    suite: Suite = request.app.state.suite
    if not isinstance(suite.directory, DemoDirectory):
        raise NotFound
    name = str(form.get("role", ""))
    if name not in list(Role):
        raise UsageError("role", "there is no such role", remedy="choose one of the list")
    user = suite.directory.of_role(Role(name))
    token = request.cookies.get(cookie_name(suite))
    if token:
        suite.sessions.end(key_of(token))
    suite.log.append("session.begun", actor=user.name, detail={"role": name, "how": "demo"})
    # The usual purpose of the role; the purpose page changes it.
    begun = suite.sessions.begin(user.name, purpose=purposes_of(user)[0])
    answer = RedirectResponse(local_path(str(form.get("next", "")) or "/overview"), 303)
    answer.set_cookie(
        cookie_name(suite), begun, httponly=True, secure=suite.settings.is_tls, samesite="lax", path="/"
    )
    return answer


@screen.get("/purpose", "Why are you asking?", in_menu=False)
def purpose_page(ask: Ask) -> Response:
    """The purposes that this user may act for."""
    return ask.page("purpose.html", next=local_path(ask.request.query_params.get("next", "")))


@screen.post("/purpose")
def say_purpose(ask: Ask) -> Response:
    """Remember the purpose, in the session and in the log."""
    name = ask.field("purpose")
    if name not in purposes_of(ask.user):
        raise UsageError("purpose", "this is not a purpose you may act for", remedy="choose one of the list")
    ask.remember("session.purpose", purpose=name)
    ask.suite.sessions.say_why(ask.session, Purpose(name))
    return ask.see(local_path(ask.field("next")))


@screen.post("/sign-out")
def sign_out(ask: Ask) -> Response:
    """End the session here and in the browser."""
    ask.remember("session.ended")
    ask.suite.sessions.end(ask.session.key)
    answer = ask.see("/sign-in")
    answer.delete_cookie(cookie_name(ask.suite))
    answer.headers["clear-site-data"] = '"cache", "cookies", "storage"'
    return answer
