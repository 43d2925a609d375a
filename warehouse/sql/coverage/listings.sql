-- The units of a source that may be of the days from $first to $last, with all addresses that each has listed, be it as the first or
-- after another. One whose period is not over yet is open, however whole it was read: its outlet may still add to it.
WITH listed AS (
    SELECT url_key, finder, unit FROM addresses WHERE source_id = $source_id AND unit IS NOT NULL
    UNION
    SELECT url_key, finder, unit FROM sightings WHERE source_id = $source_id
),
counted AS (
    SELECT l.finder, l.unit, count(*) AS found, count(*) FILTER (outcome = 'article') AS articles, count(*) FILTER (NOT is_final) AS missing
    FROM listed AS l
    JOIN (SELECT url_key, outcome, is_final FROM address_states WHERE source_id = $source_id) AS s USING (url_key)
    GROUP BY ALL
)
SELECT finder, unit,
       CASE WHEN (c.state = 'never_tried' AND s.asked_at IS NOT NULL) OR (c.state = 'complete' AND n.missing > 0) THEN 'partial'
            WHEN c.state IN ('complete', 'confirmed_empty') AND s.last_day > $over THEN 'open' ELSE c.state END AS state,
       s.first_day, s.last_day, s.asked_at, s.links, coalesce(n.found, 0) AS found, coalesce(n.articles, 0) AS articles,
       coalesce(n.missing, 0) AS missing, s.late_links,
       coalesce(c.reason, CASE WHEN n.missing > 0 THEN n.missing || ' missing that another finder listed first' WHEN s.last_day > $over THEN 'not over yet' END) AS reason
FROM unit_states AS s
JOIN (FROM coverage WHERE scope = 'unit' AND source_id = $source_id) AS c USING (finder, unit)
LEFT JOIN counted AS n USING (finder, unit)
WHERE s.source_id = $source_id AND coalesce(s.last_day >= $first, true) AND coalesce(s.first_day <= $last, true)
ORDER BY s.first_day, finder, unit;
