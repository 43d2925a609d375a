-- Every article has exactly one current version, and its text is the one marked as current.
-- means: Queries of articles would count an article twice, or not at all.
-- mend: wireroom rebuild
SELECT source_id, article_id::VARCHAR AS subject, current_versions || ' current versions' AS what
FROM (SELECT any_value(source_id) AS source_id, article_id, count(*) FILTER (valid_to IS NULL) AS current_versions FROM versions GROUP BY article_id)
WHERE current_versions <> 1
UNION ALL
SELECT coalesce(v.source_id, t.source_id), coalesce(v.article_id, t.article_id)::VARCHAR, 'the text marked as current is not that of its current version'
FROM (SELECT source_id, article_id, record_hash FROM versions WHERE valid_to IS NULL) AS v
FULL JOIN (SELECT source_id, article_id, record_hash FROM texts WHERE is_current) AS t USING (article_id, record_hash)
WHERE v.article_id IS NULL OR t.article_id IS NULL
