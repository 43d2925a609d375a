-- Pages of which a reading by the same reader counts, or a later one, than those in $1 (a JSON list). That a reader did not come
-- through (see is_final in views/3_coverage.sql) is no reading.
SELECT w.fetch_id::VARCHAR
FROM (
    SELECT fetch_id, max(read_at) AS read_at, arg_max(reader, {'read_at': read_at, 'reader': reader}) AS reader,
           arg_max(coalesce(reject_reason, '') IN ('parser_died', 'parser_too_slow', 'parser_failed'), {'read_at': read_at, 'reader': reader}) AS is_unread
    FROM known_readings
    GROUP BY fetch_id
) AS k
JOIN (
    SELECT DISTINCT unnest(CAST(CAST($1 AS JSON) AS STRUCT(fetch_id UUID, reader UUID, read_at TIMESTAMP)[]), recursive := true)
) AS w ON w.fetch_id = k.fetch_id AND ((w.reader = k.reader AND NOT k.is_unread) OR k.read_at > w.read_at)
