-- Articles that became one, or parted, or lost a page: their records follow.
INSERT INTO texts BY NAME
SELECT t.* EXCLUDE (article_id, is_current, load_id), m.article_id, m.is_current, getvariable('load_id')::INTEGER AS load_id
FROM texts AS t
JOIN (FROM missing_texts ANTI JOIN (SELECT reading.record_hash AS record_hash FROM stage WHERE reading.text IS NOT NULL) USING (record_hash)) AS m
  USING (record_hash)
WHERE t.source_id = getvariable('source_id')
QUALIFY row_number() OVER (PARTITION BY m.article_id, m.record_hash ORDER BY t.load_id, t.article_id) = 1;

DELETE FROM texts WHERE (article_id, record_hash) IN (
    SELECT (article_id, record_hash) FROM stored_texts ANTI JOIN wanted_texts USING (article_id, record_hash)
);
