-- purpose: small areas of 2011 with what is published for them
-- reads: extract.ref_lsoa_lookup, extract.ref_imd2019, extract.ref_fuel_poverty, extract.ref_rural_urban,
--      build.parameters
-- writes: reference.lsoa11
-- grain: one row per LSOA (2011) in any of the files
-- key: lsoa11_code
-- sort: lsoa11_code
-- columns:
--   lsoa11_code              STRING   small area, 2011
--   ltla_code                STRING   lower-tier local authority
--   ltla_name                STRING   its name
--   imd2019_rank             INTEGER  Index of Multiple Deprivation 2019, 1 is most deprived in England
--   imd2019_decile           INTEGER  ceil(10 x rank / areas in England), 1 is most deprived
--   households               DOUBLE   households in the fuel poverty file
--   fuel_poverty_share       DOUBLE   share of households that are fuel poor (LILEE), 0 to 1
--   fuel_poverty_rank        INTEGER  rank in the delivered file, 1 is the highest share; ties by code
--   fuel_poverty_percentile  DOUBLE   100 x rank / areas in the delivered file
--   rural_urban_code         STRING   rural-urban class

-- The file is the ICB's own, so the percentile is within the ICB; a national one needs the whole file.
WITH area AS (
    SELECT lsoa11_code FROM extract.ref_lsoa_lookup
    UNION SELECT lsoa11_code FROM extract.ref_imd2019
    UNION SELECT lsoa11_code FROM extract.ref_fuel_poverty
    UNION SELECT lsoa11_code FROM extract.ref_rural_urban
),
authority AS (
    SELECT lsoa11_code, MIN(ltla_code) AS ltla_code, MIN(ltla_name) AS ltla_name
    FROM extract.ref_lsoa_lookup
    GROUP BY lsoa11_code
),
fuel AS (
    SELECT
        f.lsoa11_code,
        CAST(f.households AS DOUBLE) AS households,
        safe_divide(f.households_fuel_poor, f.households) AS fuel_poverty_share
    FROM extract.ref_fuel_poverty AS f
),
ranked AS (
    SELECT
        lsoa11_code,
        households,
        fuel_poverty_share,
        ROW_NUMBER() OVER (ORDER BY fuel_poverty_share DESC, lsoa11_code) AS fuel_poverty_rank,
        COUNT(*) OVER () AS n_areas
    FROM fuel
)
SELECT
    CAST(a.lsoa11_code AS STRING) AS lsoa11_code,
    CAST(t.ltla_code AS STRING) AS ltla_code,
    CAST(t.ltla_name AS STRING) AS ltla_name,
    CAST(i.imd_rank AS INTEGER) AS imd2019_rank,
    CAST(CEIL(safe_divide(10 * i.imd_rank, b.imd2019_areas)) AS INTEGER) AS imd2019_decile,
    CAST(f.households AS DOUBLE) AS households,
    CAST(f.fuel_poverty_share AS DOUBLE) AS fuel_poverty_share,
    CAST(f.fuel_poverty_rank AS INTEGER) AS fuel_poverty_rank,
    CAST(safe_divide(100 * f.fuel_poverty_rank, f.n_areas) AS DOUBLE) AS fuel_poverty_percentile,
    CAST(r.rural_urban_code AS STRING) AS rural_urban_code
FROM area AS a
CROSS JOIN build.parameters AS b
LEFT JOIN authority AS t ON t.lsoa11_code = a.lsoa11_code
LEFT JOIN extract.ref_imd2019 AS i ON i.lsoa11_code = a.lsoa11_code
LEFT JOIN ranked AS f ON f.lsoa11_code = a.lsoa11_code
LEFT JOIN extract.ref_rural_urban AS r ON r.lsoa11_code = a.lsoa11_code
