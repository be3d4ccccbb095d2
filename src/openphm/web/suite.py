"""The suite: what every request shares. Made once, when the app is made."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from openphm.access import Purpose, Role, Scope
from openphm.audit import AuditLog, LogIndex
from openphm.core.errors import OpenPHMError
from openphm.core.records import Job
from openphm.population.live import live_build
from openphm.recording import Register
from openphm.release import DisclosureRule
from openphm.web.directory import PURPOSE_NAMES, ROLE_NAMES, DemoDirectory, Directory, RegisterDirectory
from openphm.web.kinds import kind_named
from openphm.web.limits import Limits
from openphm.web.navigation import Entry
from openphm.web.opened_builds import OpenedBuilds
from openphm.web.provider import Provider
from openphm.web.queue import queue_of
from openphm.web.sessions import Sessions
from openphm.web.settings import Settings

STATIC = Path(str(files("openphm.web").joinpath("static")))


@dataclass
class Suite:
    """Builds, sessions, the directory of people, the log, the register and the templates."""

    settings: Settings
    entries: tuple[Entry, ...]
    paths: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    """Each page that there is, and who may see it."""
    asks_apart: bool = False
    """Answers come from processes of their own, so that this one stays small."""

    def __post_init__(self) -> None:
        self.builds = OpenedBuilds(self.settings, asks_apart=self.asks_apart)
        self.limits = Limits()
        self.log = AuditLog.beside(self.settings.store)
        self.log_index = LogIndex(self.log.path)
        self._fresh: dict[str, str] = {}
        self.rule = _rule(self.builds, self.settings.disclosure)

    @cached_property
    def directory(self) -> Directory:
        """Who may sign in: the register's people, or a demo's."""
        if not self.settings.is_demo:
            return RegisterDirectory(self.settings.store)
        with self.builds.population(Scope.whole_system(Purpose.PLANNING)) as population:
            return DemoDirectory.of(population)

    @cached_property
    def provider(self) -> Provider | None:
        """Who says who somebody is; None in a demo."""
        return Provider(self.settings.sign_in, self.sessions) if self.settings.sign_in else None

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in; every process that serves this store knows the same."""
        return Sessions.beside(self.settings.store, is_demo=self.settings.is_demo)

    @cached_property
    def register(self) -> Register:
        """What people told us: saved cohorts, questions, enrolments. One engine for all threads."""
        return Register.beside(self.settings.store)

    @cached_property
    def templates(self) -> Environment:
        """Our templates, over the macros of the NHS design system."""
        made = Environment(
            loader=ChoiceLoader(
                [PackageLoader("openphm.web", "templates"), PackageLoader("nhsuk_frontend_jinja")]
            ),
            autoescape=True,
            undefined=ChainableUndefined,  # what the macros of the design system are written for
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.globals.update(
            static=f"/static/{self.digest}",
            role_names={str(role): name for role, name in ROLE_NAMES.items()},
            purpose_names={str(purpose): name for purpose, name in PURPOSE_NAMES.items()},
            is_demo=self.settings.is_demo,
            roles=list(Role),
        )
        return made

    @cached_property
    def digest(self) -> str:
        """Changes when any of our files for browsers does, so that they may keep them for ever."""
        digest = hashlib.sha256()
        for path in sorted(STATIC.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(STATIC).as_posix().encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()[:16]

    def freshness(self) -> str:
        """How new the live build's data are, for the top of each page; asked once for each build."""
        live = live_build(self.settings.store)
        if live not in self._fresh:
            self._fresh = {live: self._freshness()}
        return self._fresh[live]

    def _freshness(self) -> str:
        try:
            with self.builds.population(Scope.whole_system(Purpose.DATA_QUALITY)) as population:
                rows = list(population.data_quality("coverage"))
                as_at = population.as_at
        except OpenPHMError:
            return "There is no data yet."
        late = sum(1 for row in rows if row.get("months_missing"))
        feeds = (
            f"{late} of {len(rows)} feeds have months missing" if late else f"all {len(rows)} feeds complete"
        )
        return f"Data to {as_at:%-d %B %Y} · {feeds}"

    def submit(
        self, kind: str, title: str, parameters: Mapping[str, object], *, owner: str, role: str, purpose: str
    ) -> Job:
        """A new job in the queue. Raises UsageError for a kind that there is not."""
        kind_named(kind)
        self.log.append("job.asked", actor=owner, detail={"kind": kind, "purpose": purpose})
        job = self.register.jobs.add(kind, parameters, title=title, owner=owner, role=role, purpose=purpose)
        queue_of(self.settings.store).run(job.id)
        return job

    def close(self) -> None:
        """Let go of builds and databases."""
        self.builds.close()
        for name in ("register", "sessions"):
            if name in self.__dict__:
                getattr(self, name).close()


def _rule(builds: OpenedBuilds, name: str) -> DisclosureRule:
    found = builds.definitions.get(f"disclosure/{name.removeprefix('disclosure/')}")
    return DisclosureRule.from_definition(found.id, found.body)
