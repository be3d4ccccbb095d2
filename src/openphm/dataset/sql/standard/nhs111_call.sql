-- purpose: a call to NHS 111
-- reads: extract.nhs111_call, person.person, build.parameters
-- writes: standard.nhs111_call
-- grain: one row per call
-- key: row_id
-- sort: person_key, call_date
-- columns:
--   person_key        INTEGER  the person in this build
--   row_id            BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code     STRING   who gave the care
--   call_date         DATE     day of the call
--   disposition_code  STRING   Dx code
--   outcome           STRING   where the caller was sent
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.call_date AS DATE) AS call_date,
    CAST(r.disposition_code AS STRING) AS disposition_code,
    CAST(r.outcome AS STRING) AS outcome
FROM extract.nhs111_call AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
