-- purpose: what holds for a point of delivery whatever its currency: is the price on a record believed, what moves
--      it from the year of care to the build's year, and the price for any currency
-- reads: definitions.point_of_delivery, definitions.price_order, definitions.deflator, costs.price,
--      build.parameters
-- writes: working.record_price
-- grain: one row per point of delivery and financial year
-- key: point_of_delivery, first_year
-- columns:
--   point_of_delivery  STRING         definitions.point_of_delivery
--   first_year         INTEGER        the year in which the financial year began
--   is_believed        BOOLEAN        the order of prices has the record in it
--   factor             DECIMAL(9,6)   pounds of the build's price year for a pound of that year
--   unit               STRING         event, day, bed_day or item, of the price for any currency
--   price_gbp          DECIMAL(14,4)  the price for any currency
--   cost_basis         STRING         tariff, mean or proxy, of the price for any currency
WITH own AS (
    SELECT DISTINCT point_of_delivery FROM definitions.price_order WHERE point_of_delivery <> '*'
),
believed AS (
    SELECT d.point_of_delivery, MAX(CASE WHEN o.cost_basis = 'record' THEN 1 ELSE 0 END) = 1 AS is_believed
    FROM definitions.point_of_delivery AS d
    LEFT JOIN own AS w ON w.point_of_delivery = d.point_of_delivery
    JOIN definitions.price_order AS o ON o.point_of_delivery = COALESCE(w.point_of_delivery, '*')
    GROUP BY d.point_of_delivery
)
SELECT
    CAST(p.point_of_delivery AS STRING) AS point_of_delivery,
    CAST(CAST(LEFT(f.price_year, 4) AS INTEGER) AS INTEGER) AS first_year,
    CAST(p.is_believed AS BOOLEAN) AS is_believed,
    CAST(
        CAST(CAST(FLOOR(COALESCE(safe_divide(target.gdp, f.gdp), 1) * 1000000 + 0.5) AS BIGINT) AS DECIMAL(9,0))
        * 0.000001
    AS DECIMAL(9,6)) AS factor,
    CAST(q.unit AS STRING) AS unit,
    CAST(q.price_gbp AS DECIMAL(14,4)) AS price_gbp,
    CAST(q.cost_basis AS STRING) AS cost_basis
FROM believed AS p
LEFT JOIN costs.price AS q ON q.point_of_delivery = p.point_of_delivery AND q.currency = '*'
CROSS JOIN definitions.deflator AS f
CROSS JOIN build.parameters AS b
LEFT JOIN definitions.deflator AS target ON target.price_year = b.price_year
