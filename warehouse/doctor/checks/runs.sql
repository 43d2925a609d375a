-- Every run that began has ended.
-- means: It is still going, or it was killed; what it had fetched is safe, and the next run of the source takes it up.
-- mend: wireroom ingest {source}
-- level: advice
SELECT source_id, kind || ' of ' || source_id AS subject, 'began ' || strftime(started_at, '%Y-%m-%d %H:%M') || ' UTC and never ended' AS what
FROM (SELECT * FROM runs QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY started_at DESC) = 1)
WHERE state = 'running'
