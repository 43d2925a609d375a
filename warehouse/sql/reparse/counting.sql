-- What counts now of these articles of pages ($1, a JSON list of fetch and item).
SELECT r.fetch_id::VARCHAR, r.item, r.article_id::VARCHAR, r.record_hash::VARCHAR
FROM copy.readings AS r
SEMI JOIN (
    SELECT unnest(CAST(CAST($1 AS JSON) AS STRUCT(fetch_id UUID, item SMALLINT)[]), recursive := true)
) AS w USING (fetch_id, item)
WHERE r.counts AND r.record_hash IS NOT NULL
