-- purpose: an outpatient appointment
-- reads: extract.sus_op_appointment, person.person, build.parameters
-- writes: standard.sus_op_appointment
-- grain: one row per appointment
-- key: row_id
-- sort: person_key, appointment_date
-- columns:
--   person_key                INTEGER        the person in this build
--   row_id                    BIGINT         the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code             STRING         who gave the care
--   commissioner_code         STRING         who paid; specialised and out-of-area care is known by it
--   specialised_service_code  STRING         prescribed specialised service line
--   appointment_key           STRING         keyed appointment id
--   appointment_date          DATE           day of the appointment
--   first_attendance_code     STRING         first or follow-up, in person or not
--   attended_code             STRING         5 and 6 are attended
--   outcome_code              STRING         outcome of the attendance
--   treatment_function_code   STRING         specialty
--   referral_received_date    DATE           day the referral arrived
--   hrg_code                  STRING         healthcare resource group
--   tariff_gbp                DECIMAL(12,2)  price on the record
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.commissioner_code AS STRING) AS commissioner_code,
    CAST(r.specialised_service_code AS STRING) AS specialised_service_code,
    CAST(r.appointment_key AS STRING) AS appointment_key,
    CAST(r.appointment_date AS DATE) AS appointment_date,
    CAST(r.first_attendance_code AS STRING) AS first_attendance_code,
    CAST(r.attended_code AS STRING) AS attended_code,
    CAST(r.outcome_code AS STRING) AS outcome_code,
    CAST(r.treatment_function_code AS STRING) AS treatment_function_code,
    CAST(r.referral_received_date AS DATE) AS referral_received_date,
    CAST(r.hrg_code AS STRING) AS hrg_code,
    CAST(r.tariff_gbp AS DECIMAL(12,2)) AS tariff_gbp
FROM extract.sus_op_appointment AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
