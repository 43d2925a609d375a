-- An article's versions follow one another without gap or overlap, from 1 on.
-- means: articles_as_of() would show an article twice, or not at all, at some moment.
-- mend: wireroom rebuild
SELECT source_id, article_id::VARCHAR AS subject,
       CASE WHEN valid_to <= valid_from THEN 'version ' || version || ' ends before it begins'
            WHEN version <> number THEN 'version ' || version || ' stands in place ' || number
            ELSE 'version ' || version || ' does not end where the next begins' END AS what
FROM (
    SELECT source_id, article_id, version, valid_from, valid_to,
           row_number() OVER article AS number, lead(valid_from) OVER article AS next_from
    FROM versions
    WINDOW article AS (PARTITION BY article_id ORDER BY valid_from, version)
)
WHERE valid_to <= valid_from OR version <> number OR (next_from IS NOT NULL AND valid_to IS DISTINCT FROM next_from)
