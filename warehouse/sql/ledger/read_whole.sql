-- Addresses of periods that runs of the kind $1 read whole once they had ended, not before $2, in a task that goes on: since
-- the last of its runs that completed.
WITH runs_of AS (
    SELECT run_id, min(started_at) AS started_at, arg_max(state, noted_at) AS state
    FROM known_runs
    WHERE kind = $1
    GROUP BY run_id
),
going_on AS (
    SELECT run_id FROM runs_of
    WHERE started_at > coalesce((SELECT max(started_at) FROM runs_of WHERE state = 'completed'), '-infinity'::TIMESTAMP)
),
-- Months of an archive's index, which alone knows where the mementos are, of whose addresses some were not asked for.
unasked AS (
    SELECT DISTINCT split_part(unit, '#', 1) AS unit
    FROM known_addresses ANTI JOIN (SELECT url_key FROM known_fetches WHERE role = 'article' AND outcome <> 'deferred') USING (url_key)
    WHERE finder = 'wayback'
)
SELECT url
FROM known_units SEMI JOIN going_on USING (run_id)
WHERE last_day IS NOT NULL AND listed_at >= $2
GROUP BY url
HAVING bool_or(whole AND outcome = 'fetched' AND listed_at >= last_day + INTERVAL 36 HOUR)
   AND arg_max(outcome, listed_at) = 'fetched'
   AND NOT bool_or(finder = 'wayback' AND unit IN (SELECT unit FROM unasked))
