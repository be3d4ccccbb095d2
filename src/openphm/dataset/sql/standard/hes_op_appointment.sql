-- purpose: an outpatient appointment (HES)
-- reads: extract.hes_op_appointment, person.person, build.parameters
-- writes: standard.hes_op_appointment
-- grain: one row per appointment
-- key: row_id
-- sort: person_key, appointment_date
-- columns:
--   person_key               INTEGER  the person in this build
--   row_id                   BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code            STRING   who gave the care
--   appointment_date         DATE     day of the appointment
--   first_attendance_code    STRING   first or follow-up
--   attended_code            STRING   5 and 6 are attended
--   treatment_function_code  STRING   specialty
--   hrg_code                 STRING   healthcare resource group
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.appointment_date AS DATE) AS appointment_date,
    CAST(r.first_attendance_code AS STRING) AS first_attendance_code,
    CAST(r.attended_code AS STRING) AS attended_code,
    CAST(r.treatment_function_code AS STRING) AS treatment_function_code,
    CAST(r.hrg_code AS STRING) AS hrg_code
FROM extract.hes_op_appointment AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
