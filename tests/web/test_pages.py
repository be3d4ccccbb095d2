"""What every page has: its sentence, released figures, one address for a view, files, errors."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from openphm.access import Role
from openphm.audit import AuditLog
from openphm.web.guarding import CONTENT_POLICY
from openphm.web.presenting import CONFIDENTIAL
from openphm.web.screens.reports import SCREENS, ReportScreen
from tests.web.conftest import SignIn

ANALYST = Role.ICB_ANALYST
REPORTS = [one for one in SCREENS if ANALYST in one.roles]


class Cells(HTMLParser):
    """The text of every table cell of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self._is_in = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "td":
            self._is_in = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._is_in = False

    def handle_data(self, data: str) -> None:
        if self._is_in:
            self.cells[-1] += data


@pytest.mark.parametrize("one", REPORTS, ids=lambda one: one.report)
def test_a_report_page_has_its_sentence_and_where_it_is_from(signed_in: SignIn, one: ReportScreen) -> None:
    answer = signed_in(ANALYST).get(one.path)
    assert answer.status_code == 200
    page = answer.text
    headline = re.search(r'id="headline">([^<]+)<', page)
    assert headline and len(headline.group(1)) > 20
    assert "As at 31 March 2026" in page
    assert "disclosure rule disclosure/default" in page
    assert "openphm report" not in headline.group(1)


@pytest.mark.parametrize("one", REPORTS, ids=lambda one: one.report)
def test_no_page_shows_a_count_of_few_people(signed_in: SignIn, one: ReportScreen) -> None:
    """The file of the same view marks what is hidden, and its small counts are nought or hidden."""
    table = signed_in(ANALYST).get(one.path, params={"download": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(table)))
    assert rows
    for row in rows:
        if row.get("unit") == "people" and row["value"] not in ("", "*"):
            assert float(row["value"]) == 0 or float(row["value"]) >= 8, row


def test_a_hidden_figure_reads_as_such_and_aloud(signed_in: SignIn) -> None:
    page = signed_in(ANALYST).get("/segments/matrix").text
    reader = Cells()
    reader.feed(page)
    hidden = [cell for cell in reader.cells if CONFIDENTIAL in cell]
    assert hidden, "300 people leave small cells"
    assert all("not shown, too few people" in cell for cell in hidden)
    assert f"<b>{CONFIDENTIAL}</b> hidden" in page


def test_a_view_has_one_address_and_chips_that_take_filters_away(signed_in: SignIn) -> None:
    client = signed_in(ANALYST)
    answer = client.get("/segments/matrix?by=pcn&as_at=2026-03-31&place=", headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert answer.headers["hx-push-url"] == "/segments/matrix?by=pcn"
    assert "<html" not in answer.text
    assert 'class="phm-chip" href="/segments/matrix"' in answer.text


@pytest.mark.parametrize("query", ["by=nonsense", "as_at=2026-02-31", "place=no-where", "x=1", "by=pcn%00"])
def test_an_unknown_filter_is_left_out_and_said_so(signed_in: SignIn, query: str) -> None:
    answer = signed_in(ANALYST).get(f"/segments/matrix?{query}")
    assert answer.status_code == 422
    assert "Some filters are not known here and were left out" in answer.text
    assert "headline" in answer.text


def test_a_place_that_is_not_there_or_not_yours_is_said_so(signed_in: SignIn) -> None:
    assert signed_in(ANALYST).get("/segments/matrix?place=Y99999").status_code == 422
    clinician = signed_in(Role.CLINICIAN)
    theirs = clinician.get("/segments/matrix").text
    own = re.findall(r'<option value="([A-Z]\d{5})"', theirs)
    assert len(own) == 1
    other = next(
        code
        for code in re.findall(
            r'<option value="([A-Z]\d{5})"', signed_in(ANALYST).get("/segments/matrix").text
        )
        if code != own[0] and not code.startswith("U")
    )
    answer = clinician.get(f"/segments/matrix?place={other}")
    assert answer.status_code == 403
    assert "outside the rows you may ask about" in answer.text


def test_files_hold_what_the_page_shows_and_are_remembered(signed_in: SignIn, app: FastAPI) -> None:
    client = signed_in(ANALYST)
    table = client.get("/overview/cost?download=csv")
    assert table.headers["content-disposition"] == 'attachment; filename="overview-cost-2026-03-31.csv"'
    book = client.get("/overview/cost?download=xlsx")
    assert load_workbook(io.BytesIO(book.content)).sheetnames == ["Report", "Data", "About"]
    last = AuditLog.beside(app.state.suite.settings.store).last(2)
    assert [one.event for one in last] == ["release.file", "release.file"]
    assert client.get("/overview/cost?download=exe").status_code == 404


def test_the_file_of_a_page_that_may_not_be_remembered_does_not_leave(
    signed_in: SignIn, app: FastAPI
) -> None:
    client = signed_in(ANALYST)
    log = app.state.suite.log.path
    kept = log.read_bytes()
    log.unlink()
    log.mkdir()
    try:
        assert client.get("/overview/cost?download=csv").status_code == 503
    finally:
        log.rmdir()
        log.write_bytes(kept)


def test_every_answer_has_the_strict_headers(signed_in: SignIn) -> None:
    client = signed_in(ANALYST)
    for path in ("/overview", "/nothing", "/static/x/suite.css", "/healthz"):
        answer = client.get(path)
        assert answer.headers["content-security-policy"] == CONTENT_POLICY
        assert "unsafe" not in CONTENT_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        is_file = path.startswith("/static")
        assert ("immutable" in answer.headers["cache-control"]) is is_file
        assert ("no-store" in answer.headers["cache-control"]) is not is_file


def test_no_page_has_script_or_style_of_its_own(signed_in: SignIn) -> None:
    page = signed_in(ANALYST).get("/overview/conditions").text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son\w+=|<style", page)
    assert not re.search(r"https?://", page.replace("http://www.w3.org/2000/svg", ""))


@pytest.mark.parametrize(
    "path", ["/static/x/../app.py", "/static/x/%2e%2e/app.py", "/static/x/..%2f..%2fapp.py", "/static/x/"]
)
def test_only_files_for_browsers_are_served(signed_in: SignIn, path: str) -> None:
    assert signed_in(ANALYST).get(path).status_code == 404


def test_a_long_address_a_large_body_and_another_host_are_refused(signed_in: SignIn) -> None:
    client = signed_in(ANALYST)
    assert client.get("/overview?x=" + "a" * 10_000).status_code == 414
    assert client.post("/purpose", content=b"a" * 300_000).status_code == 413
    assert client.get("/overview", headers={"host": "elsewhere.example"}).status_code == 421


def test_a_fault_of_ours_shows_nothing_of_the_inside(signed_in: SignIn, app: FastAPI) -> None:
    def broken() -> None:
        raise ValueError("a row value")

    app.add_api_route("/broken-on-purpose", broken)
    answer = signed_in(ANALYST).get("/broken-on-purpose")
    assert answer.status_code == 500
    assert "fault of the suite" in answer.text
    assert "row value" not in answer.text
    assert "Traceback" not in answer.text


def test_markup_in_an_address_stays_text(signed_in: SignIn) -> None:
    page = signed_in(ANALYST).get("/segments/matrix?<script>alert(1)</script>=1&by=<b>").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
