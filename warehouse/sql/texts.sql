-- The wide rows: once for every record of an article. A wide row is inserted or dropped, never updated but for narrow flags.
CREATE OR REPLACE TEMP TABLE current_records AS
SELECT article_id, record_hash FROM versions WHERE valid_to IS NULL AND article_id IN (SELECT article_id FROM member);

CREATE OR REPLACE TEMP TABLE wanted_texts AS
SELECT w.article_id, w.record_hash, c.article_id IS NOT NULL AS is_current
FROM (SELECT DISTINCT article_id_now AS article_id, record_hash FROM states WHERE is_article) AS w
LEFT JOIN current_records AS c USING (article_id, record_hash);

CREATE OR REPLACE TEMP TABLE stored_texts AS
SELECT t.article_id, t.record_hash, t.is_current FROM texts AS t SEMI JOIN affected USING (article_id);

CREATE OR REPLACE TEMP TABLE missing_texts AS
FROM wanted_texts ANTI JOIN stored_texts USING (article_id, record_hash);

INSERT INTO texts BY NAME
SELECT m.article_id, m.record_hash, m.is_current, getvariable('source_id') AS source_id,
       getvariable('load_id')::INTEGER AS load_id, unnest(r.text)
FROM missing_texts AS m
JOIN (
    SELECT reading.record_hash AS record_hash, reading.text AS text FROM stage
    WHERE reading.text IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY reading.record_hash ORDER BY reading.fetch_id) = 1
) AS r USING (record_hash);

UPDATE texts SET is_current = w.is_current
FROM (
    SELECT w.* FROM wanted_texts AS w JOIN stored_texts AS s USING (article_id, record_hash) WHERE w.is_current <> s.is_current
) AS w
WHERE texts.article_id = w.article_id AND texts.record_hash = w.record_hash;
