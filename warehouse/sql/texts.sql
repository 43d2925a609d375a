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

-- One reading for each missing record; the wide column itself goes through no sort.
CREATE OR REPLACE TEMP TABLE carriers AS
SELECT m.article_id, m.record_hash, m.is_current, f.place
FROM missing_texts AS m JOIN fresh AS f USING (record_hash)
QUALIFY row_number() OVER (PARTITION BY m.article_id, m.record_hash ORDER BY f.place) = 1;

INSERT INTO texts BY NAME
SELECT c.article_id, c.record_hash, c.is_current, getvariable('source_id') AS source_id,
       getvariable('load_id')::INTEGER AS load_id, unnest(s.reading.text)
FROM stage AS s
JOIN carriers AS c ON c.place = s.rowid;

CREATE OR REPLACE TEMP TABLE orphaned_texts AS
FROM missing_texts ANTI JOIN carriers USING (article_id, record_hash);

CREATE OR REPLACE TEMP TABLE surplus_texts AS
FROM stored_texts ANTI JOIN wanted_texts USING (article_id, record_hash);

UPDATE texts SET is_current = w.is_current
FROM (
    SELECT w.* FROM wanted_texts AS w JOIN stored_texts AS s USING (article_id, record_hash) WHERE w.is_current <> s.is_current
) AS w
WHERE texts.article_id = w.article_id AND texts.record_hash = w.record_hash;
