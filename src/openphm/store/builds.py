"""Builds: one immutable database each, and one pointer that says which is live.

    STORE/CURRENT                      the id of the live build; replaced whole
    STORE/LOCK                         who is changing the store
    STORE/builds/ID/openphm.duckdb     the tables; never written again once the folder has this name
    STORE/builds/ID/manifest.json      what went in, what came out, checksums
    STORE/builds/ID.building           being made, or left behind by a process that died
    STORE/builds/ID.failed             finished, but it broke a promise; kept for a look until the next prune

Readers follow CURRENT when they open a build and keep the files they opened; nothing is ever changed under
them. How a build is made:

    builds = Builds(store)
    with builds.new() as new:
        with DuckDBEngine(new.database) as engine:
            ...
        build = new.finish(as_at="2026-03-31", inputs=..., definitions=..., stages=...)
        builds.publish(build.id)
"""

from __future__ import annotations

import logging
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openphm.core.errors import StoreError, nearest
from openphm.store.build import MANIFEST, Build, read_build
from openphm.store.duckdb_engine import DuckDBEngine
from openphm.store.durable import WriterLock, sync_folder, told_as_store_error, write_whole
from openphm.store.manifest import differences
from openphm.store.new_build import NewBuild

_ID = re.compile(r"\d{8}-\d{9}-[0-9a-f]{6}")
_TIME = "%Y%m%d-%H%M%S%f"
_alarm = logging.getLogger("openphm.store")


