-- purpose: mental health stays and social care services, month by month; social care events
-- reads: standard.mhsds_spell, standard.social_care_event, definitions.code_map, build.month,
--      build.parameters
-- writes: working.period_activity
-- grain: one row per event
-- key: event_id
-- columns:
--   event_id           BIGINT         delivered row x build.parameters.event_parts + part
--   person_key         INTEGER        the person
--   event_date         DATE           day of the contact, attendance, admission or item; first day of a period
--   end_date           DATE           first day after a stay or period; null when there is none or it is open
--   point_of_delivery  STRING         definitions.point_of_delivery
--   provider_code      STRING         who gave the care
--   commissioner_code  STRING         who paid
--   currency           STRING         what the price depends on: HRG, staff type, response, service
--   quantity           DOUBLE         how much of the unit that a price is multiplied by
--   bed_days           INTEGER        nights of the whole stay; null when there is no bed or the stay is open
--   is_start           BOOLEAN        first row of a stay or service; true of everything else
--   tariff_gbp         DECIMAL(12,2)  price on the record for this row
--   source_record      STRING         the record it comes from

-- A stay or service can last for years, and its pounds belong to the months in which it was given. So there
-- is one row per stay or service and month of history, with the days of that month as quantity, and they
-- carry on from the months before. A price a week is a seventh a day; a lump sum stands in the first month.
-- The last day of a service counts.
WITH rate AS (
    SELECT
        s.row_id, s.person_key, s.start_date, s.council_code, s.service_type, d.value AS point_of_delivery,
        GREATEST(COALESCE(add_days(s.end_date, 1), DATE '9999-12-31'), s.start_date) AS end_date,
        s.event_type = 'Service' AS is_service,
        CASE u.value
            WHEN 'once' THEN s.unit_cost_gbp
            WHEN 'times' THEN s.unit_cost_gbp * s.planned_units_per_week
            ELSE s.unit_cost_gbp * TRY_CAST(u.value AS DECIMAL(4,0))
        END AS rate_gbp,
        COALESCE(u.value, '') = 'once' AS is_lump_sum
    FROM standard.social_care_event AS s
    JOIN definitions.code_map AS d
        ON d.map_id = 'social_care_point_of_delivery' AND d.code = s.event_type
        AND (d.second_code = s.service_type OR d.second_code = '*')
    LEFT JOIN definitions.code_map AS u
        ON u.map_id = 'social_care_units_per_week' AND u.code = s.cost_frequency
),
period AS (
    SELECT
        row_id, person_key, start_date, end_date, point_of_delivery, council_code AS provider_code,
        service_type AS currency, rate_gbp, is_lump_sum, CAST(NULL AS INTEGER) AS bed_days,
        'social_care_event' AS source_record
    FROM rate
    WHERE is_service
    UNION ALL
    SELECT
        row_id, person_key, admission_date AS start_date,
        GREATEST(COALESCE(discharge_date, DATE '9999-12-31'), admission_date) AS end_date,
        'mental_health_admission' AS point_of_delivery, provider_code, CAST(NULL AS STRING) AS currency,
        CAST(NULL AS DECIMAL(18,4)) AS rate_gbp, FALSE AS is_lump_sum,
        CASE
            WHEN discharge_date >= admission_date THEN days_between(admission_date, discharge_date)
        END AS bed_days,
        'mhsds_spell' AS source_record
    FROM standard.mhsds_spell
),
monthly AS (
    SELECT
        p.row_id, p.person_key, p.point_of_delivery, p.provider_code, p.currency, p.rate_gbp,
        p.is_lump_sum, p.bed_days, p.source_record,
        months_from(b.history_start, m.month_start) + 1 AS part,
        GREATEST(p.start_date, m.month_start) AS event_date,
        LEAST(p.end_date, add_days(m.month_end, 1)) AS end_date,
        p.start_date >= m.month_start AS is_start
    FROM period AS p
    JOIN build.month AS m
        ON p.start_date <= m.month_end
        AND (p.end_date > m.month_start OR p.start_date >= m.month_start)
    CROSS JOIN build.parameters AS b
),
event AS (
    SELECT
        r.row_id * b.event_parts + r.part AS event_id,
        r.person_key,
        r.event_date AS event_date,
        r.end_date AS end_date,
        r.point_of_delivery AS point_of_delivery,
        r.provider_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        r.currency AS currency,
        CAST(days_between(r.event_date, r.end_date) AS DOUBLE) AS quantity,
        CASE WHEN r.is_start THEN r.bed_days END AS bed_days,
        r.is_start AS is_start,
        CASE
            WHEN NOT r.is_lump_sum THEN
                CAST(ROUND(
                    CAST(r.rate_gbp AS DECIMAL(20,4))
                    * CAST(days_between(r.event_date, r.end_date) AS DECIMAL(5,0))
                    * 0.142857142857, 2
                ) AS DECIMAL(12,2))
            WHEN r.is_start THEN CAST(ROUND(r.rate_gbp, 2) AS DECIMAL(12,2))
            WHEN r.rate_gbp IS NOT NULL THEN CAST(0 AS DECIMAL(12,2))
        END AS tariff_gbp,
        r.source_record AS source_record
    FROM monthly AS r
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.start_date AS event_date,
        NULLIF(r.end_date, DATE '9999-12-31') AS end_date,
        r.point_of_delivery AS point_of_delivery,
        r.council_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        r.service_type AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CASE WHEN r.is_lump_sum THEN CAST(ROUND(r.rate_gbp, 2) AS DECIMAL(12,2)) END AS tariff_gbp,
        'social_care_event' AS source_record
    FROM rate AS r
    CROSS JOIN build.parameters AS b
    WHERE NOT r.is_service
)
SELECT
    CAST(event_id AS BIGINT) AS event_id,
    CAST(person_key AS INTEGER) AS person_key,
    CAST(event_date AS DATE) AS event_date,
    CAST(end_date AS DATE) AS end_date,
    CAST(point_of_delivery AS STRING) AS point_of_delivery,
    CAST(provider_code AS STRING) AS provider_code,
    CAST(commissioner_code AS STRING) AS commissioner_code,
    CAST(currency AS STRING) AS currency,
    CAST(quantity AS DOUBLE) AS quantity,
    CAST(bed_days AS INTEGER) AS bed_days,
    CAST(is_start AS BOOLEAN) AS is_start,
    CAST(tariff_gbp AS DECIMAL(12,2)) AS tariff_gbp,
    CAST(source_record AS STRING) AS source_record
FROM event
