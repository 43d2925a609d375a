-- Every run that began has ended, or was noted as interrupted.
-- means: It is still going, or it was killed; what it had fetched is safe, and the next run of the source takes it up and notes it as interrupted.
-- mend: wireroom ingest {source}
-- level: advice
SELECT source_id, kind || ' of ' || source_id AS subject, 'began ' || strftime(started_at, '%Y-%m-%d %H:%M') || ' UTC and never ended' AS what
FROM runs
WHERE state = 'running'
