-- Addresses: the earliest sight holds; the day is the one that was known first, by URL, listing or date_published.
CREATE OR REPLACE TEMP TABLE sights AS
SELECT found.* FROM stage WHERE found IS NOT NULL;

CREATE OR REPLACE TEMP TABLE sighted AS
SELECT DISTINCT url_key FROM sights
UNION
SELECT url_key FROM stated_days;

CREATE OR REPLACE TEMP TABLE stored_addresses AS
SELECT a.*
FROM addresses AS a
SEMI JOIN sighted USING (url_key)
WHERE a.source_id = getvariable('source_id');

CREATE OR REPLACE TEMP TABLE days AS
SELECT url_key, day, day_basis, day_known_at FROM stored_addresses WHERE day IS NOT NULL
UNION ALL
SELECT url_key, day, day_basis, found_at FROM sights WHERE day IS NOT NULL
UNION ALL
SELECT url_key, day, 'date_published', known_at FROM stated_days
UNION ALL
-- An address found after it was read: its readings may have stated the day already.
SELECT r.url_key, r.date_published, 'date_published', r.read_at
FROM readings AS r
SEMI JOIN sights USING (url_key)
WHERE r.source_id = getvariable('source_id') AND r.date_published IS NOT NULL;

CREATE OR REPLACE TEMP TABLE wanted_addresses AS
SELECT a.* EXCLUDE (day, day_basis, day_known_at), d.day, d.day_basis, d.day_known_at
FROM (
    FROM (
        SELECT *, getvariable('load_id')::INTEGER AS load_id FROM sights
        UNION ALL BY NAME
        SELECT * FROM stored_addresses
    )
    QUALIFY row_number() OVER (PARTITION BY url_key ORDER BY found_at, run_id, url, finder, unit, load_id) = 1
) AS a
LEFT JOIN (
    FROM days QUALIFY row_number() OVER (PARTITION BY url_key ORDER BY day_known_at, day_basis, day) = 1
) AS d USING (url_key);

DELETE FROM wanted_addresses AS w
WHERE EXISTS (
    SELECT 1 FROM stored_addresses AS a
    WHERE a.url_key = w.url_key AND a.found_at = w.found_at AND a.run_id = w.run_id AND a.url = w.url
      AND a.load_id = w.load_id
      AND a.day IS NOT DISTINCT FROM w.day AND a.day_basis IS NOT DISTINCT FROM w.day_basis
      AND a.day_known_at IS NOT DISTINCT FROM w.day_known_at
);

DELETE FROM addresses AS a
USING wanted_addresses AS w
WHERE a.url_key = w.url_key AND a.source_id = getvariable('source_id');

INSERT INTO addresses BY NAME SELECT * FROM wanted_addresses;
