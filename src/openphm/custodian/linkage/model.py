"""The model: Splink compares people without a number with the register and says how likely each pair is one.

Each agreement counts log2(m / u) (Fellegi and Sunter, "A theory for record linkage", JASA 64, 1969): m, how
often two records of one person agree so, is a setting; u, how often those of strangers do, is measured on
random pairs. An agreement on a rare surname, forename or postcode counts more than on a common one.

Splink runs in a DuckDB of its own, in memory: rows go in and pairs come out as Arrow tables
(docs/decisions). What it says of an error is dropped, because it may quote a row.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from splink import DuckDBAPI, Linker

from openphm.core import StoreError
from openphm.custodian.linkage.settings import LEVELS, LinkageSettings

SIMILAR = 0.88
"""Jaro-Winkler similarity from which two names are a slip of the pen apart (Splink's own choice)."""
_ONE_DIGIT = (
    "damerau_levenshtein(strftime(birth_date_l, '%Y%m%d'), strftime(birth_date_r, '%Y%m%d')) <= 1 "
    "AND abs(year(birth_date_l) - year(birth_date_r)) < 10"
)
# In the order of settings.LEVELS without `other`, which is what remains.
_CONDITIONS: Mapping[str, tuple[str, ...]] = {
    "forename": (
        "forename_l = forename_r",
        "forename_known_as_l = forename_known_as_r OR (length(forename_l) > 2 AND length(forename_r) > 2 "
        "AND (starts_with(forename_l, forename_r) OR starts_with(forename_r, forename_l)))",
        f"jaro_winkler_similarity(forename_l, forename_r) >= {SIMILAR}",
    ),
    "surname": ("surname_l = surname_r", f"jaro_winkler_similarity(surname_l, surname_r) >= {SIMILAR}"),
    "birth_date": ("birth_date_l = birth_date_r", "birth_date_l = birth_date_swapped_r", _ONE_DIGIT),
    "postcode": ("postcode_l = postcode_r", "district_l = district_r"),
    "sex": ("sex_l = sex_r",),
    "practice": ("practice_l = practice_r",),
}
_USUAL_U: Mapping[str, tuple[float, ...]] = {
    "forename": (0.02, 0.002, 0.005),
    "surname": (0.004, 0.002),
    "birth_date": (0.00004, 0.00001, 0.001),
    "postcode": (0.0005, 0.02),
    "sex": (0.5,),
    "practice": (0.02,),
}
"""What is taken where the register is too small to measure it."""
_RARE_COUNTS_MORE = ("forename", "surname", "postcode")
_CANDIDATES = (
    "l.birth_date = r.birth_date AND l.sex = r.sex",
    "l.birth_date = r.birth_date AND l.surname_sound = r.surname_sound",
    "l.postcode = r.postcode AND l.surname_sound = r.surname_sound",
    "l.postcode = r.postcode AND l.forename_known_as = r.forename_known_as",
    "l.birth_date_swapped = r.birth_date AND l.surname = r.surname",
    "l.surname = r.surname AND l.forename = r.forename AND year(l.birth_date) = year(r.birth_date)",
)
"""Only pairs that agree in one of these ways are compared: all others could not reach the threshold."""


def likely_pairs(
    source: pa.Table, register: pa.Table, settings: LinkageSettings, *, memory_limit: str, threads: int,
    spill: Path,
) -> pa.Table:  # fmt: skip
    """Pairs from `settings.review` on, or near enough to rival them.

    source, register   `identity` and the columns of comparable.COLUMNS
    Answers identity (of the source), candidate (of the register), probability, weight (log2 of the odds),
    and the levels of forename and birth_date: 0 is another altogether. Raises StoreError.
    """
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    try:
        database = DuckDBAPI(":memory:")
        folder = str(spill).replace("'", "''")
        database.duckdb_con.execute(
            f"SET memory_limit = '{memory_limit}'; SET threads = {threads}; "
            f"SET preserve_insertion_order = false; SET temp_directory = '{folder}'"
        )
        tables = [
            database.register(source, dataset_display_name="a_source"),
            database.register(register, dataset_display_name="b_register"),
        ]
        linker = Linker(tables, model_settings(settings, register.num_rows), log_level=None)
        if min(source.num_rows * register.num_rows, register.num_rows) >= settings.fewest_people_measured:
            linker.training.estimate_u_using_random_sampling(
                max_pairs=settings.pairs_measured, seed=settings.seed
            )
        found = linker.inference.predict(
            threshold_match_probability=min(0.5, settings.review), warning_mode="never"
        )
        pairs: pa.Table = found.as_pyarrow_table()  # type: ignore[no-untyped-call]  # Splink's is not typed
        database.duckdb_con.close()
    except Exception as error:
        raise StoreError(
            "the linkage model",
            f"it stopped ({type(error).__name__}).",
            remedy="give it more memory (--memory)",
        ) from None
    return pa.table(
        {
            "identity": pairs["identity_l"].cast(pa.string()),
            "candidate": pairs["identity_r"].cast(pa.string()),
            "probability": pairs["match_probability"].cast(pa.float64()),
            "weight": pairs["match_weight"].cast(pa.float64()),
            "forename_level": pairs["gamma_forename"].cast(pa.int32()),
            "birth_level": pairs["gamma_birth_date"].cast(pa.int32()),
        }
    )


def model_settings(settings: LinkageSettings, people: int, link_type: str = "link_only") -> dict[str, Any]:
    """The model in Splink's form. `people`: how many are on the register."""
    return {
        "link_type": link_type,
        "unique_id_column_name": "identity",
        "probability_two_random_records_match": min(0.5, settings.expected_share / max(people, 2)),
        "comparisons": [_comparison(name, settings.agreement[name]) for name in _CONDITIONS],
        "blocking_rules_to_generate_predictions": list(_CANDIDATES),
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
    }


def _comparison(name: str, agreement: Mapping[str, float]) -> dict[str, Any]:
    """One thing that is compared, with a level for each way to agree."""
    unknown = {
        "sql_condition": f"{name}_l IS NULL OR {name}_r IS NULL",
        "label_for_charts": "not known",
        "is_null_level": True,
    }
    usual = (*_USUAL_U[name], 1 - sum(_USUAL_U[name]))
    levels = [
        {
            "sql_condition": condition,
            "label_for_charts": label,
            "m_probability": float(agreement[label]),
            "u_probability": u,
            "fix_m_probability": True,
        }
        for condition, label, u in zip((*_CONDITIONS[name], "ELSE"), LEVELS[name], usual, strict=True)
    ]
    if name in _RARE_COUNTS_MORE:
        levels[0] |= {"tf_adjustment_column": name, "tf_minimum_u_value": 1e-6}
    return {"output_column_name": name, "comparison_levels": [unknown, *levels]}
