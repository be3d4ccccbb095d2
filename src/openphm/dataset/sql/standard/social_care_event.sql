-- purpose: a request, assessment, service or review of adult social care
-- reads: extract.social_care_event, person.person, build.parameters
-- writes: standard.social_care_event
-- grain: one row per event
-- key: row_id
-- sort: person_key, start_date
-- columns:
--   person_key              INTEGER        the person in this build
--   row_id                  BIGINT         the delivered row: file_id x build.parameters.row_stride + row_number
--   council_code            STRING         the council
--   client_type             STRING         service user or carer
--   primary_support_reason  STRING         main reason for support
--   accommodation_status    STRING         where and how the person lives
--   employment_status       STRING         paid, seeking, retired ...
--   has_unpaid_carer        STRING         Yes, No or Unknown
--   event_type              STRING         Request, Assessment, Service or Review
--   start_date              DATE           first day
--   end_date                DATE           last day; null while open
--   event_outcome           STRING         what came of it
--   service_type            STRING         long term, short term or carer support, and setting
--   delivery_mechanism      STRING         direct payment or commissioned
--   unit_cost_gbp           DECIMAL(18,4)  price of a unit
--   cost_frequency          STRING         Per week, Per day, Per hour, Per visit or One-off
--   planned_units_per_week  DECIMAL(18,4)  units planned in a week
--   report_period_end       DATE           last day that the return covers
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.council_code AS STRING) AS council_code,
    CAST(r.client_type AS STRING) AS client_type,
    CAST(r.primary_support_reason AS STRING) AS primary_support_reason,
    CAST(r.accommodation_status AS STRING) AS accommodation_status,
    CAST(r.employment_status AS STRING) AS employment_status,
    CAST(r.has_unpaid_carer AS STRING) AS has_unpaid_carer,
    CAST(r.event_type AS STRING) AS event_type,
    CAST(r.start_date AS DATE) AS start_date,
    CAST(r.end_date AS DATE) AS end_date,
    CAST(r.event_outcome AS STRING) AS event_outcome,
    CAST(r.service_type AS STRING) AS service_type,
    CAST(r.delivery_mechanism AS STRING) AS delivery_mechanism,
    CAST(r.unit_cost_gbp AS DECIMAL(18,4)) AS unit_cost_gbp,
    CAST(r.cost_frequency AS STRING) AS cost_frequency,
    CAST(r.planned_units_per_week AS DECIMAL(18,4)) AS planned_units_per_week,
    CAST(r.report_period_end AS DATE) AS report_period_end
FROM extract.social_care_event AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
