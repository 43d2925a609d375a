-- What is known of the days $1 to $2, and what is usual: addresses waiting in the window and of no known day, days of the
-- window that something is known of, addresses a day of all days that something is known of, and bytes a page in the archive.
WITH day_of AS (
    SELECT url_key, min(day) AS day FROM known_addresses GROUP BY url_key
),
tried AS (
    SELECT DISTINCT url_key FROM known_fetches WHERE role = 'article'
),
waiting AS (
    SELECT day FROM day_of ANTI JOIN tried USING (url_key)
)
SELECT (SELECT count(*) FROM waiting WHERE day BETWEEN $1 AND $2),
       (SELECT count(*) FROM waiting WHERE day IS NULL),
       coalesce((SELECT list(DISTINCT day) FROM day_of WHERE day BETWEEN $1 AND $2), []),
       (SELECT count(*) / nullif(count(DISTINCT day), 0) FROM day_of WHERE day IS NOT NULL),
       (SELECT avg(record_length) FROM known_fetches WHERE role = 'article' AND outcome = 'fetched' AND record_length IS NOT NULL)
