-- purpose: a person as a practice system holds them
-- reads: extract.gp_patient, person.person, build.parameters
-- writes: standard.gp_patient
-- grain: one row per patient record delivered
-- key: row_id
-- sort: person_key
-- columns:
--   person_key            INTEGER  the person in this build
--   row_id                BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   practice_code         STRING   the practice that holds the record
--   birth_month           DATE     the 15th of the month of birth
--   sex_code              STRING   1 male, 2 female, 9 or X not stated
--   ethnicity_code        STRING   NHS ethnic category, first character
--   lsoa11_code           STRING   small area of residence, 2011
--   lsoa21_code           STRING   small area of residence, 2021
--   household_id          STRING   keyed address; the same for people who live together
--   household_size        INTEGER  people registered at the address
--   is_care_home_address  BOOLEAN  the address is a registered care home
--   death_date            DATE     date of death known to the practice
--   received_date         DATE     when the record was received
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.practice_code AS STRING) AS practice_code,
    CAST(r.birth_month AS DATE) AS birth_month,
    CAST(r.sex_code AS STRING) AS sex_code,
    CAST(r.ethnicity_code AS STRING) AS ethnicity_code,
    CAST(r.lsoa11_code AS STRING) AS lsoa11_code,
    CAST(r.lsoa21_code AS STRING) AS lsoa21_code,
    CAST(r.household_id AS STRING) AS household_id,
    CAST(r.household_size AS INTEGER) AS household_size,
    CAST(r.is_care_home_address AS BOOLEAN) AS is_care_home_address,
    CAST(r.death_date AS DATE) AS death_date,
    CAST(r.received_date AS DATE) AS received_date
FROM extract.gp_patient AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
