-- purpose: a diagnosis recorded at an outpatient appointment
-- reads: extract.sus_op_diagnosis, standard.sus_op_appointment, build.parameters
-- writes: standard.sus_op_diagnosis
-- grain: one row per diagnosis
-- key: row_id
-- sort: person_key, event_date
-- columns:
--   person_key  INTEGER  the person in this build
--   row_id      BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   event_date  DATE     the appointment date of the parent row
--   position    INTEGER  1 is the primary diagnosis
--   code        STRING   ICD-10 without dot
SELECT
    CAST(s.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(s.appointment_date AS DATE) AS event_date,
    CAST(r.position AS INTEGER) AS position,
    CAST(r.code AS STRING) AS code
FROM extract.sus_op_diagnosis AS r
JOIN standard.sus_op_appointment AS s ON s.appointment_key = r.appointment_key
CROSS JOIN build.parameters AS b
