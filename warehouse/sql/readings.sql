-- The readings that arrive, and with them every reading of the same addresses: all that is needed to judge them anew.
-- Only with: stage_reading.
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT rowid AS place, * EXCLUDE (text), text.date_published AS date_published
FROM stage_reading AS r
WHERE rowid IN (
    SELECT arg_max(rowid, {'read_at': read_at, 'record_hash': record_hash, 'place': rowid}) FROM stage_reading GROUP BY fetch_id, item, reader
)
AND NOT EXISTS (SELECT 1 FROM withdrawn AS w WHERE w.url_key IS NULL OR w.url_key IN (r.url_key, r.final_key, r.canonical_key));

-- What readings state is known since the first of them, also where a later one by the same reader takes its place.
-- Only with: fresh.
CREATE OR REPLACE TEMP TABLE stated_days AS
SELECT url_key, text.date_published AS day, read_at AS known_at
FROM stage_reading SEMI JOIN fresh USING (url_key)
WHERE text.date_published IS NOT NULL;

CREATE OR REPLACE TEMP TABLE touched AS
SELECT url_key FROM fresh
UNION
-- That a page came out of an archive says how its address is known, also where its reading came before.
SELECT url_key FROM stage_fetched WHERE origin = 'wayback' AND role = 'article' AND outcome = 'fetched'
UNION
SELECT url_key FROM withdrawn_readings;

-- Only with: touched.
CREATE OR REPLACE TEMP TABLE earlier AS
SELECT rowid AS place, fetch_id, url_key, item, final_key, canonical_key, observed_at, read_at, reader, record_hash, content_hash,
       opening_hash, headline_hash, word_count, body_extent, article_id, counts, weaker
FROM readings
WHERE source_id = getvariable('source_id') AND url_key IN (SELECT url_key FROM touched);

-- A reading that is known already stays, unless the same reader has made it once more later: as after another one's, which so
-- counts no longer.
-- Only with: earlier.
DELETE FROM fresh AS f
WHERE EXISTS (
    SELECT 1 FROM earlier AS l
    WHERE l.fetch_id = f.fetch_id AND l.item = f.item AND l.reader = f.reader AND l.read_at >= f.read_at
);

-- Only with: earlier.
CREATE OR REPLACE TEMP TABLE gone AS
SELECT place FROM earlier SEMI JOIN withdrawn_readings USING (fetch_id, item)
UNION
SELECT place FROM earlier SEMI JOIN fresh USING (fetch_id, item, reader);

-- Only with: gone.
DELETE FROM readings WHERE rowid IN (SELECT place FROM gone);

CREATE OR REPLACE TEMP TABLE local AS
SELECT *, false AS arrives FROM earlier ANTI JOIN gone USING (place)
UNION ALL BY NAME
SELECT * EXCLUDE (place, source_id, reject_reason, reject_message, evidence, date_published), true AS arrives
FROM fresh;
