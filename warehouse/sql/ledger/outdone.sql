-- Pages of which a reading by the same reader counts, or a later one, than those in $1 (a JSON list).
SELECT w.fetch_id::VARCHAR
FROM (
    SELECT fetch_id, max(read_at) AS read_at, arg_max(reader, {'read_at': read_at, 'reader': reader}) AS reader
    FROM known_readings
    GROUP BY fetch_id
) AS k
JOIN (
    SELECT DISTINCT unnest(CAST(CAST($1 AS JSON) AS STRUCT(fetch_id UUID, reader UUID, read_at TIMESTAMP)[]), recursive := true)
) AS w ON w.fetch_id = k.fetch_id AND (w.reader = k.reader OR k.read_at > w.read_at)
