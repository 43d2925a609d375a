-- The readings that arrive, and with them every reading of the same addresses: all that is needed to judge them anew.
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT *
FROM (SELECT rowid AS place, reading.* EXCLUDE (text), reading.text.date_published AS date_published FROM stage WHERE reading IS NOT NULL) AS r
WHERE NOT EXISTS (SELECT 1 FROM withdrawn AS w WHERE w.url_key IS NULL OR w.url_key IN (r.url_key, r.final_key, r.canonical_key))
QUALIFY row_number() OVER (PARTITION BY fetch_id, item, reader ORDER BY read_at, record_hash, place) = 1;

CREATE OR REPLACE TEMP TABLE touched AS
SELECT url_key FROM fresh
UNION
SELECT url_key FROM withdrawn_readings;

CREATE OR REPLACE TEMP TABLE local AS
SELECT fetch_id, url_key, item, final_key, canonical_key, observed_at, read_at, reader, record_hash, content_hash,
       opening_hash, headline_hash, word_count, body_extent, article_id, counts, weaker, false AS arrives
FROM readings
WHERE source_id = getvariable('source_id') AND url_key IN (SELECT url_key FROM touched);

DELETE FROM local WHERE (fetch_id, item) IN (SELECT (fetch_id, item) FROM withdrawn_readings);
DELETE FROM readings WHERE source_id = getvariable('source_id') AND (fetch_id, item) IN (SELECT (fetch_id, item) FROM withdrawn_readings);

-- A reading that is known already stays, unless the one that arrives was made earlier.
DELETE FROM fresh AS f
WHERE EXISTS (
    SELECT 1 FROM local AS l
    WHERE l.fetch_id = f.fetch_id AND l.item = f.item AND l.reader = f.reader AND l.read_at <= f.read_at
);
CREATE OR REPLACE TEMP TABLE replaced AS
SELECT l.fetch_id, l.item, l.reader FROM local AS l SEMI JOIN fresh USING (fetch_id, item, reader);
DELETE FROM local WHERE (fetch_id, item, reader) IN (SELECT (fetch_id, item, reader) FROM replaced);
DELETE FROM readings WHERE (fetch_id, item, reader) IN (SELECT (fetch_id, item, reader) FROM replaced);

INSERT INTO local BY NAME
SELECT * EXCLUDE (place, source_id, reject_reason, reject_message, evidence, date_published),
       NULL AS article_id, NULL AS counts, NULL AS weaker, true AS arrives
FROM fresh;

CREATE OR REPLACE TEMP TABLE stated_days AS
SELECT url_key, date_published AS day, read_at AS known_at
FROM fresh
WHERE date_published IS NOT NULL;
