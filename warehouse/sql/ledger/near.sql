-- Addresses of the days around those of the keys in $1, a JSON list, the nearest first and no more than $2.
WITH days AS (
    SELECT min(day) AS first_day, max(day) AS last_day
    FROM known_addresses WHERE url_key IN (SELECT unnest(CAST(CAST($1 AS JSON) AS UUID[])))
)
SELECT url_key::VARCHAR
FROM known_addresses, days
WHERE day BETWEEN first_day - $2::INTEGER AND last_day + $2::INTEGER
GROUP BY url_key
ORDER BY min(greatest(first_day - day, day - last_day)), url_key
LIMIT $2
