-- Every version has its text.
-- means: The version is known by its dates, and what it said cannot be shown.
-- mend: wireroom rebuild
SELECT v.source_id, v.article_id::VARCHAR AS subject, 'version ' || v.version || ' has no text' AS what
FROM versions AS v ANTI JOIN texts AS t USING (article_id, record_hash)
