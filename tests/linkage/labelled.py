"""The linkage model on labelled sets made by others, next to a plain exact join.

    python -m tests.linkage.labelled FOLDER

The sets are those of the splink_datasets project (fake_1000; historical figures with errors, 50k). Pairwise:
of all pairs that the labels call one person, how many are found (recall), and of all pairs found, how many
are right (precision). Each set is linked to itself. The shipped settings hold; what a set does not have is
not compared, and a set without a postcode compares the place that it has.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from splink import DuckDBAPI, Linker

from openphm.custodian.linkage.comparable import comparable_sql, load_words
from openphm.custodian.linkage.model import model_settings
from openphm.custodian.linkage.settings import LinkageSettings
from openphm.definitions import load
from openphm.store import DuckDBEngine

SETS: Mapping[str, str] = {
    "fake_1000": (
        "SELECT CAST(unique_id AS VARCHAR) AS identity, CAST(cluster AS VARCHAR) AS cluster, "
        "first_name AS forename, surname, TRY_CAST(dob AS DATE) AS birth_date, city AS postcode, "
        "CAST(NULL AS VARCHAR) AS sex_written, email AS practice FROM read_csv('{folder}/fake_1000.csv')"
    ),
    "historical_figures_50k": (
        "SELECT unique_id AS identity, cluster, first_name AS forename, surname, "
        "TRY_CAST(dob AS DATE) AS birth_date, postcode_fake AS postcode, gender AS sex_written, "
        "occupation AS practice FROM read_parquet('{folder}/historical_figures_with_errors_50k.parquet')"
    ),
}
_FIELDS = {
    name: name for name in ("forename", "surname", "birth_date", "postcode", "sex_written", "practice")
}


@dataclass(frozen=True)
class Pairwise:
    """Precision and recall over pairs."""

    found: int
    right: int
    labelled: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled

    def __str__(self) -> str:
        return f"precision {self.precision:.2%}, recall {self.recall:.2%} ({self.found:,} pairs found)"


def measure(name: str, folder: Path) -> dict[str, Pairwise]:
    """The exact join, and the model at the thresholds `accept` and `review`."""
    settings = LinkageSettings.of(load())
    with DuckDBEngine(memory_limit="2GB", threads=2) as engine:
        load_words(engine, settings)
        engine.create_table("raw.people", SETS[name].format(folder=folder))
        engine.create_table(
            "raw.comparable", comparable_sql("SELECT * FROM raw.people", "r.identity", _FIELDS)
        )
        labelled = (
            "SELECT count(*) AS n FROM raw.people AS a JOIN raw.people AS b "
            "ON a.cluster = b.cluster AND a.identity < b.identity"
        )
        total = int(engine.query(labelled)["n"][0].as_py())
        exact = (
            "SELECT a.identity AS one, b.identity AS other FROM raw.comparable AS a JOIN raw.comparable AS b "
            "USING (forename, surname, birth_date, postcode) WHERE a.identity < b.identity"
        )
        engine.create_table("raw.exact", exact)
        engine.load_rows("raw.pairs", _pairs(engine.query("SELECT * FROM raw.comparable"), settings))

        def judged(pairs: str) -> Pairwise:
            row = engine.query(
                f"SELECT count(*) AS found, count(*) FILTER (WHERE a.cluster = b.cluster) AS right "
                f"FROM ({pairs}) AS p JOIN raw.people AS a ON a.identity = p.one "
                "JOIN raw.people AS b ON b.identity = p.other"
            ).to_pylist()[0]
            return Pairwise(row["found"], row["right"], total)

        return {
            "exact join": judged("SELECT * FROM raw.exact"),
            "accept": judged(f"SELECT * FROM raw.pairs WHERE probability >= {settings.accept}"),
            "review": judged(f"SELECT * FROM raw.pairs WHERE probability >= {settings.review}"),
        }


def _pairs(people: pa.Table, settings: LinkageSettings) -> pa.Table:
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    database = DuckDBAPI(":memory:")
    model = model_settings(settings, people.num_rows, "dedupe_only")
    linker = Linker(database.register(people, dataset_display_name="people"), model, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=settings.pairs_measured, seed=settings.seed)
    found = linker.inference.predict(threshold_match_probability=0.5, warning_mode="never")
    table = found.as_pyarrow_table()  # type: ignore[no-untyped-call]
    database.duckdb_con.close()
    return pa.table(
        {"one": table["identity_l"], "other": table["identity_r"], "probability": table["match_probability"]}
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.linkage.labelled", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for name in SETS:
        for way, found in measure(name, folder).items():
            print(f"{name}, {way}: {found}")


if __name__ == "__main__":
    main()
