-- How whole the source's pages were before $2: of the addresses $1 (a JSON list of keys) how many were whole, and of the
-- last 200 articles how many were excerpts.
WITH former AS (
    SELECT url_key, observed_at, body_extent
    FROM known_readings
    WHERE record_hash IS NOT NULL AND observed_at < $2
)
SELECT (SELECT count(DISTINCT url_key) FROM former
        SEMI JOIN (SELECT unnest(CAST(CAST($1 AS JSON) AS UUID[])) AS url_key) USING (url_key)
        WHERE body_extent = 'full'),
       count(*) FILTER (body_extent <> 'full'), count(*)
FROM (SELECT * FROM former ORDER BY observed_at DESC LIMIT 200)
