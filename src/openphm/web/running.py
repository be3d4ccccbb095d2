"""Run the suite with uvicorn."""

from __future__ import annotations

import uvicorn

from openphm.web.app import make_app
from openphm.web.settings import Settings


def run(settings: Settings) -> None:
    """Serve until stopped. One process: its threads share opened builds."""
    uvicorn.run(
        make_app(settings),
        host=settings.host,
        port=settings.port,
        # an access log would hold the addresses of people's machines; the audit log says who did what
        access_log=False,
        log_level="warning",
        server_header=False,
        workers=1,
        limit_concurrency=128,
        timeout_keep_alive=5,
    )
