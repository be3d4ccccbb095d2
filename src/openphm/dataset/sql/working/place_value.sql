-- purpose: what the place and the home of a person say: deprivation, fuel poverty, rurality, household size
-- reads: person.person, reference.lsoa21, reference.lsoa11
-- writes: working.place_value
-- grain: one row per person and attribute with a value
-- key: person_key, attribute_id
-- sort: person_key
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   value_text    STRING   the value, for texts
--   value_number  DOUBLE   the value, for numbers
--   from_date     DATE     the month of birth: only the present address is known

-- By the 2021 area; where only the 2011 area is known, by that. Deprivation is that of 2025, else of 2019.
WITH placed AS (
    SELECT
        p.person_key,
        COALESCE(p.birth_month, DATE '1900-01-01') AS from_date,
        COALESCE(n.imd2025_decile, n.imd2019_decile, o.imd2019_decile) AS imd_decile,
        COALESCE(n.fuel_poverty_percentile, o.fuel_poverty_percentile) AS fuel_poverty_percentile,
        COALESCE(n.rural_urban_code, o.rural_urban_code) AS rural_urban_code,
        p.household_size
    FROM person.person AS p
    LEFT JOIN reference.lsoa21 AS n ON n.lsoa21_code = p.lsoa21_code
    LEFT JOIN reference.lsoa11 AS o ON o.lsoa11_code = p.lsoa11_code
),
valued AS (
    SELECT person_key, 'imd_decile' AS attribute_id, CAST(NULL AS STRING) AS value_text,
        CAST(imd_decile AS DOUBLE) AS value_number, from_date
    FROM placed WHERE imd_decile IS NOT NULL
    UNION ALL
    SELECT person_key, 'fuel_poverty_percentile' AS attribute_id, CAST(NULL AS STRING) AS value_text,
        fuel_poverty_percentile AS value_number, from_date
    FROM placed WHERE fuel_poverty_percentile IS NOT NULL
    UNION ALL
    SELECT person_key, 'rural_urban' AS attribute_id, rural_urban_code AS value_text,
        CAST(NULL AS DOUBLE) AS value_number, from_date
    FROM placed WHERE rural_urban_code IS NOT NULL
    UNION ALL
    SELECT person_key, 'household_size' AS attribute_id, CAST(NULL AS STRING) AS value_text,
        CAST(household_size AS DOUBLE) AS value_number, from_date
    FROM placed WHERE household_size IS NOT NULL
)
SELECT
    CAST(person_key AS INTEGER) AS person_key,
    CAST(attribute_id AS STRING) AS attribute_id,
    CAST(value_text AS STRING) AS value_text,
    CAST(value_number AS DOUBLE) AS value_number,
    CAST(from_date AS DATE) AS from_date
FROM valued
