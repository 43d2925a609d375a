-- The readings that arrive, and with them every reading of the same addresses: all that is needed to judge them anew.
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT rowid AS place, * EXCLUDE (text), text.date_published AS date_published
FROM stage_reading AS r
WHERE rowid IN (
    SELECT arg_min(rowid, {'read_at': read_at, 'record_hash': record_hash, 'place': rowid}) FROM stage_reading GROUP BY fetch_id, item, reader
)
AND NOT EXISTS (SELECT 1 FROM withdrawn AS w WHERE w.url_key IS NULL OR w.url_key IN (r.url_key, r.final_key, r.canonical_key));

CREATE OR REPLACE TEMP TABLE touched AS
SELECT url_key FROM fresh
UNION
SELECT url_key FROM withdrawn_readings;

CREATE OR REPLACE TEMP TABLE local AS
SELECT rowid AS place, fetch_id, url_key, item, final_key, canonical_key, observed_at, read_at, reader, record_hash, content_hash,
       opening_hash, headline_hash, word_count, body_extent, article_id, counts, weaker, false AS arrives
FROM readings
WHERE source_id = getvariable('source_id') AND url_key IN (SELECT url_key FROM touched);

-- A reading that is known already stays, unless the one that arrives was made earlier.
DELETE FROM fresh AS f
WHERE EXISTS (
    SELECT 1 FROM local AS l
    WHERE l.fetch_id = f.fetch_id AND l.item = f.item AND l.reader = f.reader AND l.read_at <= f.read_at
);
CREATE OR REPLACE TEMP TABLE gone AS
SELECT place FROM local SEMI JOIN withdrawn_readings USING (fetch_id, item)
UNION
SELECT place FROM local SEMI JOIN fresh USING (fetch_id, item, reader);
DELETE FROM local WHERE place IN (SELECT place FROM gone);
DELETE FROM readings WHERE rowid IN (SELECT place FROM gone);

INSERT INTO local BY NAME
SELECT * EXCLUDE (place, source_id, reject_reason, reject_message, evidence, date_published),
       NULL AS place, NULL AS article_id, NULL AS counts, NULL AS weaker, true AS arrives
FROM fresh;

CREATE OR REPLACE TEMP TABLE stated_days AS
SELECT url_key, date_published AS day, read_at AS known_at
FROM fresh
WHERE date_published IS NOT NULL;
