-- Articles that became one, or parted, or lost a page: their records follow.
-- Only with: orphaned_texts.
INSERT INTO texts BY NAME
SELECT t.* EXCLUDE (article_id, is_current, load_id), o.article_id, o.is_current, getvariable('load_id')::INTEGER AS load_id
FROM texts AS t
JOIN (
    SELECT o.article_id, o.record_hash, o.is_current, min(t.article_id) AS taken_from
    FROM orphaned_texts AS o JOIN texts AS t USING (record_hash)
    WHERE t.source_id = getvariable('source_id')
    GROUP BY ALL
) AS o ON t.record_hash = o.record_hash AND t.article_id = o.taken_from;

-- Only with: surplus_texts.
DELETE FROM texts WHERE (article_id, record_hash) IN (SELECT (article_id, record_hash) FROM surplus_texts);
