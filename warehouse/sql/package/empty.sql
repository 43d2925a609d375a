UNPIVOT (
    SELECT count(*) FILTER (date_published IS NULL) AS date_published, count(*) FILTER (dateline IS NULL) AS dateline,
           count(*) FILTER (source_tag IS NULL) AS source_tag, count(*) FILTER (info_source IS NULL) AS info_source,
           count(*) FILTER (located IS NULL) AS located, count(*) FILTER (byline IS NULL AND len(coalesce(authors, [])) = 0) AS byline,
           count(*) FILTER ("language" IS NULL) AS "language", count(*) FILTER (body_extent <> 'full') AS whole_body
    FROM articles SEMI JOIN chosen USING (article_id)
)
ON COLUMNS(*)
INTO NAME field VALUE articles_without;
