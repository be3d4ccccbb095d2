-- purpose: a person in the master patient index of the NHS Talking Therapies submission
-- reads: extract.talking_therapies_patient, person.person, build.parameters
-- writes: standard.talking_therapies_patient
-- grain: one row per patient record
-- key: row_id
-- sort: person_key
-- columns:
--   person_key     INTEGER  the person in this build
--   row_id         BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code  STRING   who gave the care
--   birth_month    DATE     the 15th of the month of birth
--   sex_code       STRING   1 male, 2 female, 9 or X not stated
--   lsoa21_code    STRING   small area of residence, 2021
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.birth_month AS DATE) AS birth_month,
    CAST(r.sex_code AS STRING) AS sex_code,
    CAST(r.lsoa21_code AS STRING) AS lsoa21_code
FROM extract.talking_therapies_patient AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
