"""The API: what the pages show, as JSON and CSV, under the same access and the same release.

A program sends a personal token (`Authorization: Bearer openphm_…`, made at /tokens); a browser that is
signed in may read it too. /api/v1/openapi.json describes it.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openphm.web.api import figures, tools
from openphm.web.api.answering import ROOT, problem

__all__ = ["ROOT", "problem", "router"]

router = APIRouter(prefix=ROOT)
router.include_router(figures.router)
router.include_router(tools.router)


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request) -> Response:
    """What the API is, for programs. It holds no data, so nobody need sign in."""
    return JSONResponse(request.app.openapi())
