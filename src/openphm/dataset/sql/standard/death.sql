-- purpose: a registered death; cancelled registrations are left out
-- reads: extract.death, person.person, build.parameters
-- writes: standard.death
-- grain: one row per registration
-- key: row_id
-- sort: person_key, death_date
-- columns:
--   person_key             INTEGER  the person in this build
--   row_id                 BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   death_date             DATE     day of death
--   registration_date      DATE     day of registration
--   underlying_cause_code  STRING   ICD-10
--   cause_1_code           STRING   ICD-10
--   cause_2_code           STRING   ICD-10
--   place_of_death_type    STRING   kind of establishment
--   residence_lsoa11_code  STRING   small area of residence, 2011
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.death_date AS DATE) AS death_date,
    CAST(r.registration_date AS DATE) AS registration_date,
    CAST(r.underlying_cause_code AS STRING) AS underlying_cause_code,
    CAST(r.cause_1_code AS STRING) AS cause_1_code,
    CAST(r.cause_2_code AS STRING) AS cause_2_code,
    CAST(r.place_of_death_type AS STRING) AS place_of_death_type,
    CAST(r.residence_lsoa11_code AS STRING) AS residence_lsoa11_code
FROM extract.death AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
WHERE COALESCE(r.cancelled, 'N') <> 'Y'
