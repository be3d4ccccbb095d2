"""Sign in, say why, sign out. In the demo: choose who to be."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openphm.access import Purpose, Role
from openphm.core.errors import AccessRefused, UsageError
from openphm.web.asking import Ask, NotFound, cookie_name, form_of, local_path
from openphm.web.directory import DemoDirectory, RegisterDirectory, purposes_of
from openphm.web.limits import SIGN_INS
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
    _limit(request, suite)
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
    _set(answer, suite, cookie_name(suite), begun)
    return answer


@screen.router.get("/sign-in/begin", response_model=None)
def begin(request: Request, next: str = "") -> Response:
    """To the provider, with a cookie that binds the way back to this browser."""
    suite: Suite = request.app.state.suite
    if suite.provider is None:
        raise NotFound
    _limit(request, suite)
    url, ticket = suite.provider.begin(local_path(next))
    answer = RedirectResponse(url, 303)
    _set(answer, suite, _ticket_name(suite), ticket, seconds=600)
    return answer


@screen.router.get("/sign-in/return", response_model=None)
def come_back(request: Request, state: str = "", iss: str = "") -> Response:
    """From the provider: who it is, whether the register knows them, and a session."""
    suite: Suite = request.app.state.suite
    directory = suite.directory
    if (
        suite.provider is None
        or suite.settings.sign_in is None
        or not isinstance(directory, RegisterDirectory)
    ):
        raise NotFound
    address = f"{suite.settings.sign_in.return_url}?{request.url.query}"
    ticket = request.cookies.get(_ticket_name(suite), "")
    try:
        issuer, subject, next_ = suite.provider.finish(ticket, address, state, iss)
    except AccessRefused as refusal:
        suite.log.append("session.refused", actor="unknown", detail={"found": refusal.found})
        raise
    name = directory.name_of(issuer, subject)
    roles = [] if name is None else directory.roles(name)
    if name is None or not roles:
        suite.log.append("session.refused", actor=name or "unknown", detail={"found": "no membership"})
        raise AccessRefused(
            "sign-in",
            "you are who you say, and the register gives you no membership that holds today",
            "A membership has a first and a last day, and needs training that has not expired.",
            "ask whoever keeps the access register of your organisation",
        )
    suite.log.append("session.begun", actor=name, detail={"role": str(roles[0]), "how": "provider"})
    answer = RedirectResponse("/purpose?" + urlencode({"next": next_}), 303)
    answer.delete_cookie(_ticket_name(suite))
    _set(answer, suite, cookie_name(suite), suite.sessions.begin(name, roles[0]))
    return answer


@screen.post("/role")
def act_as(ask: Ask) -> Response:
    """Act in another of one's roles: a new session, and the purpose is asked again."""
    name = ask.field("role")
    if name not in ask.suite.directory.roles(ask.user.name):
        raise UsageError("role", "you do not hold this role", remedy="choose one of the list")
    ask.remember("session.role", role=name)
    ask.suite.sessions.end(ask.session.key)
    answer = ask.see("/purpose")
    _set(answer, ask.suite, cookie_name(ask.suite), ask.suite.sessions.begin(ask.user.name, Role(name)))
    return answer


@screen.get("/sessions", "Where you are signed in", in_menu=False)
def sessions(ask: Ask) -> Response:
    """Every session of this person; each can be ended."""
    return ask.page("sessions.html", sessions=ask.suite.sessions.of_person(ask.user.name))


@screen.post("/sessions")
def end_session(ask: Ask) -> Response:
    """End one of one's own sessions, or all of them at once."""
    if ask.field("all"):
        ask.remember("session.ended", how="everywhere")
        ask.suite.sessions.end_all(ask.user.name)
        return _signed_out(ask)
    key = ask.field("session")
    if key in {one.key for one in ask.suite.sessions.of_person(ask.user.name)}:
        ask.remember("session.ended", how="from another")
        ask.suite.sessions.end(key)
    return ask.see("/sessions")


def _limit(request: Request, suite: Suite) -> None:
    """So many tries to sign in from one address."""
    suite.limits.take(f"sign-in {request.client.host if request.client else ''}", SIGN_INS)


def _ticket_name(suite: Suite) -> str:
    return f"{cookie_name(suite)}-begin"


def _set(answer: Response, suite: Suite, name: str, value: str, *, seconds: int | None = None) -> None:
    """A cookie that no script reads. Lax, because the provider sends people back from its own site."""
    answer.set_cookie(
        name, value, max_age=seconds, httponly=True, secure=suite.settings.is_tls, samesite="lax", path="/"
    )


@screen.get("/purpose", "Why are you asking?", in_menu=False)
def purpose_page(ask: Ask) -> Response:
    """The purposes that this user may act for."""
    return ask.page(
        "purpose.html",
        next=local_path(ask.request.query_params.get("next", "")),
        roles_held=ask.suite.directory.roles(ask.user.name),
    )


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
    return _signed_out(ask)


def _signed_out(ask: Ask) -> Response:
    answer = ask.see("/sign-in")
    answer.delete_cookie(cookie_name(ask.suite))
    answer.headers["clear-site-data"] = '"cache", "cookies", "storage"'
    return answer
