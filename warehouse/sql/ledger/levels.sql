-- What is known of the days $1 to $2, and what is usual: days of the window that a listing was read of or an address is known of,
-- addresses a day, bytes a page in the archive and seconds until the outlet has answered,
-- waiting for the turn included.
WITH day_of AS (
    SELECT url_key, min(day) AS day FROM known_addresses GROUP BY url_key
),
-- Days of listings that were read whole, as far as they were over by then.
read_days AS (
    SELECT DISTINCT unnest(generate_series(first_day::TIMESTAMP, last_day::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
    FROM (
        SELECT first_day, least(last_day, (listed_at - INTERVAL 36 HOUR)::DATE) AS last_day
        FROM known_units
        WHERE first_day IS NOT NULL AND whole AND outcome IN ('fetched', 'unchanged') AND finder NOT IN ('wayback', 'warc')
    )
    WHERE first_day <= last_day
),
-- Where no listing was read by days: up to three days without an address between two that have some, as a week-end is, count.
stretches AS (
    SELECT n, CASE WHEN day - before BETWEEN 2 AND 4 THEN day - before ELSE 1 END AS days
    FROM (SELECT day, count(*) AS n, lag(day) OVER (ORDER BY day) AS before FROM day_of WHERE day IS NOT NULL GROUP BY day)
)
SELECT coalesce((SELECT list(day) FROM (SELECT day FROM day_of UNION SELECT day FROM read_days) WHERE day BETWEEN $1 AND $2), []),
       coalesce((SELECT count(*) FROM day_of SEMI JOIN read_days USING (day)) / nullif((SELECT count(*) FROM read_days), 0),
                (SELECT sum(n) / sum(days) FROM stretches)),
       (SELECT avg(record_length) FROM known_fetches WHERE role = 'article' AND outcome = 'fetched' AND record_length IS NOT NULL),
       (SELECT avg(seconds) FROM known_fetches WHERE role = 'article' AND origin = 'live' AND outcome = 'fetched')
