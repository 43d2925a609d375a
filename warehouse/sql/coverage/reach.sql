-- The first and the last day known of a source: of its listings, where one names days, else of its addresses, and of what its
-- backfills were asked for. Archives of captures are asked for months before and after what is wanted. Days before $begins are
-- looked for no more: of them only those since the first address count.
SELECT greatest(least(coalesce(l.first_day, a.first_day), b.first_day), CASE WHEN $begins::DATE IS NOT NULL THEN least($begins::DATE, a.first_day) END), least(greatest(l.last_day, a.last_day, b.last_day), $over)
FROM (SELECT min(day) AS first_day, max(day) AS last_day FROM addresses WHERE source_id = $source_id) AS a,
     (SELECT min(day) AS first_day, max(day) AS last_day FROM unit_days WHERE source_id = $source_id AND finder NOT IN ('wayback', 'warc') AND listing <> 'beside') AS l,
     (SELECT min(first_day) AS first_day, max(last_day) AS last_day FROM runs WHERE source_id = $source_id AND state <> 'failed') AS b;
