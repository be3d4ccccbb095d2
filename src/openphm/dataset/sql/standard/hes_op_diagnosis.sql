-- purpose: a diagnosis of a HES outpatient appointment, one row each
-- reads: extract.hes_op_appointment, person.person, build.parameters
-- writes: standard.hes_op_diagnosis
-- grain: one row per delivered row and position with a code
-- key: row_id, position
-- sort: person_key, event_date
-- columns:
--   person_key  INTEGER  the person in this build
--   row_id      BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   event_date  DATE     the appointment date
--   position    INTEGER  1 is the primary diagnosis
--   code        STRING   ICD-10 without dot
WITH diagnosis AS (
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 1 AS position, diagnosis_01_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_01_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 2 AS position, diagnosis_02_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_02_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 3 AS position, diagnosis_03_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_03_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 4 AS position, diagnosis_04_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_04_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 5 AS position, diagnosis_05_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_05_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 6 AS position, diagnosis_06_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_06_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 7 AS position, diagnosis_07_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_07_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 8 AS position, diagnosis_08_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_08_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 9 AS position, diagnosis_09_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_09_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 10 AS position, diagnosis_10_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_10_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 11 AS position, diagnosis_11_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_11_code IS NOT NULL
    UNION ALL
    SELECT person_id, file_id, row_number, appointment_date AS event_date, 12 AS position, diagnosis_12_code AS code
    FROM extract.hes_op_appointment WHERE diagnosis_12_code IS NOT NULL
)
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(d.file_id * b.row_stride + d.row_number AS BIGINT) AS row_id,
    CAST(d.event_date AS DATE) AS event_date,
    CAST(d.position AS INTEGER) AS position,
    CAST(d.code AS STRING) AS code
FROM diagnosis AS d
JOIN person.person AS p ON p.person_id = d.person_id
CROSS JOIN build.parameters AS b
WHERE d.event_date IS NOT NULL
