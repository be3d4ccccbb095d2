-- purpose: an open referral-to-treatment pathway in a weekly return
-- reads: extract.waiting_list_pathway, person.person, build.parameters
-- writes: standard.waiting_list_pathway
-- grain: one row per pathway and week
-- key: row_id
-- sort: person_key, week_ending_date
-- columns:
--   person_key               INTEGER  the person in this build
--   row_id                   BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code            STRING   who gave the care
--   week_ending_date         DATE     Sunday of the return
--   waiting_list_type        STRING   in-patient or out-patient, referral-to-treatment or other
--   pathway_key              STRING   keyed pathway id
--   treatment_function_code  STRING   specialty
--   clock_start_date         DATE     day the clock started
--   period_status_code       STRING   status of the referral-to-treatment period
--   to_come_in_date          DATE     day the person is to come in, once it is set
--   procedure_priority_code  STRING   clinical priority
--   procedure_code           STRING   OPCS-4 of the planned procedure
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.week_ending_date AS DATE) AS week_ending_date,
    CAST(r.waiting_list_type AS STRING) AS waiting_list_type,
    CAST(r.pathway_key AS STRING) AS pathway_key,
    CAST(r.treatment_function_code AS STRING) AS treatment_function_code,
    CAST(r.clock_start_date AS DATE) AS clock_start_date,
    CAST(r.period_status_code AS STRING) AS period_status_code,
    CAST(r.to_come_in_date AS DATE) AS to_come_in_date,
    CAST(r.procedure_priority_code AS STRING) AS procedure_priority_code,
    CAST(r.procedure_code AS STRING) AS procedure_code
FROM extract.waiting_list_pathway AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
