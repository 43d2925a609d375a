-- What is known: the reading copy (attached as `copy`) and the rows that lie in the spool or that this run made.
CREATE VIEW known_addresses AS
SELECT url_key, url, finder, unit, day, title, published, published_basis, modified, found_at FROM copy.addresses WHERE source_id = '{source_id}'
UNION ALL
SELECT url_key, url, finder, unit, day, title, published, published_basis, modified, found_at FROM addresses;

CREATE VIEW known_fetches AS
SELECT fetch_id, url_key, role, origin, observed_at, outcome, status, reason, attempts, next_attempt_at, etag, last_modified, payload_hash,
       segment_id, record_offset, record_length, seconds
FROM copy.fetches WHERE source_id = '{source_id}'
UNION ALL
SELECT fetch_id, url_key, role, origin, observed_at, outcome, status, reason, attempts, next_attempt_at, etag, last_modified, payload_hash,
       segment_id, record_offset, record_length, seconds
FROM fetches;

CREATE VIEW known_readings AS
SELECT fetch_id, url_key, item, observed_at, read_at, reader, record_hash, content_hash, body_extent, reject_reason FROM copy.readings WHERE source_id = '{source_id}'
UNION ALL
SELECT fetch_id, url_key, item, observed_at, read_at, reader, record_hash, content_hash, body_extent, reject_reason FROM readings;

CREATE VIEW known_withdrawals AS
SELECT url_key FROM copy.withdrawals WHERE source_id = '{source_id}' OR url_key IS NOT NULL
UNION ALL
SELECT url_key FROM withdrawals;

CREATE VIEW known_segments AS
SELECT segment_id, file, noted_at FROM copy.segments WHERE source_id = '{source_id}'
UNION ALL
SELECT segment_id, file, noted_at FROM segments;

CREATE VIEW known_units AS
SELECT finder, unit, url, first_day, last_day, listed_at, whole, outcome, reason, digest, links, new_links, run_id FROM copy.units WHERE source_id = '{source_id}'
UNION ALL
SELECT finder, unit, url, first_day, last_day, listed_at, whole, outcome, reason, digest, links, new_links, run_id FROM units;

CREATE VIEW known_runs AS
SELECT * EXCLUDE (load_id) FROM copy.runs WHERE source_id = '{source_id}'
UNION ALL BY NAME
SELECT * EXCLUDE (load_id) FROM runs;

-- An edition of an older version has no table of them.
CREATE VIEW known_sightings AS
SELECT url_key, finder FROM {sightings} WHERE source_id = '{source_id}'
UNION ALL
SELECT url_key, finder FROM sightings;

CREATE VIEW known_mementos AS
SELECT DISTINCT fetch_id, url_key, requested_url, observed_at, outcome, attempts, next_attempt_at, load_id AS asked_at
FROM copy.fetches WHERE source_id = '{source_id}' AND origin = 'wayback' AND role = 'article'
UNION ALL
SELECT DISTINCT fetch_id, url_key, requested_url, observed_at, outcome, attempts, next_attempt_at, 2147483647
FROM fetches WHERE origin = 'wayback' AND role = 'article';
