"""Saved views: a page of ours with its filters, one's own alone."""

from __future__ import annotations

from openphm.access import Role
from tests.web.conftest import SignIn
from tests.web.test_governance import token_of


def test_a_view_is_saved_opened_and_removed_by_its_owner_alone(signed_in: SignIn) -> None:
    analyst = signed_in(Role.ICB_ANALYST)
    assert (
        "/views?address=/overview/inequalities%3Fby%3Dsex"
        in analyst.get("/overview/inequalities?by=sex").text
    )
    form = {"form_token": token_of(analyst, "/views"), "name": "By sex"}
    address = "/overview/inequalities?by=sex"
    assert analyst.post("/views", data={**form, "address": address}).status_code == 303
    page = analyst.get("/views").text
    assert f'href="{address}"' in page
    view = page.split('name="view" value="', 1)[1].split('"', 1)[0]
    other = signed_in(Role.EXECUTIVE)
    assert "By sex" not in other.get("/views").text
    theirs = {"form_token": token_of(other, "/views"), "view": view}
    assert other.post("/views/remove", data=theirs).status_code == 404
    assert analyst.post("/views/remove", data={**form, "view": view}).status_code == 303
    assert "By sex" not in analyst.get("/views").text


def test_a_view_of_another_site_or_without_a_name_is_refused(signed_in: SignIn) -> None:
    client = signed_in(Role.ICB_ANALYST)
    form = {"form_token": token_of(client, "/views"), "name": "x"}
    assert client.post("/views", data={**form, "address": "/not-a-page"}).status_code == 422
    assert client.post("/views", data={**form, "name": " ", "address": "/overview"}).status_code == 422
    client.post("/views", data={**form, "address": "https://elsewhere.example/"})
    assert "elsewhere" not in client.get("/views").text
