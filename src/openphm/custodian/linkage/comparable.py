"""Identity in a form that can be compared: names in capitals, the sound of a surname, one word for each sex.

A table of people to compare has the columns of `COLUMNS`, each null where the source has nothing.
"""

from __future__ import annotations

import pyarrow as pa

from openphm.custodian.linkage.settings import LinkageSettings
from openphm.custodian.places import plain
from openphm.definitions import RecordSpec
from openphm.extracts import quoted
from openphm.store import Engine

NICKNAMES, SEXES = "zone_i.nicknames", "zone_i.sexes"
COLUMNS = (
    "forename", "forename_initial", "forename_known_as", "surname", "surname_sound",
    "birth_date", "birth_date_swapped", "sex", "postcode", "district", "practice",
)  # fmt: skip
_COMPARED = ("forename", "surname", "birth_date", "postcode", "sex_written", "practice")
_NAMED = {"practice": "practice_code", "sex_written": "sex_code"}
_CODES = str.maketrans("BFPVCGJKQSXZDTLMNR", "111122222222334556")


def load_words(engine: Engine, settings: LinkageSettings) -> None:
    """Put nicknames and words for sexes where `comparable_sql` finds them."""
    for table, words in ((NICKNAMES, settings.nicknames), (SEXES, settings.sexes)):
        engine.load_rows(
            table,
            pa.table(
                {
                    "written": pa.array(list(words), pa.string()),
                    "meant": pa.array(list(words.values()), pa.string()),
                }
            ),
        )


def fields_of(spec: RecordSpec) -> dict[str, str]:
    """The column of a record for each thing that can be compared; a thing it has not is left out."""
    found: dict[str, str] = {}
    for name in _COMPARED:
        column = _NAMED.get(name, name)
        if spec.has_field(column):
            found[name] = column
    return found


def comparable_sql(source: str, identity: str, columns: dict[str, str]) -> str:
    """A SELECT of `identity`, `rows` and COLUMNS, one row for each value of `identity`.

    source    a SELECT or table with the columns
    identity  SQL of what makes rows one person
    columns   thing to compare -> column of the source

    Of several values of a person the greatest counts, so that the order of rows does not matter.
    """
    chosen = [
        f"max({_spelt(name, 'r.' + quoted(columns[name]))}) AS {name}"
        if name in columns
        else f"CAST(NULL AS {'DATE' if name == 'birth_date' else 'VARCHAR'}) AS {name}"
        for name in _COMPARED
    ]
    values = ", ".join(chosen)
    grouped = f"SELECT {identity} AS identity, count(*) AS rows, {values} FROM ({source}) AS r GROUP BY 1"
    return (
        "SELECT g.identity, g.rows, g.forename, left(g.forename, 1) AS forename_initial, "
        "coalesce(k.meant, g.forename) AS forename_known_as, g.surname, "
        f"{soundex_sql('g.surname')} AS surname_sound, g.birth_date, "
        "CASE WHEN day(g.birth_date) <= 12 THEN make_date(year(g.birth_date), day(g.birth_date), "
        "month(g.birth_date)) END AS birth_date_swapped, x.meant AS sex, "
        "g.postcode, left(g.postcode, length(g.postcode) - 3) AS district, g.practice "
        f"FROM ({grouped}) AS g LEFT JOIN {NICKNAMES} AS k ON k.written = g.forename "
        f"LEFT JOIN {SEXES} AS x ON x.written = g.sex_written"
    )


def _spelt(name: str, column: str) -> str:
    match name:
        case "forename" | "surname":
            return f"nullif(regexp_replace(upper(strip_accents({column})), '[^A-Z]', '', 'g'), '')"
        case "postcode":
            return plain(column)
        case "birth_date":
            return column
        case _:
            return f"nullif(upper(trim({column})), '')"


def soundex_sql(name: str) -> str:
    """SQL of the American Soundex of a name in capitals (Knuth, volume 3, 6.4): a letter and three digits."""
    digits = "".join(_digit(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    coded = (
        f"translate(left({name}, 1) || regexp_replace(substr({name}, 2), '[HW]', '', 'g'), "
        f"'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '{digits}')"
    )
    for digit in "123456":
        coded = f"regexp_replace({coded}, '{digit}+', '{digit}', 'g')"
    return f"left({name}, 1) || left(replace(substr({coded}, 2), '0', '') || '000', 3)"


def _digit(letter: str) -> str:
    code = letter.translate(_CODES)
    return code if code.isdigit() else "0"
