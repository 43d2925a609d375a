-- Runs that never said how they ended, but for the one that asks ($1, or NULL): it holds the source's lock, so they were killed.
SELECT * REPLACE (run_id::VARCHAR AS run_id, flow_run_id::VARCHAR AS flow_run_id)
FROM known_runs
QUALIFY row_number() OVER (PARTITION BY run_id ORDER BY noted_at DESC) = 1 AND state = 'running' AND run_id IS DISTINCT FROM $1::UUID
ORDER BY started_at
