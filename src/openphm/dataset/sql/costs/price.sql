-- purpose: the price list in the prices of the build's year: one price for a point of delivery and currency
-- reads: definitions.unit_cost, definitions.price_order, definitions.deflator, build.parameters
-- writes: costs.price
-- grain: one row per point of delivery and currency
-- key: point_of_delivery, currency
-- sort: point_of_delivery, currency
-- columns:
--   point_of_delivery  STRING         definitions.point_of_delivery
--   currency           STRING         HRG, staff type, response, service; * for all
--   unit               STRING         event, day, bed_day or item
--   price_gbp          DECIMAL(14,4)  pounds a unit in prices of price_year
--   price_year         STRING         the build's price year, for example 2025/26
--   cost_basis         STRING         tariff, mean or proxy

-- The order in which a price is looked for is a definition; a point of delivery may have an order of its own.
-- A year without a deflator leaves the price as published.
WITH own AS (
    SELECT DISTINCT point_of_delivery FROM definitions.price_order WHERE point_of_delivery <> '*'
),
priced AS (
    SELECT
        u.point_of_delivery, u.currency, u.unit, u.cost_basis, b.price_year,
        CAST(FLOOR(
            CAST(u.cost_gbp AS DOUBLE) * COALESCE(safe_divide(target.gdp, published.gdp), 1) * 10000 + 0.5
        ) AS BIGINT) AS price_of_10000,
        ROW_NUMBER() OVER (
            PARTITION BY u.point_of_delivery, u.currency ORDER BY o.position, u.cost_gbp, u.source
        ) AS position
    FROM definitions.unit_cost AS u
    LEFT JOIN own AS w ON w.point_of_delivery = u.point_of_delivery
    JOIN definitions.price_order AS o
        ON o.cost_basis = u.cost_basis AND o.point_of_delivery = COALESCE(w.point_of_delivery, '*')
    CROSS JOIN build.parameters AS b
    LEFT JOIN definitions.deflator AS target ON target.price_year = b.price_year
    LEFT JOIN definitions.deflator AS published ON published.price_year = u.price_year
)
SELECT
    CAST(point_of_delivery AS STRING) AS point_of_delivery,
    CAST(currency AS STRING) AS currency,
    CAST(unit AS STRING) AS unit,
    CAST(CAST(price_of_10000 AS DECIMAL(14,0)) * 0.0001 AS DECIMAL(14,4)) AS price_gbp,
    CAST(price_year AS STRING) AS price_year,
    CAST(cost_basis AS STRING) AS cost_basis
FROM priced
WHERE position = 1
