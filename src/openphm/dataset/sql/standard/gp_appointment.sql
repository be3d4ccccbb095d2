-- purpose: an appointment at the practice
-- reads: extract.gp_appointment, person.person, build.parameters
-- writes: standard.gp_appointment
-- grain: one row per appointment
-- key: row_id
-- sort: person_key, appointment_date
-- columns:
--   person_key        INTEGER  the person in this build
--   row_id            BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   practice_code     STRING   the practice that holds the record
--   appointment_date  DATE     day of the appointment
--   status            STRING   Attended, DNA, Cancelled, Booked or Unknown
--   staff_type        STRING   who was seen
--   mode              STRING   face to face, telephone, home visit, video
--   booked_date       DATE     day it was booked
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.practice_code AS STRING) AS practice_code,
    CAST(r.appointment_date AS DATE) AS appointment_date,
    CAST(r.status AS STRING) AS status,
    CAST(r.staff_type AS STRING) AS staff_type,
    CAST(r.mode AS STRING) AS mode,
    CAST(r.booked_date AS DATE) AS booked_date
FROM extract.gp_appointment AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
