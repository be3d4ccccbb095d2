-- purpose: what general practice did
-- reads: standard.gp_appointment, standard.gp_encounter, standard.gp_medication, definitions.code_map,
--      build.parameters
-- writes: working.gp_activity
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

-- Every encounter is a row, without a price: Figure 12 counts them as contacts. An appointment that was
-- attended is a row of its own, priced by who was seen.
WITH event AS (
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.appointment_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'gp_appointment' AS point_of_delivery,
        r.practice_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        r.staff_type AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'gp_appointment' AS source_record
    FROM standard.gp_appointment AS r
    JOIN definitions.code_map AS k ON k.map_id = 'gp_appointment_attended' AND k.code = r.status
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.encounter_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'gp_encounter' AS point_of_delivery,
        r.practice_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        CAST(NULL AS STRING) AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'gp_encounter' AS source_record
    FROM standard.gp_encounter AS r
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.item_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        'gp_prescription' AS point_of_delivery,
        r.practice_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        CAST(NULL AS STRING) AS currency,
        CAST(r.item_count AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        r.net_ingredient_cost_gbp AS tariff_gbp,
        'gp_medication' AS source_record
    FROM standard.gp_medication AS r
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
