"""Asking: one request of a signed-in user. It gives a screen what it may have, and nothing else.

    @screen.get("/segments/matrix", "Segment matrix")
    def matrix(ask: Ask) -> Response:
        shown = ask.shown("segments", lambda population: segments(population))
        return ask.page("report.html", shown=shown)

`shown`, `shown_of_cohort` and `released` are the only ways to figures, and all pass `release`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from openphm.core.errors import AccessRefused
from openphm.web.asker import Asker
from openphm.web.directory import ROLE_NAMES, purposes_of
from openphm.web.exploring import DRAWING, SPECIFICATION, address_of, drawing_named, name_of
from openphm.web.filters import Filters, Option
from openphm.web.limits import PAGES
from openphm.web.navigation import beside, top
from openphm.web.presenting import Shown
from openphm.web.sessions import Session
from openphm.web.suite import Suite

FORM_PROOF = "form_token"
DOWNLOAD = "download"
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class NotSignedIn(Exception):
    """Nobody is signed in: they are shown the way to the sign-in page."""


class NotFound(Exception):
    """There is no such thing, or none that this user may know of."""


class Asking(Asker):
    """Who asks, why, and what their request says."""

    def __init__(self, request: Request, form: FormData, suite: Suite, session: Session) -> None:
        super().__init__(suite, suite.directory.user(session.name, session.role), session.purpose)
        self.request = request
        self.session = session
        self._form = form
        self.section = ""
        self.title = ""

    # -- what was asked

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def is_partial(self) -> bool:
        """htmx asks for the results alone."""
        return "hx-request" in self.request.headers

    def filters(self, options: Sequence[Option] = ()) -> Filters:
        """The filters of this page, read from its address."""
        given = self.request.query_params.multi_items()
        return Filters.read(self.path, options, given, also=(DOWNLOAD, DRAWING))

    def field(self, name: str) -> str:
        """A field of the form; empty when it is not there."""
        value = self._form.get(name, "")
        return value if isinstance(value, str) else ""

    def fields(self, name: str) -> list[str]:
        """All values of a field."""
        return [value for value in self._form.getlist(name) if isinstance(value, str)]

    @property
    def form(self) -> list[tuple[str, str]]:
        """Every field of the form in its order, without the token."""
        return [(n, v) for n, v in self._form.multi_items() if isinstance(v, str) and n != FORM_PROOF]

    def upload(self, name: str) -> bytes | None:
        """The content of an uploaded file; at most 256 kB reach us."""
        value = self._form.get(name)
        return value.file.read() if isinstance(value, UploadFile) else None

    # -- what is answered

    def page(self, template: str, *, status: int = 200, **said: Any) -> Response:
        """A page of the suite. Templates are in web/templates; what every page has is added.

        A request that names a drawing of the page gets its specification in place of the page.
        """
        if wanted := self.request.query_params.get(DRAWING, ""):
            return self._specification(wanted, said)
        return HTMLResponse(
            self.suite.templates.get_template(template).render(**self.around(), **said), status
        )

    def around(self) -> dict[str, Any]:
        """What every template may use."""
        entries = self.suite.entries
        return {
            "ask": self,
            "title": self.title,
            "user": self.user,
            "role_name": ", ".join(ROLE_NAMES[role] for role in sorted(self.roles)),
            "purpose": self.session.purpose,
            "purposes": purposes_of(self.user),
            "form_token": self.session.form_token,
            "top": top(entries, self.roles, self.section),
            "beside": beside(entries, self.roles, self.section, self.path),
            "paths": {path for path, roles in self.suite.paths.items() if roles & self.roles},
            "has_custodian": self.suite.settings.custodian is not None,
            "is_partial": self.is_partial,
            "drawing_name": name_of,
            "drawing_address": partial(address_of, self.request.url),
            "fresh": self.suite.freshness(),
            "may_read_quality": any(
                one.path == "/governance/data-quality" and one.roles & self.roles for one in entries
            ),
        }

    def see(self, path: str) -> Response:
        """Go to another page after a form did something."""
        return RedirectResponse(path, 303)

    def download(self, shown: Shown, form: str) -> Response:
        """The table of a page as a file, remembered in the log first."""
        if form not in FORMS:
            raise NotFound
        content = shown.as_file(form)
        self._remember_file(shown, form)
        source = shown.provenance
        name = "".join(c if c.isalnum() else "-" for c in self.path.strip("/")) or "openphm"
        headers = {"content-disposition": f'attachment; filename="{name}-{source.as_at}.{form}"'}
        return Response(content, media_type=FORMS[form], headers=headers)

    def _specification(self, name: str, said: Mapping[str, Any]) -> Response:
        found = drawing_named(name, said)
        if found is None:
            raise NotFound
        shown, content = found
        self._remember_file(shown, "vega-lite")
        return Response(content, media_type=SPECIFICATION)

    def _remember_file(self, shown: Shown, form: str) -> None:
        source = shown.provenance
        question = shown.released.question
        self.remember(
            "release.file", question=question, rule=source.disclosure, format=form, build=source.build
        )


async def form_of(request: Request) -> FormData:
    """The form of a POST; empty for every other request. At most 200 fields and one file."""
    return await request.form(max_files=1, max_fields=200) if request.method == "POST" else FormData()


def asking_of(request: Request, form: Annotated[FormData, Depends(form_of)]) -> Asking:
    """Who asks. Raises NotSignedIn; AccessRefused when a form is not from a page of theirs."""
    suite: Suite = request.app.state.suite
    session = suite.sessions.of(request.cookies.get(cookie_name(suite)))
    if session is None:
        raise NotSignedIn
    suite.limits.take(session.name, PAGES)
    asking = Asking(request, form, suite, session)
    request.state.asking = asking
    token = asking.field(FORM_PROOF) or request.headers.get("x-form-token", "")
    if request.method not in ("GET", "HEAD") and not session.accepts(token):
        raise AccessRefused(
            "form",
            "this form is not from a page of your session, so nothing was done",
            "A page that was open for long, or in another window, may belong to an earlier session.",
            "open the page again and send it once more",
        )
    return asking


Ask = Annotated[Asking, Depends(asking_of)]
"""What a screen's function takes."""


def cookie_name(suite: Suite) -> str:
    """A `__Host-` cookie where the connection is encrypted: no other host and no other path can set it."""
    return "__Host-openphm" if suite.settings.is_tls else "openphm"


def local_path(text: str) -> str:
    """A path of ours that a query named; /overview when it is anything else."""
    parts = urlsplit(text)
    is_ours = text.startswith("/") and not text.startswith("//") and "\\" not in text
    if not is_ours or parts.scheme or parts.netloc:
        return "/overview"
    return quote(text, safe="/?&=%+-_.~:,")
