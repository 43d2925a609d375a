-- Addresses (of the days $1 to $2, where their day is known) that were never asked for, or whose last request asks for another;
-- with $3 also those that were gone.
WITH asked AS (
    SELECT url_key, arg_max(outcome, observed_at) AS outcome, min(fetch_id) = max(fetch_id) AS is_once
    FROM known_fetches
    WHERE role = 'article'
    GROUP BY url_key
),
-- Most are settled, and are left out before anything is gathered of them: a decade's archive is asked about in the memory of a month's.
settled AS (
    SELECT url_key
    FROM asked
    WHERE outcome NOT IN ('deferred', 'failed', 'refused') AND NOT ($3 AND outcome = 'gone')
      AND (NOT is_once OR url_key IN (SELECT url_key FROM known_readings WHERE record_hash IS NOT NULL AND url_key IS NOT NULL))
),
addresses_of AS (
    SELECT url_key, min(day) AS day, min(found_at) AS found_at, arg_min({'finder': finder, 'unit': unit}, found_at) AS listed
    FROM known_addresses
    WHERE url_key NOT IN (SELECT url_key FROM settled WHERE url_key IS NOT NULL)
    GROUP BY url_key
),
periods AS (
    SELECT {'finder': finder, 'unit': unit} AS listed, min(first_day) AS first_day, max(last_day) AS last_day
    FROM known_units
    WHERE first_day IS NOT NULL
    GROUP BY ALL
)
SELECT a.url_key::VARCHAR
FROM addresses_of AS a
LEFT JOIN periods AS p USING (listed)
WHERE ($1::DATE IS NULL OR coalesce(a.day, p.last_day, $1::DATE) >= $1::DATE)
  AND ($2::DATE IS NULL OR coalesce(a.day, p.first_day, $2::DATE) <= $2::DATE)
  -- What an archive's index showed first is asked for there, when its month is listed again.
  AND a.listed.finder <> 'wayback'
ORDER BY a.found_at
