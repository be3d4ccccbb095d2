-- purpose: where the price on a record is believed, and what moves it from the year of care to the build's year
-- reads: definitions.point_of_delivery, definitions.price_order, definitions.deflator, build.parameters
-- writes: working.record_price
-- grain: one row per point of delivery and financial year
-- key: point_of_delivery, first_year
-- columns:
--   point_of_delivery  STRING        definitions.point_of_delivery
--   first_year         INTEGER       the year in which the financial year began
--   is_believed        BOOLEAN       the order of prices has the record in it
--   factor             DECIMAL(9,6)  pounds of the build's price year for a pound of that year
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
    AS DECIMAL(9,6)) AS factor
FROM believed AS p
CROSS JOIN definitions.deflator AS f
CROSS JOIN build.parameters AS b
LEFT JOIN definitions.deflator AS target ON target.price_year = b.price_year
