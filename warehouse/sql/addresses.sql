-- Addresses: the earliest sight holds; the day is the one that was known first, by URL, listing or date_published.
-- Only with: stage_found.
CREATE OR REPLACE TEMP TABLE sights AS
SELECT rowid AS place, url_key, found_at, run_id, url, finder, unit, day, day_basis
FROM stage_found
WHERE rowid IN (
    SELECT arg_min(rowid, {'found_at': found_at, 'run_id': run_id, 'url': url, 'finder': finder, 'unit': unit}) FROM stage_found GROUP BY url_key
);

-- Only with: stage_found, stated_days.
CREATE OR REPLACE TEMP TABLE stored AS
SELECT rowid AS place, url_key, found_at, day, day_basis, day_known_at
FROM addresses
WHERE source_id = getvariable('source_id') AND url_key IN (SELECT url_key FROM stage_found UNION SELECT url_key FROM stated_days);

-- Only with: stage_found, stated_days.
CREATE OR REPLACE TEMP TABLE days AS
SELECT url_key, arg_min({'day': day, 'basis': basis, 'known_at': known_at}, {'known_at': known_at, 'basis': basis, 'day': day}) AS first
FROM (
    SELECT url_key, day, day_basis AS basis, day_known_at AS known_at FROM stored WHERE day IS NOT NULL
    UNION ALL
    SELECT url_key, day, day_basis, found_at FROM stage_found WHERE day IS NOT NULL
    UNION ALL
    SELECT url_key, day, 'date_published', known_at FROM stated_days
    UNION ALL
    -- An address found after it was read: its readings may have stated the day already.
    SELECT url_key, date_published, 'date_published', read_at
    FROM readings
    WHERE source_id = getvariable('source_id') AND date_published IS NOT NULL
      AND url_key IN (SELECT url_key FROM stage_found EXCEPT SELECT url_key FROM stored)
)
GROUP BY url_key;

-- An earlier sight takes the place of a later one.
-- Only with: stored.
CREATE OR REPLACE TEMP TABLE outdone AS
SELECT o.place, o.url_key
FROM stored AS o
JOIN sights AS s ON s.url_key = o.url_key AND s.found_at <= o.found_at
JOIN addresses AS a ON a.rowid = o.place
WHERE (s.found_at, s.run_id, s.url, s.finder, coalesce(s.unit, '')) < (a.found_at, a.run_id, a.url, a.finder, coalesce(a.unit, ''));

-- Only with: stored.
UPDATE addresses SET day = d.first.day, day_basis = d.first.basis, day_known_at = d.first.known_at
FROM stored AS o
JOIN days AS d USING (url_key)
WHERE addresses.rowid = o.place
  AND (o.day IS DISTINCT FROM d.first.day OR o.day_basis IS DISTINCT FROM d.first.basis OR o.day_known_at IS DISTINCT FROM d.first.known_at);

-- Only with: outdone.
DELETE FROM addresses WHERE rowid IN (SELECT place FROM outdone);

-- Only with: sights.
INSERT INTO addresses BY NAME
SELECT f.* REPLACE (d.first.day AS day, d.first.basis AS day_basis), d.first.known_at AS day_known_at,
       getvariable('load_id')::INTEGER AS load_id
FROM stage_found AS f
JOIN sights AS s ON s.place = f.rowid
LEFT JOIN days AS d ON d.url_key = s.url_key
WHERE s.url_key NOT IN (SELECT url_key FROM stored) OR s.url_key IN (SELECT url_key FROM outdone);
