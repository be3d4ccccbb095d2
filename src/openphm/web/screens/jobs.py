"""Jobs: long work, how far it is, and what it made. Files are the owner's alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.responses import FileResponse, Response

from openphm.access import Role
from openphm.core.errors import UsageError
from openphm.core.records import Job
from openphm.reports import REPORTS
from openphm.web.asking import Ask, Asking, NotFound
from openphm.web.kinds import kind
from openphm.web.screen import EVERYBODY, READERS, Screen
from openphm.web.screens.reports import SCREENS
from openphm.web.work import Work, folder_of

ORDER = 90
screen = Screen("", roles=EVERYBODY)
FORMS = ("csv", "xlsx", "json")


@screen.get("/jobs", "Jobs", in_menu=False)
def jobs(ask: Ask) -> Response:
    """Own jobs; for an administrator everybody's, without what they made."""
    owner = None if Role.ADMIN in ask.roles else ask.user.name
    return ask.page("jobs/list.html", jobs=ask.register.jobs.of(owner), is_all=owner is None)


@screen.get("/jobs/{job_id}", "Job")
def one_job(ask: Ask, job_id: str) -> Response:
    """How far a job is. htmx asks again every few seconds; without it the page says how to."""
    return ask.page("jobs/one.html", job=_own(ask, job_id))


@screen.post("/jobs/{job_id}/cancel")
def cancel(ask: Ask, job_id: str) -> Response:
    """Ask a job to stop."""
    job = _own(ask, job_id)
    ask.remember("job.cancelled", job=job.id, kind=job.kind)
    ask.register.jobs.cancel(job.id)
    return ask.see(f"/jobs/{job.id}")


@screen.get("/jobs/{job_id}/files/{name}", "File", roles=READERS)
def file(ask: Ask, job_id: str, name: str) -> Response:
    """A file that a job made, remembered in the log first."""
    job = _own(ask, job_id)
    if name not in job.files or job.owner != ask.user.name:
        raise NotFound
    ask.remember("release.file", job=job.id, kind=job.kind, file=name)
    path = folder_of(ask.suite.settings.store, job.id) / name
    if not path.is_file():
        raise NotFound
    return FileResponse(path, filename=name)


@screen.get("/downloads", "Downloads", roles=READERS, in_menu=False)
def downloads(ask: Ask) -> Response:
    """The files of own jobs."""
    made = [job for job in ask.register.jobs.of(ask.user.name) if job.files]
    own = [one for one in SCREENS if one.roles & ask.roles]
    return ask.page("jobs/downloads.html", jobs=made, reports=own)


@screen.post("/downloads", roles=READERS)
def ask_for_export(ask: Ask) -> Response:
    """Make a report as a file, in a job: for what is too large for a page."""
    report, form = ask.field("report"), ask.field("form") or "xlsx"
    mine = {one.report: one for one in SCREENS if one.roles & ask.roles}
    if report not in mine or form not in FORMS:
        raise UsageError("export", "there is no such report or form", remedy="choose one of the list")
    chosen = {name: ask.field(name) for name in ("place", "as_at", "by") if ask.field(name)}
    job = ask.submit("report-export", mine[report].title, {"report": report, "form": form, **chosen})
    return ask.see(f"/jobs/{job.id}")


@kind("report-export", "A report as a file")
def export_report(work: Work) -> None:
    """One report, released, as CSV, JSON or XLSX."""
    given: Mapping[str, Any] = work.parameters
    report = REPORTS[given["report"]]
    day = date.fromisoformat(given["as_at"]) if given.get("as_at") else None
    work.tell(0.1, "Asking the build")
    options: dict[str, Any] = {"as_at": day, "by": given.get("by")}
    shown = work.shown(
        report.name,
        lambda population: report(population, **options),
        place=given.get("place"),
        options=options,
    )
    work.tell(0.9, "Writing the file")
    work.keep(f"{report.name}.{given['form']}", shown.as_file(given["form"]))


def _own(ask: Asking, job_id: str) -> Job:
    """A job of this user's, or any for an administrator. Others' are as if they were not there."""
    job = ask.register.jobs.find(job_id)
    if job is None:
        raise NotFound
    if job.owner != ask.user.name and Role.ADMIN not in ask.roles:
        ask.remember("access.refused", route="/jobs/{id}", found="a job of somebody else")
        raise NotFound
    return job
