-- purpose: ambulance incidents, calls to 111, immunisations and cancer pathways
-- reads: standard.ambulance_incident, standard.nhs111_call, standard.immunisation, standard.cancer_pathway,
--      build.parameters
-- writes: working.other_activity
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
WITH event AS (
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.incident_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'ambulance_incident' AS point_of_delivery,
        r.provider_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        r.response_class AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'ambulance_incident' AS source_record
    FROM standard.ambulance_incident AS r
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.call_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'nhs111_call' AS point_of_delivery,
        r.provider_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        CAST(NULL AS STRING) AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'nhs111_call' AS source_record
    FROM standard.nhs111_call AS r
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.vaccination_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'immunisation' AS point_of_delivery,
        r.site_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        CAST(NULL AS STRING) AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'immunisation' AS source_record
    FROM standard.immunisation AS r
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.referral_start_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'cancer_pathway' AS point_of_delivery,
        r.provider_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        CAST(NULL AS STRING) AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'cancer_pathway' AS source_record
    FROM standard.cancer_pathway AS r
    CROSS JOIN build.parameters AS b
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
