-- Addresses of the days $1 to $2 (or without a day) whose page is not there any more, or failed $3 times in a row, which have
-- no article, and which no archive was asked for.
WITH live AS (
    SELECT url_key, arg_max(outcome, observed_at) AS outcome, arg_max(attempts, observed_at) AS attempts
    FROM known_fetches
    WHERE role = 'article' AND origin = 'live'
    GROUP BY url_key
)
SELECT url_key::VARCHAR
FROM live
LEFT JOIN (SELECT url_key, min(day) AS day FROM known_addresses GROUP BY url_key) AS a USING (url_key)
WHERE (outcome = 'gone' OR (outcome = 'failed' AND attempts >= $3))
  AND (a.day IS NULL OR a.day BETWEEN $1 AND $2)
  AND url_key NOT IN (SELECT url_key FROM known_mementos WHERE outcome NOT IN ('failed', 'deferred') OR attempts >= $3)
  AND url_key NOT IN (SELECT url_key FROM known_readings WHERE record_hash IS NOT NULL)
ORDER BY a.day, url_key
