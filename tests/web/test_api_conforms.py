"""The API does what its own description says, whatever Schemathesis asks: no fault, and every status named.

Each operation is asked with what the description allows and with what it does not.
"""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from openphm.access import Role
from tests.web.conftest import SignIn

ROOT = "/api/v1"
LISTS = ("/reports", "/places", "/cohorts", "/projections", "/evaluations")
ANSWERS = (
    "/reports/{name}",
    "/measures",
    "/measures/{measure_id}",
    "/outcomes",
    "/cohorts/{name}",
    "/projections/{name}",
    "/evaluations/{name}",
)
OPERATIONS = LISTS + ANSWERS
ASKED = [(path, GenerationMode.POSITIVE) for path in OPERATIONS] + [
    (path, GenerationMode.NEGATIVE) for path in ANSWERS
]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]


def test_every_operation_is_tried(app: FastAPI) -> None:
    assert set(app.openapi()["paths"]) == {ROOT + path for path in OPERATIONS}


@pytest.mark.parametrize(("path", "mode"), ASKED, ids=[f"{mode.value} {path}" for path, mode in ASKED])
def test_an_operation_answers_as_described(
    app: FastAPI, signed_in: SignIn, path: str, mode: GenerationMode
) -> None:
    cookies = dict(signed_in(Role.ICB_ANALYST).cookies)
    operation = schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", app)[ROOT + path]["GET"]
    asked: list[int] = []

    @settings(
        max_examples=30,
        deadline=None,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        answer = case.call(cookies=cookies)
        case.validate_response(answer, checks=CHECKS)
        asked.append(answer.status_code)

    ask()
    assert asked
