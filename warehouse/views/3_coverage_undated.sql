-- Addresses without a day of which nothing final is known. Where a listing is in order, those beside it in the listing say of
-- which days it may be: what an outlet lists between two articles of the fifth is of the fifth.
CREATE VIEW undated_addresses AS
WITH listed AS (
    SELECT s.source_id, s.finder, s.unit, s.url_key, s.url, s.day, s.outcome, s.reason, s.is_final, s.found_at, a.run_id, CASE WHEN s.finder <> 'index' THEN s.unit END AS part
    FROM address_states AS s
    JOIN addresses AS a USING (source_id, url_key)
    WHERE (s.source_id, s.finder, s.unit) IN (SELECT (source_id, finder, unit) FROM addresses WHERE day IS NULL)
       OR (s.finder = 'index' AND (s.source_id, a.run_id) IN (SELECT (source_id, run_id) FROM addresses WHERE day IS NULL AND finder = 'index'))
),
beside AS (
    SELECT *, last_value(day IGNORE NULLS) OVER (down ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS above,
           first_value(day IGNORE NULLS) OVER (down ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS below
    FROM listed
    WINDOW down AS (PARTITION BY source_id, finder, part, run_id ORDER BY found_at)
),
orders AS (
    -- At an end of a listing one neighbour is missing: then a long weekend is left open.
    SELECT source_id, finder, part, run_id, CASE WHEN count(*) FILTER (day < above) >= count(*) FILTER (day > above) THEN 4 ELSE -4 END AS open_days,
           count(day) >= 5 AND 50 * least(count(*) FILTER (day < above), count(*) FILTER (day > above)) <= count(day)
           AND count(DISTINCT found_at) = count(*) AS is_ordered
    FROM beside
    GROUP BY ALL
)
SELECT b.source_id, b.finder, b.unit, b.url_key, b.url, b.outcome, b.reason,
       CASE WHEN is_ordered THEN least(coalesce(above, below + open_days), coalesce(below, above - open_days)) END AS first_day,
       CASE WHEN is_ordered THEN greatest(coalesce(above, below + open_days), coalesce(below, above - open_days)) END AS last_day
FROM beside AS b
JOIN orders AS o ON o.source_id = b.source_id AND o.finder = b.finder AND o.run_id = b.run_id AND o.part IS NOT DISTINCT FROM b.part
WHERE b.day IS NULL AND NOT b.is_final;
