-- purpose: a mental health hospital spell
-- reads: extract.mhsds_spell, person.person, build.parameters
-- writes: standard.mhsds_spell
-- grain: one row per spell
-- key: row_id
-- sort: person_key, admission_date
-- columns:
--   person_key             INTEGER  the person in this build
--   row_id                 BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code          STRING   who gave the care
--   admission_date         DATE     day of admission
--   discharge_date         DATE     day of discharge; null while in hospital
--   admission_method_code  STRING   how the person was admitted
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.admission_date AS DATE) AS admission_date,
    CAST(r.discharge_date AS DATE) AS discharge_date,
    CAST(r.admission_method_code AS STRING) AS admission_method_code
FROM extract.mhsds_spell AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