class Builds:
    """The builds of one store folder."""

    def __init__(self, store: Path | str) -> None:
        self.store = Path(store)
        self.folder = self.store / "builds"
        self._pointer = self.store / "CURRENT"
        self._lock = WriterLock(self.store / "LOCK")

    # -- asking

    def list(self) -> list[Build]:
        """All finished builds, newest first."""
        live = self.live_id()
        found = []
        for folder in sorted(self.folder.iterdir() if self.folder.is_dir() else [], reverse=True):
            build_id, _, suffix = folder.name.partition(".")
            if _ID.fullmatch(build_id) and suffix in {"", "failed"} and folder.is_dir():
                found.append(read_build(build_id, folder, live))
        return found

    def get(self, build_id: str) -> Build:
        """The build of this id; StoreError when there is none."""
        for build in self.list():
            if build.id == build_id:
                return build
        close = nearest(build_id, [build.id for build in self.list()])
        raise StoreError(
            str(self.store),
            f"has no build {build_id[:60]}",
            "`openphm builds` lists what there is.",
            f"write {close}" if close else "choose one of the list",
        )

    def live_id(self) -> str:
        """The id that CURRENT names, quickly and unchecked; empty when it names none. Good as a cache key."""
        try:
            said = self._pointer.read_text("utf-8").strip()
        except (OSError, ValueError):
            return ""
        return said if _ID.fullmatch(said) else ""

    def current(self) -> Build:
        """The live build.

        When CURRENT is missing, damaged or names a build that is gone, the newest sound build answers, with
        an alarm on it and in the log, so that the suite keeps running. StoreError when there is no build.
        """
        live = self.live_id()
        if live and (self.folder / live).is_dir():
            build = read_build(live, self.folder / live, live)
            if build.state == "live":
                return build
        sound = [build for build in self.list() if build.state == "kept"]
        if not sound:
            raise StoreError(
                str(self.store),
                "has no build that can be opened",
                "A store holds builds made by `openphm build EXTRACTS --store STORE`.",
                "build first, or check the path of the store",
            )
        alarm = f"{self._pointer.name} does not name a sound build; {sound[0].id} answers in its place"
        _alarm.error("%s", alarm)
        return Build(sound[0].id, sound[0].folder, "kept", sound[0].manifest, alarm)

    def open_current(self, *, memory_limit: str = "4GB", threads: int | None = None) -> DuckDBEngine:
        """Open the live build read-only, also while another process publishes or prunes."""
        build = self.current()
        try:
            return build.open(memory_limit=memory_limit, threads=threads)
        except StoreError:
            again = self.current()
            if again.id == build.id:
                raise
            return again.open(memory_limit=memory_limit, threads=threads)

    def verify(self, build_id: str, *, tables: bool = False) -> tuple[str, ...]:
        """How a build differs from what its manifest says; nothing when it is sound.

        tables   also hash every row of every table, not only the bytes of the file
        """
        build = self.get(build_id)
        if build.manifest is None:
            return (f"{MANIFEST} is missing or damaged",)
        with told_as_store_error(build.folder):
            return tuple(differences(build.manifest, build.database, tables=tables))

    # -- changing

    @contextmanager
    def new(self) -> Iterator[NewBuild]:
        """A place for a new build, held alone. What a dead process left behind is wiped first."""
        with told_as_store_error(self.store):
            self.folder.mkdir(parents=True, exist_ok=True)
        with self._changing():
            self._wipe_orphans()
            build_id = self._next_id()
            folder = self.folder / f"{build_id}.building"
            with told_as_store_error(folder):
                folder.mkdir(mode=0o750)
            try:
                yield NewBuild(build_id, folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def publish(self, build_id: str) -> Build:
        """Make a build live, after its checksum was verified. StoreError when it is damaged or failed."""
        with self._changing():
            build = self.get(build_id)
            if build.state == "failed":
                raise StoreError(
                    str(build.folder),
                    "failed its checks and cannot be published",
                    build.manifest.failed if build.manifest else "",
                    "mend the cause and build again",
                )
            wrong = self.verify(build_id)
            if wrong:
                raise StoreError(
                    str(build.folder),
                    "; ".join(wrong),
                    "Only a build that is as it was made can go live.",
                    "publish another build, or build again",
                )
            return self._point_to(build_id)

    def rollback(self) -> Build:
        """Make the newest sound build before the live one live."""
        with self._changing():
            now = self.current()
            for build in self.list():
                if build.id < now.id and build.state == "kept" and not self.verify(build.id):
                    return self._point_to(build.id)
            raise StoreError(
                str(self.store),
                f"has no sound build before {now.id}",
                remedy="publish another one by its id, or build again",
            )

    def prune(self, keep: int = 3) -> tuple[str, ...]:
        """Remove all but the newest `keep` builds, and every failed one; never the live one.

        Answers the ids that were removed. A reader that has a removed build open can go on.
        """
        if keep < 1:
            raise StoreError("prune", "cannot keep fewer than one build", remedy="keep 1 or more")
        with self._changing():
            self._wipe_orphans()
            builds = self.list()
            kept = [build for build in builds if build.state != "failed"][:keep]
            gone = [build for build in builds if build not in kept and build.state != "live"]
            for build in gone:
                doomed = build.folder.with_name(build.id + ".removing")
                with told_as_store_error(build.folder):
                    build.folder.rename(doomed)
                    shutil.rmtree(doomed)
            return tuple(build.id for build in gone)

    # -- inside

    @contextmanager
    def _changing(self) -> Iterator[None]:
        if not self.folder.is_dir():
            raise StoreError(
                str(self.store), "is no store: it has no builds", remedy="build first, or check the path"
            )
        with told_as_store_error(self.store):
            self._lock.__enter__()
        try:
            yield
        finally:
            self._lock.__exit__()

    def _point_to(self, build_id: str) -> Build:
        with told_as_store_error(self._pointer):
            write_whole(self._pointer, build_id + "\n")
        return self.get(build_id)

    def _next_id(self) -> str:
        """An id later than all others, also when the clock was put back."""
        moment = datetime.now(UTC)
        taken = [folder.name.partition(".")[0] for folder in self.folder.iterdir()]
        last = max((name for name in taken if _ID.fullmatch(name)), default="")
        if last:
            before = datetime.strptime(last[:18], _TIME).replace(tzinfo=UTC)
            moment = max(moment, before + timedelta(milliseconds=1))
        return f"{moment.strftime(_TIME)[:18]}-{secrets.token_hex(3)}"

    def _wipe_orphans(self) -> None:
        """Remove what a process that died left behind. Only called by the holder of the lock."""
        for folder in self.folder.iterdir():
            if folder.name.endswith((".building", ".removing")):
                shutil.rmtree(folder, ignore_errors=True)
        sync_folder(self.folder)
