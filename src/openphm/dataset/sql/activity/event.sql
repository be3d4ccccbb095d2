-- purpose: every contact, attendance, stay, prescription and period of service, from all settings
-- reads: working.gp_activity, working.hospital_activity, working.community_activity, working.period_activity,
--      working.other_activity
-- writes: activity.event
-- grain: one row per contact, attendance, admission or item; one per stay or service and month where these last
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
        event_id, person_key, event_date, end_date, point_of_delivery, provider_code,
        commissioner_code, currency, quantity, bed_days, is_start, tariff_gbp, source_record
    FROM working.gp_activity
    UNION ALL
    SELECT
        event_id, person_key, event_date, end_date, point_of_delivery, provider_code,
        commissioner_code, currency, quantity, bed_days, is_start, tariff_gbp, source_record
    FROM working.hospital_activity
    UNION ALL
    SELECT
        event_id, person_key, event_date, end_date, point_of_delivery, provider_code,
        commissioner_code, currency, quantity, bed_days, is_start, tariff_gbp, source_record
    FROM working.community_activity
    UNION ALL
    SELECT
        event_id, person_key, event_date, end_date, point_of_delivery, provider_code,
        commissioner_code, currency, quantity, bed_days, is_start, tariff_gbp, source_record
    FROM working.period_activity
    UNION ALL
    SELECT
        event_id, person_key, event_date, end_date, point_of_delivery, provider_code,
        commissioner_code, currency, quantity, bed_days, is_start, tariff_gbp, source_record
    FROM working.other_activity
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
