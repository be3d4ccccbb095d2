-- purpose: what every event cost, and where the price comes from; no event is left out
-- reads: activity.event, costs.price, working.record_price, build.parameters
-- writes: costs.event_cost
-- grain: one row per row of activity.event
-- key: event_id
-- ranges: person_key
-- columns:
--   event_id           BIGINT         the event
--   person_key         INTEGER        the person
--   cost_gbp           DECIMAL(12,2)  pounds in prices of price_year
--   price_year         STRING         the build's price year: all pounds of a build can be added
--   cost_basis         STRING         record, tariff, mean, proxy or none
--   event_date         DATE           as on the event, so that pounds are added up without a join
--   point_of_delivery  STRING         as on the event
--   is_start           BOOLEAN        as on the event

-- The price on the record first, moved from the year of care to the build's year; then the price list for
-- the event's currency; then the one for any currency; else £0 with basis none. A year before the first
-- deflator, or after the last, is moved by that one.
WITH known AS (
    SELECT MIN(first_year) AS earliest, MAX(first_year) AS latest FROM working.record_price
),
chosen AS (
    SELECT
        e.event_id, e.person_key, e.event_date, e.point_of_delivery, e.is_start, b.price_year,
        e.tariff_gbp, k.factor,
        COALESCE(k.is_believed, TRUE) AND e.tariff_gbp IS NOT NULL AS is_on_record,
        COALESCE(p.price_gbp, k.price_gbp) AS price_gbp,
        COALESCE(p.cost_basis, k.cost_basis, 'none') AS cost_basis,
        CAST(CASE COALESCE(p.unit, k.unit) WHEN 'event' THEN 1 ELSE e.quantity END AS DECIMAL(12,2)) AS units
    FROM activity.event AS e
    CROSS JOIN build.parameters AS b
    CROSS JOIN known AS y
    LEFT JOIN costs.price AS p ON p.point_of_delivery = e.point_of_delivery AND p.currency = e.currency
    LEFT JOIN working.record_price AS k
        ON k.point_of_delivery = e.point_of_delivery
        AND k.first_year = GREATEST(y.earliest, LEAST(y.latest, financial_year(e.event_date)))
)
SELECT
    CAST(event_id AS BIGINT) AS event_id,
    CAST(person_key AS INTEGER) AS person_key,
    CAST(CASE
        WHEN is_on_record THEN ROUND(tariff_gbp * COALESCE(factor, 1.000000), 2)
        ELSE ROUND(COALESCE(price_gbp * units, 0), 2)
    END AS DECIMAL(12,2)) AS cost_gbp,
    CAST(price_year AS STRING) AS price_year,
    CAST(CASE WHEN is_on_record THEN 'record' ELSE cost_basis END AS STRING) AS cost_basis,
    CAST(event_date AS DATE) AS event_date,
    CAST(point_of_delivery AS STRING) AS point_of_delivery,
    CAST(is_start AS BOOLEAN) AS is_start
FROM chosen
