"""The routes: three lines each. Read who asks, ask the desk, show what it says.

Identities are on one page alone, the answer to `collect`; it is sent once, and kept by nobody on the way.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Collection
from dataclasses import asdict
from importlib.resources import files
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from openphm.core.errors import OpenPHMError
from openphm.core.reidentification import state_named
from openphm.custodian.reidentification.desk import FINDINGS, Answer, Desk
from openphm.custodian.reidentification.lists import COLUMNS
from openphm.custodian.reidentification.reasons import FLAGS, REASONS, REFUSALS, Refused
from openphm.custodian.reidentification.sealed import seal_list
from openphm.custodian.reidentification.service.guarding import Guard
from openphm.custodian.reidentification.service.sessions import Session, Sessions, Throttle
from openphm.custodian.reidentification.signing_in import sign_in
from openphm.custodian.reidentification.users import Account
from openphm.custodian.reidentification.witnessing import sign_head

_PACKAGE = "openphm.custodian.reidentification.service"
_FAULT = 500
_FORBIDDEN, _TOO_MANY = 403, 429
_EVERY_ENTRIES, _EVERY_SECONDS = 1000, 900


class Asked:
    """One call: its route, its form, and who is signed in."""

    def __init__(
        self, request: Request, body: bytes, session: Session | None, account: Account | None
    ) -> None:
        self.request_id = str(request.path_params.get("request_id", ""))
        self.step = str(request.path_params.get("step", ""))
        self.body = body
        self.cookie = request.cookies.get(COOKIE, "")
        self.place = request.client.host if request.client else ""
        self.session, self._account = session, account

    @property
    def fields(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.body.decode("utf-8", "replace"), max_num_fields=50):
            found.setdefault(name, []).append(value)
        return found

    def field(self, name: str) -> str:
        return self.fields.get(name, [""])[0]

    @property
    def account(self) -> Account:
        """Who is signed in. Raises Refused."""
        if self._account is None:
            raise Refused("Q_SIGN_IN", "sign-in")
        return self._account

    def check_form(self) -> Account:
        """The account, when the form comes from a page of its session. Raises Refused."""
        account = self.account
        if self.session is None or not self.session.accepts(self.field("form_token")):
            raise Refused("Q_NOT_ALLOWED", "form")
        return account


COOKIE = "openphm_custodian"
Handler = Callable[[Asked], Response]


class Service:
    """The handlers. Each is called in a thread of its own."""

    def __init__(self, desk: Desk, *, is_tls: bool) -> None:
        self._desk = desk
        self._is_tls = is_tls
        self._sessions = Sessions(desk.steps.now)
        self._throttle = Throttle(desk.steps.now)
        self._witnessed = (desk.steps.now(), desk.log.checkpoint().sequence)
        self._pages = Environment(
            loader=PackageLoader(_PACKAGE, "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        self._pages.globals.update(flags=FLAGS, refusals=REFUSALS, findings=FINDINGS, state_named=state_named)

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self._route(self.health)),
            Route("/style.css", self._route(self.style)),
            Route("/sign-in", self._route(self.sign_in_page)),
            Route("/sign-in", self._route(self.sign_in), methods=["POST"]),
            Route("/sign-out", self._route(self.sign_out), methods=["POST"]),
            Route("/", self._route(self.queue)),
            Route("/requests/{request_id}", self._route(self.show)),
            Route("/requests/{request_id}/collect", self._route(self.collect), methods=["POST"]),
            Route("/requests/{request_id}/{step}", self._route(self.decide), methods=["POST"]),
            Route("/api/requests", self._route(self.submit, is_api=True), methods=["POST"]),
            Route("/api/status", self._route(self.status, is_api=True), methods=["POST"]),
        ]

    def _route(self, handler: Handler, *, is_api: bool = False) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await run_in_threadpool(self._handle, handler, request, body, is_api)

        return endpoint

    def _handle(self, handler: Handler, request: Request, body: bytes, is_api: bool) -> Response:
        try:
            session = self._sessions.of(request.cookies.get(COOKIE))
            account = self._desk.users.active(session.name) if session else None
            answer = handler(Asked(request, body, session, account))
            self._witness()
        except Refused as refused:
            if refused.code == "Q_SIGN_IN" and not is_api and request.method == "GET":
                return RedirectResponse("/sign-in", 303)
            return self._problem(refused, refused.status, is_api, refused.code)
        except OpenPHMError as error:
            return self._problem(error, _FAULT, is_api)
        except Exception as fault:
            # its text may hold a value of a row, so its kind alone is said
            print(f"custodian service: a fault of its own, {type(fault).__name__}", file=sys.stderr)  # noqa: T201
            return self._problem(OpenPHMError("service", "it met a fault of its own."), _FAULT, is_api)
        return answer

    def _problem(self, error: OpenPHMError, status: int, is_api: bool, code: str = "") -> Response:
        if is_api:
            return JSONResponse({"reason": code, **error.as_dict()}, status)
        reason = REASONS.get(code)
        said = {"found": error.found, "allowed": error.allowed, "remedy": error.remedy}
        html = self._pages.get_template("problem.html").render(
            said=said, known=reason is not None, account=None
        )
        return HTMLResponse(html, status)

    def _page(self, name: str, asked: Asked, **said: object) -> Response:
        token = asked.session.form_token if asked.session else ""
        account = asked.account if asked.session else None
        return HTMLResponse(self._pages.get_template(name).render(form_token=token, account=account, **said))

    def _witness(self) -> None:
        """A signed checkpoint each 1,000 entries or 15 minutes, whichever comes first."""
        now, head = self._desk.steps.now(), self._desk.log.checkpoint().sequence
        then, before = self._witnessed
        if head - before >= _EVERY_ENTRIES or (
            head > before and (now - then).total_seconds() >= _EVERY_SECONDS
        ):
            sign_head(self._desk.steps.home, self._desk.log)
            self._witnessed = (now, head)

    # what everybody may see

    def health(self, asked: Asked) -> Response:
        return JSONResponse({"status": "ok"})

    def style(self, asked: Asked) -> Response:
        text = files(_PACKAGE).joinpath("pages", "style.css").read_text("utf-8")
        return Response(text, media_type="text/css")

    def sign_in_page(self, asked: Asked) -> Response:
        return HTMLResponse(self._pages.get_template("sign_in.html").render(account=None))

    def sign_in(self, asked: Asked) -> Response:
        if not self._throttle.allows(asked.place):
            raise Refused("Q_RATE", "sign-in")
        self._sessions.end(asked.cookie)
        account = sign_in(self._desk, asked.field("name"), asked.field("password"))
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            COOKIE, self._sessions.begin(account.name), httponly=True, secure=self._is_tls, samesite="strict"
        )
        return answer

    def sign_out(self, asked: Asked) -> Response:
        asked.check_form()
        self._sessions.end(asked.cookie)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE)
        answer.headers["clear-site-data"] = '"cache", "cookies", "storage"'
        return answer

    # what people do

    def queue(self, asked: Asked) -> Response:
        return self._page("queue.html", asked, cases=self._desk.visible(asked.account))

    def show(self, asked: Asked) -> Response:
        case = self._desk.look(asked.account, asked.request_id)
        with self._desk.ledger.reading() as page:
            moves = page.moves(asked.request_id)
        criteria = json.dumps(case.body["criteria"], indent=1, ensure_ascii=False)
        can_seal = self._desk.public_key(case.recipient) is not None
        reason = REASONS[case.refused_for].found if case.refused_for in REASONS else ""
        said = {"criteria": criteria, "can_seal": can_seal, "reason": reason}
        return self._page("request.html", asked, case=case, moves=moves, **said)

    def decide(self, asked: Asked) -> Response:
        account, request_id = asked.check_form(), asked.request_id
        steps: dict[str, Callable[[], object]] = {
            "approve": lambda: self._desk.approve(account, request_id, asked.fields.get("flag", [])),
            "refuse": lambda: self._desk.refuse(account, request_id, asked.field("why")),
            "release": lambda: self._desk.release(account, request_id),
            "revoke": lambda: self._desk.revoke(account, request_id),
            "end-standing": lambda: self._desk.end_standing(account, request_id),
            "review": lambda: self._desk.review(account, request_id, asked.field("finding")),
        }
        if asked.step not in steps:
            raise Refused("Q_UNKNOWN", "step")
        steps[asked.step]()
        return RedirectResponse(f"/requests/{request_id}", 303)

    def collect(self, asked: Asked) -> Response:
        """The one answer with identities. The password is asked again: not for whoever sits down."""
        account = asked.check_form()
        if not self._throttle.allows(asked.place):
            raise Refused("Q_RATE", "collect")
        self._desk.look(account, asked.request_id)
        sign_in(self._desk, account.name, asked.field("password"))
        handover = self._desk.collect(account, asked.request_id)
        key = self._desk.public_key(handover.case.recipient)
        if asked.field("form") == "sealed" and key is not None:
            sealed = seal_list(handover.csv(), key, asked.request_id)
            headers = {"content-disposition": f'attachment; filename="{asked.request_id[:8]}.sealed"'}
            return Response(sealed, media_type="application/octet-stream", headers=headers)
        rows = list(handover.rows())
        return self._page("collected.html", asked, handover=handover, columns=COLUMNS, rows=rows)

    # what zone P may do

    def submit(self, asked: Asked) -> Response:
        return self._told(asked, self._desk.submit, 202)

    def status(self, asked: Asked) -> Response:
        return self._told(asked, self._desk.status, 200)

    def _told(self, asked: Asked, ask: Callable[[bytes], Answer], status: int) -> Response:
        if not self._throttle.allows(asked.place):
            raise Refused("Q_RATE", "requests")
        return JSONResponse(asdict(ask(asked.body)), status)


def make_app(desk: Desk, *, hosts: Collection[str], is_tls: bool = False) -> Starlette:
    """The application. hosts: the names it answers to, without port."""
    service = Service(desk, is_tls=is_tls)
    guard = Middleware(Guard, hosts=hosts, is_tls=is_tls)
    return Starlette(routes=service.routes(), middleware=[guard])
