"""The segment model and one subsegment: rules in words, released figures, where people came from."""

from __future__ import annotations

import csv
import io
import re

import pytest
from fastapi import FastAPI

from openphm.access import Role
from openphm.web.screens import segments
from openphm.web.suite import Suite
from tests.web.conftest import SignIn

ROW = re.compile(r'href="/segments/(\w+)">[^<]+</a></th><td class="figure">([^<]+)</td>')


@pytest.fixture(scope="module")
def suite(app: FastAPI) -> Suite:
    return app.state.suite


def test_every_subsegment_stands_once_with_the_people_of_the_matrix(signed_in: SignIn, suite: Suite) -> None:
    client = signed_in(Role.ICB_ANALYST)
    page = client.get("/segments").text
    rows = csv.DictReader(io.StringIO(client.get("/segments/matrix?download=csv").text))
    matrix = {one["subsegment_code"]: one["value"] for one in rows if one["measure"] == "population"}
    model = next(iter(suite.builds.definitions.contents.segments.values()))
    listed = dict(ROW.findall(page))
    assert list(listed) == sorted(one.code for one in model.subsegments)
    for code, people in listed.items():
        assert people.replace(",", "") == (matrix[code] if matrix[code] not in ("", "*") else "[c]"), code


def test_a_segment_is_hidden_when_a_part_of_it_is(signed_in: SignIn) -> None:
    page = signed_in(Role.ICB_ANALYST).get("/segments").text
    for section in page.split('<section class="phm-model"')[1:]:
        people = [count for _, count in ROW.findall(section)]
        whole = re.search(r"<p>([^ ]+) people", section)
        assert whole is not None
        assert ("[c]" in people) == (whole.group(1) == "[c]")


def test_a_subsegment_says_its_rule_and_who_came_and_went(signed_in: SignIn, suite: Suite) -> None:
    client = signed_in(Role.ICB_ANALYST)
    model = next(iter(suite.builds.definitions.contents.segments.values()))
    for one in model.subsegments:
        page = client.get(f"/segments/{one.code}")
        assert page.status_code == 200
        rule = "verybody else" if "everyone" in one.criteria else segments.in_words(one.criteria)[1:]
        assert rule in page.text.replace("&#39;", "'").replace("&gt;", ">")
        assert "Beside everybody" in page.text
    assert client.get("/segments/9z").status_code == 404


def test_its_cohort_is_one_click_away_for_those_who_may_build(signed_in: SignIn) -> None:
    client = signed_in(Role.ICB_ANALYST)
    link = re.search(r'href="(/cohorts/new\?d=[^"]+)"', client.get("/segments/3b").text)
    assert link is not None
    draft = client.get(link.group(1).replace("&amp;", "&"))
    assert draft.status_code == 200
    assert "3b" in draft.text
    assert "/cohorts/new?" not in signed_in(Role.FINANCE).get("/segments/3b").text


def test_who_may_not_see_movement_sees_none(signed_in: SignIn) -> None:
    assert "Came from" not in signed_in(Role.FINANCE).get("/segments/1a").text
