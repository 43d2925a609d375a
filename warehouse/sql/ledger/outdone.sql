-- Pages of which there is a reading by the same reader, or a later one, than those in $1 (a JSON list).
SELECT DISTINCT k.fetch_id::VARCHAR
FROM known_readings AS k
JOIN (
    SELECT unnest(CAST(CAST($1 AS JSON) AS STRUCT(fetch_id UUID, reader UUID, read_at TIMESTAMP)[]), recursive := true)
) AS w ON w.fetch_id = k.fetch_id AND (w.reader = k.reader OR k.read_at > w.read_at)
