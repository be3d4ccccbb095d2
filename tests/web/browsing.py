"""A real Chromium before a real server, and what it complains of."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import BrowserContext, Page, Playwright

from openphm.access import Role
from openphm.direct_care import CustodianService
from openphm.web.app import make_app
from openphm.web.settings import Settings
from openphm.web.worker import words_of

AXE = gzip.decompress((Path(__file__).parent / "vendor" / "axe.min.js.gz").read_bytes()).decode("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
WAIT = 30_000  # milliseconds


def chromium() -> str | None:
    """The browser of this machine."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Served:
    """A running suite."""

    app: FastAPI
    address: str


@contextmanager
def served(
    store: Path, *, with_worker: bool = False, custodian: CustodianService | None = None
) -> Iterator[Served]:
    """The suite on a free port of this machine, in a thread; with the process that does jobs when asked."""
    settings = Settings(store, is_demo=True, custodian=custodian)
    app = make_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    worker = subprocess.Popen(words_of(settings), start_new_session=True) if with_worker else None
    try:
        yield Served(app, f"http://127.0.0.1:{port}")
    finally:
        if worker is not None:
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGTERM)
            worker.wait(10)
        server.should_exit = True
        thread.join(10)


def context_of(playwright: Playwright, folder: Path, *, has_scripts: bool = True) -> BrowserContext:
    """A browser with nothing in it."""
    return playwright.chromium.launch_persistent_context(
        folder,
        executable_path=chromium(),
        headless=True,
        java_script_enabled=has_scripts,
        accept_downloads=True,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    )


@dataclass
class Visitor:
    """Somebody at a browser, and everything that the browser said against our pages."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(WAIT)
        self.page.on("console", lambda m: self._note(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("request", lambda request: self._check(request.url))

    def be(self, role: Role) -> None:
        """Sign in as the made-up user of a role."""
        self.page.goto(f"{self.address}/sign-in")
        with self.page.expect_navigation():
            self.page.click(f"button[value={role}]")
        assert "/sign-in" not in self.page.url

    def go(self, path: str) -> None:
        """Open a page of the suite, which must not send us elsewhere."""
        self.page.goto(f"{self.address}{path}")
        assert "/sign-in" not in self.page.url, "the session was lost"

    def faults(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA on the open page."""
        self.page.evaluate(AXE)
        asked = f"axe.run({{runOnly: {{type: 'tag', values: {TAGS}}}}})"
        found = self.page.evaluate(asked)["violations"]
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    def _note(self, text: str) -> None:
        self.complaints.append(f"{self.page.url}: {text}")

    def _check(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self._note(f"asked another host for {url}")
