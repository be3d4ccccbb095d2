"""The register: one database, opened, with its parts."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from openphm.core.errors import StoreError
from openphm.recording.cohorts import SavedCohorts
from openphm.recording.databases import open_database
from openphm.recording.enrolments import Enrolments
from openphm.recording.fingerprints import Fingerprints
from openphm.recording.jobs import Jobs
from openphm.recording.kept import KeptThings
from openphm.recording.plans import PlanLocks
from openphm.recording.schema import bring_up_to_date
from openphm.recording.tokens import Tokens

FILE = "register.sqlite"


class Register:
    """What people told us, in one database. Made, and brought up to date, when it is opened.

    url: of SQLAlchemy, such as sqlite:///register.sqlite or postgresql+psycopg://host/openphm. It may hold a
    password, so it is never shown.

    Raises StoreError when the database cannot be opened.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = open_database(url)
            bring_up_to_date(self._engine)
        except (SQLAlchemyError, OSError, ImportError) as fault:
            raise StoreError(
                "register",
                f"the database cannot be opened ({type(fault).__name__})",
                "It is a SQLite file beside the store, or a database that a URL names.",
                "check that the folder can be written, or that the database server answers",
            ) from None
        self.cohorts = SavedCohorts(self._engine)
        self.fingerprints = Fingerprints(self._engine)
        self.enrolments = Enrolments(self._engine)
        self.plans = PlanLocks(self._engine)
        self.jobs = Jobs(self._engine)
        self.kept = KeptThings(self._engine)
        self.tokens = Tokens(self._engine)

    @classmethod
    def beside(cls, store: Path | str) -> Register:
        """The register of a store: a file in its folder."""
        return cls(f"sqlite:///{Path(store) / FILE}")

    @property
    def engine(self) -> Engine:
        """For migrations and tests."""
        return self._engine

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Register:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
