-- Where the wide records of these articles lie ($1, a JSON list of article and record).
SELECT t.rowid
FROM copy.texts AS t
SEMI JOIN (
    SELECT unnest(CAST(CAST($1 AS JSON) AS STRUCT(article_id UUID, record_hash UUID)[]), recursive := true)
) AS w USING (article_id, record_hash)
