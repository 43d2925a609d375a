-- Of each source in $1 (a JSON list of source and reader) the pages that count as another reader has read them.
SELECT w.source_id, count(DISTINCT r.fetch_id) AS pages
FROM (SELECT unnest(CAST(CAST($1 AS JSON) AS STRUCT(source_id VARCHAR, reader UUID)[]), recursive := true)) AS w
JOIN readings AS r ON r.source_id = w.source_id
JOIN fetches AS f ON f.fetch_id = r.fetch_id
WHERE r.counts AND r.reader <> w.reader AND f.segment_id IS NOT NULL
GROUP BY ALL
ORDER BY w.source_id
