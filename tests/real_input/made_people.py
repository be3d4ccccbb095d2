"""A few made-up people who live in real small areas and are registered at real practices.

Only the people are made up: the published files then have somebody to say something about. Their NHS
numbers are of the 999 range, which is never issued.
"""

from __future__ import annotations

from pathlib import Path

from openphm.core import NHSNumber
from tests.real_input.running import write_csv

# practice, 2011 area, 2021 area; the first two areas were cut in two in 2021, the third was not
HOMES = (
    ("C83032", "E01026006", "E01034681"),
    ("C83032", "E01026011", "E01034680"),
    ("C82076", "E01026007", "E01026007"),
    ("C83005", "E01026143", "E01034687"),
)


def write_made_people(raw: Path) -> None:
    """Patients, registrations and a postcode list that says where the made-up postcodes lie."""
    numbers = _numbers()[: len(HOMES)]
    postcodes = [f"ZZ9{position} {position}ZZ" for position in range(1, len(HOMES) + 1)]
    write_csv(
        raw / "extracts" / "gp_patient.csv",
        ("ID", "NHS_NUMBER", "RECORD_OWNER_ORGANISATION_CODE", "DATE_OF_BIRTH", "GENDER_CODE", "POSTCODE"),
        [
            (f"p{at}", numbers[at], home[0], f"19{50 + at}-07-01", str(1 + at % 2), postcodes[at])
            for at, home in enumerate(HOMES)
        ],
    )
    write_csv(
        raw / "extracts" / "gp_registration.csv",
        ("ID", "NHS_NUMBER", "ORGANISATION_CODE_MANAGING", "EPISODE_TYPE_CODE", "EPISODE_OF_CARE_START_DATE"),
        [(f"r{at}", numbers[at], home[0], "Regular", "2015-04-01") for at, home in enumerate(HOMES)],
    )
    write_csv(
        raw / "reference" / "ref_postcode.csv",
        ("pcds", "lsoa11", "lsoa21"),
        [(postcode, home[1], home[2]) for postcode, home in zip(postcodes, HOMES, strict=True)],
    )


def _numbers() -> list[str]:
    tried = (f"999000{position:04d}" for position in range(1000))
    return [one for one in tried if NHSNumber.parse(one) is not None]
