-- Units that speak for no day and are not whole, and addresses without a day of which nothing final is known. A feed
-- shows what is new and no archive: only its addresses count.
SELECT finder, unit, state, reason, found, articles, missing
FROM (
    SELECT s.finder, s.unit, c.state, c.reason, c.found, c.articles, c.missing, s.listing
    FROM unit_states AS s
    JOIN (FROM coverage WHERE scope = 'unit') AS c USING (source_id, finder, unit)
    WHERE s.source_id = $source_id AND s.finder <> 'feed' AND s.listing IN ('partial', 'unreachable', 'never_tried')
      AND NOT EXISTS (SELECT 1 FROM unit_days AS d WHERE d.source_id = s.source_id AND d.finder = s.finder AND d.unit = s.unit)
)
UNION ALL
SELECT finder, unit, CASE WHEN count(*) = count(*) FILTER (outcome = 'never_tried') THEN 'never_tried' ELSE 'partial' END,
       'addresses without a day: ' || count(*) FILTER (outcome = 'never_tried') || ' never tried, '
           || count(*) FILTER (outcome <> 'never_tried') || ' failed, put off or not read yet',
       count(*), 0, count(*)
FROM address_states
WHERE source_id = $source_id AND day IS NULL AND outcome IN ('never_tried', 'failed', 'deferred', 'fetched')
GROUP BY finder, unit
ORDER BY ALL;
