-- purpose: small areas of 2021: names, places above them, deprivation, and 2011 figures carried over
-- reads: extract.ref_lsoa_geography, extract.ref_lsoa_lookup, extract.ref_iod2025, reference.lsoa11,
--      build.parameters
-- writes: reference.lsoa21
-- grain: one row per LSOA (2021) in any of the files
-- key: lsoa21_code
-- sort: lsoa21_code
-- columns:
--   lsoa21_code              STRING   small area, 2021
--   lsoa21_name              STRING   its name
--   ward_code                STRING   electoral ward
--   ward_name                STRING   its name
--   ltla_code                STRING   lower-tier local authority
--   ltla_name                STRING   its name
--   imd2025_rank             INTEGER  Indices of Deprivation 2025, 1 is most deprived in England
--   imd2025_decile           INTEGER  ceil(10 x rank / areas in England), 1 is most deprived
--   imd2019_decile           INTEGER  decile of 2019, carried from the 2011 area
--   rural_urban_code         STRING   rural-urban class, carried from the 2011 area
--   fuel_poverty_share       DOUBLE   share of fuel-poor households, carried from the 2011 area
--   fuel_poverty_percentile  DOUBLE   percentile within the ICB, carried from the 2011 area

-- An area that was merged from several takes the figures of the one with the most households.
WITH area AS (
    SELECT lsoa21_code FROM extract.ref_lsoa_geography
    UNION SELECT lsoa21_code FROM extract.ref_lsoa_lookup
    UNION SELECT lsoa21_code FROM extract.ref_iod2025
),
place AS (
    SELECT
        lsoa21_code, lsoa21_name, ward_code, ward_name, ltla_code, ltla_name,
        ROW_NUMBER() OVER (PARTITION BY lsoa21_code ORDER BY ward_code) AS position
    FROM extract.ref_lsoa_geography
),
before AS (
    SELECT
        k.lsoa21_code, o.ltla_code, o.ltla_name, o.imd2019_decile, o.rural_urban_code,
        o.fuel_poverty_share, o.fuel_poverty_percentile,
        ROW_NUMBER() OVER (PARTITION BY k.lsoa21_code ORDER BY o.households DESC, o.lsoa11_code) AS position
    FROM extract.ref_lsoa_lookup AS k
    JOIN reference.lsoa11 AS o ON o.lsoa11_code = k.lsoa11_code
)
SELECT
    CAST(a.lsoa21_code AS STRING) AS lsoa21_code,
    CAST(COALESCE(g.lsoa21_name, a.lsoa21_code) AS STRING) AS lsoa21_name,
    CAST(g.ward_code AS STRING) AS ward_code,
    CAST(g.ward_name AS STRING) AS ward_name,
    CAST(COALESCE(g.ltla_code, o.ltla_code) AS STRING) AS ltla_code,
    CAST(COALESCE(g.ltla_name, o.ltla_name) AS STRING) AS ltla_name,
    CAST(i.imd_rank AS INTEGER) AS imd2025_rank,
    CAST(CEIL(safe_divide(10 * i.imd_rank, b.iod2025_areas)) AS INTEGER) AS imd2025_decile,
    CAST(o.imd2019_decile AS INTEGER) AS imd2019_decile,
    CAST(o.rural_urban_code AS STRING) AS rural_urban_code,
    CAST(o.fuel_poverty_share AS DOUBLE) AS fuel_poverty_share,
    CAST(o.fuel_poverty_percentile AS DOUBLE) AS fuel_poverty_percentile
FROM area AS a
CROSS JOIN build.parameters AS b
LEFT JOIN place AS g ON g.lsoa21_code = a.lsoa21_code AND g.position = 1
LEFT JOIN before AS o ON o.lsoa21_code = a.lsoa21_code AND o.position = 1
LEFT JOIN extract.ref_iod2025 AS i ON i.lsoa21_code = a.lsoa21_code
