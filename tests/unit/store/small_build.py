"""A build with one table, made in a few milliseconds."""

from openphm.store import Build, Builds, DuckDBEngine


def make(builds: Builds, rows: int, *, publish: bool = True) -> Build:
    """A small build with one table of so many rows."""
    with builds.new() as new:
        with DuckDBEngine(new.database, threads=1) as engine:
            engine.create_table(
                "person.person", f"SELECT CAST(range AS INTEGER) AS person_key FROM range({rows})"
            )
        stages = [{"name": "person", "seconds": 0.1}]
        build = new.finish(as_at="2026-03-31", inputs=[{"name": "a.csv", "sha256": "00"}], stages=stages)
        return builds.publish(build.id) if publish else build


def rows_live(builds: Builds) -> int:
    with builds.open_current(threads=1) as engine:
        return engine.count_rows("person.person")
