-- purpose: everybody this build knows of, registered or not, with the one integer key that all tables use
-- reads: working.person_seen, working.person_said, working.person_ethnicity, extract.gp_registration,
--      extract.death, extract.gp_patient, build.parameters
-- writes: person.person
-- grain: one row per person
-- key: person_key
-- sort: person_key
-- encode: sex_code, ethnicity_code
-- columns:
--   person_key            INTEGER  1, 2, 3 ... by practice, then person_id, so that a practice lies together
--   person_id             STRING   the pseudonym; no other table holds it
--   sex_code              STRING   1 male, 2 female, 9 or X not stated
--   birth_month           DATE     the 15th of the month of birth
--   death_date            DATE     day of death; null while alive
--   ethnicity_code        STRING   NHS ethnic category, first character; null when never stated
--   lsoa11_code           STRING   small area of residence, 2011
--   lsoa21_code           STRING   small area of residence, 2021
--   household_id          STRING   keyed address
--   household_size        INTEGER  people registered at the address
--   is_care_home_address  BOOLEAN  the address is a registered care home
--   is_linked             BOOLEAN  found by a valid NHS number; an unlinked person stands for one source's rows

-- Where a person has rows at several practices, the row of the practice where the person is registered on
-- the as-at date comes first, then the latest. A registered death is believed before the practice.
WITH started AS (
    SELECT
        r.person_id,
        r.practice_code,
        ROW_NUMBER() OVER (
            PARTITION BY r.person_id ORDER BY r.start_date DESC, r.practice_code, r.file_id, r.row_number
        ) AS position
    FROM extract.gp_registration AS r
    CROSS JOIN build.parameters AS b
    WHERE r.registration_type = 'Regular' AND r.start_date <= b.as_at
),
practice_now AS (
    SELECT person_id, practice_code FROM started WHERE position = 1
),
ranked AS (
    SELECT
        s.person_id, s.practice_code, s.sex_code, s.birth_month, s.lsoa11_code, s.lsoa21_code,
        s.household_id, s.household_size, s.is_care_home_address,
        ROW_NUMBER() OVER (
            PARTITION BY s.person_id
            ORDER BY
                s.preference,
                CASE WHEN s.practice_code = n.practice_code THEN 0 ELSE 1 END,
                s.said_date DESC,
                s.file_id DESC,
                s.row_number DESC
        ) AS position
    FROM working.person_said AS s
    LEFT JOIN practice_now AS n ON n.person_id = s.person_id
),
registered_death AS (
    SELECT person_id, MIN(death_date) AS death_date
    FROM extract.death
    WHERE COALESCE(cancelled, 'N') <> 'Y'
    GROUP BY person_id
),
practice_death AS (
    SELECT person_id, MIN(death_date) AS death_date FROM extract.gp_patient GROUP BY person_id
)
SELECT
    CAST(ROW_NUMBER() OVER (
        ORDER BY COALESCE(n.practice_code, d.practice_code, '~'), k.person_id
    ) AS INTEGER) AS person_key,
    CAST(k.person_id AS STRING) AS person_id,
    CAST(d.sex_code AS STRING) AS sex_code,
    CAST(d.birth_month AS DATE) AS birth_month,
    CAST(COALESCE(dead.death_date, told.death_date) AS DATE) AS death_date,
    CAST(e.ethnicity_code AS STRING) AS ethnicity_code,
    CAST(d.lsoa11_code AS STRING) AS lsoa11_code,
    CAST(d.lsoa21_code AS STRING) AS lsoa21_code,
    CAST(d.household_id AS STRING) AS household_id,
    CAST(d.household_size AS INTEGER) AS household_size,
    CAST(COALESCE(d.is_care_home_address, FALSE) AS BOOLEAN) AS is_care_home_address,
    CAST(LEFT(k.person_id, 1) = 'p' AS BOOLEAN) AS is_linked
FROM working.person_seen AS k
LEFT JOIN ranked AS d ON d.person_id = k.person_id AND d.position = 1
LEFT JOIN practice_now AS n ON n.person_id = k.person_id
LEFT JOIN working.person_ethnicity AS e ON e.person_id = k.person_id
LEFT JOIN registered_death AS dead ON dead.person_id = k.person_id
LEFT JOIN practice_death AS told ON told.person_id = k.person_id
