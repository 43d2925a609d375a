-- What this load did to articles, one row for each version that opened, moved, was bettered or went. First those that came.
INSERT INTO changes BY NAME
WITH before AS (
    SELECT article_id, max(valid_from) AS latest, arg_max(record_hash, version) AS record_hash FROM old_versions GROUP BY article_id
),
now AS (
    SELECT article_id, version, valid_from, last_read.record_hash AS record_hash, last_read.content_hash AS content_hash FROM new_versions
),
events AS (
    SELECT n.article_id, n.valid_from, n.record_hash, b.record_hash AS previous,
           CASE WHEN b.article_id IS NULL THEN CASE WHEN n.version = 1 THEN 'new' ELSE 'revised' END
                WHEN n.valid_from > b.latest THEN 'revised'
                ELSE 'history' END AS change
    FROM now AS n
    LEFT JOIN before AS b USING (article_id)
    WHERE NOT EXISTS (SELECT 1 FROM old_versions AS o WHERE o.article_id = n.article_id AND o.valid_from = n.valid_from)
)
SELECT getvariable('load_id')::INTEGER AS load_id, article_id, getvariable('source_id') AS source_id, change, valid_from, record_hash,
       previous, getvariable('recorded_at')::TIMESTAMP AS recorded_at
FROM events;

-- What it did to articles that had versions.
-- Only with: old_versions.
INSERT INTO changes BY NAME
WITH before AS (
    SELECT article_id, max(valid_from) AS latest, arg_max(record_hash, version) AS record_hash FROM old_versions GROUP BY article_id
),
now AS (
    SELECT article_id, version, valid_from, last_read.record_hash AS record_hash, last_read.content_hash AS content_hash FROM new_versions
),
events AS (
    SELECT n.article_id, n.valid_from, n.record_hash, o.record_hash AS previous, 'corrected' AS change
    FROM now AS n JOIN old_versions AS o ON o.article_id = n.article_id AND o.valid_from = n.valid_from
    WHERE n.record_hash <> o.record_hash
    UNION ALL
    SELECT o.article_id, o.valid_from, NULL, o.record_hash, 'corrected'
    FROM old_versions AS o
    WHERE EXISTS (SELECT 1 FROM now AS n WHERE n.article_id = o.article_id)
      AND NOT EXISTS (SELECT 1 FROM now AS n WHERE n.article_id = o.article_id AND (n.valid_from = o.valid_from OR n.content_hash = o.content_hash))
    UNION ALL
    SELECT b.article_id, NULL, NULL, b.record_hash,
           CASE WHEN b.article_id IN (SELECT article_id FROM merged) THEN 'merged'
                WHEN EXISTS (SELECT 1 FROM old_urls AS u JOIN withdrawn AS w ON w.url_key IS NULL OR w.url_key = u.url_key
                             WHERE u.article_id = b.article_id) THEN 'withdrawn'
                ELSE 'rejected' END
    FROM before AS b
    WHERE NOT EXISTS (SELECT 1 FROM now AS n WHERE n.article_id = b.article_id)
)
SELECT getvariable('load_id')::INTEGER AS load_id, article_id, getvariable('source_id') AS source_id, change, valid_from, record_hash,
       previous, getvariable('recorded_at')::TIMESTAMP AS recorded_at
FROM events;
