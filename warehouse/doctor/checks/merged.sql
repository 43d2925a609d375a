-- An id that was merged leads to an article that is there.
-- means: A citation of the old id leads nowhere.
-- mend: wireroom rebuild
SELECT NULL AS source_id, m.article_id::VARCHAR AS subject, 'leads to ' || m.merged_into || ', which has no address' AS what
FROM merges AS m WHERE m.merged_into NOT IN (SELECT article_id FROM article_urls)
UNION ALL
SELECT NULL, m.article_id::VARCHAR, 'leads to ' || m.merged_into || ', which was merged itself'
FROM merges AS m WHERE m.merged_into IN (SELECT article_id FROM merges)
UNION ALL
SELECT NULL, m.article_id::VARCHAR, 'is merged and has addresses of its own'
FROM merges AS m WHERE m.article_id IN (SELECT article_id FROM article_urls)
