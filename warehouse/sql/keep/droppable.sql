-- The captures of segment $2 of source $1 whose pages need not be kept, by offset: got before $3 and, where $4, no
-- version's first or last look. What is known of them stays.
WITH needed AS (
    SELECT fetch_id FROM versions WHERE source_id = $1
    UNION ALL
    SELECT r.fetch_id
    FROM readings AS r
    JOIN versions AS v ON v.article_id = r.article_id AND v.valid_from = r.observed_at
    WHERE r.source_id = $1 AND r.counts
)
SELECT f.record_offset, f.record_length
FROM fetches AS f
LEFT JOIN (SELECT run_id, min(started_at) AS started_at FROM runs GROUP BY run_id) AS r USING (run_id)
WHERE f.source_id = $1 AND f.segment_id = $2 AND f.status IS NOT NULL
  AND coalesce(r.started_at, f.observed_at) < $3
  AND NOT ($4 AND f.fetch_id IN (FROM needed))
ORDER BY f.record_offset
