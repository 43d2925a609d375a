-- The wide rows: once for every record of an article. A wide row is inserted or dropped, never updated but for narrow flags.
CREATE OR REPLACE TEMP TABLE current_records AS
SELECT article_id, last_read.record_hash AS record_hash FROM new_versions WHERE valid_to IS NULL;

CREATE OR REPLACE TEMP TABLE wanted_texts AS
SELECT w.article_id, w.record_hash, c.article_id IS NOT NULL AS is_current
FROM (SELECT DISTINCT article_id_now AS article_id, record_hash FROM states WHERE is_article) AS w
LEFT JOIN current_records AS c USING (article_id, record_hash);

-- Only with: old_urls.
CREATE OR REPLACE TEMP TABLE stored_texts AS
SELECT t.rowid AS place, t.article_id, t.record_hash, t.is_current FROM texts AS t SEMI JOIN affected USING (article_id);

CREATE OR REPLACE TEMP TABLE missing_texts AS
FROM wanted_texts ANTI JOIN stored_texts USING (article_id, record_hash);

-- One reading for each missing record; the wide column itself goes through no sort.
-- Only with: missing_texts.
CREATE OR REPLACE TEMP TABLE carriers AS
SELECT m.article_id, m.record_hash, m.is_current, min(f.place) AS place
FROM missing_texts AS m JOIN fresh AS f USING (record_hash)
GROUP BY ALL;

-- Only with: carriers.
INSERT INTO texts BY NAME
SELECT c.article_id, c.record_hash, c.is_current, getvariable('source_id') AS source_id,
       getvariable('load_id')::INTEGER AS load_id, unnest(s.text)
FROM stage_reading AS s
JOIN carriers AS c ON c.place = s.rowid;

-- Only with: missing_texts.
CREATE OR REPLACE TEMP TABLE orphaned_texts AS
FROM missing_texts ANTI JOIN carriers USING (article_id, record_hash);

-- Only with: stored_texts.
CREATE OR REPLACE TEMP TABLE surplus_texts AS
FROM stored_texts ANTI JOIN wanted_texts USING (article_id, record_hash);

-- Only with: stored_texts.
UPDATE texts SET is_current = w.is_current
FROM wanted_texts AS w JOIN stored_texts AS s USING (article_id, record_hash)
WHERE texts.rowid = s.place AND w.is_current <> s.is_current;
