"""Pictures of the suite's main screens, for the docs: `python -m docs.generate.screenshots STORE`.

Needs Chromium and the test packages. The store should be a demo's: what is seen is then about made-up people.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from openphm.access import Role
from tests.web.browsing import Visitor, context_of, served

FOLDER = Path(__file__).parents[1] / "images"
LARGEST = 150_000  # bytes
SCREENS = (
    "/overview",
    "/overview/conditions",
    "/overview/cost",
    "/overview/inequalities",
    "/overview/areas",
    "/segments/matrix",
    "/outcomes",
    "/worklists/hiu",
)
_SIZE = {"width": 1280, "height": 820}
_WAIT = 240_000  # milliseconds: a first question of a large build may take minutes


def main(store: Path) -> None:
    """One picture for each screen, as an analyst sees it."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        own = Path(folder) / "store"
        own.mkdir()
        shutil.copy(store / "CURRENT", own / "CURRENT")
        (own / "builds").symlink_to((store / "builds").resolve())
        with served(own, with_worker=True) as suite:
            context = context_of(playwright, Path(folder) / "profile")
            visitor = Visitor(context.pages[0], suite.address)
            visitor.page.set_default_timeout(_WAIT)
            visitor.page.set_viewport_size(_SIZE)
            visitor.be(Role.ICB_ANALYST)
            for path in SCREENS:
                visitor.go(path)
                visitor.page.wait_for_load_state("networkidle")
                job = visitor.page.get_by_role("button", name="Work it out")
                if job.count():
                    job.first.click()
                    visitor.page.wait_for_selector("#headline")
                target = FOLDER / f"{path.strip('/').replace('/', '-')}.png"
                visitor.page.screenshot(path=target)
                if target.stat().st_size > LARGEST:
                    raise SystemExit(f"{target.name} is larger than {LARGEST:,} bytes")
            context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
