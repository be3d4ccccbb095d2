-- purpose: contacts of community, mental health and talking therapies services
-- reads: standard.csds_contact, standard.mhsds_contact, standard.talking_therapies_contact,
--      definitions.code_map, build.parameters
-- writes: working.community_activity
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

-- Only contacts that were attended, and in the community those with the patient.
WITH event AS (
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.contact_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'community_contact' AS point_of_delivery,
        r.provider_code AS provider_code,
        r.commissioner_code AS commissioner_code,
        CAST(NULL AS STRING) AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'csds_contact' AS source_record
    FROM standard.csds_contact AS r
    JOIN definitions.code_map AS k
        ON k.map_id = 'care_contact_attended' AND k.code = r.attendance_status_code
    LEFT JOIN definitions.code_map AS s
        ON s.map_id = 'care_contact_subject' AND s.code = r.subject_code
    CROSS JOIN build.parameters AS b
    WHERE r.subject_code IS NULL OR s.code IS NOT NULL
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.contact_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'mental_health_contact' AS point_of_delivery,
        r.provider_code AS provider_code,
        r.commissioner_code AS commissioner_code,
        CAST(NULL AS STRING) AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'mhsds_contact' AS source_record
    FROM standard.mhsds_contact AS r
    JOIN definitions.code_map AS k
        ON k.map_id = 'care_contact_attended' AND k.code = r.attendance_status_code
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.contact_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'talking_therapies_contact' AS point_of_delivery,
        r.provider_code AS provider_code,
        r.commissioner_code AS commissioner_code,
        CAST(NULL AS STRING) AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'talking_therapies_contact' AS source_record
    FROM standard.talking_therapies_contact AS r
    JOIN definitions.code_map AS k
        ON k.map_id = 'care_contact_attended' AND k.code = r.attendance_status_code
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
