"""The tables of the register, and how an older register becomes a newer one.

`MIGRATIONS` is a list that only grows: entry n brings a register from version n to n + 1. Why a list and not
Alembic: docs/decisions/0008-register.md.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
)

from openphm.core.errors import StoreError

METADATA = MetaData()

VERSION = Table("register_version", METADATA, Column("version", Integer, primary_key=True))

SAVED_COHORT = Table(
    "saved_cohort",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("definition", JSON, nullable=False),
    Column("owner", String(200), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

FINGERPRINT = Table(
    "fingerprint",
    METADATA,
    Column("fingerprint_id", Integer, primary_key=True),
    Column("user", String(200), nullable=False),
    Column("checksum", String(64), nullable=False),
    Column("criteria", JSON, nullable=False),
    Column("as_at", Date, nullable=False),
    Column("build", String(200), nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Index("fingerprint_by_user", "user", "asked_at"),
)

ENROLMENT = Table(
    "enrolment",
    METADATA,
    Column("person_id", String(64), primary_key=True),
    Column("intervention", String(200), primary_key=True),
    Column("offered_on", Date, primary_key=True),
    Column("practice_code", String(12), nullable=False),
    Column("started_on", Date),
    Column("ended_on", Date),
    Index("enrolment_by_intervention", "intervention", "offered_on"),
)

PLAN_LOCK = Table(
    "plan_lock",
    METADATA,
    Column("plan_id", String(200), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("plan", JSON, nullable=False),
    Column("offers_sha256", String(64), nullable=False),
    Column("n_offers", Integer, nullable=False),
    Column("build", String(200), nullable=False),
    Column("locked_by", String(200), nullable=False),
    Column("locked_at", DateTime(timezone=True), nullable=False),
)

JOB = Table(
    "job",
    METADATA,
    Column("job_id", String(40), primary_key=True),
    Column("kind", String(100), nullable=False),
    Column("title", String(300), nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("owner", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("share", Float, nullable=False),
    Column("says", String(500), nullable=False),
    Column("files", JSON, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Index("job_by_owner", "owner", "asked_at"),
)

KEPT = Table(
    "kept",
    METADATA,
    Column("kind", String(40), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", JSON, nullable=False),
    Column("owner", String(200), nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
    Index("kept_by_owner", "kind", "owner"),
)

TOKEN = Table(
    "token",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("role", String(40), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("says", String(200), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("last_day", Date, nullable=False),
    Index("token_by_owner", "owner"),
)


def _first_tables(connection: Connection) -> None:
    METADATA.create_all(connection, tables=[SAVED_COHORT, FINGERPRINT, ENROLMENT])


def _locks_of_plans(connection: Connection) -> None:
    METADATA.create_all(connection, tables=[PLAN_LOCK])


def _the_suite(connection: Connection) -> None:
    METADATA.create_all(connection, tables=[JOB, KEPT, TOKEN])


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first_tables, _locks_of_plans, _the_suite)


def bring_up_to_date(engine: Engine) -> None:
    """Run the migrations a register has not had, each whole or not at all.

    Raises StoreError when the register is of a later version of OpenPHM.
    """
    with engine.begin() as connection:
        VERSION.create(connection, checkfirst=True)
    with engine.begin() as connection:
        done = connection.execute(select(func.max(VERSION.c.version))).scalar() or 0
    if done > len(MIGRATIONS):
        raise StoreError(
            "register",
            f"it has version {done}, and this OpenPHM knows versions up to {len(MIGRATIONS)}",
            "A register is never taken back to an older form.",
            "use the OpenPHM that wrote it, or a later one",
        )
    for number, migrate in enumerate(MIGRATIONS[done:], start=done + 1):
        with engine.begin() as connection:
            migrate(connection)
            connection.execute(insert(VERSION).values(version=number))


def table_names(engine: Engine) -> list[str]:
    """The tables of a register."""
    return sorted(inspect(engine).get_table_names())
