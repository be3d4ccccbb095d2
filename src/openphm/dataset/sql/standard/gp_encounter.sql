-- purpose: a contact or administrative entry in the GP system
-- reads: extract.gp_encounter, person.person, build.parameters
-- writes: standard.gp_encounter
-- grain: one row per encounter
-- key: row_id
-- sort: person_key, encounter_date
-- columns:
--   person_key       INTEGER  the person in this build
--   row_id           BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   practice_code    STRING   the practice that holds the record
--   encounter_date   DATE     day of the encounter
--   encounter_type   STRING   consultation, telephone, administration ...
--   has_appointment  BOOLEAN  it belongs to an appointment
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.practice_code AS STRING) AS practice_code,
    CAST(r.encounter_date AS DATE) AS encounter_date,
    CAST(r.encounter_type AS STRING) AS encounter_type,
    CAST(r.appointment_key IS NOT NULL AS BOOLEAN) AS has_appointment
FROM extract.gp_encounter AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
